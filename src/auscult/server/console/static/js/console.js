// What every page does beyond its HTML. Pages read well without it: it adds keys, finding, and the reader's time zone.
import { find, replay } from "./conversation.js";
import { isShortcut } from "./keys.js";
import { openSearch } from "./search.js";

document.documentElement.classList.add("scripted");

// Chromium (156) crashes where moveBefore, which Preact and htmx use, moves the datalist of a field: insert it instead.
const { moveBefore } = Element.prototype;
if (moveBefore) {
  Element.prototype.moveBefore = function moveOrInsert(node, next) {
    return node.localName === "datalist" ? void this.insertBefore(node, next) : moveBefore.call(this, node, next);
  };
}

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes(`auscult_zone=${encodeURIComponent(zone)}`)) {
  document.cookie = `auscult_zone=${encodeURIComponent(zone)}; Path=/console; Max-Age=31536000; SameSite=Lax`;
}

// On narrow screens tabs are wider than the page: bring the open one into view.
for (const tabs of document.querySelectorAll(".tabs")) {
  const open = tabs.querySelector("[aria-current]");
  if (open) tabs.scrollLeft = open.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - open.offsetWidth) / 2;
}

// On low screens the menu scrolls: bring the page that is open into view.
const menu = document.querySelector("#menu");
const here = menu?.querySelector("[aria-current=page]");
if (here) menu.scrollTop = here.offsetTop - menu.clientHeight / 2;

// The dialog that lists the shortcuts, and switches them off.
const shortcuts = document.querySelector("dialog#keys");
for (const button of document.querySelectorAll("[data-shows-keys]")) button.addEventListener("click", () => shortcuts.showModal());

// Keys that hold everywhere: / to the search field of the page, or to that of everything; g and then a letter to a page.
let went = false;
addEventListener("keydown", (event) => {
  if (!isShortcut(event)) return;
  if (event.key === "/") {
    const field = document.querySelector("main input[type=search]");
    event.preventDefault();
    if (!field) openSearch();
    else {
      field.focus();
      field.select();
    }
  } else if (went && "hcao".includes(event.key)) {
    const paths = { h: "", c: "/conversations", a: "/audits", o: "/overview" };
    const link = document.querySelector(`.nav li a[href="/console${paths[event.key]}"]`);
    if (link) link.click();
  } else if (event.key === "?") {
    shortcuts?.showModal();
  }
  const keyed = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (keyed) {
    event.preventDefault(); // what it opens may take the focus, and the key is not its text
    if (keyed.matches("select")) keyed.focus();
    else keyed.click();
  }
  went = event.key === "g";
});

// Offer what the server knows that begins with what was typed into a field.
let typed = 0;
const offer = async (field) => {
  const asked = new URLSearchParams({ of: field.dataset.offers, q: field.value });
  const answer = await fetch(`${field.dataset.from}?${asked}`).catch(() => null);
  if (!answer?.ok) return;
  const found = new DOMParser().parseFromString(await answer.text(), "text/html").body;
  field.list?.replaceChildren(...[...found.querySelectorAll("li")].map((each) => new Option(each.dataset.name, each.dataset.value)));
};
for (const name of ["input", "focusin"]) {
  document.addEventListener(name, ({ target }) => {
    if (!target.dataset?.offers) return;
    clearTimeout(typed);
    typed = setTimeout(offer, 200, target);
  });
}

// Choose a theme, or switch shortcuts off, without loading the page again; without script the form does the same.
for (const form of document.querySelectorAll("form.themes[data-usual]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { name, value } = event.submitter;
    if (value === form.dataset.usual) delete document.documentElement.dataset[name];
    else document.documentElement.dataset[name] = value;
    for (const button of form.querySelectorAll("button"))
      button.setAttribute("aria-pressed", String(button === event.submitter));
    const data = new FormData(form, event.submitter);
    fetch(form.action, { method: "POST", body: new URLSearchParams(data), redirect: "manual" });
  });
}

