// Who is signed in: by the cookie that is there, by the link that the page was opened with, or by one that is pasted.

import { useEffect, useRef } from "../vendor/preact-hooks.js";
import { signal } from "../vendor/signals.js";
import { html } from "./view.js";
import { ask } from "./wire.js";
import { _ } from "./words.js";

const WORDS = {
  "session.missing": [_("Sign in"), _("This page opens by a link that your desktop or your supervisor gives you. It signs you in.")],
  "session.expired": [_("Your session has expired"), _("Open a new link to sign in. What you did until now is kept.")],
  "token.expired": [_("This link has expired"), _("Links expire after a few minutes. Ask for a new one, or open the page from your desktop again.")],
  "scope.missing": [_("This link cannot be used"), _("The client that signed it may not write to agent assist (assist:write).")],
  "out": [_("You've signed out"), _("Open a new link to sign in.")],
};
const UNUSABLE = [_("This link cannot be used"), _("This link is incomplete, holds for too long, or is for another server. Ask for a new one.")];

export const session = signal(null); // who is signed in
export const notice = signal(null); // what stands in place of the page: {title, text, asks: whether a link may be pasted}

let last = null; // the agent who was signed in before

// Signs in by the cookie, or by what stands behind # in the address now or later.
export function begin() {
  addEventListener("signed-out", ({ detail }) => {
    if (session.value) turnedAway({ status: 401, reason: detail });
  });
  addEventListener("hashchange", () => location.hash.length > 1 && signIn(taken()));
  return signIn(taken());
}

// The link's token is not left lying in the address.
function taken() {
  const token = location.hash.slice(1);
  if (token) history.replaceState(null, "", location.pathname + location.search);
  return token;
}

async function signIn(token) {
  try {
    const found = await (token ? ask("POST", "session", undefined, { Authorization: `Bearer ${encodeURIComponent(token)}` }) : ask("GET", "session"));
    if (last && last !== found.agent.id) return location.reload(); // what is shown was another's
    last = found.agent.id;
    notice.value = null;
    session.value = found;
  } catch (error) {
    turnedAway(error);
  }
}

export async function signOut() {
  await ask("DELETE", "session");
  turnedAway({ status: 401, reason: "out" });
}

function turnedAway(error) {
  const isUnreached = error.status === 0 || error.status >= 500;
  const [title, text] = isUnreached ? [_("No connection"), error.message] : (WORDS[error.reason] ?? UNUSABLE);
  session.value = null;
  notice.value = { title, text, asks: true };
}

export function Notice() {
  const field = useRef(null);
  const shown = notice.value;
  useEffect(() => field.current?.select(), [shown]);
  if (!shown) return null;
  const submit = (event) => {
    event.preventDefault();
    signIn(field.current.value.split("#").pop().trim());
  };
  return html`
    <section id="notice" aria-labelledby="h-notice">
      <h1 id="h-notice">${shown.title}</h1>
      <p id="notice-text">${shown.text}</p>
      ${shown.asks && html`
        <form id="sign-in" onSubmit=${submit}>
          <label for="link">${_("Sign-in link")}</label>
          <input id="link" ref=${field} type="password" autocomplete="off" required />
          <button type="submit" class="primary">${_("Sign in")}</button>
        </form>`}
    </section>`;
}
