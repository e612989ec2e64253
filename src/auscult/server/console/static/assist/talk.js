// What was said, with the suggestions where they were asked for, and the one suggestion that stands at the foot.

import { render } from "../vendor/preact.js";
import { useEffect, useLayoutEffect, useRef } from "../vendor/preact-hooks.js";
import { computed, useComputed } from "../vendor/signals.js";
import { AnswerCard } from "./cards.js";
import { agents, foot, hasNewer, isAtEnd, isKnown, language, rows, state } from "./model.js";
import { nameOf, waiting } from "./store.js";
import { clock, html } from "./view.js";
import { _ } from "./words.js";

const NEAR_PX = 160;
const waits = computed(() => waiting(state.value));
const shown = new WeakMap(); // row → what is shown of it: a row that did not change is not looked at again

function shownOf(row) {
  if (!shown.has(row)) shown.set(row, row.who ? html`<${Turn} key=${row.key} id=${row.key} joins=${row.joins} />` : html`<${Coming} key=${row.key} row=${row} />`);
  return shown.get(row);
}

export function Talk() {
  const talk = useRef(null);
  return html`
    <section id="talk" ref=${talk} aria-labelledby="h-talk" aria-busy=${String(!isKnown.value)}>
      <h2 id="h-talk" class="unseen">${_("Conversation and suggestions")}</h2>
      ${isKnown.value
        ? html`<${Said} talk=${talk} />`
        : html`<div class="skeleton" aria-hidden="true"><i></i><i></i><i></i></div>`}
    </section>`;
}

function Said({ talk }) {
  const list = useRef(null);
  const end = useRef(null);
  useScrolling(talk, list, end);
  const toEnd = () => {
    talk.current.scrollTop = talk.current.scrollHeight;
    hasNewer.value = false;
  };
  return html`
    ${!rows.value.length && html`<p id="silence" class="empty">${_("No messages yet.")}</p>`}
    <div role="log" aria-label=${_("Conversation")}><ol id="turns" ref=${list}>${rows.value.map(shownOf)}</ol></div>
    <button id="newer" type="button" class="newer" hidden=${!hasNewer.value} onClick=${toEnd}>${_("New messages ↓")}</button>
    <div ref=${end} class="end"></div>`;
}

// The conversation stays at its end while its end is in view, and never moves while somebody writes in it. It is moved
// when its size is known: earlier, each change would be laid out twice.
function useScrolling(talk, list, end) {
  const stay = () => {
    const place = talk.current;
    if (!isAtEnd.peek() || place.contains(document.activeElement?.closest("form"))) return;
    place.scrollTop = place.scrollHeight;
  };
  useEffect(() => {
    const sizes = new ResizeObserver(stay);
    sizes.observe(list.current);
    sizes.observe(talk.current);
    const view = new IntersectionObserver((entries) => {
      const { isIntersecting, rootBounds } = entries.at(-1);
      if (!rootBounds?.height) return; // another part of the page is shown in its place
      isAtEnd.value = isIntersecting;
      if (isIntersecting) hasNewer.value = false;
    }, { root: talk.current, rootMargin: `0px 0px ${NEAR_PX}px 0px` });
    view.observe(end.current);
    return () => {
      sizes.disconnect();
      view.disconnect();
    };
  }, []);
}

function Coming({ row }) {
  const at = new Date(row.time);
  return html`<li class="coming"><span class="text">${row.text}</span> <time datetime=${at.toISOString()}>${clock(at)}</time></li>`;
}

function Turn({ id, joins }) {
  const message = useComputed(() => state.value.messages.get(id)).value;
  const name = useComputed(() => nameOf(message, agents.value)).value;
  const suggested = useComputed(() => state.value.suggested.get(id)).value;
  return html`
    <li class=${joins ? "turn joins" : "turn"} data-speaker=${message.speaker}>
      <div class="said">
        <p class=${joins ? "who unseen" : "who"}><span class="name">${name}</span> <time datetime=${message.at}>${clock(message.at)}</time></p>
        <p class="text" dir="auto" lang=${language}>${message.text}</p>
        ${message.reworded_at && html`<p class="reworded">${_("Edited later; this is the first text")}</p>`}
      </div>
      ${suggested?.map((each) => html`<${Folded} key=${each} id=${each} />`)}
    </li>`;
}

function Folded({ id }) {
  const isHere = useComputed(() => foot.value !== id);
  return isHere.value && html`<${Placed} id=${id} />`;
}

export function Foot() {
  const id = foot.value;
  return html`
    <section id="current" aria-label=${_("Current suggestion")}>
      ${id && html`<${Placed} key=${id} id=${id} />`}
      ${!id && waits.value === "looking" && html`<p class="waits"><i aria-hidden="true"></i>${_("Looking for a suggestion…")}</p>`}
      ${!id && waits.value === "none" && html`<p class="waits">${_("No suggestion for this message.")}</p>`}
    </section>`;
}

// A card goes from the foot to its message as it is, with what is written in it and the focus: so it is made once, in an
// element of its own, and that element moves.
const hosts = new Map(); // request id → {element, held: what had the focus when it was taken from its place}

function hostOf(id) {
  if (!hosts.has(id)) {
    const element = document.createElement("div");
    element.className = "host";
    hosts.set(id, { element, held: null });
    render(html`<${AnswerCard} id=${id} about="suggestion" />`, element);
  }
  return hosts.get(id);
}

function Placed({ id }) {
  const place = useRef(null);
  useLayoutEffect(() => {
    const here = place.current;
    const host = hostOf(id);
    const held = host.held ?? heldIn(host.element);
    host.held = null;
    here.append(host.element);
    held?.focus({ preventScroll: true });
    return () => {
      if (host.element.parentElement !== here) return;
      host.held = heldIn(host.element);
      host.element.remove();
    };
  }, [id]);
  return html`<div class="host" ref=${place}></div>`;
}

const heldIn = (element) => (element.contains(document.activeElement) ? document.activeElement : null);
