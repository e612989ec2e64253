// The form builder: the text and its tabs are one document, checked as one types. Without script it is a form. The
// form view is the server's markup; each answer is compared with what is shown, so that focus, place and what is open stay.

import { h, hydrate, render } from "../vendor/preact.js";
import { computed, effect, signal } from "../vendor/signals.js";
import { adopted } from "./adopted.js";
import { asksFor } from "./form_parts.js";
import { offersReady } from "./form_ready.js";
import { triesForm } from "./form_trial.js";

const CHECK_MS = 400;
const form = document.querySelector("#editor");
const text = document.querySelector("#document");
const panel = document.querySelector("#panel");
const gutter = document.querySelector("#gutter");
const checked = document.querySelector("#checked"); // says in the reader's language what the check found
const publish = document.querySelector("#publish");

const written = signal(text.value); // the document as it stands in the YAML view
const view = signal(panel); // the form view that the server made of it, as an element
const isUnchecked = signal(false);

const count = computed(() => written.value.split("\n").length);
const wrong = computed(() => [...view.value.querySelectorAll(".faults li:not(.warn)")]);
const lines = computed(() => new Set(wrong.value.flatMap((each) => [...each.querySelectorAll("[data-line]")].map((at) => Number(at.dataset.line)))));
const words = computed(() => {
  if (isUnchecked.value) return checked.dataset.unchecked;
  const many = lines.value.size;
  if (!many) return checked.dataset.none;
  return checked.dataset[many === 1 ? "one" : "many"].replace("{n}", many);
});

function Gutter() {
  return Array.from({ length: count.value }, (_, n) => h("span", { class: lines.value.has(n + 1) ? "flt" : null }, n + 1));
}

// A field in use is never replaced: what is typed there is newer than what the server read.
// A place in the document may hold something else after an action: only where nothing but values was sent, it is the same.
let isKept = true;
// What was typed into a field that adds is there until it is added.
function typed(element) {
  const active = document.activeElement;
  if (isKept && element.name && element.id && element.id === active?.id) return { value: active.value };
  if (/^(new:|pack:|secret-)/.test(element.name ?? "")) return {};
  return element.localName === "select" || (element.localName === "textarea" && element.id !== "newer") ? { value: element.value } : {};
}
const shown = (element) => [...element.childNodes].map((each) => adopted(each, typed));

// The table of a spreadsheet's rows is shown once: the page that is loaded again is that of the form.
if (document.querySelector("#sheet")) history.replaceState(null, "", form.action);

hydrate(shown(panel), panel);
render(h(Gutter), gutter);
render(words, checked);
effect(() => {
  if (view.value !== panel) render(shown(view.value), panel);
});
effect(() => publish?.setAttribute("aria-disabled", String(wrong.value.length > 0)));

const tried = document.querySelector("#part-try");
const trial = tried ? triesForm(form, tried) : { follows() {}, handles: () => false };
effect(() => trial.follows(written.value, !wrong.value.length));
const counted = document.querySelector("#reach");
const reach = counted && asksFor(form, counted, "reach", () => form.dataset.tab === "settings");
if (reach) new MutationObserver(reach.ask).observe(form, { attributeFilter: ["data-tab"] });
effect(() => reach?.follows(written.value, !wrong.value.length));
const older = document.querySelector("#older");
const since = document.querySelector("#since");
const again = older && asksFor(form, older, "older", () => form.dataset.tab === "publish", (document) => `${since.value} ${document}`);
if (again) {
  new MutationObserver(again.ask).observe(form, { attributeFilter: ["data-tab"] });
  since.addEventListener("change", again.ask);
}
effect(() => again?.follows(written.value, !wrong.value.length));
const shelf = document.querySelector("#ready");
const ready = shelf && offersReady(form, panel, shelf);
effect(() => ready?.follows(written.value, true));

