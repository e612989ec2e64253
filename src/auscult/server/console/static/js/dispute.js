// The page of a dispute by keyboard: 1, 2 and 3 choose what counts from now on, and go to its reason, where digits are
// text; Ctrl and Enter decide and open the next.

import { isShortcut } from "./keys.js";

const form = document.querySelector("#decision");

addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    form.requestSubmit();
    return;
  }
  if (!isShortcut(event, "textarea, select, input[type=text]")) return;
  const chosen = form.querySelectorAll("input[name=answer]")[["1", "2", "3"].indexOf(event.key)];
  if (!chosen) return;
  chosen.checked = true;
  event.preventDefault();
  form.querySelector("#reason").focus();
});
