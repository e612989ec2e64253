// Who is signed in: by the cookie that is there, by the link that the page was opened with, or by one that is pasted.

import { ask } from "./wire.js";
import { fault, one, put } from "./dom.js";

const WORDS = {
  "session.missing": ["Sign in", "This page opens by a link that your desktop or your supervisor gives you. It signs you in."],
  "session.expired": ["Your session has expired", "Open a new link to sign in. What you did until now is kept."],
  "token.expired": ["This link has expired", "Links expire after a few minutes. Ask for a new one, or open the page from your desktop again."],
  "scope.missing": ["This link cannot be used", "The client that signed it may not write to agent assist (assist:write)."],
  "out": ["You've signed out", "Open a new link to sign in."],
};
const UNUSABLE = ["This link cannot be used", "This link is incomplete, holds for too long, or is for another server. Ask for a new one."];

// Gives the session once there is one; until then the page says what is missing.
export function signedIn() {
  const link = location.hash.slice(1);
  if (link) history.replaceState(null, "", location.pathname + location.search);
  return new Promise((done) => {
    let isIn = false;
    const come = async (token, isPasted) => {
      try {
        const session = await begin(token);
        if (isIn) location.reload(); // signed out meanwhile, and in again
        isIn = true;
        one("#link").value = "";
        done(session);
      } catch (error) {
        if (isIn && !isPasted) return;
        tell(error);
        if (isPasted) one("#link").select();
      }
    };
    // From the first moment: somebody may paste a link before it is known that the cookie is none any more.
    one("#sign-in").onsubmit = (event) => {
      event.preventDefault();
      come(one("#link").value.split("#").pop().trim(), true);
    };
    come(link, false);
  });
}

// Says that nobody is signed in any more, over whatever is shown, and waits for the next sign-in.
export function whenOut(again) {
  addEventListener("signed-out", (event) => {
    if (document.body.dataset.shown !== "page") return;
    tell({ status: 401, reason: event.detail });
    again();
  });
}

export function notice(title, text) {
  document.body.dataset.shown = "notice";
  put(document, "#h-notice", title);
  put(document, "#notice-text", text);
  one("#sign-in").hidden = true;
}

export async function signOut() {
  await ask("DELETE", "session");
  tell({ status: 401, reason: "out" });
}

async function begin(link) {
  return link ? ask("POST", "session", { token: link }) : ask("GET", "session");
}

function tell(error) {
  const isUnreached = error.status === 0 || error.status >= 500;
  const [title, text] = isUnreached ? ["No connection", error.message] : (WORDS[error.reason] ?? UNUSABLE);
  notice(title, text);
  one("#sign-in").hidden = false;
  fault(one("#sign-in"), null);
  document.title = title;
}
