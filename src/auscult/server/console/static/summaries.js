// A card for a summary, which the agent may put into words of their own.

import { ask } from "./wire.js";
import { copied, doing, made, onKeysOf, one, opened, put, say } from "./dom.js";
import { thumbs } from "./opinion.js";

export class SummaryCard {
  constructor(summary, room) {
    this.line = made("summary");
    this.element = one(".card", this.line);
    this.rate = thumbs(this.element, `${room.path}/feedback`, "summary", summary.id, () => room.reasons().summary, room.changed);
    const own = one(".own", this.element);
    const edit = one(".edit", this.element);
    const leave = () => opened(own, false, edit);
    edit.onclick = () => {
      if (own.hidden) one("textarea", own).value = this.text;
      opened(own, own.hidden, edit);
    };
    one(".leave", own).onclick = leave;
    onKeysOf(own, leave);
    own.onsubmit = async (event) => {
      event.preventDefault();
      const text = one("textarea", own).value.trim();
      const path = `${room.path}/summaries/${encodeURIComponent(this.summary.id)}`;
      const save = async () => this.show(await ask("PUT", path, { text }));
      if (text && (await doing(this.element, one("button", own), save))) {
        leave();
        say("Saved");
        room.changed();
      }
    };
    const copy = one(".copy", this.element);
    copy.onclick = () => doing(this.element, copy, () => copied(this.text).then(() => say("Copied")));
    this.show(summary);
  }

  get text() {
    return this.summary.edited_text ?? this.summary.text;
  }

  show(summary) {
    this.summary = summary;
    const who = summary.agent ? ` – ${summary.agent.name ?? summary.agent.id}` : "";
    put(this.element, ".kind", `${summary.type === "final" ? "Final summary" : "Handover summary"}${who}`);
    put(this.element, ".marks", summary.edited_text ? "Edited" : "");
    put(this.element, ":scope > .text", this.text);
    const before = one(".before", this.element);
    before.hidden = !summary.edited_text;
    put(before, "p", summary.text);
    this.rate(summary.feedback);
  }
}
