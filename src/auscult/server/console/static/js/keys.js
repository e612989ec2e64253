// Which keys are shortcuts: those pressed alone, outside of fields and dialogs, while the reader has them on (WCAG 2.1.4).
const FIELDS = "input, textarea, select, [contenteditable]";

export const isShortcut = (event, fields = FIELDS) =>
  document.documentElement.dataset.shortcuts !== "off" &&
  !event.ctrlKey &&
  !event.metaKey &&
  !event.altKey &&
  !event.target.closest?.(fields) &&
  !document.querySelector("dialog[open]");
