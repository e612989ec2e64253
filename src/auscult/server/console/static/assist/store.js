// What the page knows of the conversation, in one place, and nothing of how it is shown. Pure: an event and the state
// before it give the state after it, so that nothing on the page can disagree with anything else. What an event leaves
// as it was keeps its identity, so that nothing is shown again that did not change.

import { _ } from "./words.js";

export const nothing = () => ({
  seq: 0,
  isEnded: false,
  channel: "",
  language: "",
  startedAt: null,
  agents: [],
  messages: new Map(), // by id, in the order of their times
  suggestions: new Map(), // by request id, in the order in which they came
  suggested: new Map(), // message id → request ids of the suggestions that answer it
  searches: new Map(),
  summaries: new Map(),
  feedback: [],
  playbook: null,
});

// The state after an event; an event that was seen already changes nothing but what it is about.
export function reduce(state, { event, id, data }) {
  const seq = Math.max(state.seq, id ?? 0);
  const change = REDUCERS[event]?.(state, data) ?? {};
  return { ...state, ...change, seq };
}

const REDUCERS = {
  whole: (state, all) => ({
    ...header(all),
    seq: all.seq,
    messages: sorted(all.messages.map((each) => [each.id, each])),
    suggestions: new Map(all.suggestions.map((each) => [each.request_id, each])),
    suggested: all.suggestions.reduce(answering, new Map()),
    searches: new Map(all.searches.map((each) => [each.request_id, each])),
    summaries: new Map(all.summaries.map((each) => [each.id, each])),
    feedback: all.feedback,
  }),
  state: (state, all) => header(all),
  message: (state, message) => ({ messages: inOrder(state.messages, message) }),
  suggestion: (state, answer) => ({
    suggestions: new Map(state.suggestions).set(answer.request_id, answer),
    suggested: answering(state.suggested, answer),
  }),
  search: (state, answer) => ({ searches: new Map(state.searches).set(answer.request_id, answer) }),
  summary: (state, item) => ({ summaries: new Map(state.summaries).set(item.id, item) }),
  feedback: (state, items) => ({ feedback: items }),
  playbook: (state, followed) => ({ playbook: followed }),
};

const header = (all) => ({
  isEnded: all.is_ended,
  channel: all.channel,
  language: all.language,
  startedAt: all.started_at,
  agents: all.agents,
});

const times = new WeakMap(); // of messages: as text, one instant may be written in several lengths
export function timeOf(message) {
  if (!times.has(message)) times.set(message, Date.parse(message.at));
  return times.get(message);
}

const sorted = (entries) => new Map([...entries].sort(([, one], [, other]) => timeOf(one) - timeOf(other)));

// Nearly every message is the last one: then nothing is sorted.
function inOrder(messages, message) {
  const last = [...messages.values()].at(-1);
  const found = new Map(messages).set(message.id, message);
  return !last || timeOf(last) <= timeOf(message) ? found : sorted(found);
}

function answering(suggested, { message_id: message, request_id: request }) {
  const known = suggested.get(message) ?? [];
  return known.includes(request) ? suggested : new Map(suggested).set(message, [...known, request]);
}

// Of a passage what answers the question: a sentence of it, where that is known.
export const said = (passage) => passage.answer ?? passage.text;

export const isUnsent = (answer) => !answer.is_sent && !answer.is_override && !answer.instead;
export const isOpen = (answer) => Boolean(answer.text) && isUnsent(answer);

// What became of an answer that was sent: the page hands it to the desktop, and it is delivered once the contact centre
// tells of an agent's message with these words, after the question. "" where nothing was sent.
export function outcome({ messages }, answer) {
  if (isUnsent(answer)) return "";
  const question = messages.get(answer.message_id);
  const since = question ? timeOf(question) : Date.parse(answer.requested_at);
  const words = plain(answer.instead ?? answer.text);
  const isSo = (each) => each.speaker === "agent" && timeOf(each) >= since && plain(each.text) === words;
  const isDelivered = [...messages.values()].some(isSo);
  const isChosen = answer.alternatives.some((each) => plain(said(each)) === words);
  if (answer.is_override && !isChosen) return isDelivered ? _("Edited and delivered") : _("Edited, sent to the desktop");
  return isDelivered ? _("Delivered") : _("Sent to the desktop");
}

