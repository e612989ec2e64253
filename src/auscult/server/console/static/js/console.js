// What every page does beyond its HTML. Pages read well without it: it adds keys, finding, and the reader's time zone.
import { find, replay } from "./conversation.js";

document.documentElement.classList.add("scripted");

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes(`auscult_zone=${encodeURIComponent(zone)}`)) {
  document.cookie = `auscult_zone=${encodeURIComponent(zone)}; Path=/console; Max-Age=31536000; SameSite=Lax`;
}

const inField = (target) => target.closest?.("input, textarea, select, [contenteditable]");

// Keys that hold everywhere: / to the search field; g and then a letter to a page.
let went = false;
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || inField(event.target)) return;
  if (event.key === "/") {
    const field = document.querySelector("input[type=search]");
    if (field) {
      field.focus();
      field.select();
      event.preventDefault();
    }
  } else if (went && "hcao".includes(event.key)) {
    const names = { h: "Home", c: "Conversations", a: "My audits", o: "Overview" };
    const link = [...document.querySelectorAll(".nav li a")].find((one) => one.textContent.startsWith(names[event.key]));
    if (link) link.click();
  } else if (event.key === "?") {
    document.querySelector("dialog#keys")?.showModal();
  }
  const keyed = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (keyed) keyed.click();
  went = event.key === "g";
});

// Choose a theme without loading the page anew; without script the form does the same.
for (const form of document.querySelectorAll("form.themes")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const theme = event.submitter.value;
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    for (const button of form.querySelectorAll("button"))
      button.setAttribute("aria-pressed", String(button === event.submitter));
    const data = new FormData(form, event.submitter);
    fetch(form.action, { method: "POST", body: new URLSearchParams(data), redirect: "manual" });
  });
}

// Lists: j and k move from row to row; Enter opens, as it does with any link.
const rows = [...document.querySelectorAll("table.list tbody .what a")];
if (rows.length) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || inField(event.target) || !"jk".includes(event.key)) return;
    const at = rows.indexOf(document.activeElement);
    const next = event.key === "j" ? at + 1 : at - 1;
    rows[Math.min(rows.length - 1, Math.max(0, next))].focus();
  });
}

// Lists with choices: x chooses the row under the focus; the bar shows how many are chosen.
const bulk = document.querySelector("#bulk");
if (bulk) {
  const boxes = [...bulk.querySelectorAll("input[name=id]")];
  const all = bulk.querySelector("#all");
  const count = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    bulk.querySelector("#chosen").textContent = chosen;
    bulk.classList.toggle("choosing", chosen > 0);
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    count();
  });
  bulk.addEventListener("change", count);
  bulk.addEventListener("reset", () => setTimeout(count));
  addEventListener("keydown", (event) => {
    if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (inField(event.target) && event.target.type !== "checkbox") return;
    const box = document.activeElement.closest("tr")?.querySelector("input[name=id]");
    if (!box) return;
    box.checked = !box.checked;
    count();
  });
  addEventListener("pageshow", count);
}

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
    if (focused) newer.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
    if (!newer.dataset.stream) events.close();
  };
}

// What is under way is asked for again, as long as it is.
const again = () => {
  const part = document.querySelector("[data-again]");
  if (!part) return;
  setTimeout(async () => {
    const answer = await fetch(location.href).catch(() => null);
    if (answer?.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const newer = page.querySelector(`#${part.id}`);
      if (newer && !part.contains(document.activeElement)) part.replaceWith(newer);
    }
    again();
  }, Number(part.dataset.again));
};
again();

if (document.querySelector("[data-page=conversation]")) {
  find();
  replay();
}
