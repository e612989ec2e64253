// Changes fields as leaving them does, and sets them back; removes the last word of each list, and adds it again; moves
// the first row of each list, and back. Returns what is not as it was. The type of a question and its kind of answer come
// one by one, as other fields depend on them; the other fields all at once.
const done = arguments[arguments.length - 1], [inside] = arguments;
const form = document.querySelector("#editor"), text = document.querySelector("#document");
const quiet = () => new Promise((ready) => {
  const look = () => "asked" in form.dataset ? setTimeout(look, 10) : setTimeout(() => "asked" in form.dataset ? look() : ready(), 10);
  look();
});
const other = (at) => {
  if (at.localName === "select") return [...at.options].map((each) => each.value).reverse().find((each) => each !== at.value) ?? at.value;
  if (at.type === "date") return "2031-01-02";
  return at.inputMode === "decimal" ? "7" : "It's \"else\": #1";
};
const fields = () => [...document.querySelectorAll(`${inside} [name^="set:"]`)];
const enter = async (values) => {
  for (const [id, value] of values) {
    const at = document.getElementById(id);
    if (!at) return id;
    at.value = value;
  }
  document.getElementById(values[0][0]).dispatchEvent(new Event("change", { bubbles: true }));
  await quiet();
  return null;
};
const press = async (act) => {
  const at = [...document.querySelectorAll("button[name=act]")].find((each) => each.value === act);
  if (!at) return act;
  at.click();
  await quiet();
  return null;
};
const buttons = (verb) => [...document.querySelectorAll(`${inside} button[name=act][value^="${verb}:"]`)].map((at) => at.value);
// A comma parts words where they are added, and of a long list the end is in the text alone.
const words = (path) => {
  const all = [...document.querySelectorAll(`${inside} button.chip`)].filter((at) => at.value.replace(/[.]\d+$/, "") === `remove:${path}`);
  const word = all.at(-1)?.querySelector("span").textContent;
  return word && !/[,\n]/.test(word) && !all.at(-1).parentElement.querySelector(".quiet") ? [all.at(-1).value, word] : [];
};
const added = async (path, word) => {
  const field = document.getElementById(`n-${path}`);
  if (!field) return path;
  field.value = word;
  return press(`add:${path}`);
};
const back = () => press(`up:${document.querySelector("#open").value}`);
const whole = fields().filter((at) => !/[.](type|answers)$/.test(at.id));
const alone = fields().filter((at) => /[.](type|answers)$/.test(at.id)).map((at) => [at]);
(async () => {
  const begun = text.value, wrong = [];
  for (const some of [...alone, whole].filter((each) => each.length)) {
    const before = some.map((at) => [at.id, at.value]), after = some.map((at) => [at.id, other(at)]);
    const lost = (await enter(after)) ?? (text.value === begun ? "nothing changed" : await enter(before));
    if (lost || text.value !== begun) wrong.push([before.map(([id]) => id).join(), lost, text.value]);
    if (lost || text.value !== begun) break;
  }
  const there = async (name, to, from) => {
    if (wrong.length) return;
    const lost = (await to()) ?? (text.value === begun ? "nothing changed" : await from());
    if (lost || text.value !== begun) wrong.push([name, lost, text.value]);
  };
  for (const path of buttons("add").map((act) => act.slice(4))) {
    const [act, word] = words(path);
    if (act) await there(path, () => press(act), () => added(path, word));
  }
  for (const act of buttons("rowdown").filter((each) => each.endsWith(".0")))
    await there(act, () => press(act), () => press(act.replace("rowdown", "rowup").replace(/0$/, "1")));
  // Back over the border of a section a question goes behind the others there, wherever it was in the text.
  const isInside = document.querySelector("#q-0")?.nextElementSibling;
  for (const act of buttons("down").filter((each) => (each === "down:0" && isInside) || each === "down:sections.0")) await there(act, () => press(act), back);
  done(wrong);
})();
