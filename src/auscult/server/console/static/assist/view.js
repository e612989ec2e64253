// What every component needs: markup as a tagged template, and small things that are done in the browser.

import { h } from "../vendor/preact.js";
import { signal, useSignal } from "../vendor/signals.js";
import htm from "../vendor/htm.js";
import { LOCALES } from "./words.js";

export const html = htm.bind(h);

// For who hears the page rather than sees it.
export const heard = signal("");

export function say(text) {
  heard.value = "";
  setTimeout(() => (heard.value = text), 50);
}

// Does what a button is for, once at a time; what goes wrong is said beside it. isSo() says whether what was asked for
// is the case by now: then an answer that got lost is no fault.
export function useDoing() {
  const isBusy = useSignal(false);
  const fault = useSignal(null);
  const run = async (act, isSo = () => false) => {
    if (isBusy.value) return false;
    isBusy.value = true;
    fault.value = null;
    try {
      await act();
      return true;
    } catch (error) {
      if (error.status === 0 && isSo()) return true;
      fault.value = error;
      return false;
    } finally {
      isBusy.value = false;
    }
  };
  return { isBusy, fault, run };
}

export const busy = (doing) => (doing.isBusy.value ? "true" : null);

export function Fault({ doing }) {
  return html`<p class="fault" role="alert" hidden=${!doing.fault.value}>${doing.fault.value?.message}</p>`;
}

// Whether the agent is still there, or nowhere: who has gone elsewhere while the server answered keeps the focus.
export const isHere = (place) => document.activeElement === document.body || Boolean(place?.contains(document.activeElement));

// The keys of a form: Escape leaves it, Ctrl and Enter send it.
export const keysOf = (leave) => (event) => {
  if (event.key === "Escape") {
    event.stopPropagation();
    leave();
  } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    event.currentTarget.requestSubmit();
  }
};

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

const hours = new Intl.DateTimeFormat(LOCALES, { hour: "2-digit", minute: "2-digit" });
export const clock = (iso) => hours.format(new Date(iso));
