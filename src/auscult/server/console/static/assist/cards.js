// A card for what the assistant wrote: a suggestion, the answer to a search, a summary.

import { useLayoutEffect, useRef } from "../vendor/preact-hooks.js";
import { useComputed, useSignal, useSignalEffect } from "../vendor/signals.js";
import { act, edit, focused, foot, fresh, isEnded, language, line, state, setWriting, use, wanted, writing } from "./model.js";
import { useThumbs } from "./opinion.js";
import { isOpen, isUnsent, outcome, said } from "./store.js";
import { Fault, busy, copied, html, isHere, keysOf, say, useDoing } from "./view.js";
import { _, counted } from "./words.js";

// What every card does: the focus that it is asked to take, and a fault that goes once it is known how things stand.
function useCard(id, item) {
  const card = useRef(null);
  const doing = useDoing();
  useSignalEffect(() => {
    const asked = wanted.value;
    if (asked?.id !== id) return;
    wanted.value = null;
    if (isHere(asked.from)) card.current.focus();
  });
  useSignalEffect(() => {
    if (line.value === "live" && doing.fault.peek()?.status === 0) doing.fault.value = null;
  });
  // Looked up before the card changes: a browser takes the focus from a button as soon as that is hidden.
  const isHeld = Boolean(card.current?.contains(document.activeElement));
  useLayoutEffect(() => {
    doing.fault.value = null;
    if (isHeld && document.activeElement === document.body) card.current.focus({ preventScroll: true });
  }, [item]);
  return { card, doing };
}

export function AnswerCard({ id, about }) {
  const answer = useComputed(() => state.value[about === "search" ? "searches" : "suggestions"].get(id)).value;
  const { card, doing } = useCard(id, answer);
  const now = () => state.peek()[about === "search" ? "searches" : "suggestions"].get(id);
  const rating = useThumbs({ about, of: id, feedback: answer.feedback, kind: "answer", card, doing });
  const isSuggestion = about === "suggestion";
  const isFolded = useComputed(() => isSuggestion && foot.value !== id).value;
  const isEditing = useComputed(() => writing.value.has(id)).value;
  const isNothing = !answer.text;
  const others = isSuggestion && isUnsent(answer) ? answer.alternatives : [];
  const isDone = !isUnsent(answer);
  const maySend = isOpen(answer) && !isEnded.value;
  const became = useComputed(() => outcome(state.value, now())).value;
  const marks = [became, answer.is_copied && _("Copied")].filter(Boolean);
  const told = () => say(_("Sent to the desktop"));
  const send = () => doing.run(() => use(id, "sent").then(told), () => now().is_sent);
  const sendThis = (text) => doing.run(() => use(id, "overridden", { text }).then(told), () => now().instead === text);
  const copy = (text) => doing.run(() => copied(text).then(() => use(id, "copied")).then(() => say(_("Copied"))), () => now().is_copied);
  const sendOwn = async (text, form) => {
    const isSo = () => now().instead === text;
    if (!(await doing.run(() => use(id, "overridden", { text }).then(told), isSo))) return;
    if (isHere(form)) card.current.focus();
    setWriting(id, false);
  };
  const noneOfThem = () => doing.run(() => act("POST", "feedback", { about, of: id, value: "dislike" }).then(() => say(_("Noted: none of these"))));
  // Below the buttons of the first result, so that they are not taken for those of the last.
  const sources = html`
    <${Sources} answer=${answer} isSuggestion=${isSuggestion} doing=${doing} copy=${copy}
      send=${isUnsent(answer) && !isEnded.value && sendThis} />`;
  const gist = isNothing ? _("Nothing found") : marks.length ? answer.text : _("Not used: %(text)s", { text: answer.text });
  const names = ["card", "answer", isFolded && "folded", isNothing && "nothing", isDone && "done", fresh.has(id) && "new"];
  return html`
    <article ref=${card} class=${names.filter(Boolean).join(" ")} data-about=${about} tabindex="-1" aria-labelledby=${`l-${id}`}
      onFocusIn=${() => (focused.value = id)} onFocusOut=${() => setTimeout(left, 0, card.current, id)} onAnimationEnd=${() => fresh.delete(id)}>
      <h3 class="label" id=${`l-${id}`}>
        <span class="kind" dir="auto">${!isSuggestion ? answer.query : answer.is_unsure ? _("Perhaps one of these") : _("Suggestion")}</span>
        <span class="gist" dir="auto">${gist}</span>
        <span class="marks">${marks.join(" · ")}</span>
      </h3>
      <div class=${others.length ? "choices" : null}>
        <div>
          <p class="text" dir="auto" lang=${isNothing ? null : language} tabindex=${others.length ? "0" : null}>${answer.text ?? _("No results. Try different words.")}</p>
          ${isSuggestion && sources}
        </div>
        ${others.map((each, at) => html`<${Other} key=${each.passage_id} passage=${each} number=${at + 2} send=${maySend && !isEditing && sendThis} doing=${doing} />`)}
      </div>
      ${answer.instead && html`<p class="instead"><span>${_("You sent")}</span><q dir="auto" lang=${language}>${answer.instead}</q></p>`}
      ${isEditing && html`<${Own} label=${_("Your reply")} rows="4" text=${answer.text} doing=${doing} submit=${sendOwn} name=${_("Send edited")}
        leave=${() => setWriting(id, false)} refused=${maySend ? null : _("This suggestion has been used, or the conversation has ended.")} />`}
      <div class="acts main-acts" hidden=${isNothing || isEditing}>
        <button type="button" class="send primary" hidden=${!maySend} aria-disabled=${busy(doing)} onClick=${send}>${_("Send")}</button>
        <button type="button" class="copy" aria-disabled=${busy(doing)} onClick=${() => copy(answer.text)}>${_("Copy")}</button>
        <button type="button" class="edit" hidden=${!isSuggestion || !maySend} onClick=${() => setWriting(id, true)}>${_("Edit")}</button>
        ${others.length > 0 && maySend && html`
          <button type="button" class="none" aria-pressed=${String(answer.feedback?.value === "dislike")} aria-disabled=${busy(doing)} onClick=${noneOfThem}>${_("None of these")}</button>`}
        ${rating.thumbs}
      </div>
      ${!isSuggestion && sources}
      <${Fault} doing=${doing} />
      ${rating.form}
    </article>`;
}

