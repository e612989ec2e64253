// Everything by keyboard. Letters alone only count on a card, so nobody who types sets anything off.

import { all, one } from "./dom.js";

const LETTERS = { s: ".send", c: ".copy", e: ".edit", o: ".edit", l: ".like", d: ".dislike" };
const PARTS = { KeyQ: ["search", "#query"], KeyY: ["summary", "#summarise"], KeyP: ["steps", "#steps"] };

export function bindKeys(talkShown) {
  for (const button of all(".parts button")) button.onclick = () => toPart(button.dataset.to, false, talkShown);
  one("#help").onclick = () => one("#keys").showModal();
  document.addEventListener("keydown", (event) => {
    if (event.altKey && !event.ctrlKey && !event.metaKey) byAlt(event, talkShown);
    else if (!event.ctrlKey && !event.metaKey && !event.altKey) onCard(event);
  });
}

// Shows a part where there is room for one only, and goes to it.
export function toPart(name, isFocused, talkShown) {
  document.body.dataset.part = name;
  for (const button of all(".parts button")) button.setAttribute("aria-current", String(button.dataset.to === name));
  if (name === "talk") talkShown?.();
  if (isFocused) one(`#${name}`).scrollIntoView({ block: "nearest" });
}

function byAlt(event, talkShown) {
  const part = PARTS[event.code];
  if (part) {
    if (one(`#${part[0]}`).hidden) return;
    toPart(part[0], true, talkShown);
    one(part[1]).focus();
  } else if (event.code === "KeyJ" || event.code === "KeyK") {
    toPart("talk", false, talkShown);
    step(event.code === "KeyJ" ? -1 : 1);
  } else if (event.code === "Slash") {
    one("#keys").open ? one("#keys").close() : one("#keys").showModal();
  } else return;
  event.preventDefault();
}

// To an older suggestion, or a newer one; from elsewhere to the newest.
function step(by) {
  const cards = all("#turns .card, #current .card");
  const at = cards.indexOf(document.activeElement?.closest(".card"));
  const next = at < 0 ? cards.length - 1 : Math.min(Math.max(at + by, 0), cards.length - 1);
  cards[next]?.focus();
  cards[next]?.scrollIntoView({ block: "nearest" });
}

function onCard(event) {
  const card = event.target.closest?.(".card");
  if (!card || event.target.closest("input, textarea, summary")) return;
  const button = one(LETTERS[event.key.toLowerCase()] ?? ":not(*)", card);
  if (!button || button.hidden || button.closest("[hidden]")) return;
  event.preventDefault();
  button.click();
}
