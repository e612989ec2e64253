// The audit desk: answers by keyboard, drafts kept as they are made. The form is the state; without script it is a form.

const form = document.querySelector("#desk");
const saved = document.querySelector("#saved");
const items = [...form.querySelectorAll("[data-q]")];
const undo = [];
let at = Number(form.dataset.here);

const radios = (item) => [...item.querySelectorAll("input[type=radio]")];
const comment = (item) => item.querySelector("input[type=text]");

const show = (n, { focus = true } = {}) => {
  items[at]?.classList.remove("on");
  at = Math.min(items.length - 1, Math.max(0, n));
  const item = items[at];
  item.classList.add("on");
  item.scrollIntoView({ block: "nearest" });
  if (focus) (radios(item).find((one) => one.checked) ?? radios(item)[0]).focus({ preventScroll: true });
};

// Drafts: kept a moment after each change; one at a time, and what changed meanwhile goes with the next.
let timer = 0;
let sending = false;
let again = false;
const backup = `auscult:${form.dataset.draft}`;

const data = () => {
  const found = new URLSearchParams(new FormData(form));
  for (const item of items) if (!found.has(`a-${item.dataset.q}`)) found.append(`a-${item.dataset.q}`, "");
  return found;
};

const keep = async () => {
  if (sending) {
    again = true;
    return;
  }
  sending = true;
  saved.textContent = "Saving";
  try {
    const answer = await fetch(form.dataset.draft, { method: "POST", body: data() });
    if (!answer.ok) throw new Error(String(answer.status));
    sessionStorage.removeItem(backup);
    saved.textContent = `Saved ${new Date().toTimeString().slice(0, 8)}`;
  } catch {
    sessionStorage.setItem(backup, data().toString());
    saved.textContent = "Kept here, saved when the server answers";
    timer = setTimeout(keep, 3000);
  }
  sending = false;
  if (again) {
    again = false;
    keep();
  }
};

const changed = () => {
  document.querySelector("#answered").textContent = items.filter((item) => radios(item).some((one) => one.checked) || item.querySelector("input[type=number]")?.value).length;
  clearTimeout(timer);
  timer = setTimeout(keep, 300);
};

const answer = (item, n) => {
  const one = radios(item)[n];
  if (!one) return;
  undo.push([item, radios(item).find((each) => each.checked) ?? null]);
  one.checked = true;
  item.classList.remove("open");
  changed();
};

const takeBack = () => {
  const last = undo.pop();
  if (!last) return;
  const [item, before] = last;
  for (const one of radios(item)) one.checked = one === before;
  changed();
  show(items.indexOf(item));
};

// Quote what is selected in the transcript, in the comment of the metric at hand, and mark it.
const quote = () => {
  const selection = getSelection();
  const words = selection.toString().trim().replaceAll(/[\u201c\u201d]/g, "'").replaceAll(/\s+/g, " ");
  const range = selection.rangeCount ? selection.getRangeAt(0) : null;
  const turn = range?.startContainer.parentElement?.closest(".turn .text");
  if (!words || !turn || !turn.contains(range.endContainer)) return;
  const field = comment(items[at]);
  field.value = `${field.value} \u201c${words}\u201d`.trim();
  const mark = document.createElement("mark");
  mark.className = "ev on";
  mark.dataset.for = items[at].dataset.q;
  try {
    range.surroundContents(mark);
  } catch {
    // The words reach over a mark that is there already: quoted all the same.
  }
  selection.removeAllRanges();
  changed();
};

const submit = () => form.requestSubmit(form.querySelector("button[value=submit]"));

const keys = {
  j: () => show(at + 1),
  k: () => show(at - 1),
  e: quote,
  m: () => comment(items[at]).focus(),
  z: takeBack,
  n: submit,
  g: () => document.querySelector(`mark[data-for~="${items[at].dataset.q}"]`)?.scrollIntoView({ block: "center" }),
};

addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    submit();
    return;
  }
  const writes = event.target.matches?.("textarea, select, input[type=text], input[type=number]");
  if (writes && event.key === "Escape") {
    show(at);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || writes || document.querySelector("dialog[open]")) return;
  const n = "123456789".indexOf(event.key);
  if (n >= 0 && event.key) {
    answer(items[at], n);
    show(at + 1);
    event.preventDefault();
  } else if (keys[event.key.toLowerCase()]) {
    keys[event.key.toLowerCase()]();
    event.preventDefault();
  }
});

for (const [n, item] of items.entries()) {
  item.addEventListener("focusin", () => n !== at && show(n, { focus: false }));
  item.addEventListener("click", (event) => {
    if (event.target.closest("legend")) show(n);
  });
}
form.addEventListener("change", (event) => {
  event.target.closest("[data-q]")?.classList.remove("open");
  changed();
});
form.addEventListener("input", (event) => event.target.matches("textarea, input[type=text], input[type=number]") && changed());

// What was kept here while the server was away goes first.
const kept = sessionStorage.getItem(backup);
if (kept) {
  for (const [name, value] of new URLSearchParams(kept)) {
    const field = form.elements.namedItem(name);
    if (field && value) field.value = value;
  }
  changed();
}
const open = items.findIndex((item) => item.classList.contains("open"));
show(open >= 0 ? open : at);
