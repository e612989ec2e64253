// Comments and pins on the conversation page: the verbs follow the current turn, and their forms open under it. Keys are
// shortcuts for what buttons and links do.
import { isShortcut } from "./keys.js";

const verbs = document.querySelector("#verbs");
const forms = { comment: document.querySelector("#say"), pin: document.querySelector("#pin") };
const homes = { comment: document.querySelector("#say-home"), pin: document.querySelector("#pin-home") };
const coach = verbs.querySelector("[data-do=coach]");
const turns = () => [...document.querySelectorAll(".script .turn")];
let here = null;

const stand = (turn) => {
  if (!turn || turn === here) return;
  here?.classList.remove("here");
  here = turn;
  here.classList.add("here");
  here.after(verbs);
  if (coach) coach.href = coach.dataset.href + encodeURIComponent(turn.id.slice(2));
  verbs.hidden = false;
  verbs.querySelector("[role=status]").textContent = "";
};

const goTo = (turn) => {
  stand(turn);
  turn.tabIndex = -1;
  turn.focus({ preventScroll: true });
  turn.scrollIntoView({ block: "center" });
};

const openThread = (thread) => {
  thread.open = true;
  thread.scrollIntoView({ block: "center" });
  thread.querySelector("summary").focus({ preventScroll: true });
};

// Put a form under a turn, or back where it was; its moment is the turn, and the whole conversation there.
const place = (name, turn) => {
  const form = forms[name];
  if (!form) return;
  const label = form.querySelector("label[data-turn]");
  if (turn || name === "comment") form.elements.turn_id.value = turn ? turn.id.slice(2) : "";
  if (label) label.textContent = turn ? label.dataset.turn : label.dataset.all;
  form.classList.toggle("placed", Boolean(turn));
  form.querySelector("[data-do=close]").hidden = !turn;
  if (turn) verbs.after(form);
  else homes[name].append(form);
};

const open = (name) => {
  for (const each of Object.keys(forms)) place(each, each === name ? here : null);
  forms[name].querySelector("textarea, [type=radio]:checked").focus();
};

const copyLink = async () => {
  const address = `${location.origin}${location.pathname}#${here.id}`;
  const said = verbs.querySelector("[role=status]");
  history.replaceState(null, "", address);
  try {
    await navigator.clipboard.writeText(address);
    said.textContent = said.dataset.copied;
  } catch {
    said.textContent = said.dataset.here; // no clipboard without https
  }
};

const close = () => {
  for (const name of Object.keys(forms)) place(name, null);
  if (here) goTo(here);
};

document.addEventListener("focusin", (event) => stand(event.target.closest?.(".script .turn")));
document.addEventListener("click", (event) => {
  stand(event.target.closest(".script .turn"));
  const act = event.target.closest("[data-do]")?.dataset.do;
  if (act in forms && here) open(act);
  else if (act === "link" && here) copyLink();
  else if (act === "close") close();
  const mention = event.target.closest("[data-mention]")?.dataset.mention;
  if (mention) {
    const field = event.target.closest("form").elements.text;
    field.setRangeText(`@${mention} `, field.selectionStart, field.selectionEnd, "end");
    field.focus();
  }
  const thread = event.target.closest("a[href^='#th-']");
  if (thread) {
    event.preventDefault();
    history.replaceState(null, "", thread.hash);
    openThread(document.querySelector(thread.hash));
  }
});

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.closest?.("form.placed")) {
    close();
    return;
  }
  if (!isShortcut(event)) return;
  const all = turns();
  if (event.key === "j" || event.key === "k") {
    const at = all.indexOf(here) + (event.key === "j" ? 1 : -1);
    if (all.length) goTo(all[Math.min(all.length - 1, Math.max(0, at))]);
  } else if (event.key === "n") {
    const open = [...document.querySelectorAll("details.thread.open")];
    const at = open.indexOf(document.activeElement?.closest("details.thread"));
    if (open.length) openThread(open[(at + 1) % open.length]);
  }
});

const shown = () => {
  const found = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (found?.matches("details.thread")) openThread(found);
  else if (found?.matches(".turn")) stand(found);
};
addEventListener("hashchange", shown);
// The browser goes to the part that the address names, and drops the focus, once the page is loaded.
if (document.readyState === "complete") shown();
else addEventListener("load", () => setTimeout(shown));
