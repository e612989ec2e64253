// Rights to tick, in groups: a field finds them by their words or names, and each group says how many are chosen.

const count = (group) => {
  const boxes = [...group.querySelectorAll("input[type=checkbox]")];
  const number = group.querySelector("[data-pattern]");
  number.textContent = number.dataset.pattern
    .replace("{n}", boxes.filter((box) => box.checked).length)
    .replace("{whole}", boxes.length);
};

const find = (field) => {
  const words = field.value.toLowerCase().split(/\s+/);
  const rights = field.closest(".rights");
  let found = 0;
  for (const group of rights.querySelectorAll(".rgroup")) {
    const labels = [...group.querySelectorAll("label")];
    for (const label of labels) {
      const text = `${label.textContent} ${label.title}`.toLowerCase();
      label.hidden = !words.every((word) => text.includes(word));
    }
    group.hidden = labels.every((label) => label.hidden);
    found += labels.filter((label) => !label.hidden).length;
  }
  const said = rights.querySelector("[role=status]");
  said.textContent = found ? "" : said.dataset.none;
  said.classList.toggle("vh", found > 0);
};

for (const field of document.querySelectorAll("[data-finds-rights]")) {
  field.addEventListener("input", () => find(field));
  // Enter looks for words here, and sends the form elsewhere only.
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
for (const group of document.querySelectorAll(".rgroup")) group.addEventListener("change", () => count(group));
// A browser that comes back to the page ticks what was ticked.
addEventListener("pageshow", () => document.querySelectorAll(".rgroup").forEach(count));
