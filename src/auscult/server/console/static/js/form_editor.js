// The form editor: the YAML and the form view are one document, checked as one types. Without script it is a form.

const form = document.querySelector("#editor");
const text = document.querySelector("#document");
const panel = document.querySelector("#panel");
const gutter = document.querySelector("#gutter");
const checked = document.querySelector("#checked");
const publish = document.querySelector("#publish");

const number = () => {
  const lines = text.value.split("\n").length;
  const faults = new Set([...panel.querySelectorAll(".faults li:not(.warn) [data-line]")].map((each) => Number(each.dataset.line)));
  gutter.replaceChildren(
    ...Array.from({ length: lines }, (_, n) => {
      const line = document.createElement("span");
      line.textContent = n + 1;
      if (faults.has(n + 1)) line.className = "flt";
      return line;
    }),
  );
  const many = faults.size;
  checked.textContent = many ? `${many} ${many === 1 ? "fault" : "faults"}` : "No fault";
  const wrong = panel.querySelector(".faults li:not(.warn)");
  if (publish) publish.setAttribute("aria-disabled", String(Boolean(wrong)));
};

// Ask the server what an action makes of the document; only the newest answer counts.
let newest = 0;
let timer = 0;
const ask = async (act, { keep = true } = {}) => {
  const mine = ++newest;
  clearTimeout(timer);
  const open = [...panel.querySelectorAll("details")].map((each) => each.open);
  const focused = panel.contains(document.activeElement) ? document.activeElement.id : "";
  const scroll = panel.scrollTop;
  const data = new URLSearchParams(new FormData(form));
  data.set("act", act);
  data.set("part", "1");
  const answer = await fetch(form.action, { method: "POST", body: data }).catch(() => null);
  if (mine !== newest || !answer) return;
  if (!answer.ok) {
    checked.textContent = "Not checked: the server did not answer as it should";
    return;
  }
  panel.innerHTML = await answer.text();
  const newer = panel.querySelector("#newer").value;
  if (!keep && newer !== text.value) text.value = newer;
  panel.querySelectorAll("details").forEach((each, n) => {
    if (open[n]) each.open = true;
  });
  panel.scrollTop = scroll;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  number();
};

text.addEventListener("input", () => {
  number();
  clearTimeout(timer);
  timer = setTimeout(() => ask("look"), 400);
});
text.addEventListener("scroll", () => {
  gutter.scrollTop = text.scrollTop;
});
text.addEventListener("keydown", (event) => {
  if (event.key !== "Tab" || event.shiftKey || event.ctrlKey || event.altKey || !text.value.slice(0, text.selectionStart).match(/\n[ -]*$/)) return;
  event.preventDefault();
  text.setRangeText("  ", text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input"));
});

// A change in the form view is a change of the document.
panel.addEventListener("change", (event) => {
  if (event.target.name?.startsWith("set:")) ask("look", { keep: false });
});
form.addEventListener("submit", (event) => {
  const act = event.submitter?.value ?? "look";
  if (["save", "publish", "discard", "backtest"].includes(act)) {
    if (event.submitter.getAttribute("aria-disabled") === "true") event.preventDefault();
    return;
  }
  event.preventDefault();
  ask(act, { keep: false });
});
panel.addEventListener("click", (event) => {
  const line = Number(event.target.closest("[data-line]")?.dataset.line);
  if (!line) return;
  const lines = text.value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  text.focus();
  text.setSelectionRange(start, start + lines[line - 1].length);
  text.scrollTop = (line - 5) * parseFloat(getComputedStyle(text).lineHeight);
});

number();
