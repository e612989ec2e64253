// How far the conversation has come in its playbooks: every step, done or not, and a hint where one is missing.

import { clock, made, one, put, say } from "./dom.js";

let told = new Set(); // hints that were said already

export function showSteps(followed, isNew) {
  const books = followed?.playbooks ?? [];
  const hints = new Map((followed?.hints ?? []).map((hint) => [key(hint.playbook_id, hint.stage_id, hint.step_id), hint.text]));
  one("#steps").hidden = books.length === 0;
  const button = one('[data-to="steps"]');
  button.hidden = books.length === 0;
  const count = one(".count", button);
  count.hidden = hints.size === 0;
  count.textContent = hints.size ? String(hints.size) : "";
  one("#playbooks").replaceChildren(...books.map((book) => bookOf(book, hints)));
  if (isNew) for (const text of hints.values()) if (!told.has(text)) say(text);
  told = new Set(hints.values());
}

function bookOf(book, hints) {
  const shown = made("playbook");
  put(shown, ".name", book.name ?? book.id);
  const asked = book.min_adherence === null || book.min_adherence === undefined ? "" : `, target ${round(book.min_adherence)}%`;
  put(shown, ".share", `${round(book.adherence)}% done${asked}`);
  one(".track i", shown).style.setProperty("--share", book.adherence ?? 0);
  for (const stage of book.stages) {
    if (book.stages.length > 1 || stage.name) {
      const title = made("stage");
      title.textContent = stage.name ?? stage.id;
      one("ol", shown).append(title);
    }
    for (const step of stage.steps) one("ol", shown).append(stepOf(step, hints.get(key(book.id, stage.id, step.id))));
  }
  return shown;
}

function stepOf(step, hint) {
  const shown = made("step");
  shown.dataset.state = step.is_done ? "done" : hint ? "missing" : "open";
  put(shown, ".name", step.name ?? step.id);
  const optional = step.is_required === false ? " (optional)" : "";
  put(shown, ".when", step.is_done && step.done_at ? clock(step.done_at) : optional);
  put(shown, ".state", step.is_done ? "done" : "not done");
  const told = put(shown, ".hint", hint ?? "");
  told.hidden = !hint;
  return shown;
}

const key = (...parts) => JSON.stringify(parts);
const round = (share) => Math.round(share ?? 0);
