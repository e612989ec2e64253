const boxes = [...document.querySelectorAll("main :is(.card, .stack, .c3, .c4, .c6, .c8, .c12)")]
  .filter((each) => each.checkVisibility());
const outer = boxes.filter((each) => !boxes.some((other) => other !== each && other.contains(each)))
  .map((each) => [each, each.getBoundingClientRect()]);
const found = [];
for (const [one, box] of outer) {
  for (const [, other] of outer) {
    if (other.left < box.right - 2 && other.right > box.left + 2) continue;
    if (other.top >= box.bottom - 10 || other.bottom <= box.bottom) continue;
    const below = outer.filter(([each, at]) => each !== one && at.top >= box.bottom - 2
      && at.left < box.right - 2 && at.right > box.left + 2).map(([, at]) => at.top);
    found.push([Math.round(Math.min(other.bottom, ...below) - box.bottom), one.textContent.trim().slice(0, 40)]);
  }
}
return found.sort((a, b) => b[0] - a[0])[0] ?? [0, ""];