// A further passage, sent with the key of its number; the first one is sent with 1 or S.
function Other({ passage, number, send, doing }) {
  const { heading, source } = passage;
  const text = said(passage);
  return html`
    <div class="other" role="group" aria-label=${_("Suggestion %(number)s", { number })}>
      <p class="from" dir="auto">${(heading ?? source).split(" > ").at(-1)}</p>
      <blockquote dir="auto" lang=${language} tabindex="0">${text}</blockquote>
      <${Whole} passage=${passage} />
      <button type="button" class=${`send-${number}`} hidden=${!send} aria-label=${_("Send suggestion %(number)s", { number })}
        aria-disabled=${busy(doing)} onClick=${() => send(text)}>${_("Send")} <kbd aria-hidden="true">${number}</kbd></button>
    </div>`;
}

// The passage that an answer was taken from, where it says more.
function Whole({ passage }) {
  if (said(passage) === passage.text) return null;
  return html`<details class="whole"><summary>${_("Whole passage")}</summary><blockquote dir="auto" lang=${language}>${passage.text}</blockquote></details>`;
}

function left(card, id) {
  if (focused.value === id && !card.contains(document.activeElement)) focused.value = null;
}

// Of a search each passage is a result, to be sent or copied like the first one; send is false where nothing may be sent.
function Sources({ answer: { sources, text }, isSuggestion, doing, copy, send }) {
  if (!sources.length) return null;
  const more = sources.length - 1;
  const others = isSuggestion
    ? counted("%(number)s more source", "%(number)s more sources", more)
    : counted("%(number)s more result", "%(number)s more results", more);
  const way = (sources[0].heading ?? sources[0].source).split(" > ");
  const from = _("From %(place)s", { place: [...new Set([way[0], way.at(-1)])].join(" – ") });
  return html`
    <details class="sources">
      <summary>${more ? `${from} · ${others}` : from}</summary>
      <ol>
        ${sources.map((each, at) => html`
          <li>
            <p class="from" dir="auto">${[each.heading, each.source, _("since version %(version)s", { version: each.version })].filter(Boolean).join(" · ")}</p>
            <blockquote dir="auto" lang=${said(each) === text ? null : language}>${said(each) === text ? _("Quoted word for word.") : said(each)}</blockquote>
            <${Whole} passage=${each} />
            ${!isSuggestion && said(each) !== text && html`
              <div class="acts">
                <button type="button" class="send-this" hidden=${!send} aria-label=${_("Send result %(number)s", { number: at + 1 })} aria-disabled=${busy(doing)} onClick=${() => send(said(each))}>${_("Send")}</button>
                <button type="button" class="copy-this" aria-label=${_("Copy result %(number)s", { number: at + 1 })} aria-disabled=${busy(doing)} onClick=${() => copy(said(each))}>${_("Copy")}</button>
              </div>`}
          </li>`)}
      </ol>
    </details>`;
}

