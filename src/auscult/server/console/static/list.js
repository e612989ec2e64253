// The live conversations of the agent's app, the latest first; it looks again every few seconds.

import { fault, made, one, put } from "./dom.js";
import { signedIn, signOut, whenOut } from "./session.js";
import { ask } from "./wire.js";

const EVERY_MS = 4_000;
const MOST_PAGES = 10;
const lines = new Map();
let timer;

async function main() {
  whenOut(enter);
  await enter();
}

async function enter() {
  const session = await signedIn();
  document.body.dataset.shown = "page";
  document.title = "Live conversations";
  put(document, "#facts", session.agent.name ?? session.agent.id);
  await look();
}

async function look() {
  clearTimeout(timer);
  try {
    show(await listed());
    fault(one("main"), null);
  } catch (error) {
    if (error.status === 401) return;
    fault(one("main"), error);
  }
  timer = setTimeout(look, EVERY_MS);
}

async function listed() {
  const found = [];
  let cursor = "";
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const asked = new URLSearchParams({ limit: "1000", ...(cursor ? { cursor } : {}) });
    if (!one("#over").checked) asked.set("state", "open");
    const { items, next_cursor: next } = await ask("GET", `conversations?${asked}`);
    found.push(...items);
    if (!next) break;
    cursor = next;
  }
  return found.sort((a, b) => b.last_at.localeCompare(a.last_at));
}

function show(items) {
  const focused = document.activeElement;
  const kept = new Set(items.map((each) => each.conversation_id));
  for (const [id, line] of lines) {
    if (!kept.has(id)) {
      line.remove();
      lines.delete(id);
    }
  }
  items.forEach((item, place) => {
    const line = lines.get(item.conversation_id) ?? made("conversation");
    lines.set(item.conversation_id, line);
    one("a", line).href = encodeURIComponent(item.conversation_id);
    put(line, ".id", item.conversation_id);
    put(line, ".state", item.is_ended ? "Ended" : "Live").dataset.ended = item.is_ended;
    put(line, ".when", ago(item.last_at));
    const list = one("#conversations");
    if (list.children[place] !== line) list.insertBefore(line, list.children[place] ?? null);
  });
  if (focused?.isConnected) focused.focus(); // what is moved loses it
  one("#none").hidden = items.length > 0;
}

function ago(iso) {
  const seconds = Math.round((new Date(iso) - Date.now()) / 1000);
  const told = new Intl.RelativeTimeFormat([], { numeric: "auto" });
  for (const [unit, length] of [["day", 86_400], ["hour", 3_600], ["minute", 60]]) {
    if (-seconds >= length) return told.format(Math.trunc(seconds / length), unit);
  }
  return "just now";
}

one("#over").onchange = look;
one("#sign-out").onclick = () => {
  clearTimeout(timer);
  signOut();
};
main();
