// The page of a conversation, put together.

import { useRef } from "../vendor/preact-hooks.js";
import { computed, useComputed, useSignal } from "../vendor/signals.js";
import { AnswerCard, SummaryCard } from "./cards.js";
import { toPart } from "./keys.js";
import { ID, agents, badge, channel, isEnded, language, line, part, search, startedAt, state, summarise, wanted } from "./model.js";
import { useThumbs } from "./opinion.js";
import { Notice, session } from "./session.js";
import { Steps, hasSteps, hints } from "./steps.js";
import { present } from "./store.js";
import { Foot, Talk } from "./talk.js";
import { Fault, busy, clock, heard, html, useDoing } from "./view.js";
import { LOCALES, _ } from "./words.js";

const TOGETHER = new Intl.ListFormat(LOCALES, { type: "conjunction" });
const LINES = { begin: _("Connecting"), live: _("Live"), again: _("Reconnecting"), over: _("Ended") };

// The ids of what was searched or summarised, the newest first; other events leave them as they are.
function idsOf(name) {
  const all = computed(() => state.value[name]);
  return computed(() => [...all.value.keys()].reverse());
}

const searched = idsOf("searches");
const summed = idsOf("summaries");

export function Page() {
  return html`
    <${Bar} />
    <${Parts} />
    <main>
      <div class="column"><${Talk} /><${Foot} /></div>
      <div class="tools"><${Steps} /><${Search} /><${Summary} /><${Widget} /></div>
    </main>
    <${Notice} />
    <p id="heard" class="unseen" role="status" aria-live="polite">${heard}</p>
    <${Shortcuts} />`;
}

function Bar() {
  return html`
    <header class="bar">
      <a class="back" href="./" aria-label=${_("All conversations")}><span aria-hidden="true">‹</span></a>
      <div class="what"><h1 id="title" dir="auto">${ID}</h1><p id="facts">${facts.value || "\u00a0"}</p></div>
      <p id="line" class="line" role="status" data-line=${line.value}>${LINES[line.value]}</p>
      <button id="help" type="button" class="quiet" aria-haspopup="dialog" onClick=${() => document.querySelector("#keys").showModal()}>${_("Shortcuts")}</button>
    </header>`;
}

const KINDS = { chat: _("Chat"), voice: _("Voice") };

const facts = computed(() => {
  const kind = channel.value && (KINDS[channel.value] ?? channel.value);
  const queue = agents.value.findLast((each) => each.queue_name)?.queue_name;
  const who = TOGETHER.format(present(agents.value).map((each) => each.name ?? each.id));
  const since = startedAt.value && _("since %(time)s", { time: clock(startedAt.value) });
  return [kind, queue, languageName(language.value), who, since].filter(Boolean).join(" · ");
});

function languageName(tag) {
  try {
    return tag && new Intl.DisplayNames(LOCALES, { type: "language" }).of(tag);
  } catch {
    return tag; // not a tag that a browser knows: shown as it came
  }
}

function Parts() {
  const button = (name, text, count = 0) => html`
    <button type="button" data-to=${name} aria-current=${part.value === name ? "true" : "false"} onClick=${() => toPart(name)}>
      ${text}${count > 0 && html`<span class="count">${count}</span>`}
    </button>`;
  return html`
    <nav class="parts" aria-label=${_("Parts of this page")}>
      ${button("talk", _("Conversation"), badge.value)}
      ${button("search", _("Search"))}
      ${button("summary", _("Summary"))}
      ${hasSteps.value && button("steps", _("Steps"), hints.value.size)}
    </nav>`;
}

