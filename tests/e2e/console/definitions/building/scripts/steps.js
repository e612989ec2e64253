const done = arguments[arguments.length - 1], [count] = arguments;
const form = document.querySelector("#editor"), text = document.querySelector("#document");
const quiet = () => new Promise((ready) => {
  const look = () => "asked" in form.dataset ? setTimeout(look, 5) : ready();
  setTimeout(look, 5);
});
(async () => {
  const found = [];
  for (let n = 1; n <= count; n++) {
    const at = document.getElementById("s-metrics.0.weight");
    at.value = String(n);
    at.dispatchEvent(new Event("change", { bubbles: true }));
    await quiet();
  }
  found.push(text.value);
  const press = (shift) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "z", ctrlKey: true, shiftKey: shift, bubbles: true }));
  for (const shift of [false, true])
    for (const presses of [1, count]) {
      for (let n = 0; n < presses; n++) press(shift);
      await quiet();
      found.push(text.value);
    }
  done(found);
})();
