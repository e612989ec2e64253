// One conversation, live: what is said, what the assistant suggests, and what the agent makes of it.

import { AnswerCard } from "./answers.js";
import { clock, doing, isHere, made, one, put, say } from "./dom.js";
import { bindKeys, toPart } from "./keys.js";
import { thumbs } from "./opinion.js";
import { notice, signedIn, whenOut } from "./session.js";
import { showSteps } from "./steps.js";
import { SummaryCard } from "./summaries.js";
import { events, ask } from "./wire.js";

const ID = decodeURIComponent(location.pathname.split("/").pop());
const PATH = `conversations/${encodeURIComponent(ID)}`;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;
const NEAR_PX = 160;

let session = null;
let settings = { reasons: { answer: {}, summary: {}, widget: {} } };
let seen = 0; // the last event that is shown; the stream goes on after it
let isEnded = false;
let isFollowing = false;
let unread = 0;
let nudge = () => {};

const turns = new Map(); // message id → its element
const answers = new Map(); // request id → AnswerCard
const summaries = new Map(); // summary id → SummaryCard
const waiting = new Map(); // message id → suggestions that came before their message
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
  if (seen > 0) document.body.dataset.shown = "page";
  settings = await ask("GET", "settings").catch(() => settings);
  if (!isFollowing) follow();
}

// Reads how it stands, then what happens, and goes on where it was after every break.
async function follow() {
  let wait = FIRST_WAIT_MS;
  isFollowing = true;
  for (;;) {
    try {
      if (seen === 0) {
        whole(await ask("GET", PATH));
        showSteps(await ask("GET", `${PATH}/playbook`).catch(() => null), false);
      }
      for await (const event of events(`${PATH}/stream?after=${seen}`, () => line(isEnded ? "over" : "live"))) {
        take(event.event, event.data);
        seen = Math.max(seen, event.id);
        wait = FIRST_WAIT_MS;
      }
      if (isEnded) wait = LONGEST_WAIT_MS; // perhaps it goes on; and what the agent does is told
      line(isEnded ? "over" : "again");
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
  if (seen > 0) location.reload(); // it was erased; whatever comes now is another
  notice("Nothing yet", "Nothing has come in for this conversation. The page waits for it, and opens by itself.");
}

function whole(state) {
  document.body.dataset.shown = "page";
  header(state);
  for (const message of state.messages) turn(message);
  for (const answer of state.suggestions) suggestion(answer, false);
  for (const answer of state.searches) search(answer);
  for (const each of state.summaries) summary(each);
  widget(state.feedback);
  seen = state.seq;
  toEnd();
}

function take(name, item) {
  const isAtEnd = isNearEnd();
  if (name === "message") turn(item);
  else if (name === "suggestion") suggestion(item, true);
  else if (name === "search") search(item);
  else if (name === "summary") summary(item);
  else if (name === "feedback") widget(item);
  else if (name === "playbook") showSteps(item, true);
  else if (name === "state") header(item);
  if (name === "message" || name === "suggestion") isAtEnd ? toEnd() : (one("#newer").hidden = false);
}

function header(state) {
  isEnded = state.is_ended;
  const present = state.agents.filter((each) => each.until === null).map((each) => each.name ?? each.id);
  const language = new Intl.DisplayNames([], { type: "language" });
  const spoken = (() => { try { return language.of(state.language); } catch { return state.language; } })();
  put(document, "#facts", [state.channel, spoken, present.join(" and ")].filter(Boolean).join(" · "));
  for (const agent of state.agents) names.set(agent.id, agent.name ?? agent.id);
  if (isEnded) line("over");
}

const names = new Map();

function line(how) {
  const words = { begin: "Connecting", live: "Live", again: "Reconnecting", over: "Ended" };
  one("#line").dataset.line = how;
  put(document, "#line", words[how]);
}

function turn(message) {
  one("#silence").hidden = true;
  let element = turns.get(message.id);
  if (!element) {
    element = made("turn");
    element.dataset.speaker = message.speaker;
    element.dataset.at = Date.parse(message.at); // as text, one instant may be written in several lengths
    turns.set(message.id, element);
    const later = [...one("#turns").children].find((each) => each.dataset.at - element.dataset.at > 0);
    one("#turns").insertBefore(element, later ?? null);
    for (const answer of waiting.get(message.id) ?? []) suggestion(answer, true);
    waiting.delete(message.id);
  }
  const agent = names.get(message.agent_id) ?? message.agent_id ?? "Agent";
  put(element, ".name", message.speaker === "customer" ? "Customer" : agent);
  put(element, "time", clock(message.at)).dateTime = message.at;
  put(element, ".text", message.text);
}

function suggestion(answer, isNew) {
  const known = answers.get(answer.request_id);
  if (known) return known.show(answer);
  const place = turns.get(answer.message_id);
  if (!place) return waiting.set(answer.message_id, [...(waiting.get(answer.message_id) ?? []), answer]);
  const card = new AnswerCard(answer, "suggestion", room);
  answers.set(answer.request_id, card);
  place.append(card.element);
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
    const card = search(found) ?? answers.get(found.request_id);
    say(found.text ? `Found: ${found.text}` : "Nothing found");
    if (isHere(one("#ask"))) card.element.focus();
    room.changed();
  });
};

one("#summarise").onclick = () =>
  doing(one("#summary"), one("#summarise"), async () => {
    const written = await ask("POST", `${PATH}/summaries`, { agent: session.agent });
    const card = summary(written) ?? summaries.get(written.id);
    say("The summary is written");
    if (isHere(one("#summarise"))) card.element.focus();
    room.changed();
  });

bindKeys(() => badge(0));
toPart("talk", false);
main();