function Search() {
  const doing = useDoing();
  const form = useRef(null);
  const field = useRef(null);
  const cleared = useSignal(new Set());
  const ids = searched.value.filter((id) => !cleared.value.has(id));
  const submit = (event) => {
    event.preventDefault();
    const query = field.current.value.trim();
    if (query) doing.run(async () => (wanted.value = { id: await search(query), from: form.current }));
  };
  return html`
    <section id="search" aria-labelledby="h-search">
      <div class="head">
        <h2 id="h-search">${_("Search")}</h2>
        ${ids.length > 1 && html`<button type="button" class="quiet" onClick=${() => (cleared.value = new Set(searched.value))}>${_("Clear results")}</button>`}
      </div>
      <form id="ask" role="search" ref=${form} onSubmit=${submit}>
        <label for="query" class="unseen">${_("Search the knowledge base")}</label>
        <input id="query" ref=${field} type="search" maxlength="2000" placeholder=${_("Search the knowledge base")} dir="auto" autocomplete="off" required />
        <button type="submit" aria-disabled=${busy(doing)}>${doing.isBusy.value ? _("Looking…") : _("Search")}</button>
      </form>
      <${Fault} doing=${doing} />
      <ol id="found">${ids.map((id) => html`<li key=${id}><${AnswerCard} id=${id} about="search" /></li>`)}</ol>
    </section>`;
}

function Summary() {
  const doing = useDoing();
  const button = useRef(null);
  const isAtLimit = useComputed(() => doing.fault.value?.reason === "summary.limit_reached").value;
  const write = () => isAtLimit || doing.run(async () => (wanted.value = { id: await summarise(), from: button.current }));
  return html`
    <section id="summary" aria-labelledby="h-summary">
      <h2 id="h-summary">${_("Summary")}</h2>
      <button id="summarise" ref=${button} type="button" hidden=${isEnded.value} aria-disabled=${isAtLimit ? "true" : busy(doing)} onClick=${write}>
        ${doing.isBusy.value ? _("Writing…") : _("Summarise")}
      </button>
      <${Fault} doing=${doing} />
      <ol id="summaries">${summed.value.map((id) => html`<li key=${id}><${SummaryCard} id=${id} /></li>`)}</ol>
    </section>`;
}

function Widget() {
  const doing = useDoing();
  const place = useRef(null);
  const mine = useComputed(() => state.value.feedback.find((each) => each.agent?.id === session.value?.agent.id)).value;
  const rating = useThumbs({ about: "widget", feedback: mine, kind: "widget", card: place, doing });
  return html`
    <section id="widget" ref=${place} class="widget" aria-labelledby="h-widget">
      <h2 id="h-widget">${_("Rate the assistant")}</h2>
      <div class="acts">${rating.thumbs}</div>
      <${Fault} doing=${doing} />
      ${rating.form}
    </section>`;
}

const GLOBAL = [
  ["J", _("Newest suggestion, then older")],
  ["K", _("Next newer one")],
  ["Q", _("Search box")],
  ["Y", _("Summary")],
  ["P", _("Steps")],
  ["/", _("Show shortcuts")],
];
const ON_A_CARD = [
  [["S"], _("Send")],
  [["1", "2", "3"], _("Send the first, second or third suggestion")],
  [["0"], _("None of these")],
  [["C"], _("Copy")],
  [["E"], _("Edit, then send or save")],
  [["L", "D"], _("Helpful or not helpful")],
  [[_("Ctrl"), _("Enter")], _("Send or save what you wrote")],
  [["Esc"], _("Cancel")],
];

function Shortcuts() {
  const line = (keys, text) => html`<div><dt>${keys.map((each) => html`<kbd>${each}</kbd> `)}</dt><dd>${text}</dd></div>`;
  return html`
    <dialog id="keys" aria-labelledby="h-keys">
      <h2 id="h-keys">${_("Shortcuts")}</h2>
      <dl>${GLOBAL.map(([key, text]) => line(["Alt", key], text))}</dl>
      <h3>${_("On a suggestion, a search result or a summary")}</h3>
      <dl>${ON_A_CARD.map(([keys, text]) => line(keys, text))}</dl>
      <form method="dialog"><button type="submit" class="primary">${_("Close")}</button></form>
    </dialog>`;
}
