// What the page asks of the server that it came from: JSON, and the stream of what happens.

const BASE = new URL(".", import.meta.url);
const HEADERS = { "X-Auscult-Page": "1" };
const SILENCE_MS = 40_000; // the server says something every 15 seconds

export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? "The server could not do it.");
    this.status = status;
    this.reason = problem.reason ?? "";
  }
}

export async function ask(method, path, body) {
  const given = { method, headers: { ...HEADERS }, credentials: "same-origin" };
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
    const answer = await reached(path, { headers: { ...HEADERS, "Last-Event-ID": String(after) }, credentials: "same-origin", signal: ending.signal });
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
    throw new Refused(0, { detail: "Can't reach the server. This may not have been saved: check before trying again." });
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
