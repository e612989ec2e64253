// What the page asks of the server that it came from: JSON, and the stream of what happens.

import { _ } from "./words.js";

const BASE = new URL("../../../", import.meta.url);
const HEADERS = { "X-Auscult-Page": "1" };
const SILENCE_MS = 12_000; // the server says something every 5 seconds
const READING_MS = 15_000;
const WRITING_MS = 90_000; // a summary or a search may wait for a judge

// What an agent may meet, in their language; of anything else the server's own words are shown.
const REFUSALS = {
  "answer.sent": _("This was sent before, and is sent once only. It can be copied."),
  "summary.limit_reached": _("You've used all your summaries of this conversation."),
  "summary.nothing_said": _("There's nothing to summarise yet."),
  "rate.exceeded": _("Too many requests in this minute. Try again in a moment."),
  "database.away": _("The server can't reach its database. Try again in a moment."),
  "database.full": _("The server's disk is full. Nothing was saved."),
  "server.failed": _("The server has a fault. Its log says which."),
};

export class Refused extends Error {
  constructor(status, problem) {
    super(REFUSALS[problem.reason] ?? problem.detail ?? _("The server could not do it."));
    this.status = status;
    this.reason = problem.reason ?? "";
  }
}

export async function ask(method, path, body, headers = {}) {
  const limit = AbortSignal.timeout(method === "GET" ? READING_MS : WRITING_MS);
  const given = { method, headers: { ...HEADERS, ...headers }, credentials: "same-origin", signal: limit };
  if (body !== undefined) {
    given.headers["Content-Type"] = "application/json";
    given.body = JSON.stringify(body);
  }
  const answer = await reached(path, given);
  return answer.status === 204 ? null : answer.json();
}

// Gives every event after a number as {id, event, data}; opened() is called once the server listens to us.
export async function* events(path, after, opened) {
  const ending = new AbortController();
  let silence;
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(() => ending.abort(), SILENCE_MS);
  };
  try {
    heard();
    const headers = { ...HEADERS, "Last-Event-ID": String(after) };
    const answer = await reached(path, { headers, credentials: "same-origin", signal: ending.signal });
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      heard();
      opened();
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop(); // what is cut off comes again after a break
      for (const block of blocks) {
        const event = fields(block);
        if (event.data) yield { id: Number(event.id), event: event.event, data: JSON.parse(event.data) };
      }
    }
  } finally {
    clearTimeout(silence);
    ending.abort();
  }
}

async function reached(path, given) {
  let answer;
  try {
    answer = await fetch(new URL(path, BASE), given);
  } catch {
    throw new Refused(0, { detail: _("Can't reach the server. This may not have been saved: check before trying again.") });
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  if (answer.status === 401) dispatchEvent(new CustomEvent("signed-out", { detail: problem.reason }));
  throw new Refused(answer.status, problem);
}

function fields(block) {
  const found = {};
  for (const line of block.split("\n")) {
    const at = line.indexOf(": ");
    if (at > 0) found[line.slice(0, at)] = line.slice(at + 2);
  }
  return found;
}
