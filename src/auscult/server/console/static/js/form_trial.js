// The tab that tries a form: its buttons ask the server, and what was tried is tried again as the form changes.

import { hydrate, render } from "../vendor/preact.js";
import { adopted } from "./adopted.js";

const AGAIN_MS = 800;

export function triesForm(form, region) {
  const status = document.createElement("p");
  status.className = "vh";
  status.setAttribute("role", "status");
  region.before(status);

  // What is being typed is newer than what the server read.
  const typed = (element) => {
    const now = element.id && document.getElementById(element.id);
    if (["sought", "transcript"].includes(element.id) && now) return { value: now.value };
    return element.localName === "textarea" ? { value: element.value } : {};
  };
  const shown = (element) => [...element.childNodes].map((each) => adopted(each, typed));
  hydrate(shown(region), region);

  let asked = 0;
  async function ask(act) {
    clearTimeout(timer);
    const mine = ++asked;
    const data = new URLSearchParams(new FormData(form));
    for (const name of [...data.keys()]) if (/^(set|was|as|un|new|pack):/.test(name)) data.delete(name);
    data.set("act", act);
    data.set("part", "1");
    region.setAttribute("aria-busy", "true");
    status.textContent = act === "again" ? "" : region.dataset.busy;
    const answer = await fetch(`${form.action}/try`, { method: "POST", body: data }).catch(() => null);
    const made = answer && new DOMParser().parseFromString(await answer.text(), "text/html").body;
    if (mine !== asked) return;
    region.removeAttribute("aria-busy");
    status.textContent = "";
    if (!answer.ok) return;
    render(shown(made), region);
    if (act === "again") return;
    // Who pressed a button reads on where its answer begins.
    (region.querySelector(".bad") ?? region.querySelector(".tryfocus") ?? region.querySelector(".tryfound button"))?.focus();
  }

  region.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.id !== "sought") return;
    event.preventDefault();
    ask("find");
  });

  let timer = 0;
  let last = null;
  return {
    // Return whether a button that was pressed is one of the trial.
    handles(event) {
      if (!region.contains(event.submitter)) return false;
      event.preventDefault();
      ask(event.submitter.value);
      return true;
    },
    // Try again what was tried, once a change of the document has settled.
    follows(document, isWhole) {
      const isChanged = last !== null && last !== document;
      last = document;
      if (!isChanged) return;
      clearTimeout(timer);
      if (isWhole && (region.querySelector("[name=on]").value || region.querySelector(".tryex"))) timer = setTimeout(() => ask("again"), AGAIN_MS);
    },
  };
}
