// The audit desk: answers by keyboard, drafts kept as they are made. Without script it is a form. With it the server's
// markup is hydrated: what changes comes from one store, and everything else stays as the server wrote it.

import { h, hydrate, render } from "../vendor/preact.js";
import { effect } from "../vendor/signals.js";
import { adopted } from "./adopted.js";
import { WHOLE } from "./desk_answers.js";
import { Desk, Draft } from "./desk_state.js";
import { isShortcut } from "./keys.js";

const form = document.querySelector("#desk");
const list = form.querySelector("ol");
const elements = [...list.querySelectorAll("[data-q]")];
const missing = elements.filter((element) => element.classList.contains("open")).map((element) => element.dataset.q);
const desk = new Desk(elements.map((element) => [element.dataset.q, valuesOf(element)]), Number(form.dataset.here), new Set(missing));
const byId = new Map(desk.items.map((item) => [item.id, item]));
const whole = form.querySelector("#comment");
const at = { path: form.dataset.draft, assignment: form.elements.assignment.value };
const draft = new Draft(at, JSON.parse(form.dataset.stored), answers, document.querySelector("#saved").dataset);

function valuesOf(element) {
  const fields = [...element.querySelectorAll("input, select")].filter((each) => each.type !== "radio" || each.checked);
  return Object.fromEntries(fields.map((each) => [each.name.slice(0, 1), each.value]));
}

function answers() {
  const found = desk.items.map(({ id, fields }) => [id, Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.peek()]))]);
  return { ...Object.fromEntries(found), [WHOLE]: { c: whole.value } };
}

function give(id, fields) {
  const item = byId.get(id);
  if (id === WHOLE) whole.value = fields.c;
  else if (item) for (const [name, value] of Object.entries(fields)) desk.give(item, name, value);
}

// What of an item comes from the store.
function boundOf(element, item) {
  if (element === elements[item.index]) {
    const come = () => desk.at.peek() !== item.index && show(item.index, { focus: false });
    return { class: desk.classOf(item), onFocusIn: come, onClick: (event) => event.target.closest("legend") && show(item.index) };
  }
  if (element.type === "radio") return { checked: desk.isChosen(item, element.value), onChange: () => desk.choose(item, element.value) };
  if (!element.matches("input, select")) return {};
  const name = element.name.slice(0, 1);
  const given = (event) => desk.give(item, name, event.currentTarget.value);
  return { value: item.fields[name], onInput: given, onChange: given };
}

hydrate(desk.items.map((item) => adopted(elements[item.index], (element) => boundOf(element, item))), list);

for (const [selector, words] of [["#saved", draft.words], ["#answered", desk.answered]]) {
  const target = document.querySelector(selector);
  target.textContent = "";
  render(words, target);
}

// The notice that the server refused the audit with counts what is still missing, and goes with the last of it.
const incomplete = document.querySelector("#incomplete");
effect(() => {
  const count = desk.missing.value;
  if (!incomplete) return;
  incomplete.hidden = count === 0;
  incomplete.querySelector("span").textContent = incomplete.dataset[count === 1 ? "one" : "many"].replace("{n}", count);
});

const radios = (item) => [...elements[item.index].querySelectorAll("input[type=radio]")];
const comment = (item) => elements[item.index].querySelector("input[type=text]");

function show(index, { focus = true } = {}) {
  const item = desk.to(index);
  if (!item) return; // a form without metrics, or a conversation without a form
  elements[item.index].scrollIntoView({ block: "nearest" });
  if (focus) (radios(item).find((one) => one.checked) ?? radios(item)[0]).focus({ preventScroll: true });
}

// Quote what is selected in the transcript, in the comment of the metric at hand, and mark it.
function quote() {
  const selection = getSelection();
  const words = selection.toString().trim().replaceAll(/[\u201c\u201d]/g, "'").replaceAll(/\s+/g, " ");
  const range = selection.rangeCount ? selection.getRangeAt(0) : null;
  const turn = range?.startContainer.parentElement?.closest(".turn .text");
  if (!words || !turn || !turn.contains(range.endContainer)) return;
  desk.quote(words);
  const mark = document.createElement("mark");
  mark.className = "ev on";
  mark.dataset.for = desk.item.id;
  try {
    range.surroundContents(mark);
  } catch {
    // The words reach over a mark that is there already: quoted all the same.
  }
  selection.removeAllRanges();
}

function undo() {
  const item = desk.undo();
  if (item) show(item.index);
}

// Opens the reasons for which it cannot be judged, where the desk has them.
function decline() {
  const unable = form.querySelector("details.unable");
  if (!unable) return;
  unable.open = true;
  unable.querySelector("select").focus();
}

// What another window has changed: loaded where nothing was changed here, else shown to be chosen.
const notice = document.querySelector("#notice");

