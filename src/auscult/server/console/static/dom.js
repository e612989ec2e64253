// Small things to do to the page. What people wrote only ever becomes text.

export const one = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];
export const made = (name) => one(`#t-${name}`).content.firstElementChild.cloneNode(true);

export function put(root, selector, text) {
  const element = one(selector, root);
  if (element.textContent !== (text ?? "")) element.textContent = text ?? "";
  return element;
}

export function fault(root, error) {
  const shown = one(":scope > .fault", root);
  shown.hidden = !error;
  shown.textContent = error ? error.message : "";
}

// For who hears the page rather than sees it.
export function say(text) {
  put(document, "#heard", "");
  setTimeout(() => put(document, "#heard", text), 50);
}

// Does what a button is for, once at a time; what goes wrong is said beside it.
export async function doing(root, button, act) {
  if (button.getAttribute("aria-disabled") === "true") return false;
  button.setAttribute("aria-disabled", "true");
  fault(root, null);
  try {
    await act();
    return true;
  } catch (error) {
    fault(root, error);
    return false;
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

// Whether the agent is still there, or nowhere: who has gone elsewhere while the server answered keeps the focus.
export const isHere = (place) => document.activeElement === document.body || place.contains(document.activeElement);

// A form that opens in its place and closes again; the focus goes in and comes back.
export function opened(form, isOpen, back) {
  if (form.hidden === !isOpen) return;
  form.hidden = !isOpen;
  if (isOpen) one("textarea, input", form).focus();
  else if (isHere(form)) back.focus();
}

export function onKeysOf(form, leave) {
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      leave();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
}

export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without TLS a browser has no clipboard for pages; this old way it still has.
    const before = document.activeElement;
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "unseen";
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    before?.focus();
  }
}

export const clock = (iso) => new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
