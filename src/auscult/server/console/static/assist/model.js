// The page's one store: the conversation as the server streams it, and the state that several parts of the page share.
// Events wait for the next frame and are reduced together: the page renders at most once a frame, and takes at most as
// many events a frame as it can render within one.

import { batch, computed, effect, signal, untracked } from "../vendor/signals.js";
import { notice, session } from "./session.js";
import { current, hintsOf, isOpen, nothing, reduce, rowsOf } from "./store.js";
import { say } from "./view.js";
import { ask, events } from "./wire.js";
import { _ } from "./words.js";

export const ID = decodeURIComponent(location.pathname.split("/").pop());
export const PATH = `conversations/${encodeURIComponent(ID)}`;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;
const MOST_A_FRAME = 10; // events, or rows above what is shown: each may bring a card
const FIRST_ROWS = 20;

export const state = signal(nothing());
export const settings = signal({ reasons: { answer: {}, summary: {}, widget: {} } });
export const line = signal("begin"); // begin, live, again, over
export const part = signal("talk"); // the one that is shown where there is room for one
export const unread = signal(0); // suggestions that came while the window was hidden
export const badge = signal(0); // suggestions that came while another part was shown
export const isAtEnd = signal(true); // of the conversation: then it stays there
export const hasNewer = signal(false); // something came below what is shown
export const writing = signal(new Set()); // ids of answers that the agent writes in
export const focused = signal(null); // the id of the answer that has the focus
export const wanted = signal(null); // the id of the card that gets the focus once it is there: {id, from}
const from = signal(0); // the first row that is shown: a long conversation is opened from its end

const messages = computed(() => state.value.messages);
export const agents = computed(() => state.value.agents);
export const channel = computed(() => state.value.channel);
export const startedAt = computed(() => state.value.startedAt);
export const isEnded = computed(() => state.value.isEnded);
export const language = computed(() => state.value.language);
export const isKnown = computed(() => state.value.seq > 0);

let before = [];
const all = computed(() => (before = rowsOf({ messages: messages.value, agents: agents.value, isEnded: isEnded.value }, before)));
export const rows = computed(() => (from.value ? all.value.slice(from.value) : all.value));

// The suggestion at the foot. Nothing is taken away from under the hands of somebody who writes there, or is about to
// send it.
let standing = null;
export const foot = computed(() => {
  const answer = state.value.suggestions.get(standing);
  const isHeld = answer && (writing.value.has(standing) || (isOpen(answer) && focused.value === standing));
  return isHeld ? standing : (standing = current(state.value));
});

const queue = [];
let isAsked = false;
export const fresh = new Set(); // suggestions that came while the page was open

// Takes an event of the stream in; it is shown with the next frame.
function happened(event) {
  queue.push(event);
  schedule();
}

function schedule() {
  if (isAsked) return;
  isAsked = true;
  if (document.hidden) setTimeout(flush);
  else requestAnimationFrame(flush);
}

function flush() {
  isAsked = false;
  apply(queue.splice(0, MOST_A_FRAME));
  if (queue.length) schedule();
}

// Everything that changes the conversation goes through here.
export function apply(now) {
  const old = state.peek();
  const next = now.reduce(reduce, old);
  const came = now.filter(({ event, data }) => event === "suggestion" && !old.suggestions.has(data.request_id)).map(({ data }) => data);
  batch(() => {
    state.value = next;
    for (const each of came) fresh.add(each.request_id);
    const isMore = came.length > 0 || now.some(({ event, data }) => event === "message" && !old.messages.has(data.id));
    if (isMore && !isAtEnd.peek()) hasNewer.value = true;
    if (document.hidden) unread.value += came.length;
    if (part.peek() !== "talk") badge.value += came.length;
  });
  if (came.length) say(_("Suggestion: %(text)s", { text: came.at(-1).text }));
  if (!old.playbook || old.playbook === next.playbook) return;
  const before = new Map(hintsOf(old.playbook));
  const hint = hintsOf(next.playbook).findLast(([at]) => !before.has(at));
  if (hint) say(hint[1]);
}

