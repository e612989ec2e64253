// The search of everything: a dialog over the link that leads to its page. Results come while one writes, and nothing
// opens by itself. Pages that were opened are kept as addresses alone: the server names those that still exist.
const dialog = document.querySelector("dialog#finder");
const RECENT = "auscult_recent";
const KEPT = 12;
const WAIT_MS = 150;
const OPENED = /^\/console\/(conversations|agents|metrics|forms|scorecards|taxonomies)\/[^/]+$/;

const recent = () => {
  try {
    return JSON.parse(localStorage.getItem(RECENT) ?? "[]");
  } catch {
    return []; // another program wrote there
  }
};

const { pathname } = location;
if (OPENED.test(pathname) && performance.getEntriesByType("navigation")[0]?.responseStatus < 400)
  localStorage.setItem(RECENT, JSON.stringify([pathname, ...recent().filter((each) => each !== pathname)].slice(0, KEPT)));

export const openSearch = () => {
  if (!dialog || dialog.open || document.querySelector("dialog[open]")) return;
  document.querySelector("#menu:popover-open")?.hidePopover();
  dialog.showModal();
  field.select();
  show();
};

const field = dialog?.querySelector("input");
const found = dialog?.querySelector("[data-found]");
let asked = null; // the request that is under way
let shown = ""; // the search whose results are there
let timer = 0;

const address = (kind) => {
  const query = new URLSearchParams();
  if (field.value.trim()) query.set("q", field.value.trim());
  else for (const each of recent()) query.append("recent", each);
  if (kind) query.set("kind", kind);
  return query;
};

const show = async (kind = "") => {
  clearTimeout(timer);
  asked?.abort();
  const mine = new AbortController();
  asked = mine;
  const query = address(kind);
  found.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`${dialog.dataset.part}?${query}`, { signal: mine.signal });
    if (answer.redirected || !answer.ok) location.assign(`${dialog.dataset.page}?${query}`); // signed out, or refused
    else {
      const text = await answer.text();
      const focused = found.contains(document.activeElement);
      found.innerHTML = text;
      shown = field.value.trim();
      if (focused) (found.querySelector(".kinds [aria-current]") ?? field).focus();
    }
    found.removeAttribute("aria-busy");
  } catch (error) {
    if (error.name !== "AbortError") location.assign(`${dialog.dataset.page}?${query}`); // the page says what is wrong
  }
};

const move = (step) => {
  const stops = [field, ...found.querySelectorAll(".hits li a")];
  const at = stops.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 1 : 0) : at + step;
  stops[Math.max(0, Math.min(stops.length - 1, next))].focus();
};

if (dialog) {
  for (const link of document.querySelectorAll("a.findall, a[data-search]"))
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      openSearch();
    });
  addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (dialog.open) field.focus();
    else openSearch();
  });
  if (navigator.platform.startsWith("Mac"))
    for (const key of document.querySelectorAll("a.findall kbd")) key.textContent = "⌘ K";
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, WAIT_MS);
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape") {
      event.preventDefault(); // in a search field, a browser would empty it first
      dialog.close();
    }
  });
  // Enter in the field opens the first hit of these very words; of others it goes to the page with their results.
  dialog.querySelector("form[role=search]").addEventListener("submit", (event) => {
    const first = found.querySelector(".hits li a");
    if (!first || shown !== field.value.trim()) return;
    event.preventDefault();
    first.click();
  });
  found.addEventListener("click", (event) => {
    const kind = event.target.closest(".kinds a, h2 a");
    if (kind && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      show(new URL(kind.href).searchParams.get("kind") ?? "");
    } else if (event.target.closest(".hits a")) dialog.close(); // a link to this very page loads nothing
  });
}
