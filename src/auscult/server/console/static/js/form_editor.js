// The form builder: the text and its tabs are one document, checked as one types. Without script it is a form. The
// form view is the server's markup; each answer is compared with what is shown, so that focus, place and what is open stay.

import { h, hydrate, render } from "../vendor/preact.js";
import { computed, effect, signal } from "../vendor/signals.js";
import { adoptedIn } from "./adopted.js";
import { isWords, Keeping, onPage, replaced } from "./form_keeping.js";
import { asksFor } from "./form_parts.js";
import { offersReady } from "./form_ready.js";
import { looksAtMoves, showsSorted } from "./form_topics.js";
import { triesForm } from "./form_trial.js";

const CHECK_MS = 400;
const AGAIN_MS = 3000;
const form = document.querySelector("#editor");
const text = document.querySelector("#document");
const panel = document.querySelector("#panel");
const gutter = document.querySelector("#gutter");
const checked = document.querySelector("#checked"); // says in the reader's language what the check found
const publish = document.querySelector("#publish");

const written = signal(text.value); // the document as it stands in the YAML view
const view = signal(panel); // the form view that the server made of it, as an element
const isUnchecked = signal(false);
const newest = panel.querySelector("#newer"); // the document as the server has read it, and how it stands to what is stored
const trouble = signal(""); // why the server does not answer: away, or signedOut
const saved = signal({ ...newest.dataset });

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
  if (/^(new:|pack:|secret-|to:)/.test(element.name ?? "")) return {};
  return element.localName === "select" || (element.localName === "textarea" && element.id !== "newer") ? { value: element.value } : {};
}
const shown = (element) => adoptedIn(element, typed);

// The table of a spreadsheet's rows is shown once: the page that is loaded again is that of the form.
if (document.querySelector("#sheet")) history.replaceState(null, "", form.action);

hydrate(shown(panel), panel);
render(h(Gutter), gutter);
render(words, checked);
const missed = () => ask("look"); // a part was not there, which may be the end of the sign-in
const sorted = panel.querySelector("[data-slot]") && showsSorted(form, panel, missed, () => ask("look"));
effect(() => {
  if (view.value === panel) return;
  sorted?.fill(view.value);
  render(shown(view.value), panel);
});
effect(() => publish?.setAttribute("aria-disabled", String(wrong.value.length > 0)));

// Says that the draft is saved, or why it is not, and where one signs in again.
const said = document.querySelector("#saved");
function Saving() {
  if (trouble.value === "signedOut") return [said.dataset.signedOut, " ", h("a", { href: said.dataset.signInAt, target: "_blank", rel: "noopener" }, said.dataset.signIn)];
  if (trouble.value) return said.dataset.away;
  if (view.value.querySelector("#other")) return said.dataset.clash;
  if (!("stored" in saved.value)) return said.dataset.unsaved;
  return saved.value.saved && said.dataset.saved.replace("{time}", saved.value.saved);
}
render(h(Saving), said);

const tried = document.querySelector("#part-try");
const trial = tried ? triesForm(form, tried, missed) : { follows() {}, handles: () => false };
effect(() => trial.follows(written.value, !wrong.value.length));
// What a form would score, and what a scorecard or a taxonomy would change.
for (const [path, tab] of [["reach", "settings"], ["effect", "publish"]]) {
  const region = document.querySelector(`#${path}`);
  if (!region) continue;
  const right = () => [...region.querySelectorAll("[name=right]")].map(({ value }) => ["right", value]);
  const part = asksFor(form, region, path, () => form.dataset.tab === tab, missed, undefined, right);
  looksAtMoves(region, part);
  new MutationObserver(part.ask).observe(form, { attributeFilter: ["data-tab"] });
  effect(() => part.follows(written.value, !wrong.value.length));
}
effect(() => view.value && sorted?.follows(written.value, !wrong.value.length));
const older = document.querySelector("#older");
const since = document.querySelector("#since");
const again = older && asksFor(form, older, "older", () => form.dataset.tab === "publish", missed, (document) => `${since.value} ${document}`);
if (again) {
  new MutationObserver(again.ask).observe(form, { attributeFilter: ["data-tab"] });
  since.addEventListener("change", again.ask);
}
effect(() => again?.follows(written.value, !wrong.value.length));
const shelf = document.querySelector("#ready");
const ready = shelf && offersReady(form, panel, shelf, missed);
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
// They outlast a page that comes back, as after a back-test, with the document from which they began.
const keeping = new Keeping(form, "stored" in newest.dataset);
const before = keeping.stepsAt(text.value);
const past = before?.past ?? [];
const future = before?.future ?? [];
let base = before?.base ?? text.value;
offer();
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
  const before = () => {
    if (!from.length) return;
    to.push(text.value);
    write(from.pop());
    settled = text.value;
    offer();
  };
  ask("look", "", { before });
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
let wake = () => {}; // ends a pause
const pause = (ms) =>
  new Promise((done) => {
    wake = done;
    setTimeout(done, ms);
  });
