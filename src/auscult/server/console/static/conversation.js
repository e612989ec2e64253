// One conversation, live: what is said, what the assistant suggests, and what the agent makes of it.

import { AnswerCard } from "./answers.js";
import { clock, doing, isHere, made, one, put, say } from "./dom.js";
import { bindKeys, toPart } from "./keys.js";
import { thumbs } from "./opinion.js";
import { notice, signedIn, whenOut } from "./session.js";
import { showSteps } from "./steps.js";
import { SummaryCard } from "./summaries.js";
import { comings, current, isOpen, nothing, present, reduce } from "./store.js";
import { events, ask } from "./wire.js";

const ID = decodeURIComponent(location.pathname.split("/").pop());
const PATH = `conversations/${encodeURIComponent(ID)}`;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;
const NEAR_PX = 160;

let session = null;
let settings = { reasons: { answer: {}, summary: {}, widget: {} } };
let state = nothing();
let isFollowing = false;
let unread = 0;
let nudge = () => {};

const turns = new Map(); // message id → its element
const lines = new Map(); // who came and went, by key → element
const answers = new Map(); // request id → AnswerCard
const summaries = new Map(); // summary id → SummaryCard
const room = { path: PATH, reasons: () => settings.reasons, changed: () => nudge() };
const rateWidget = thumbs(one("#widget"), `${PATH}/feedback`, "widget", null, () => settings.reasons.widget, room.changed);

async function main() {
  put(document, "#title", ID);
  whenOut(enter);
  await enter();
}

async function enter() {
  session = await signedIn();
  document.title = ID;
  if (state.seq > 0) document.body.dataset.shown = "page";
  settings = await ask("GET", "settings").catch(() => settings);
  if (!isFollowing) follow();
}

