// Which keys are shortcuts: those pressed alone, outside of fields and dialogs, while the reader has them on (WCAG 2.1.4).
// A radio or a checkbox under the focus takes no letters, so keys go on working there.
const FIELDS = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";

export const isShortcut = (event, fields = FIELDS) =>
  document.documentElement.dataset.shortcuts !== "off" &&
  !event.ctrlKey &&
  !event.metaKey &&
  !event.altKey &&
  !event.target.closest?.(fields) &&
  !document.querySelector("dialog[open]");
