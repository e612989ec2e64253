// The form editor: the YAML and the form view are one document, checked as one types. Without script it is a form. The
// form view is the server's markup; each answer is compared with what is shown, so that focus, place and what is open stay.

import { h, hydrate, render } from "../vendor/preact.js";
import { computed, effect, signal } from "../vendor/signals.js";
import { adopted } from "./adopted.js";

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
const typed = (element) => (element.name && element.id && element.id === document.activeElement?.id ? { value: document.activeElement.value } : {});
const shown = (element) => [...element.childNodes].map((each) => adopted(each, typed));

hydrate(shown(panel), panel);
render(h(Gutter), gutter);
render(words, checked);
effect(() => {
  if (view.value !== panel) render(shown(view.value), panel);
});
effect(() => publish?.setAttribute("aria-disabled", String(wrong.value.length > 0)));

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
function present({ act, words }) {
  if (!act.startsWith("remove:")) return act;
  const all = [...panel.querySelectorAll("button[value^='remove:']")];
  return all.find((each) => listOf(each.value) === listOf(act) && each.textContent === words)?.value;
}

async function answered(act) {
  const sent = onPage();
  const data = new URLSearchParams(new FormData(form));
  data.set("act", act);
  data.set("part", "1");
  const answer = await fetch(form.action, { method: "POST", body: data }).catch(() => null);
  isUnchecked.value = !answer?.ok;
  if (!answer?.ok) return true;
  const made = new DOMParser().parseFromString(await answer.text(), "text/html").body;
  if (onPage() !== sent) return false;
  write(made.querySelector("#newer").value);
  view.value = made;
  return true;
}

async function ask(act, words = "") {
  clearTimeout(timer);
  if (!waiting.some((each) => each.act === act && each.words === words)) waiting.push({ act, words });
  if (isAsking) return;
  isAsking = true;
  while (waiting.length) {
    const [first] = waiting;
    const now = present(first);
    if (now && !(await answered(now))) await new Promise((done) => setTimeout(done, CHECK_MS));
    else waiting.splice(waiting.indexOf(first), 1);
  }
  isAsking = false;
}

text.addEventListener("input", () => {
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

// A change in the form view is a change of the document.
panel.addEventListener("change", (event) => {
  if (event.target.name?.startsWith("set:")) ask("look");
});
form.addEventListener("submit", (event) => {
  const act = event.submitter?.value ?? "look";
  if (["save", "publish", "discard", "backtest"].includes(act)) {
    if (event.submitter.getAttribute("aria-disabled") === "true") event.preventDefault();
    return;
  }
  event.preventDefault();
  ask(act, event.submitter?.textContent);
});
panel.addEventListener("click", (event) => {
  const line = Number(event.target.closest("[data-line]")?.dataset.line);
  if (!line) return;
  const all = text.value.split("\n");
  const start = all.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  text.focus();
  text.setSelectionRange(start, start + all[line - 1].length);
  text.scrollTop = (line - 5) * parseFloat(getComputedStyle(text).lineHeight);
});