// The agent's own words in place of the assistant's. refused says why they can no longer be given.
function Own({ label, rows, text, doing, submit, leave, name, refused }) {
  const form = useRef(null);
  const field = useRef(null);
  useLayoutEffect(() => {
    const here = form.current;
    const card = here.parentElement;
    field.current.value = text ?? "";
    field.current.focus();
    return () => {
      if (!isHere(here)) return;
      card.focus(); // without a focus in it a folded card would close
      queueMicrotask(() => document.activeElement === card && card.querySelector(".edit").focus());
    };
  }, []);
  const given = (event) => {
    event.preventDefault();
    const words = field.current.value.trim();
    if (words && !refused) submit(words, form.current);
  };
  return html`
    <form class="own" ref=${form} onSubmit=${given} onKeyDown=${keysOf(leave)}>
      <label><span>${label}</span><textarea ref=${field} dir="auto" lang=${language} rows=${rows} maxlength="20000" required></textarea></label>
      ${refused && html`<p class="fault" role="status">${refused}</p>`}
      <div class="acts">
        ${!refused && html`<button type="submit" class="primary" aria-disabled=${busy(doing)}>${name}</button>`}
        <button type="button" class="leave" onClick=${leave}>${_("Cancel")}</button>
      </div>
    </form>`;
}

export function SummaryCard({ id }) {
  const summary = useComputed(() => state.value.summaries.get(id)).value;
  const { card, doing } = useCard(id, summary);
  const rating = useThumbs({ about: "summary", of: id, feedback: summary.feedback, kind: "summary", card, doing });
  const isEditing = useSignal(false);
  const isCopied = useSignal(false);
  const text = summary.edited_text ?? summary.text;
  const who = summary.agent ? ` – ${summary.agent.name ?? summary.agent.id}` : "";
  const marks = [summary.edited_text && _("Edited"), isCopied.value && _("Copied")].filter(Boolean);
  const copy = () => doing.run(async () => {
    await copied(text);
    isCopied.value = true;
    say(_("Copied"));
  });
  const save = async (words) => {
    const isSo = () => state.peek().summaries.get(id).edited_text === words;
    if (!(await doing.run(() => edit(id, words), isSo))) return;
    isEditing.value = false;
    isCopied.value = false;
    say(_("Saved"));
  };
  return html`
    <article ref=${card} class="card summary" tabindex="-1" aria-labelledby=${`l-${id}`}>
      <h3 class="label" id=${`l-${id}`}>
        <span class="kind">${summary.type === "final" ? _("Final summary") : _("Handover summary")}${who}</span>
        <span class="marks">${marks.join(" · ")}</span>
      </h3>
      <p class="text" dir="auto" lang=${language}>${text}</p>
      ${summary.edited_text && html`
        <details class="before"><summary>${_("Original")}</summary><p dir="auto" lang=${language}>${summary.text}</p></details>`}
      ${isEditing.value && html`
        <${Own} label=${_("Your summary")} rows="7" text=${text} doing=${doing} submit=${save} name=${_("Save")} leave=${() => (isEditing.value = false)} />`}
      <div class="acts main-acts" hidden=${isEditing.value}>
        <button type="button" class="edit" onClick=${() => (isEditing.value = true)}>${_("Edit")}</button>
        <button type="button" class="copy" aria-disabled=${busy(doing)} onClick=${copy}>${_("Copy")}</button>
        ${rating.thumbs}
      </div>
      <${Fault} doing=${doing} />
      ${rating.form}
    </article>`;
}
