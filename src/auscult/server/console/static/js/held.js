// The audit that was just submitted: counts down the seconds in which it can be undone, then shows what came of it.

import { isShortcut } from "./keys.js";

const AFTER_MS = 2500; // the server submits a little later than it takes the way back away

const region = document.querySelector("[data-held]");
let seconds = Number(region?.dataset.seconds ?? 0);

async function counted() {
  const body = new URLSearchParams({ assignment: region.dataset.assignment });
  const answer = await fetch(region.dataset.held, { method: "POST", body }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const made = new DOMParser().parseFromString(await answer.text(), "text/html").body;
  region.replaceChildren(...made.childNodes);
}

function tick() {
  seconds -= 1;
  const left = region.querySelector("[data-left]");
  left.textContent = left.dataset.words.replace("{n}", Math.max(seconds, 0));
  if (seconds > 0) return;
  clearInterval(ticking);
  const button = region.querySelector("button");
  if (button === document.activeElement) region.focus();
  button.remove();
  left.textContent = "";
  setTimeout(counted, AFTER_MS);
}

const ticking = seconds > 0 ? setInterval(tick, 1000) : 0;
if (region) region.tabIndex = -1;

addEventListener("keydown", (event) => {
  const undo = region?.querySelector("button");
  if (!undo || event.key.toLowerCase() !== "u" || !isShortcut(event, "textarea, select, input[type=text], input[type=number]")) return;
  event.preventDefault();
  undo.form.requestSubmit(undo);
});
