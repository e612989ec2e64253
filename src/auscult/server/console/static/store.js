// What the page knows, in one place: the conversation as it stands and nothing of how it is shown. Pure: an event and
// the state before it give the state after it, so that nothing on the page can disagree with anything else.

export const nothing = () => ({
  seq: 0,
  isEnded: false,
  channel: "",
  language: "",
  startedAt: null,
  agents: [],
  messages: new Map(), // by id, in the order of their times
  suggestions: new Map(), // by request id, in the order in which they came
  searches: new Map(),
  summaries: new Map(),
  feedback: [],
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
    messages: sorted(new Map(all.messages.map((each) => [each.id, each]))),
    suggestions: new Map(all.suggestions.map((each) => [each.request_id, each])),
    searches: new Map(all.searches.map((each) => [each.request_id, each])),
    summaries: new Map(all.summaries.map((each) => [each.id, each])),
    feedback: all.feedback,
  }),
  state: (state, all) => header(all),
  message: (state, message) => ({ messages: inOrder(state.messages, message) }),
  suggestion: (state, answer) => ({ suggestions: new Map(state.suggestions).set(answer.request_id, answer) }),
  search: (state, answer) => ({ searches: new Map(state.searches).set(answer.request_id, answer) }),
  summary: (state, item) => ({ summaries: new Map(state.summaries).set(item.id, item) }),
  feedback: (state, items) => ({ feedback: items }),
};

const header = (all) => ({
  isEnded: all.is_ended,
  channel: all.channel,
  language: all.language,
  startedAt: all.started_at,
  agents: all.agents,
});

const timeOf = (message) => Date.parse(message.at); // as text, one instant may be written in several lengths
const sorted = (messages) => new Map([...messages].sort(([, one], [, other]) => timeOf(one) - timeOf(other)));

// Nearly every message is the last one: then nothing is sorted.
function inOrder(messages, message) {
  const last = [...messages.values()].at(-1);
  const found = new Map(messages).set(message.id, message);
  return !last || timeOf(last) <= timeOf(message) ? found : sorted(found);
}

// The one suggestion that stands at the foot: the newest whose message is there, as long as nothing came of it.
export function current(state) {
  if (state.isEnded) return null;
  const shown = [...state.suggestions.values()].filter((each) => state.messages.has(each.message_id));
  const newest = shown.at(-1);
  return newest && isOpen(newest) ? newest.request_id : null;
}

export const isOpen = (answer) => Boolean(answer.text) && !answer.is_sent && !answer.is_override;

// Who came and went, as lines between what was said: {key, at, text}. The first who is there goes without a line.
export function comings(state) {
  const lines = state.agents.flatMap((each, place) => {
    const name = each.name ?? each.id;
    const into = each.queue_name ? `, ${each.queue_name}` : "";
    return [
      ...(place ? [{ key: `in ${each.id} ${each.since}`, at: each.since, text: `${name} joined${into}` }] : []),
      ...(each.until && !state.isEnded ? [{ key: `out ${each.id} ${each.until}`, at: each.until, text: `${name} left` }] : []),
    ];
  });
  const last = [...state.messages.values()].at(-1);
  return state.isEnded && last ? [...lines, { key: "over", at: last.at, text: "Conversation ended" }] : lines;
}

export const present = (state) => state.agents.filter((each) => each.until === null);