function load() {
  if (!draft.theirs.peek()) return;
  const changed = draft.load(give);
  const first = byId.get(changed.find((id) => id !== WHOLE));
  if (isAsking()) return;
  if (first) show(first.index);
  else whole.focus();
}

function decide(one, isTheirs) {
  if (isTheirs) give(one.id, one.fields);
  draft.decided([one.id]);
  if (isTheirs) draft.changed();
  if (!isAsking()) show(byId.get(one.id)?.index ?? desk.at.peek());
}

function wordsOf({ id, fields }) {
  const item = byId.get(id);
  if (!item) return `\u201c${fields.c}\u201d`;
  const chosen = radios(item).find((one) => one.value === fields.a);
  const reason = [...elements[item.index].querySelectorAll("option")].find((one) => one.value === fields.r);
  const found = [chosen?.dataset.word, fields.n, fields.r && reason?.textContent, fields.c && `\u201c${fields.c}\u201d`];
  return found.filter(Boolean).join(", ") || notice.dataset.nothing;
}

const button = (words, onClick, ...more) => h("button", { type: "button", class: "btn", onClick }, words, ...more);

function Both({ one }) {
  const name = elements[byId.get(one.id)?.index]?.dataset.name ?? notice.dataset.whole;
  return h("li", null, h("span", null, h("b", null, name), " ", notice.dataset.other.replace("{answer}", wordsOf(one))), button(notice.dataset.take, () => decide(one, true)), button(notice.dataset.keep, () => decide(one, false)));
}

function Notice() {
  const theirs = draft.theirs.value;
  const both = draft.both.value;
  return [
    theirs && h("p", null, h("span", null, notice.dataset.changed.replace("{time}", theirs.time)), button(notice.dataset.load, load, " ", h("kbd", null, "R"))),
    both.length > 0 && h("p", null, notice.dataset.both),
    both.length > 0 && h("ul", null, both.map((one) => h(Both, { one, key: one.id }))),
  ];
}

// Shows what there is to be answered, with the focus on it; whether there is anything.
function isAsking() {
  render(h(Notice), notice);
  const first = notice.querySelector("button");
  first?.focus();
  return Boolean(first);
}

render(h(Notice), notice);

const submit = () => form.requestSubmit(form.querySelector("button[value=submit]"));

const keys = {
  j: () => show(desk.at.peek() + 1),
  k: () => show(desk.at.peek() - 1),
  e: quote,
  m: () => comment(desk.item).focus(),
  z: undo,
  n: submit,
  r: load,
  x: decline,
  g: () => document.querySelector(`mark[data-for~="${desk.item.id}"]`)?.scrollIntoView({ block: "center" }),
};

// Enter in a field of one line ends it, and does not send the form: back to the answer, or on with handing it back.
function entered(field) {
  const unable = field.closest("details.unable");
  if (unable) form.requestSubmit(unable.querySelector("button"));
  else show(desk.at.peek());
}

const OF_A_METRIC = ["e", "m", "g"];
const LINES = "input[type=text], input[type=number]";
const FIELDS = "textarea, select, input[type=text], input[type=number]";
addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    submit();
    return;
  }
  if (event.key === "Escape" && event.target.matches?.(FIELDS)) {
    show(desk.at.peek());
    return;
  }
  if (event.key === "Enter" && event.target.matches?.(LINES)) {
    event.preventDefault();
    entered(event.target);
    return;
  }
  if (!isShortcut(event, FIELDS)) return;
  const n = "123456789".indexOf(event.key);
  if (!desk.item && (n >= 0 || OF_A_METRIC.includes(event.key.toLowerCase()))) return;
  if (n >= 0 && event.key) {
    const chosen = radios(desk.item)[n];
    if (chosen) desk.choose(desk.item, chosen.value);
    show(desk.at.peek() + 1);
    event.preventDefault();
  } else if (keys[event.key.toLowerCase()]) {
    keys[event.key.toLowerCase()]();
    event.preventDefault();
  }
});

// What was kept here while the server was away goes first.
const isRestored = draft.restore(give);

// A change of the store is one of the draft, and so is one of a field that stands outside of the items.
effect(() => {
  if (desk.changes.value || isRestored) draft.changed();
});
for (const kind of ["change", "input"]) {
  form.addEventListener(kind, (event) => list.contains(event.target) || draft.changed());
}
// The draft is stored before it is submitted, so that what another window has changed is seen first.
let isSettled = false;
form.addEventListener("submit", async (event) => {
  if (isSettled || event.submitter?.value === "decline") {
    form.elements.revision.value = draft.revision;
    draft.submitted();
    return;
  }
  event.preventDefault();
  isSettled = await draft.settled();
  if (isSettled) form.requestSubmit(event.submitter);
  else isAsking();
});
addEventListener("pagehide", () => draft.leave());
const open = desk.items.findIndex((item) => item.isMissing.peek());
show(open >= 0 ? open : desk.at.peek());
