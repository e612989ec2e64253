// A card for what the assistant answered: to a customer's message, or to a search.

import { ask } from "./wire.js";
import { copied, doing, isHere, made, onKeysOf, one, opened, put, say } from "./dom.js";
import { thumbs } from "./opinion.js";

const ICON_OF_KIND = { suggestion: "Suggestion", search: "Found" };

export class AnswerCard {
  // room: {path, reasons, changed} of the conversation
  constructor(answer, about, room) {
    this.answer = answer;
    this.room = room;
    this.element = made("answer");
    this.element.dataset.about = about;
    this.rate = thumbs(this.element, `${room.path}/feedback`, about, answer.request_id, () => room.reasons().answer, room.changed);
    put(this.element, ".kind", ICON_OF_KIND[about]);
    this.#act(".send", () => this.#use("sent", "Sent"));
    this.#act(".copy", async () => {
      await copied(this.answer.text ?? "");
      await this.#use("copied", "Copied");
    });
    const own = one(".own", this.element);
    const edit = one(".edit", this.element);
    const leave = () => opened(own, false, edit);
    edit.hidden = about === "search";
    edit.onclick = () => {
      if (own.hidden) one("textarea", own).value = this.answer.text ?? "";
      opened(own, own.hidden, edit);
    };
    one(".leave", own).onclick = leave;
    onKeysOf(own, leave);
    own.onsubmit = async (event) => {
      event.preventDefault();
      const text = one("textarea", own).value.trim();
      const use = () => this.#use("overridden", "Your reply is sent", { text });
      if (text && (await doing(this.element, one("button", own), use))) {
        own.hidden = true;
        if (isHere(own)) this.element.focus();
      }
    };
    this.show(answer);
  }

  get isOpen() {
    return Boolean(this.answer.text) && !(this.answer.is_sent || this.answer.is_copied || this.answer.is_override);
  }

  // Folded, a card is one line that opens as soon as it is pressed or has the focus.
  fold(isFolded) {
    this.element.classList.toggle("folded", isFolded && this.element.dataset.about === "suggestion");
  }

  show(answer) {
    this.answer = answer;
    const { element } = this;
    const isNothing = !answer.text;
    put(element, ".text", answer.text ?? "No results. Try different words.");
    if (element.dataset.about === "search") put(element, ".kind", answer.query);
    element.classList.toggle("nothing", isNothing);
    one(".main-acts", element).hidden = isNothing;
    const marks = [answer.is_sent && "Sent", answer.is_copied && "Copied", answer.is_override && "Edited and sent"];
    put(element, ".marks", marks.filter(Boolean).join(" · "));
    put(element, ".gist", isNothing ? "Nothing found" : `${marks.some(Boolean) ? "" : "Not used: "}${answer.text}`);
    one(".send", element).hidden = answer.is_sent || answer.is_override;
    one(".edit", element).hidden = element.dataset.about === "search" || answer.is_sent || answer.is_override;
    one(".instead", element).hidden = !answer.instead;
    put(element, ".instead q", answer.instead);
    element.classList.toggle("done", answer.is_sent || answer.is_override);
    this.rate(answer.feedback);
    this.#sources(answer);
  }

  #sources({ sources, text }) {
    const details = one(".sources", this.element);
    details.hidden = sources.length === 0;
    const list = one("ol", details);
    if (sources.length === 0 || list.childElementCount) return;
    const more = sources.length - 1;
    const others = more ? ` · ${more} more ${more === 1 ? "source" : "sources"}` : "";
    const way = (sources[0].heading ?? sources[0].source).split(" > ");
    put(details, "summary", `From ${[...new Set([way[0], way.at(-1)])].join(" – ")}${others}`);
    for (const source of sources) {
      const line = made("source");
      put(line, ".from", [source.heading, source.source, `version ${source.version}`].filter(Boolean).join(" · "));
      put(line, "blockquote", source.text === text ? "Quoted word for word." : source.text);
      list.append(line);
    }
  }

  #act(selector, act) {
    const button = one(selector, this.element);
    button.onclick = () => doing(this.element, button, act);
  }

  async #use(use, told, more = {}) {
    await ask("POST", `${this.room.path}/answers/${encodeURIComponent(this.answer.request_id)}/uses`, { use, ...more });
    say(told);
    if (document.activeElement === document.body) this.element.focus();
    this.room.changed();
  }
}
