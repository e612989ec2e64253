// The tab that tries a form: its buttons ask the server, and what was tried is tried again as the form changes.

import { hydrate, render } from "../vendor/preact.js";
import { adopted } from "./adopted.js";

const AGAIN_MS = 800;
const NEXT = "<!--next-->"; // as the server writes it (console/visit.py)

// The tab, as often as the server sends it: again whenever more conversations were tried.
async function* partsOf(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    text += value ?? "";
    const parts = text.split(NEXT);
    text = parts.pop();
    yield* parts;
    if (!done) continue;
    if (text) yield text;
    return;
  }
}

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
  const shown = (element) => [...element.childNodes].map((each) => adopted(each, typed));
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

  function show(part) {
    render(shown(new DOMParser().parseFromString(part, "text/html").body), region);
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
      wrong.replaceChildren();
      let last = null;
      for await (const part of partsOf(answer)) {
        if (mine !== going) return;
        if (!isAgain) {
          show(part);
          if (last === null) goes(act);
        }
        last = part;
      }
      if (isAgain && last !== null) show(last);
      if (turn) document.getElementById(`say-${turn}`)?.focus();
    } catch {
      if (mine !== going) return;
      region.querySelector(".trygoing")?.classList.add("stopped");
      if (!mine.signal.aborted && !isAgain) refuse(region.dataset.failed);
    }
    if (mine !== going) return;
    region.removeAttribute("aria-busy");
    status.textContent = "";
  }

  region.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.id !== "sought") return;
    event.preventDefault();
    ask("find");
  });
  region.addEventListener("click", (event) => {
    if (event.target.id === "trystop") going?.abort();
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

  const isTried = () => region.querySelector("[name=on]").value || region.querySelector(".tryex, [value=examples]");
  let timer = 0;
  let last = null;
  let isPending = Boolean(region.querySelector("[value=examples]")); // kept examples are tried once the page is there
  return {
    // Return whether a button that was pressed is one of the trial. One without an address of its own changes the form.
    handles(event) {
      if (!region.contains(event.submitter)) return false;
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