// The button names the day from which it publishes.
const ways = document.querySelector("#history-day")?.closest("fieldset");
const plain = publish?.textContent;
const dated = new Intl.DateTimeFormat(document.documentElement.lang.replace(/^en$/, "en-GB"), { day: "numeric", month: "long", timeZone: "UTC" });
function namesDay() {
  const day = ways.querySelector("#history-day").checked && ways.querySelector("#day").valueAsDate;
  publish.textContent = day ? publish.dataset.from.replace("{day}", dated.format(day)) : plain;
}
if (ways && publish) {
  ways.addEventListener("change", namesDay);
  namesDay();
}

// Undo and redo: the documents before and after, of all tabs.
const MOST_STEPS = 100;
const undo = document.querySelector("#undo");
const redo = document.querySelector("#redo");
const past = [];
const future = [];
function remember(before) {
  if (past.at(-1) !== before) past.push(before);
  past.splice(0, past.length - MOST_STEPS);
  future.length = 0;
  offer();
}
function offer() {
  undo.disabled = !past.length;
  redo.disabled = !future.length;
}
// A step waits for its turn: an action on its way would be made again on the document that the step leaves.
function step(from, to) {
  ask("look", "", () => {
    if (!from.length) return;
    to.push(text.value);
    write(from.pop());
    settled = text.value;
    offer();
  });
}
let settled = text.value; // the document before the typing that goes on in the text

// Only what differs is written, so that who writes there keeps their place.
function write(document) {
  const old = text.value;
  let start = 0;
  while (start < old.length && old[start] === document[start]) start++;
  let end = 0;
  while (end < Math.min(old.length, document.length) - start && old.at(-1 - end) === document.at(-1 - end)) end++;
  if (old !== document) text.setRangeText(document.slice(start, document.length - end), start, old.length - end, "preserve");
  written.value = document;
}

// What the server makes of an action is asked for one action at a time, so that each begins with what came of the last.
// An answer to less than is on the page by now is dropped, and asked for again once typing pauses.
const waiting = [];
let isAsking = false;
let timer = 0;
const onPage = () => JSON.stringify([...new FormData(form)].filter(([name]) => name === "document" || name.startsWith("set:")));

// A word may have moved since it was chosen to be removed.
const listOf = (act) => act.replace(/\d+$/, "");
function present({ act, words, follows }) {
  if (follows) return `${act.split(":")[0]}:${panel.querySelector("#open").value}`;
  if (!act.startsWith("remove:")) return act;
  const all = [...panel.querySelectorAll("button[value^='remove:']")];
  return all.find((each) => listOf(each.value) === listOf(act) && each.textContent === words)?.value;
}

async function answered(act, isUndo) {
  const sent = onPage();
  const data = new URLSearchParams(new FormData(form));
  if (isUndo) for (const name of [...data.keys()]) if (name.startsWith("set:")) data.delete(name);
  data.set("act", act);
  data.set("part", "1");
  const answer = await fetch(form.action, { method: "POST", body: data }).catch(() => null);
  isUnchecked.value = !answer?.ok;
  if (!answer?.ok) return true;
  const made = new DOMParser().parseFromString(await answer.text(), "text/html").body;
  if (onPage() !== sent) return false;
  const before = text.value;
  write(made.querySelector("#newer").value);
  if (text.value !== before) remember(before);
  settled = text.value;
  // What was not added stays where it was typed, with the reason.
  if (act.startsWith("add:") && !made.querySelector("[role=alert]")) empty(`new:${act.slice(4)}`);
  if (act.startsWith("pack:")) empty(act);
  isKept = act === "look" && !isUndo;
  if (made.querySelector("#unreadable")) keepsUnderstood(made);
  view.value = made;
  isKept = true;
  keepsTaken();
  return true;
}
// What is taken over from other forms is in the address, so that the page has it when it is loaded again.
function keepsTaken() {
  const address = new URL(location.href);
  address.searchParams.delete("take");
  for (const each of panel.querySelectorAll("[name=take]")) address.searchParams.append("take", each.value);
  if (address.href !== location.href) history.replaceState(history.state, "", address);
}
// A text that cannot be read leaves the builder as it was last understood, to be read only.
function keepsUnderstood(made) {
  for (const part of panel.querySelectorAll(".tabpart")) {
    const last = part.cloneNode(true);
    last.inert = true;
    made.querySelector(`#${part.id}`)?.replaceWith(last);
  }
}
function empty(name) {
  for (const each of panel.querySelectorAll("input, textarea, select")) if (each.name === name) each.value = "";
}

