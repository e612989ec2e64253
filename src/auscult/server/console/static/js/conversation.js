// The conversation page: marks follow the verdict under the pointer or the focus; find in the transcript; replay.

const rows = () => [...document.querySelectorAll("[data-metric]")];

const choose = (metric) => {
  for (const mark of document.querySelectorAll("mark[data-for]"))
    mark.classList.toggle("on", mark.dataset.for.split(" ").includes(metric));
  for (const row of rows()) row.classList.toggle("on", row.dataset.metric === metric);
};

for (const row of rows()) {
  row.addEventListener("pointerenter", () => choose(row.dataset.metric));
  row.addEventListener("focusin", () => choose(row.dataset.metric));
}
for (const note of document.querySelectorAll("a.note")) {
  note.addEventListener("pointerenter", () => choose(note.hash.slice(3)));
  note.addEventListener("focus", () => choose(note.hash.slice(3)));
}

export const find = () => {
  const field = document.querySelector("#find");
  const count = document.querySelector("#find-count");
  if (!field) return;
  let found = [];
  let at = -1;
  const show = (n) => {
    found[at]?.classList.remove("hit");
    at = (n + found.length) % found.length;
    found[at].classList.add("hit");
    found[at].scrollIntoView({ block: "center" });
    count.textContent = count.dataset.place.replace("{at}", at + 1).replace("{all}", found.length);
  };
  field.addEventListener("input", () => {
    for (const turn of found) turn.classList.remove("hit");
    const words = field.value.trim().toLowerCase();
    const turns = [...document.querySelectorAll(".turn")];
    found = words ? turns.filter((turn) => turn.querySelector(".text").textContent.toLowerCase().includes(words)) : [];
    at = -1;
    if (found.length) show(0);
    else count.textContent = words ? count.dataset.none : "";
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && found.length) {
      event.preventDefault();
      show(at + (event.shiftKey ? -1 : 1));
    } else if (event.key === "Escape") field.blur();
  });
};

// Step through the verdicts in form order: each with its words and what is earned so far, then the arithmetic.
export const replay = () => {
  const button = document.querySelector("#replay");
  document.querySelector("#print")?.addEventListener("click", () => print());
  if (!button) return;
  const bar = document.querySelector("#replaying");
  const name = button.textContent;
  let at = -1;

  const say = (...parts) => {
    bar.hidden = false;
    bar.querySelector("p").replaceChildren(...parts);
  };
  const strong = (words) => Object.assign(document.createElement("b"), { textContent: words });
  const end = () => {
    at = -1;
    choose("");
    button.textContent = name;
  };
  const show = (all) => {
    const row = all[at];
    choose(row.dataset.metric);
    row.scrollIntoView({ block: "nearest" });
    document.querySelector("mark.on")?.closest(".turn").scrollIntoView({ block: "center" });
    const { word, soFar } = row.dataset;
    say(`${at + 1} / ${all.length} `, strong(row.querySelector("h3").firstChild.textContent.trim()), `: ${word}. ${soFar}.`);
    button.textContent = button.dataset.next;
    bar.querySelector("[data-step=back]").hidden = at === 0;
  };

  button.addEventListener("click", () => {
    const all = rows();
    at += 1;
    if (at < all.length) return show(all);
    end();
    const result = document.querySelector("#arithmetic .res");
    document.querySelector("#arithmetic")?.scrollIntoView({ block: "start" });
    say(`${result.querySelector("th").textContent}: `, strong(result.querySelector("td").textContent));
  });
  bar.addEventListener("click", (event) => {
    const step = event.target.closest("[data-step]")?.dataset.step;
    if (step === "back" && at > 0) {
      at -= 1;
      show(rows());
    } else if (step === "end") {
      end();
      bar.hidden = true;
      button.focus();
    }
  });
};