const plain = (text) => text.trim().replace(/\s+/g, " ");

// The one suggestion that stands at the foot: the newest whose message is there, as long as nothing came of it.
export function current(state) {
  if (state.isEnded) return null;
  const newest = [...state.suggestions.values()].findLast((each) => state.messages.has(each.message_id));
  return newest && isOpen(newest) ? newest.request_id : null;
}

// What the assistant makes of the last message, where it is a customer's and has no suggestion: it looks, or has none.
export function waiting(state) {
  const last = [...state.messages.values()].at(-1);
  if (state.isEnded || last?.speaker !== "customer" || state.suggested.has(last.id)) return null;
  return last.passed ? "none" : "looking";
}

export const nameOf = ({ speaker, agent_id: agent }, agents) =>
  speaker === "customer" ? _("Customer") : (agents.find((each) => each.id === agent)?.name ?? agent ?? _("Agent"));

// What stands in the conversation from top to bottom: messages, and who came and went. A row that is as it was is the
// same object as before. "joins": the same speaker goes on within the minute.
export function rowsOf({ messages, agents, isEnded }, before) {
  const said = [...messages.values()].map((each) => ({ key: each.id, time: timeOf(each), who: nameOf(each, agents) }));
  const came = comings({ messages, agents, isEnded });
  const all = came.length ? [...said, ...came].sort((one, other) => one.time - other.time) : said;
  const known = new Map(before.map((row) => [row.key, row]));
  return all.map((row, at) => {
    const above = all[at - 1];
    const joins = Boolean(row.who) && above?.who === row.who && minute(above) === minute(row);
    const same = known.get(row.key);
    return same?.joins === joins && same.time === row.time && same.text === row.text ? same : { ...row, joins };
  });
}

const minute = (row) => Math.floor(row.time / 60_000);

// Who came and went, as lines between what was said. The first who is there goes without a line.
function comings({ messages, agents, isEnded }) {
  const lines = agents.flatMap((each, index) => {
    const name = each.name ?? each.id;
    const joined = each.queue_name ? _("%(name)s joined, %(queue)s", { name, queue: each.queue_name }) : _("%(name)s joined", { name });
    return [
      ...(index ? [coming(`in ${each.id} ${each.since}`, each.since, joined)] : []),
      ...(each.until && !isEnded ? [coming(`out ${each.id} ${each.until}`, each.until, _("%(name)s left", { name }))] : []),
    ];
  });
  const last = [...messages.values()].at(-1);
  return isEnded && last ? [...lines, coming("over", last.at, _("Conversation ended"))] : lines;
}

const coming = (key, at, text) => ({ key, time: Date.parse(at), text });

export const present = (agents) => agents.filter((each) => each.until === null);

// The hints at steps that are missing, each as [key of its step, text].
export function hintsOf(followed) {
  return (followed?.hints ?? []).map((hint) => {
    const { stages } = followed.playbooks.find((book) => book.id === hint.playbook_id);
    const { steps } = stages.find((each) => each.id === hint.stage_id);
    const step = steps.find((each) => each.id === hint.step_id);
    const later = stages.flatMap((each) => each.steps).find((each) => each.id === hint.before);
    const text = _("%(step)s is missing; %(later)s, which comes after it, is done", { step: called(step), later: called(later) });
    return [stepKey(hint.playbook_id, hint.stage_id, hint.step_id), text];
  });
}

const called = (part) => part.name || part.id;
export const stepKey = (...parts) => JSON.stringify(parts);
