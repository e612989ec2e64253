// What the audit desk knows: the answers to each metric, which one is at hand, what can be undone, and whether the
// draft is kept.

import { computed, signal } from "../vendor/signals.js";

const SOON_MS = 300;
const AGAIN_MS = 3000;

export class Desk {
  // found: [metric id, what the fields of its item hold by the first letter of their names: a answer, n number,
  // r reason, c comment]
  constructor(found, at, missing) {
    this.items = found.map(([id, values], index) => {
      const fields = Object.fromEntries(["a", "n", "r", "c"].map((name) => [name, signal(values[name] ?? "")]));
      return { id, index, fields, isMissing: signal(missing.has(id)) };
    });
    this.at = signal(at);
    this.changes = signal(0);
    this.answered = computed(() => this.items.filter(({ fields }) => fields.a.value || fields.n.value).length);
    this.undoable = [];
  }

  get item() {
    return this.items[this.at.peek()];
  }

  classOf(item) {
    return computed(() => ["q", this.at.value === item.index && "on", item.isMissing.value && "open"].filter(Boolean).join(" "));
  }

  isChosen(item, value) {
    return computed(() => item.fields.a.value === value);
  }

  to(index) {
    this.at.value = Math.min(this.items.length - 1, Math.max(0, index));
    return this.item;
  }

  choose(item, value) {
    this.undoable.push([item, item.fields.a.peek()]);
    this.give(item, "a", value);
  }

  give(item, name, value) {
    if (item.fields[name].peek() === value) return;
    item.fields[name].value = value;
    item.isMissing.value = false;
    this.changes.value += 1;
  }

  quote(words) {
    this.give(this.item, "c", `${this.item.fields.c.peek()} \u201c${words}\u201d`.trim());
  }

  // Takes the last answer back; the item that it was of, if there was one.
  undo() {
    const [item, before] = this.undoable.pop() ?? [null];
    if (item) this.give(item, "a", before);
    return item;
  }
}

// Kept a moment after each change, one at a time; what changed meanwhile goes with the next, or with the page.
export class Draft {
  // says: the words in the reader's language, by saving, saved (with {time}) and kept
  constructor(path, data, says) {
    this.words = signal("");
    this.path = path;
    this.data = data;
    this.says = says;
    this.backup = `auscult:${path}`;
    this.isChanged = this.isSending = this.isSubmitted = false;
  }

  // What was kept here while the server was away.
  get left() {
    return [...new URLSearchParams(sessionStorage.getItem(this.backup) ?? "")];
  }

  changed() {
    this.isChanged = true;
    this.words.value = this.says.saving;
    this.keepIn(SOON_MS);
  }

  keepIn(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), ms);
  }

  async keep() {
    if (this.isSending || this.isSubmitted) return;
    this.isSending = true;
    this.isChanged = false;
    let wait = SOON_MS;
    try {
      const answer = await fetch(this.path, { method: "POST", body: this.data() });
      if (!answer.ok) throw new Error(String(answer.status));
      sessionStorage.removeItem(this.backup);
      if (!this.isChanged) this.words.value = this.says.saved.replace("{time}", new Date().toTimeString().slice(0, 8));
    } catch {
      sessionStorage.setItem(this.backup, this.data().toString());
      this.words.value = this.says.kept;
      this.isChanged = true;
      wait = AGAIN_MS;
    }
    this.isSending = false;
    if (this.isChanged) this.keepIn(wait);
  }

  // The form has the answers: nothing is sent after it.
  submitted() {
    this.isSubmitted = true;
  }

  // The page is left: what is not kept yet is sent without waiting.
  leave() {
    if (this.isSubmitted || !(this.isChanged || this.isSending)) return;
    if (!navigator.sendBeacon(this.path, this.data())) sessionStorage.setItem(this.backup, this.data().toString());
  }
}
