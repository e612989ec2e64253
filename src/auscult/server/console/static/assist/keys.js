// Everything by keyboard. Letters alone only count on a card, so nobody who types sets anything off.

import { part } from "./model.js";

const LETTERS = { s: ".send", 1: ".send", 2: ".send-2", 3: ".send-3", 0: ".none", c: ".copy", e: ".edit", o: ".edit", l: ".like", d: ".dislike" };
const PARTS = { KeyQ: ["search", "#query"], KeyY: ["summary", "#summarise"], KeyP: ["steps", "#steps"] };
const one = (selector, root = document) => root.querySelector(selector);

export function bindKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey) return;
    event.altKey ? byAlt(event) : onCard(event);
  });
}

// Shows a part where there is room for one only.
export function toPart(name) {
  part.value = name;
}

function byAlt(event) {
  const wanted = PARTS[event.code];
  if (wanted) {
    const [name, field] = wanted;
    if (one(`#${name}`).hidden) return;
    toPart(name);
    one(`#${name}`).scrollIntoView({ block: "nearest" });
    one(field).focus();
  } else if (event.code === "KeyJ" || event.code === "KeyK") {
    toPart("talk");
    step(event.code === "KeyJ" ? -1 : 1);
  } else if (event.code === "Slash") {
    one("#keys").open ? one("#keys").close() : one("#keys").showModal();
  } else return;
  event.preventDefault();
}

// To an older suggestion, or a newer one; from elsewhere to the newest.
function step(by) {
  const cards = [...document.querySelectorAll("#turns .card, #current .card")];
  const at = cards.indexOf(document.activeElement?.closest(".card"));
  const next = at < 0 ? cards.length - 1 : Math.min(Math.max(at + by, 0), cards.length - 1);
  cards[next]?.focus();
  cards[next]?.scrollIntoView({ block: "nearest" });
}

function onCard(event) {
  const card = event.target.closest?.(".card");
  if (!card || event.target.closest("input, textarea, summary")) return;
  const selector = LETTERS[event.key.toLowerCase()];
  const button = selector && one(selector, card);
  if (!button || button.closest("[hidden]")) return;
  // What is sent cannot be taken back: it takes the card itself, and no other button of it, to have the focus.
  if (selector.startsWith(".send") && event.target !== card && event.target !== button) return;
  event.preventDefault();
  button.click();
}
