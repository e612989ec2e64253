// What the audit desk knows: the answers to each metric, which one is at hand, what can be undone, and whether the
// draft is kept.

import { computed, signal } from "../vendor/signals.js";
import { answersOf, changedIn, fieldsOf, isSame, picked } from "./desk_answers.js";

const SOON_MS = 300;
const AGAIN_MS = 3000;

class SignedOutError extends Error {}

export class Desk {
  // found: [metric id, what the fields of its item hold by the first letter of their names: a answer, n number,
  // r reason, c comment]
  constructor(found, at, missing) {
    this.items = found.map(([id, values], index) => {
      const fields = Object.fromEntries(["a", "n", "r", "c"].map((name) => [name, signal(values[name] ?? "")]));
      const isMissing = computed(() => missing.has(id) && !fields.a.value && !fields.n.value);
      return { id, index, fields, isMissing };
    });
    this.at = signal(at);
    this.changes = signal(0);
    this.answered = computed(() => this.items.filter(({ fields }) => fields.a.value || fields.n.value).length);
    this.missing = computed(() => this.items.filter(({ isMissing }) => isMissing.value).length);
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

// Kept a moment after each change, one at a time; what changed meanwhile goes with the next, or with the page. Only what
// was changed here is sent, and with the revision that it was changed on: so nothing of another window is written over.
export class Draft {
  // at: where it is kept; stored: what the server has, as revision, time and fields; answers: gives those on the desk;
  // says: the words in the reader's language, by saving, saved (with {time}), kept, signedOut, and over
  constructor(at, stored, answers, says) {
    this.words = signal("");
    this.at = at;
    this.answers = answers;
    this.says = says;
    this.base = answersOf(stored.fields); // what the answers here began with: what the server has, as far as it is loaded
    this.revision = stored.revision;
    this.time = stored.time;
    this.theirs = signal(null); // what another window has stored and is not loaded here, with its time
    this.both = signal([]); // what was answered in both windows: id and fields of the other
    this.backup = `auscult:desk:${at.path}`;
    this.isChanged = this.isSubmitted = this.isOver = false;
    this.wait = SOON_MS;
  }

  // What is to be stored: what was changed here, but for what another window has changed too.
  get own() {
    const mine = this.answers();
    const theirs = this.theirs.peek()?.answers ?? {};
    return picked(mine, changedIn(mine, this.base).filter((id) => !(id in theirs) || isSame(theirs[id], this.base[id])));
  }

  // Gives back what was kept here while the server was away; whether there was anything.
  restore(give) {
    const kept = JSON.parse(sessionStorage.getItem(this.backup) ?? "null");
    if (!kept) return false;
    const stored = this.base;
    this.base = { ...stored, ...kept.base };
    for (const [id, fields] of Object.entries(kept.answers)) if (id in stored) give(id, fields);
    this.meet(stored);
    return true;
  }

  keepHere() {
    const mine = this.answers();
    const ids = changedIn(mine, this.base);
    sessionStorage.setItem(this.backup, JSON.stringify({ answers: picked(mine, ids), base: picked(this.base, ids) }));
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

  // Stores what changed; whether the server has all that is on the desk, and nothing else.
  keep() {
    if (this.isSubmitted || this.isOver) return true;
    clearTimeout(this.timer);
    this.sending ??= this.send().finally(() => {
      this.sending = null;
      if (this.isChanged) this.keepIn(this.wait);
    });
    return this.sending;
  }

  async settled() {
    await this.sending;
    return this.keep();
  }

  async send() {
    this.isChanged = false;
    this.wait = SOON_MS;
    const sent = this.own;
    try {
      const answer = await fetch(this.at.path, { method: "POST", body: this.body(sent) });
      if (!answer.ok && answer.status !== 409) throw new Error(String(answer.status));
      const isJson = answer.headers.get("content-type").startsWith("application/json");
      if (answer.status === 409 && !isJson) return this.over();
      if (answer.redirected && !isJson) throw new SignedOutError(); // to the page to sign in
      const stored = await answer.json();
      const answers = answersOf(stored.fields);
      this.revision = stored.revision;
      this.time = stored.time;
      if (answer.ok) Object.assign(this.base, picked(answers, Object.keys(sent)));
      this.meet(answers);
      if (!answer.ok) this.isChanged ||= Object.keys(this.own).length > 0;
      sessionStorage.removeItem(this.backup);
      if (this.theirs.peek()) this.words.value = "";
      else if (!this.isChanged) this.words.value = this.says.saved.replace("{time}", new Date().toTimeString().slice(0, 8));
      return answer.ok && !this.theirs.peek();
    } catch (error) {
      this.keepHere();
      this.words.value = error instanceof SignedOutError ? this.says.signedOut : this.says.kept;
      this.isChanged = true;
      this.wait = AGAIN_MS;
      return false;
    }
  }

  // The audit was submitted or given to another auditor meanwhile, and takes no more answers; the page of it says more.
  over() {
    this.isOver = true;
    this.words.value = this.says.over;
    return true;
  }

  body(answers) {
    return new URLSearchParams([["assignment", this.at.assignment], ["revision", this.revision], ...fieldsOf(answers)]);
  }

  // Compares what the server has with what the desk began with: the same answer in both windows needs no words.
  meet(answers) {
    const mine = this.answers();
    const same = changedIn(answers, this.base).filter((id) => isSame(answers[id], mine[id]));
    Object.assign(this.base, picked(answers, same));
    this.theirs.value = changedIn(answers, this.base).length ? { time: this.time, answers } : null;
  }

  // Loads what another window has stored, where nothing was changed here; the ids of all that it changed.
  load(give) {
    const { answers } = this.theirs.peek();
    const mine = this.answers();
    const changed = changedIn(answers, this.base);
    const both = changed.filter((id) => !isSame(mine[id], this.base[id]));
    Object.assign(this.base, picked(answers, changed));
    for (const id of changed) if (!both.includes(id)) give(id, answers[id]);
    this.both.value = [...this.both.peek().filter(({ id }) => !changed.includes(id)), ...both.map((id) => ({ id, fields: answers[id] }))];
    this.theirs.value = null;
    this.changed();
    return changed;
  }

  // What the other window has is taken, or what is here stays: it is no question any more.
  decided(ids) {
    this.both.value = this.both.peek().filter(({ id }) => !ids.includes(id));
  }

  // The form has the answers: nothing is sent after it.
  submitted() {
    this.isSubmitted = true;
    sessionStorage.removeItem(this.backup);
  }

  // The page is left: what is not stored yet is sent without waiting. The server may refuse it, as another window has
  // stored answers since, and nobody hears of that: it is kept here too, for when the desk is opened again.
  leave() {
    if (this.isSubmitted || this.isOver) return;
    if (!(this.isChanged || this.sending || this.theirs.peek())) return;
    this.keepHere();
    if (this.isChanged || this.sending) navigator.sendBeacon(this.at.path, this.body(this.own));
  }
}
