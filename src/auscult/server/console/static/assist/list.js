// The live conversations of the agent's app, the latest first; it looks again every few seconds.

import { render } from "../vendor/preact.js";
import { batch, effect, signal } from "../vendor/signals.js";
import { Notice, begin, notice, session, signOut } from "./session.js";
import { html } from "./view.js";
import { ask } from "./wire.js";
import { LOCALES, _ } from "./words.js";

const EVERY_MS = 4_000;
const MOST_PAGES = 10;
const items = signal(null); // null until they are known
const fault = signal(null);
const showsEnded = signal(false);
let timer;

async function look() {
  clearTimeout(timer);
  if (!session.peek()) return;
  try {
    const found = await listed();
    batch(() => {
      items.value = found;
      fault.value = null;
    });
  } catch (error) {
    if (error.status === 401) return;
    fault.value = error;
  }
  clearTimeout(timer);
  timer = setTimeout(look, EVERY_MS);
}

async function listed() {
  const found = [];
  let cursor = "";
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const asked = new URLSearchParams({ limit: "200", details: "true", ...(cursor ? { cursor } : {}) });
    if (!showsEnded.peek()) asked.set("state", "open");
    const { items: some, next_cursor: next } = await ask("GET", `conversations?${asked}`);
    found.push(...some);
    if (!next) break;
    cursor = next;
  }
  return found.sort((a, b) => b.last_at.localeCompare(a.last_at));
}

const told = new Intl.RelativeTimeFormat(LOCALES, { numeric: "auto" });

function ago(iso) {
  const seconds = Math.round((new Date(iso) - Date.now()) / 1000);
  for (const [unit, length] of [["day", 86_400], ["hour", 3_600], ["minute", 60]]) {
    if (-seconds >= length) return told.format(Math.trunc(seconds / length), unit);
  }
  return _("just now");
}

function List() {
  const pick = (event) => (showsEnded.value = event.currentTarget.checked);
  return html`
    <header class="bar">
      <div class="what"><h1>${_("Conversations")}</h1><p id="facts">${session.value?.agent.name ?? session.value?.agent.id ?? "\u00a0"}</p></div>
      <label class="switch"><input id="over" type="checkbox" onChange=${pick} /> <span>${_("Show ended")}</span></label>
      <button id="sign-out" type="button" class="quiet" onClick=${signOut}>${_("Sign out")}</button>
    </header>
    <main>
      ${items.value?.length === 0 && html`<p id="none" class="empty">${_("No live conversations. New ones appear here automatically.")}</p>`}
      <p class="fault" role="alert" hidden=${!fault.value}>${fault.value?.message}</p>
      ${!items.value && html`<div class="skeleton" aria-hidden="true"><i></i><i></i><i></i></div>`}
      <ul id="conversations">${items.value?.map((item) => html`<${Line} key=${item.conversation_id} item=${item} />`)}</ul>
    </main>
    <${Notice} />`;
}

// A conversation is named by what its customer said last; by its id where nothing was said yet.
function Line({ item }) {
  const about = [item.agent, item.queue].filter(Boolean);
  return html`
    <li><a href=${encodeURIComponent(item.conversation_id)}>
      <span class="what">
        ${item.words ? html`<q class="said" dir="auto">${item.words}</q>` : html`<span class="id" dir="auto">${item.conversation_id}</span>`}
        ${about.length > 0 && html`<span class="about">${about.map((each) => html`<span dir="auto">${each}</span>`)}</span>`}
      </span>
      ${item.waits_since && html`<span class="waits">${_("Customer waits")}</span>`}
      <span class="state" data-ended=${String(item.is_ended)}>${item.is_ended ? _("Ended") : _("Live")}</span>
      <time class="when" datetime=${item.last_at}>${ago(item.last_at)}</time>
    </a></li>`;
}

render(html`<${List} />`, document.querySelector("#page"));
effect(() => {
  document.body.dataset.shown = notice.value ? "notice" : session.value ? "page" : "nothing";
  document.title = notice.value?.title ?? _("Live conversations");
});
effect(() => {
  showsEnded.value;
  if (session.value) look();
  else clearTimeout(timer);
});
begin();