// Reads how it stands, then what happens, and goes on where it was after every break.
async function follow() {
  let wait = FIRST_WAIT_MS;
  isFollowing = true;
  for (;;) {
    try {
      if (state.seq === 0) {
        happened({ event: "whole", data: await ask("GET", PATH) });
        document.body.dataset.shown = "page";
        toEnd();
        showSteps(await ask("GET", `${PATH}/playbook`).catch(() => null), false);
      }
      for await (const event of events(`${PATH}/stream`, state.seq, () => line(state.isEnded ? "over" : "live"))) {
        happened(event);
        wait = FIRST_WAIT_MS;
      }
      if (state.isEnded) wait = LONGEST_WAIT_MS; // perhaps it goes on; and what the agent does is told
      line(state.isEnded ? "over" : "again");
    } catch (error) {
      if (error.status === 401) {
        isFollowing = false;
        return;
      }
      if (error.status === 404) unknown();
      else line("again");
    }
    await pause(wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

function pause(ms) {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    nudge = () => {
      clearTimeout(timer);
      done();
    };
  }).finally(() => {
    nudge = () => {};
  });
}

function unknown() {
  if (state.seq > 0) location.reload(); // it was erased; whatever comes now is another
  notice("Waiting for the conversation to start…", "Nothing has come in for it yet. The page opens by itself.");
}

// Everything that changes the page goes through here: the store first, then what differs is shown.
function happened(event) {
  const before = state;
  const isAtEnd = isNearEnd();
  state = reduce(state, event);
  const isNew = event.event !== "whole";
  if (state.agents !== before.agents || state.isEnded !== before.isEnded) header();
  if (state.messages !== before.messages) show(before, isNew);
  for (const [id, answer] of state.suggestions) if (before.suggestions.get(id) !== answer) suggestion(answer, isNew);
  for (const [id, answer] of state.searches) if (before.searches.get(id) !== answer) search(answer);
  for (const [id, item] of state.summaries) if (before.summaries.get(id) !== item) summary(item);
  if (state.feedback !== before.feedback) widget(state.feedback);
  if (event.event === "playbook") showSteps(event.data, true);
  if (state.messages !== before.messages || state.suggestions !== before.suggestions || state.isEnded !== before.isEnded) foot();
  if (event.event === "message" || event.event === "suggestion") isAtEnd ? toEnd() : (one("#newer").hidden = false);
}

function header() {
  const here = present(state);
  const language = new Intl.DisplayNames([], { type: "language" });
  const spoken = (() => { try { return language.of(state.language); } catch { return state.language; } })();
  const channel = state.channel.charAt(0).toUpperCase() + state.channel.slice(1);
  const queue = [...state.agents].reverse().find((each) => each.queue_name)?.queue_name;
  const since = state.startedAt && `since ${clock(state.startedAt)}`;
  put(document, "#facts", [channel, queue, spoken, here.map((each) => each.name ?? each.id).join(" and "), since].filter(Boolean).join(" · "));
  if (state.isEnded) line("over");
  for (const each of comings(state)) {
    if (lines.has(each.key)) continue;
    const element = made("coming");
    lines.set(each.key, element);
    put(element, ".text", each.text);
    put(element, "time", clock(each.at)).dateTime = each.at;
    place(element, each.at);
  }
}

// Puts something said, or a coming or going, where its time wants it; nearly always that is the end.
function place(element, at) {
  element.dataset.at = Date.parse(at);
  const list = one("#turns");
  let before = list.lastElementChild;
  while (before && before.dataset.at - element.dataset.at > 0) before = before.previousElementSibling;
  list.insertBefore(element, before ? before.nextElementSibling : list.firstElementChild);
}

// The newest suggestion stands at the foot until something comes of it; the others are a line under what they answer.
function foot() {
  const wanted = current(state);
  for (const card of one("#current").children) {
    const answer = [...answers.values()].find((each) => each.element === card)?.answer;
    if (answer && answer.request_id !== wanted && !isBusy(card, answer)) moved(card, turns.get(answer.message_id));
  }
  const card = wanted && answers.get(wanted)?.element;
  if (card && !one("#current").childElementCount) moved(card, one("#current"));
  for (const each of answers.values()) each.fold(each.element.parentElement !== one("#current"));
}

// Nothing is taken away from under the hands of somebody who writes there, or is about to send it.
const isBusy = (card, answer) =>
  one(".own:not([hidden]), .opinion", card) !== null || (isOpen(answer) && card.contains(document.activeElement));

function moved(card, to) {
  const focused = card.contains(document.activeElement) ? document.activeElement : null;
  to.append(card);
  focused?.focus();
}

one("#current").addEventListener("focusout", () => setTimeout(foot));

function line(how) {
  const words = { begin: "Connecting", live: "Live", again: "Reconnecting", over: "Ended" };
  one("#line").dataset.line = how;
  put(document, "#line", words[how]);
}

function show(before, isNew) {
  one("#silence").hidden = true;
  for (const [id, message] of state.messages) {
    if (before.messages.get(id) === message) continue;
    let element = turns.get(id);
    if (!element) {
      element = made("turn");
      element.dataset.speaker = message.speaker;
      turns.set(id, element);
      place(element, message.at);
      for (const answer of state.suggestions.values()) if (answer.message_id === id) suggestion(answer, isNew);
    }
    const agent = state.agents.find((each) => each.id === message.agent_id);
    put(element, ".name", message.speaker === "customer" ? "Customer" : (agent?.name ?? message.agent_id ?? "Agent"));
    put(element, "time", clock(message.at)).dateTime = message.at;
    put(element, ".text", message.text);
  }
}

function suggestion(answer, isNew) {
  const known = answers.get(answer.request_id);
  if (known) return known.show(answer);
  const turn = turns.get(answer.message_id);
  if (!turn) return; // it is shown with its message, which is still to come
  const card = new AnswerCard(answer, "suggestion", room);
  answers.set(answer.request_id, card);
  turn.append(card.element);
  if (!isNew) return;
  card.element.classList.add("new");
  say(`Suggestion: ${answer.text}`);
  if (document.hidden) document.title = `(${++unread}) ${ID}`;
  if (document.body.dataset.part !== "talk") badge(1);
}

function badge(more) {
  const count = one('[data-to="talk"] .count');
  count.hidden = more === 0;
  count.textContent = more === 0 ? "" : String(Number(count.textContent || 0) + more);
}

function search(answer) {
  const known = answers.get(answer.request_id);
  if (known) return known.show(answer);
  const card = new AnswerCard(answer, "search", room);
  answers.set(answer.request_id, card);
  const item = document.createElement("li");
  item.append(card.element);
  one("#found").prepend(item);
  return card;
}

function summary(item) {
  const known = summaries.get(item.id);
  if (known) return known.show(item);
  const card = new SummaryCard(item, room);
  summaries.set(item.id, card);
  one("#summaries").prepend(card.line);
  return card;
}

function widget(feedback) {
  rateWidget(feedback.find((each) => each.agent?.id === session.agent.id) ?? null);
}

const isNearEnd = () => {
  const talk = one("#talk");
  return talk.scrollHeight - talk.scrollTop - talk.clientHeight < NEAR_PX;
};

function toEnd() {
  const talk = one("#talk");
  talk.scrollTop = talk.scrollHeight;
  one("#newer").hidden = true;
}

one("#newer").onclick = toEnd;
one("#talk").addEventListener("scroll", () => isNearEnd() && (one("#newer").hidden = true), { passive: true });
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unread = 0;
  if (session) document.title = ID;
  nudge();
});
addEventListener("online", () => nudge());

one("#ask").onsubmit = async (event) => {
  event.preventDefault();
  const query = one("#query").value.trim();
  if (!query) return;
  const key = crypto.getRandomValues(new Uint32Array(4)).join("-");
  await doing(one("#search"), one("#ask button"), async () => {
    const found = await ask("POST", `${PATH}/searches`, { query, key, agent: session.agent });
    happened({ event: "search", data: found });
    const card = answers.get(found.request_id);
    say(found.text ? `Found: ${found.text}` : "Nothing found");
    if (isHere(one("#ask"))) card.element.focus();
    room.changed();
  });
};

one("#summarise").onclick = () =>
  doing(one("#summary"), one("#summarise"), async () => {
    const written = await ask("POST", `${PATH}/summaries`, { agent: session.agent });
    happened({ event: "summary", data: written });
    const card = summaries.get(written.id);
    say("Summary written");
    if (isHere(one("#summarise"))) card.element.focus();
    room.changed();
  });

bindKeys(() => badge(0));
toPart("talk", false);
main();
