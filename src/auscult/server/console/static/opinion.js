// Like and dislike: kept at once, with reasons and a comment for who wants to say more.

import { ask } from "./wire.js";
import { all, doing, isHere, made, onKeysOf, one, put } from "./dom.js";

// Adds thumbs to a card. about and of say what it is an opinion of; reasons() gives {like: [...], dislike: [...]}.
export function thumbs(card, path, about, of, reasons, after) {
  const holder = one(".thumbs", card);
  holder.append(...made("thumbs").children);
  let form = null;

  const close = (back) => {
    form?.remove();
    form = null;
    back?.focus();
  };

  const send = (value, more = {}) =>
    ask("POST", path, { about, ...(of === null ? {} : { of }), value, ...more }).then(after);

  const open = (value, button, known) => {
    close();
    form = made("opinion");
    const legend = value === "like" ? "What was good about it?" : "What was wrong with it?";
    put(form, "legend", legend);
    const offered = reasons()[value] ?? [];
    for (const reason of offered) {
      const line = made("reason");
      put(line, "span", reason);
      const box = one("input", line);
      box.value = reason;
      box.checked = known?.value === value && (known.details ?? []).includes(reason);
      one(".reasons", form).append(line);
    }
    if (known?.value === value) one("textarea", form).value = known.comment ?? "";
    one(".leave", form).onclick = () => close(button);
    onKeysOf(form, () => close(button));
    form.onsubmit = async (event) => {
      event.preventDefault();
      const comment = one("textarea", form).value.trim();
      const picked = all("input:checked", form).map((box) => box.value);
      const said = { reasons: picked, ...(comment ? { comment } : {}) };
      if (await doing(form, one("button", form), () => send(value, said))) close(isHere(form) ? button : null);
    };
    card.append(form);
    if (isHere(card)) one("input, textarea", form).focus();
  };

  let known = null;
  for (const value of ["like", "dislike"]) {
    const button = one(`.${value}`, holder);
    button.onclick = async () => {
      if (form && button.getAttribute("aria-pressed") === "true") return close(button);
      const before = known;
      if (before?.value === value || (await doing(card, button, () => send(value)))) open(value, button, before);
    };
  }

  return (feedback) => {
    known = feedback;
    for (const value of ["like", "dislike"]) {
      one(`.${value}`, holder).setAttribute("aria-pressed", String(feedback?.value === value));
    }
  };
}