// A long conversation is shown from its end, and what is above with the frames after it.
function opened(whole) {
  batch(() => {
    apply([{ event: "whole", data: whole }]);
    from.value = Math.max(0, all.value.length - FIRST_ROWS);
    notice.value = null;
  });
  const more = () => {
    from.value = Math.max(0, from.value - MOST_A_FRAME);
    if (from.value) requestAnimationFrame(more);
  };
  requestAnimationFrame(more);
}

let isFollowing = false;
export let nudge = () => {}; // ends a wait for the server

// Reads how it stands, then what happens, and goes on where it was after every break.
async function follow() {
  let wait = FIRST_WAIT_MS;
  isFollowing = true;
  while (session.value) {
    try {
      if (!isKnown.value) {
        opened(await ask("GET", PATH));
        ask("GET", `${PATH}/playbook`).then((data) => state.peek().playbook ?? apply([{ event: "playbook", data }]), () => {});
      }
      const seen = Math.max(state.peek().seq, ...queue.map((each) => each.id));
      for await (const event of events(`${PATH}/stream`, seen, () => (line.value = isEnded.value ? "over" : "live"))) {
        happened(event);
        wait = FIRST_WAIT_MS;
      }
      if (isEnded.value) wait = LONGEST_WAIT_MS; // perhaps it goes on; and what the agent does is told
      line.value = isEnded.value ? "over" : "again";
    } catch (error) {
      if (error.status === 401) break;
      if (error.status === 404) unknown();
      else line.value = "again";
    }
    await pause(wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
  isFollowing = false;
}

function pause(ms) {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    nudge = () => {
      clearTimeout(timer);
      done();
    };
  }).finally(() => (nudge = () => {}));
}

function unknown() {
  if (isKnown.value) location.reload(); // it was erased; whatever comes now is another
  notice.value = { title: _("Waiting for the conversation to start…"), text: _("Nothing has come in for it yet. The page opens by itself.") };
}

// What the agent does. Each of it comes back by the stream, which may be waiting.
export async function act(method, path, body) {
  const answer = await ask(method, `${PATH}/${path}`, body);
  nudge();
  return answer;
}

export const use = (id, how, more = {}) => act("POST", `answers/${encodeURIComponent(id)}/uses`, { use: how, ...more });

export async function search(query) {
  const key = crypto.getRandomValues(new Uint32Array(4)).join("-");
  const data = await act("POST", "searches", { query, key, agent: session.value.agent });
  apply([{ event: "search", data }]);
  say(data.text ? _("Found: %(text)s", { text: data.text }) : _("Nothing found"));
  return data.request_id;
}

export async function summarise() {
  const data = await act("POST", "summaries", { agent: session.value.agent });
  apply([{ event: "summary", data }]);
  say(_("Summary written"));
  return data.id;
}

export async function edit(id, text) {
  const data = await act("PUT", `summaries/${encodeURIComponent(id)}`, { text });
  apply([{ event: "summary", data }]);
}

export function setWriting(id, isSo) {
  const next = new Set(writing.value);
  isSo ? next.add(id) : next.delete(id);
  writing.value = next;
}

export function start() {
  effect(() => {
    if (!session.value) return;
    ask("GET", "settings").then((found) => (settings.value = found), () => {});
    if (!isFollowing) untracked(follow);
  });
  effect(() => {
    document.title = notice.value?.title ?? (unread.value ? `(${unread.value}) ${ID}` : ID);
  });
  effect(() => {
    document.body.dataset.shown = notice.value ? "notice" : isKnown.value ? "page" : "nothing";
    document.body.dataset.part = part.value;
    if (part.value === "talk") badge.value = 0;
  });
  document.addEventListener("visibilitychange", () => {
    if (queue.length) flush(); // no frame comes while the window is hidden
    if (document.hidden) return;
    unread.value = 0;
    nudge();
  });
  addEventListener("online", () => nudge());
}