const STEPS = ["up", "down", "in", "out", "copy"];
const isStep = (act) => STEPS.includes(act.split(":")[0]);
async function ask(act, words = "", before = null) {
  clearTimeout(timer);
  const isUndo = before !== null;
  const isTwice = !isStep(act) && !isUndo && waiting.some((each) => each.act === act && each.words === words);
  if (!isTwice) waiting.push({ act, words, before, isUndo, follows: isStep(act) && waiting.some((each) => isStep(each.act)) });
  if (isAsking) return;
  isAsking = true;
  while (waiting.length) {
    const [first] = waiting;
    first.before?.();
    first.before = null;
    const now = present(first);
    form.dataset.asked = now ?? "";
    if (now && !(await answered(now, first.isUndo))) await new Promise((done) => setTimeout(done, CHECK_MS));
    else waiting.splice(waiting.indexOf(first), 1);
    if (now) place(now);
  }
  isAsking = false;
  delete form.dataset.asked;
}

// The focus goes with what was moved, opened or added; what is gone leaves it to the list.
function place(act) {
  const verb = act.split(":")[0];
  const open = panel.querySelector("#open");
  const at = open.value;
  if (["up", "down", "in", "out", "place"].includes(verb)) document.getElementById(`grip-${at}`)?.focus();
  if (["open", "question", "ready", "copy", "attribute", "topic"].includes(verb) || act === "add:find") {
    const name = document.getElementById(open.dataset.focus ?? `s-metrics.${at}.name`) ?? document.getElementById(`open-${act.split(":")[1]}`);
    name?.focus();
    if (verb !== "open") name?.select();
  }
  if (verb === "queue") [...panel.querySelectorAll("[name^='set:assignments.'][name$='.queue']")].at(-1)?.focus();
  const refused = verb === "say" && panel.querySelector("[role=alert]");
  if (refused) {
    refused.tabIndex = -1;
    refused.focus();
  }
  if (verb === "delete") panel.querySelector(".grip")?.focus();
}

text.addEventListener("input", () => {
  if (settled !== null) remember(settled);
  settled = null;
  written.value = text.value;
  clearTimeout(timer);
  timer = setTimeout(() => ask("look"), CHECK_MS);
});
text.addEventListener("scroll", () => {
  gutter.scrollTop = text.scrollTop;
});
// Tab indents for who writes. Who comes by Tab goes on by Tab, and Escape lets who writes go on too.
let writes = false;
text.addEventListener("focus", () => (writes = false));
text.addEventListener("pointerup", () => (writes = true));
text.addEventListener("keydown", (event) => {
  if (!["Tab", "Shift"].includes(event.key)) writes = event.key !== "Escape";
  if (event.key !== "Tab" || !writes || event.shiftKey || event.ctrlKey || event.altKey || !text.value.slice(0, text.selectionStart).match(/\n[ -]*$/)) return;
  event.preventDefault();
  text.setRangeText("  ", text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input"));
});

// Enter in a field that adds, adds.
panel.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || !event.target.name?.startsWith("new:")) return;
  event.preventDefault();
  ask(`add:${event.target.name.slice(4)}`);
});
// A change in the form view is a change of the document.
panel.addEventListener("change", (event) => {
  if (event.target.name?.startsWith("set:")) ask("look");
});
// These load the page anew, which opens the same tab again.
const LOADING = ["save", "publish", "discard", "backtest", "again"];
form.addEventListener("submit", (event) => {
  if (trial.handles(event)) return;
  const act = event.submitter?.value ?? "look";
  if (LOADING.includes(act)) {
    if (event.submitter.getAttribute("aria-disabled") === "true") event.preventDefault();
    const [to] = (event.submitter.getAttribute("formaction") ?? form.action).split("#");
    event.submitter.formAction = `${to}#part-${form.dataset.tab}`;
    return;
  }
  event.preventDefault();
  ask(act.startsWith("ready:") ? `${act}/${ready.into()}` : act, event.submitter?.textContent);
});
panel.addEventListener("click", (event) => {
  const fault = event.target.closest("[data-line]");
  const line = Number(fault?.dataset.line);
  if (!line) return;
  const field = document.getElementById(fault.dataset.field);
  if (field) {
    show(field.closest("[data-part]").dataset.part);
    field.focus();
    return;
  }
  if (fault.dataset.open) {
    show(tabs[0].dataset.tab);
    ask(`open:${fault.dataset.open}`);
    return;
  }
  show("text");
  const all = text.value.split("\n");
  const start = all.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  text.focus();
  text.setSelectionRange(start, start + all[line - 1].length);
  text.scrollTop = (line - 5) * parseFloat(getComputedStyle(text).lineHeight);
});

