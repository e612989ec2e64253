const read = (text) => (text.match(/[\d.]+/g) ?? []).map(Number);
const rgb = (text) => { const [r, g, b, a = 1] = read(text); return text.startsWith("color(")
  ? [r * 255, g * 255, b * 255, a] : [r, g, b, a]; };
const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
const behind = (element) => {
  if (!element) return [255, 255, 255, 1];
  const own = rgb(getComputedStyle(element).backgroundColor);
  return own[3] === 1 ? own : over(own, behind(element.parentElement));
};
const light = (colour) => colour.slice(0, 3).map((each) => each / 255)
  .map((each) => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4)
  .reduce((sum, each, at) => sum + each * [0.2126, 0.7152, 0.0722][at], 0);
const found = [];
for (const element of document.querySelectorAll("body *")) {
  const words = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  if (!words || !element.checkVisibility({ visibilityProperty: true })) continue;
  const ground = behind(element);
  const [a, b] = [light(over(rgb(getComputedStyle(element).color), ground)), light(ground)].sort((x, y) => y - x);
  if ((a + 0.05) / (b + 0.05) < 4.5) found.push([element.className, element.textContent.slice(0, 40)]);
}
return found;
