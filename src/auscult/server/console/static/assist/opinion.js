// Like and dislike: kept at once, with reasons and a comment for who wants to say more.

import { useLayoutEffect, useRef } from "../vendor/preact-hooks.js";
import { useSignal } from "../vendor/signals.js";
import { act, settings } from "./model.js";
import { session } from "./session.js";
import { Fault, busy, html, isHere, keysOf, say, useDoing } from "./view.js";
import { _, translated } from "./words.js";

const LEGENDS = { like: _("What was good about it?"), dislike: _("What was wrong with it?") };
const NAMES = { like: _("Helpful"), dislike: _("Not helpful") };
const SHAPES = {
  like: "M7 11v9H4v-9zM7 11l4-8c1.700 0 2.500 1.200 2.200 2.800L12.600 9H18c1.400 0 2.300 1.200 2 2.500l-1.500 6.500c-.3 1.200-1.200 2-2.500 2H7",
  dislike: "M17 13V4h3v9zM17 13l-4 8c-1.700 0-2.500-1.200-2.200-2.800l.6-3.200H6c-1.400 0-2.300-1.200-2-2.500L5.500 6C5.800 4.800 6.700 4 8 4h9",
};

// The thumbs of a card, and the form that they open at its end. The thumb that is pressed withdraws itself. kind says
// whose reasons are offered. What another agent thinks is not shown as one's own.
export function useThumbs({ about, of, feedback, kind, card, doing }) {
  const open = useSignal(null);
  const known = useRef(null);
  const withdrawn = useRef(null);
  const isMine = feedback?.agent?.id === session.value?.agent.id;
  if (!feedback || isMine) known.current = feedback === withdrawn.current ? null : feedback;
  const mine = known.current;
  const target = of === undefined ? {} : { of };
  const send = (value, more = {}) => act("POST", "feedback", { about, ...target, value, ...more });
  const press = async (value) => {
    if (mine?.value === value) {
      const withdraw = async () => {
        await send("none");
        [withdrawn.current, known.current, open.value] = [mine, null, null];
        say(_("Withdrawn"));
      };
      await doing.run(withdraw);
      return;
    }
    const comment = mine?.comment ? { comment: mine.comment } : {}; // what was written is not lost with another thumb
    if (await doing.run(() => send(value, comment))) open.value = value;
  };
  const more = mine?.value && !open.value && html`
    <button type="button" class="more" onClick=${() => (open.value = mine.value)}>${_("Add reasons")}</button>`;
  const thumb = (value) => html`
    <button type="button" class=${`thumb ${value}`} aria-pressed=${String(mine?.value === value)} aria-disabled=${busy(doing)}
      aria-label=${NAMES[value]} title=${`${NAMES[value]} (${value[0].toUpperCase()})`} onClick=${() => press(value)}>
      <svg viewBox="0 0 24 24" aria-hidden="true"><path d=${SHAPES[value]} /></svg>
    </button>`;
  const form = open.value && html`
    <${Opinion} key=${open.value} value=${open.value} mine=${mine} reasons=${settings.value.reasons[kind][open.value] ?? []}
      send=${send} close=${() => (open.value = null)} card=${card} />`;
  return { thumbs: html`<span class="thumbs">${more}${thumb("like")}${thumb("dislike")}</span>`, form };
}

function Opinion({ value, mine, reasons, send, close, card }) {
  const form = useRef(null);
  const doing = useDoing();
  const before = mine?.value === value ? (mine.details ?? []) : [];
  useLayoutEffect(() => {
    const shown = form.current;
    const thumb = card.current.querySelector(`.${value}`);
    shown.querySelector("textarea").value = mine?.comment ?? "";
    if (isHere(card.current)) shown.querySelector("input, textarea").focus();
    shown.scrollIntoView({ block: "nearest" });
    return () => isHere(shown) && thumb.focus();
  }, []);
  const submit = async (event) => {
    event.preventDefault();
    const comment = form.current.querySelector("textarea").value.trim();
    const picked = [...form.current.querySelectorAll("input:checked")].map((box) => box.value);
    if (await doing.run(() => send(value, { reasons: picked, ...(comment ? { comment } : {}) }))) close();
  };
  return html`
    <form class="opinion" ref=${form} onSubmit=${submit} onKeyDown=${keysOf(close)}>
      <fieldset>
        <legend>${LEGENDS[value]}</legend>
        <div class="reasons">
          ${reasons.map((reason) => html`
            <label key=${reason} class="reason"><input type="checkbox" value=${reason} defaultChecked=${before.includes(reason)} /><span>${translated(reason)}</span></label>`)}
        </div>
      </fieldset>
      <label><span>${_("Comment")}</span><textarea dir="auto" rows="2" maxlength="5000"></textarea></label>
      <div class="acts">
        <button type="submit" class="primary" aria-disabled=${busy(doing)}>${_("Save")}</button>
        <button type="button" class="leave" onClick=${close}>${_("Close")}</button>
      </div>
      <${Fault} doing=${doing} />
    </form>`;
}