addEventListener("focus", () => trouble.value && wake()); // as one comes back from signing in

// A word may have moved since it was chosen to be removed.
const listOf = (act) => act.replace(/\d+$/, "");
function present({ act, words, follows }) {
  if (follows) return `${act.split(":")[0]}:${panel.querySelector("#open").value}`;
  if (!act.startsWith("remove:")) return act;
  const all = [...panel.querySelectorAll("button[value^='remove:']")];
  return all.find((each) => listOf(each.value) === listOf(act) && each.textContent === words)?.value;
}

async function answered(act, { isUndo, entries }) {
  const isAdding = act !== "look" && !act.startsWith("back:"); // such an act adds the words that were typed, so that none are lost
  const sent = onPage(form, isAdding);
  const data = new URLSearchParams(new FormData(form));
  if (isUndo) for (const name of [...data.keys()]) if (name.startsWith("set:")) data.delete(name);
  if (entries) replaced(data, entries);
  const isClash = panel.querySelector("#other") !== null; // then nothing is saved but by its button
  for (const [name, value] of Object.entries({ act, base, part: "1", [isClash ? "clash" : "keep"]: "1" })) data.set(name, value);
  const answer = await fetch(form.action, { method: "POST", body: data }).catch(() => null);
  const made = new DOMParser().parseFromString((await answer?.text().catch(() => "")) ?? "", "text/html").body;
  const newer = made.querySelector("#newer");
  isUnchecked.value = !newer;
  if (!newer) return goesOn(answer);
  trouble.value = "";
  const isDropped = onPage(form, isAdding) !== sent;
  if (!isDropped || !made.querySelector("#other")) form.elements.revision.value = newer.dataset.revision;
  if (isDropped) return false;
  const before = text.value;
  write(newer.value);
  if (text.value !== before) remember(before);
  settled = text.value;
  // What was not added stays where it was typed, with the reason.
  if (isAdding && !("refused" in newer.dataset)) empty(act === "add:find" ? isWords : (name) => isWords(name) && name !== "new:find");
  isKept = act === "look" && !isUndo && !entries;
  if (made.querySelector("#unreadable")) keepsUnderstood(made);
  view.value = made;
  isKept = true;
  if (entries) for (const [name, value] of entries) if (isWords(name)) for (const field of fieldsOf((other) => other === name)) field.value = value;
  keepsTaken();
  keeps(newer, act);
  return true;
}
// Signed out, or without the server, nothing is given up: it is kept here, and asked for again.
async function goesOn(answer) {
  if (leaving || (answer && !answer.redirected && answer.status < 500)) return true;
  trouble.value = answer?.redirected ? "signedOut" : "away";
  keeping.keep();
  await pause(AGAIN_MS);
  return false;
}
function keeps(newer, act) {
  saved.value = { ...newer.dataset };
  document.querySelector(".fetop h1 small").textContent = newer.dataset.title;
  if (!("stored" in newer.dataset)) return;
  text.defaultValue = newer.value; // nothing is lost by leaving
  keeping.stored();
  if (act === "save") base = text.value;
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
const fieldsOf = (isIt) => [...panel.querySelectorAll("input, textarea, select")].filter((each) => isIt(each.name));
function empty(isIt) {
  for (const each of fieldsOf(isIt)) each.value = "";
}

const STEPS = ["up", "down", "in", "out", "copy"];
const isStep = (act) => STEPS.includes(act.split(":")[0]);
async function ask(act, words = "", { before = null, then = null, entries = null, wanted = "" } = {}) {
  clearTimeout(timer);
  const isUndo = before !== null;
  const isTwice = !isStep(act) && !isUndo && !then && !entries && waiting.some((each) => each.act === act && each.words === words);
  if (!isTwice) waiting.push({ act, words, before, then, entries, isUndo, wanted, follows: isStep(act) && waiting.some((each) => isStep(each.act)) });
  if (trouble.value) wake();
  if (isAsking) return;
  isAsking = true;
  while (waiting.length) {
    const [first] = waiting;
    first.before?.();
    first.before = null;
    const now = present(first);
    form.dataset.asked = now ?? "";
    if (now && !(await answered(now, first))) await new Promise((done) => setTimeout(done, CHECK_MS));
    else {
      waiting.splice(waiting.indexOf(first), 1);
      if (now) place(now, first.wanted);
      if (!isUnchecked.value) first.then?.();
    }
  }
  isAsking = false;
  delete form.dataset.asked;
}

// What is folded unfolds for the field in it that has the focus.
function focus(field) {
  for (let at = field.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
  field.focus();
}

// The focus goes to the field of a fault, or with what was moved, opened or added; what is gone leaves it to the list.
function place(act, wanted) {
  const field = document.getElementById(wanted);
  if (field) {
    focus(field);
    return;
  }
  const verb = act.split(":")[0];
  const open = panel.querySelector("#open");
  const at = open.value;
  if (["up", "down", "in", "out", "place"].includes(verb)) document.getElementById(`grip-${at}`)?.focus();
  if (["open", "question", "ready", "copy", "attribute", "topic"].includes(verb) || act === "add:find") {
    const name = document.getElementById(open.dataset.focus ?? `s-metrics.${at}.name`) ?? document.getElementById(`open-${act.split(":")[1]}`);
    name?.focus();
    if (verb !== "open") name?.select();
  }
  // Words that were the first of their kind are in a list of their own now.
  const [group, kind] = act.slice(4).split("+");
  if (verb === "add" && kind) panel.querySelector(`[name^="new:${group}"][name$="${kind}"]`)?.focus();
  if (verb === "queue") [...panel.querySelectorAll("[name^='set:assignments.'][name$='.queue']")].at(-1)?.focus();
  const refused = verb === "say" && panel.querySelector("[role=alert]");
  if (refused) {
    refused.tabIndex = -1;
    refused.focus();
  }
  if (verb === "delete") panel.querySelector(".grip")?.focus();
  if (verb === "move") sorted?.goesOn();
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
// These load another page, or this page again on the same tab. They wait until the server has what was typed, because a
// page that asks to sign in would lose it. By then the button may be gone.
const LOADING = ["publish", "discard", "again"];
let leaving = "";
function leave(button) {
  if (leaving) return;
  const [to] = (button.getAttribute("formaction") ?? form.action).split("#");
  const own = button.cloneNode();
  own.removeAttribute("id");
  own.hidden = true;
  own.formAction = `${to}#part-${form.dataset.tab}`;
  form.append(own);
  leaving = own.value;
  form.requestSubmit(own);
}
form.addEventListener("submit", (event) => {
  if (leaving || event.defaultPrevented || trial.handles(event)) return;
  const act = event.submitter?.value ?? "look";
  event.preventDefault();
  if (!LOADING.includes(act) && event.submitter?.name !== "fit") ask(act.startsWith("ready:") ? `${act}/${ready.into()}` : act, event.submitter?.textContent, { wanted: event.submitter?.dataset.fixes });
  else if (event.submitter.getAttribute("aria-disabled") !== "true") {
    const button = event.submitter;
    const other = () => panel.querySelector("#moved a"); // a text of another window is not replaced on the way
    ask("look", "", { then: () => (other() ? other().focus() : leave(button)) });
  }
});
addEventListener("pagehide", () => {
  if (keeping.isUnsaved && !leaving) keeping.keep();
  if (past.length + future.length) keeping.keepSteps({ past, future, base, document: text.value, isPublished: leaving === "publish" });
});
panel.addEventListener("click", (event) => {
  const fault = event.target.closest("[data-line]");
  const line = Number(fault?.dataset.line);
  if (!line) return;
  const field = document.getElementById(fault.dataset.field);
  if (field || fault.dataset.open) event.preventDefault();
  if (field) {
    show(field.closest("[data-part]").dataset.part);
    focus(field);
    return;
  }
  if (fault.dataset.open) {
    show(tabs[0].dataset.tab);
    ask(`open:${fault.dataset.open}`, "", { wanted: fault.dataset.field });
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

// What was kept here before the page was loaded is offered, and put back as one step.
const kept = keeping.offered(text.value);
if (kept) {
  const offered = document.querySelector("#offer");
  const said = offered.querySelector("p");
  offered.className = "tell";
  offered.hidden = false;
  said.textContent = said.dataset.words.replace("{time}", kept.time);
  const decided = () => {
    offered.hidden = true;
    keeping.forget("offered");
  };
  document.querySelector("#offer-take").addEventListener("click", () => ask("look", "", { entries: kept.entries, then: decided }));
  document.querySelector("#offer-drop").addEventListener("click", decided);
}
