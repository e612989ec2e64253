// What is typed in a builder is kept in its tab until the server has stored it, and so are the steps that can be undone.
// Only the same user gets it back. Secrets and pasted transcripts are not kept.

const TYPED = /^(document|open|(set|was|as|un|new|pack):.*)$/;
const MOST_CHARACTERS = 2_000_000; // of the steps: a tab keeps five million in all

export const isWords = (name) => /^(new|pack):/.test(name);
const entriesOf = (form) => [...new FormData(form)].filter(([name]) => TYPED.test(name));
// The page as it was typed, to compare; words that are not added yet count only where an act adds them.
export const onPage = (form, withWords) =>
  JSON.stringify(entriesOf(form).filter(([name]) => name === "document" || name.startsWith("set:") || (withWords && isWords(name))));

// What was typed is put in place of what a page has.
export function replaced(data, entries) {
  for (const name of [...data.keys()]) if (TYPED.test(name)) data.delete(name);
  for (const [name, value] of entries) data.append(name, value);
}

export class Keeping {
  constructor(form, isStored) {
    this.form = form;
    this.at = `auscult:builder:${form.dataset.user}:${new URL(form.action).pathname}`;
    if (isStored) this.saved = onPage(form);
  }

  // The server has what is on the page.
  stored() {
    this.saved = onPage(this.form);
    this.forget("typed");
  }

  get isUnsaved() {
    return onPage(this.form) !== this.saved || entriesOf(this.form).some(([name, value]) => isWords(name) && value);
  }

  keep() {
    this.write("typed", { time: new Date().toTimeString().slice(0, 5), entries: entriesOf(this.form) });
  }

  // What was kept before the page was loaded, unless a document has it all; it stays until it is put back or forgotten.
  offered(document) {
    const kept = this.read("offered") ?? this.read("typed");
    const was = new Map(kept?.entries);
    const isThere = ([name, value]) =>
      name === "document" ? value === document : name.startsWith("set:") ? value === was.get(name.replace("set:", "was:")) : !isWords(name) || !value;
    this.forget("typed");
    if (!kept || kept.entries.every(isThere)) return null;
    this.write("offered", kept);
    return kept;
  }

  forget(name) {
    sessionStorage.removeItem(`${this.at}:${name}`);
  }

  // The steps before and after a document, as many as there is room for. They end with publishing.
  keepSteps(steps) {
    while (JSON.stringify(steps).length > MOST_CHARACTERS && steps.past.length) steps = { ...steps, past: steps.past.slice(10) };
    this.write("steps", steps);
  }

  stepsAt(document) {
    const found = this.read("steps");
    this.forget("steps");
    const isRefused = performance.getEntriesByType("navigation")[0]?.responseStatus >= 400;
    return found?.document === document && (!found.isPublished || isRefused) ? found : null;
  }

  write(name, value) {
    try {
      sessionStorage.setItem(`${this.at}:${name}`, JSON.stringify(value));
    } catch {} // the tab has no room: what is on the page stays there
  }

  read(name) {
    return JSON.parse(sessionStorage.getItem(`${this.at}:${name}`) ?? "null");
  }
}
