// The ready questions in the form builder: found by their words, and added to the section that is in use.

import { asksFor } from "./form_parts.js";

// Which ready questions there are, and where they can go, follows from these keys alone.
const headOf = (document) => (document.match(/\b(?:id|name|channel|languages):.*(?:\n *- .*)*/g) ?? []).join();

// `follows(document, isWhole)` asks again; `into()` is the section that is chosen, empty where the form has none.
export function offersReady(form, panel, shelf, missed) {
  const region = shelf.querySelector("div");
  const questions = asksFor(form, region, "ready", () => shelf.open, missed, headOf);
  let words = "";
  let used = "";

  function sift() {
    const section = region.querySelector("#ready-section");
    if ([...(section?.options ?? [])].some((each) => each.value === used)) section.value = used;
    const rows = [...region.querySelectorAll("tbody tr")];
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(words.trim().toLowerCase());
    const said = region.querySelector("[role=status]");
    if (said) said.textContent = rows.some((row) => !row.hidden) ? "" : said.dataset.none;
  }

  shelf.addEventListener("toggle", () => questions.ask());
  shelf.addEventListener("input", (event) => {
    if (event.target.type === "search") words = event.target.value;
    else used = event.target.value;
    sift();
  });
  // Enter looks for words here, and presses no button.
  shelf.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.type === "search") event.preventDefault();
  });
  panel.addEventListener("focusin", (event) => {
    used = event.target.closest("[data-section]")?.dataset.section ?? used;
    sift();
  });
  new MutationObserver(() => {
    const field = region.querySelector("[type=search]");
    if (field) field.value = words;
    sift();
  }).observe(region, { childList: true });

  return { follows: questions.follows, into: () => region.querySelector("#ready-section")?.value ?? "" };
}