// Tabs: one part at a time; the faults are above each. Without script all parts are below each other.
const tabs = [...document.querySelectorAll("#tabs a")];
function show(name) {
  const known = tabs.some((each) => each.dataset.tab === name) ? name : tabs[0].dataset.tab;
  form.dataset.tab = known;
  for (const each of tabs) {
    if (each.dataset.tab === known) each.setAttribute("aria-current", "true");
    else each.removeAttribute("aria-current");
  }
}
const named = () => location.hash.replace("#part-", "");
show(named());
addEventListener("hashchange", () => location.hash.startsWith("#part-") && show(named()));
document.querySelector("#tabs").addEventListener("click", (event) => {
  const tab = event.target.closest("a");
  if (!tab) return;
  event.preventDefault();
  history.replaceState(null, "", tab.hash);
  show(tab.dataset.tab);
});

// Moving: Alt and an arrow, or the grip is dragged onto another question.
const placeOf = (element) => element.closest?.("[data-place]")?.dataset.place;
panel.addEventListener("keydown", (event) => {
  const at = placeOf(event.target);
  if (at === undefined) return;
  const arrow = { ArrowUp: "up", ArrowDown: "down", ...(event.target.closest("[data-tree]") && { ArrowLeft: "out", ArrowRight: "in" }) }[event.key];
  if (event.altKey && arrow) {
    event.preventDefault();
    ask(`${arrow}:${at}`);
  }
  if (event.key === "Delete" && event.target.classList.contains("grip")) ask(`delete:${at}`);
});
let dragged = null;
panel.addEventListener("dragstart", (event) => {
  dragged = placeOf(event.target) ?? null;
  event.dataTransfer?.setData("text/plain", dragged ?? "");
});
panel.addEventListener("dragover", (event) => {
  if (dragged !== null && event.target.closest(".bsec")) event.preventDefault();
});
panel.addEventListener("drop", (event) => {
  const section = event.target.closest(".bsec");
  if (dragged === null || !section) return;
  event.preventDefault();
  const over = event.target.closest("[data-place]")?.getBoundingClientRect();
  const where = section.dataset.section ?? (over && event.clientY > over.top + over.height / 2 ? "in" : "before");
  ask(`place:${dragged}/${placeOf(event.target) ?? ""}/${where}`);
  dragged = null;
});

undo.addEventListener("click", () => step(past, future));
redo.addEventListener("click", () => step(future, past));
// A field that is being typed in undoes its own letters first. The focus may be nowhere after what had it is gone.
const isTyping = ({ name, value, defaultValue, localName }) => name?.startsWith("set:") && localName !== "select" && value !== defaultValue;
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || isTyping(event.target)) return;
  if (event.target !== document.body && !form.contains(event.target)) return;
  event.preventDefault();
  if (event.shiftKey) step(future, past);
  else step(past, future);
});