// Lists: j and k move from row to row; Enter opens, as it does with any link.
addEventListener("keydown", (event) => {
  if (!isShortcut(event) || !"jk".includes(event.key)) return;
  const rows = [...document.querySelectorAll("table.list tbody .what a")];
  const at = rows.indexOf(document.activeElement);
  const next = event.key === "j" ? at + 1 : at - 1;
  rows[Math.min(rows.length - 1, Math.max(0, next))]?.focus();
});

// Lists with choices: x chooses the row under the focus; the bar shows how many are chosen. Rows come and go by swaps,
// so they are looked for when something happens.
const boxesOf = (bulk) => [...bulk.querySelectorAll("input[name=id]")];
const count = () => {
  const bulk = document.querySelector("#bulk");
  if (!bulk) return;
  const [boxes, all] = [boxesOf(bulk), bulk.querySelector("#all")];
  const chosen = boxes.filter((box) => box.checked).length;
  bulk.querySelector("#chosen").textContent = chosen;
  bulk.classList.toggle("choosing", chosen > 0);
  all.checked = chosen > 0 && chosen === boxes.length;
  all.indeterminate = chosen > 0 && chosen < boxes.length;
};
addEventListener("change", (event) => {
  const bulk = event.target.closest("#bulk");
  if (bulk && event.target.id === "all") for (const box of boxesOf(bulk)) box.checked = event.target.checked;
  count();
});
addEventListener("reset", () => setTimeout(count));
addEventListener("keydown", (event) => {
  if (event.key !== "x" || !isShortcut(event, "input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  const box = document.activeElement.closest("#bulk tr")?.querySelector("input[name=id]");
  if (!box) return;
  box.checked = !box.checked;
  count();
});
addEventListener("pageshow", count);
document.addEventListener("htmx:after:swap", count);

// Leaving a page with words that were typed and not sent asks first. A page that refused them has them not stored either.
let sent = null;
const wasRefused = performance.getEntriesByType("navigation")[0]?.responseStatus >= 400;
addEventListener("submit", (event) => {
  if (!event.defaultPrevented) sent = event.target;
});
addEventListener("beforeunload", (event) => {
  const typed = [...document.querySelectorAll("main form[method=post]:not([data-draft]) textarea[name]")];
  if (typed.some((each) => each.form !== sent && each.value !== (wasRefused ? "" : each.defaultValue))) event.preventDefault();
});

// What happens on the server is shown as it happens: an event asks for the page again, and its part is replaced.
const live = document.querySelector("[data-stream]");
if (live) {
  const { id } = live;
  const events = new EventSource(live.dataset.stream);
  events.onmessage = async () => {
    const answer = await fetch(location.href).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const newer = page.getElementById(id);
    const old = document.getElementById(id);
    if (!newer) return;
    const known = new Set([...old.querySelectorAll("[data-alarm]")].map((each) => each.id));
    const alarm = [...newer.querySelectorAll("[data-alarm]")].filter((each) => !known.has(each.id));
    const said = document.getElementById("alarm");
    if (alarm.length && said) said.textContent = alarm.map((each) => each.dataset.alarm).join(". ");
    const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    old.replaceWith(newer);
    // Who stood on a conversation that is over stays in the list, rather than at the top of the page.
    newer.tabIndex = -1;
    if (focused) (newer.querySelector(`a[href="${CSS.escape(focused)}"]`) ?? newer).focus({ preventScroll: true });
    if (!newer.dataset.stream) events.close();
  };
}

// What was refused, found or done has the focus, so that it is read first, and Tab goes on from there rather than from
// the menu.
const isDone = new URLSearchParams(location.search).has("done");
const told = document.querySelector(`main :is([role=alert], [data-said]${isDone ? ", .tell[role=status]" : ""})`);
const focusTold = () => {
  told.tabIndex = -1;
  told.focus();
};
// The browser goes to the part that the address names, and drops the focus, once the page is loaded.
if (told && location.hash) addEventListener("load", () => setTimeout(focusTold));
else if (told) focusTold();

if (document.querySelector("[data-page=conversation]")) {
  find();
  replay();
}
