// The tab that tries a form: its buttons ask the server, and what was tried is tried again as the form changes.

import { hydrate, render } from "../vendor/preact.js";
import { adoptedIn } from "./adopted.js";

const AGAIN_MS = 800;
const LOOK_MS = 600;

const read = (part) => new DOMParser().parseFromString(part, "text/html").body;
const trialOf = (tab) => tab.querySelector("[data-trial]");
const unlessAborted = (error) => {
  if (error.name !== "AbortError") throw error;
};
const isOpen = (tab) => trialOf(tab)?.dataset.open !== undefined;

// `missed()` is called where there is no answer.
export function triesForm(form, region, missed) {
  const status = document.createElement("p");
  status.className = "vh";
  status.setAttribute("role", "status");
  const wrong = document.createElement("div");
  wrong.className = "tabpart";
  wrong.dataset.part = "try";
  region.before(status, wrong);
  const right = document.querySelector("#examplesay");

  function refuse(words) {
    const said = document.createElement("p");
    said.className = "bad";
    said.setAttribute("role", "alert");
    said.textContent = words;
    wrong.replaceChildren(said);
  }

  // What is being typed is newer than what the server read.
  const typed = (element) => {
    const now = element.id && document.getElementById(element.id);
    if (now && (["sought", "transcript"].includes(element.id) || element.name === "words")) return { value: now.value };
    return element.localName === "textarea" ? { value: element.value } : {};
  };
  // What is shown of a list stays chosen while more of it comes.
  const asChosen = (element) => {
    const now = element.name === "shown" && region.querySelector(`[name=shown][value=${element.value}]`);
    return now ? { checked: now.checked } : typed(element);
  };
  const shown = (element, boundOf = typed) => adoptedIn(element, boundOf);
  hydrate(shown(region), region);

  const file = () => region.querySelector("#tryfile");
  const isFile = (act) => act.startsWith("file");
  function bodyOf(act, turn) {
    const data = new FormData(form);
    for (const name of [...data.keys()]) if (/^(set|was|as|un|new|pack):/.test(name)) data.delete(name);
    data.set("act", act);
    data.set("part", "1");
    if (turn) data.delete("turn");
    const tries = /^(again|keep|drop|words)\b/.test(act) ? data.get("on") : act;
    if (!isFile(tries) || !file().files.length) return new URLSearchParams(data);
    data.set("file", file().files[0]);
    return data;
  }

  function show(tab, boundOf) {
    render(shown(tab, boundOf), region);
    region.removeAttribute("aria-busy");
    status.textContent = "";
    if (right && !region.querySelector(".bad")) right.textContent = region.querySelector(".tryex summary")?.textContent ?? "";
  }
  // Who pressed a button reads on where its answer begins.
  function goes(act) {
    const words = region.querySelector("[name=words]");
    if (act.startsWith("words:") && words) words.focus();
    else (region.querySelector(".bad") ?? region.querySelector(".tryfocus") ?? region.querySelector(".tryfound button"))?.focus();
    region.querySelector(".trymoment")?.click();
  }

  let going = null;
  let added = ""; // the turn whose words were added
  async function ask(act) {
    clearTimeout(timer);
    isPending = false;
    going?.abort();
    const mine = (going = new AbortController());
    const isAgain = act === "again";
    const turn = isAgain ? added : "";
    added = "";
    region.setAttribute("aria-busy", "true");
    status.textContent = isAgain ? "" : region.dataset.busy;
    try {
      const answer = await fetch(`${form.action}/try`, { method: "POST", body: bodyOf(act, turn), signal: mine.signal });
      if (answer.redirected) missed();
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      const tab = read(await answer.text());
      wrong.replaceChildren();
      if (!isAgain) {
        show(tab);
        goes(act);
      }
      await follow(tab, mine, isAgain);
      if (isAgain) show(tab, asChosen);
      if (turn) document.getElementById(`say-${turn}`)?.focus();
    } catch {
      if (mine === going && !isAgain) refuse(region.dataset.failed);
    }
    if (mine !== going) return;
    region.removeAttribute("aria-busy");
    status.textContent = "";
  }

  // Read a trial again while it goes on. One that follows a change is shown once it is over, or waits for something.
  async function follow(tab, mine, isAgain) {
    while (isOpen(tab)) {
      await new Promise((then) => setTimeout(then, LOOK_MS));
      mine.signal.throwIfAborted();
      if (document.hidden) continue;
      const answer = await fetch(trialOf(tab).dataset.trial, { signal: mine.signal }).catch(() => null);
      mine.signal.throwIfAborted();
      if (answer?.status === 404) {
        refuse(trialOf(tab).dataset.gone);
        return;
      }
      if (answer?.redirected) missed();
      if (!answer?.ok || answer.redirected) continue; // a server that is away for a moment is asked again
      trialOf(tab).replaceWith(trialOf(read(await answer.text())));
      if (!isAgain || tab.querySelector(".trywaits")) show(tab, asChosen);
    }
  }

  region.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.id !== "sought") return;
    event.preventDefault();
    ask("find");
  });

  region.addEventListener("change", (event) => {
    const [chosen] = file().files;
    if (event.target !== file() || !chosen) return;
    if (chosen.size > Number(file().dataset.limit)) refuse(file().dataset.large);
    else ask("file");
  });
  const over = (event) => event.dataTransfer?.types.includes("Files");
  const drop = () => region.querySelector("#trydrop");
  region.addEventListener("dragover", (event) => {
    if (!over(event)) return;
    event.preventDefault();
    drop().classList.add("over");
  });
  region.addEventListener("dragleave", () => drop().classList.remove("over"));
  region.addEventListener("drop", (event) => {
    drop().classList.remove("over");
    if (!over(event)) return;
    event.preventDefault();
    file().files = event.dataTransfer.files;
    file().dispatchEvent(new Event("change", { bubbles: true }));
  });

  if (isOpen(region)) follow(region.cloneNode(true), (going = new AbortController()), false).catch(unlessAborted);
  const isTried = () => region.querySelector("[name=on]").value || region.querySelector(".tryex, [value=examples]");
  let timer = 0;
  let last = null;
  let isPending = Boolean(region.querySelector("[value=examples]")); // kept examples are tried once the page is there
  return {
    // Return whether a button that was pressed is one of the trial. One without an address of its own changes the form.
    handles(event) {
      if (!region.contains(event.submitter) || event.submitter.name === "fit") return false;
      if (!event.submitter.hasAttribute("formaction")) {
        added = region.querySelector("[name=turn]").value;
        return false;
      }
      event.preventDefault();
      ask(event.submitter.value);
      return true;
    },
    // Try again what was tried, once a change of the document has settled and has no fault.
    follows(document, isWhole) {
      isPending ||= last !== null && last !== document;
      last = document;
      clearTimeout(timer);
      if (isPending && isWhole && isTried()) timer = setTimeout(() => ask("again"), AGAIN_MS);
    },
  };
}
