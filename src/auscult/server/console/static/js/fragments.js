// Parts of a page that are replaced in place, over links and forms that do the same without script: htmx asks for the
// page that the link or form leads to, takes the part out of it, and merges it in, so that the focus stays where it is.
import htmx from "../vendor/htmx.js";

const on = (name, listener) => document.addEventListener(`htmx:${name}`, listener);
const isPoll = (ctx) => ctx.sourceEvent?.type === "every";

// What a poll does not get, the next one asks for: a page that is left, or a server that is away for a moment, is no fault.
async function orAborted(...request) {
  try {
    return await fetch(...request);
  } catch (error) {
    throw new DOMException(error.message, "AbortError");
  }
}

// An address holds what was chosen and nothing else; what nobody looks at is not asked for again.
on("config:request", (event) => {
  const { ctx } = event.detail;
  if (isPoll(ctx)) ctx.fetch = orAborted;
  if (isPoll(ctx) && document.hidden) event.preventDefault();
  for (const [name, value] of [...ctx.request.body]) if (value === "") ctx.request.body.delete(name);
});

on("before:request", ({ detail: { ctx } }) => {
  if (!isPoll(ctx)) ctx.target.setAttribute("aria-busy", "true");
});
on("finally:request", ({ detail: { ctx } }) => ctx.target?.removeAttribute("aria-busy"));

// Another page than the one asked for, such as the one to sign in, and one that says what is wrong, are shown whole.
on("after:request", (event) => {
  const { ctx } = event.detail;
  const { redirected, url, ok } = ctx.response.raw;
  if (redirected) location.assign(url);
  else if (!ok && !isPoll(ctx)) location.assign(ctx.request.action);
  if (redirected || !ok) event.preventDefault();
});
on("error", ({ detail: { ctx } }) => {
  if (ctx && !isPoll(ctx)) location.assign(ctx.request.action);
});

// The same address is one entry of the history; back and forward show the part of theirs.
on("before:history:update", (event) => {
  if (event.detail.history.path === location.pathname + location.search) event.preventDefault();
});
let had = null; // what had the focus before the browser took it away for the way back
on("before:history:restore", (event) => {
  event.preventDefault();
  had = document.activeElement;
  const main = document.getElementById("main");
  htmx.ajax("GET", event.detail.path, { source: main, target: main, select: "#main", swap: "outerMorph" });
});

// "Show" closes its panel, as a load of the page would. Enter in the search submits by that button as well.
document.addEventListener("submit", (event) => {
  const panel = event.submitter?.closest("details.drop");
  if (!panel?.contains(document.activeElement) || event.target.method !== "get") return;
  panel.open = false;
  panel.querySelector("summary").focus();
});

// The focus: at the rows after paging; where it was otherwise; at the filters where its own element is gone.
let isPaged = false;
on("before:swap", ({ detail: { ctx } }) => {
  isPaged = Boolean(ctx.sourceElement.closest?.(".pager"));
});
on("after:swap", ({ detail: { ctx } }) => {
  if (isPoll(ctx)) return;
  for (const box of document.querySelectorAll("#main :is([type=checkbox], [type=radio])")) box.checked = box.defaultChecked;
  for (const option of document.querySelectorAll("#main option")) option.selected = option.defaultSelected;
  const rows = document.querySelector("#main [role=region]");
  if (isPaged && rows) {
    rows.focus();
    rows.scrollIntoView({ block: "start" });
  } else {
    if (had?.isConnected) had.focus({ preventScroll: true });
    if (document.activeElement === document.body) document.querySelector("#filter > summary")?.focus();
  }
  had = null;
});
