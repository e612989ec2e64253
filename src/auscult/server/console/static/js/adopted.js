// The server's markup as Preact sees it: hydrated, it stays as it is, but for what boundOf(element) gives in its place.
// So a page is written once, in its template, and works without script.

import { h } from "../vendor/preact.js";

export function adopted(node, boundOf = () => ({}), key = node.id || undefined) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeType !== Node.ELEMENT_NODE) return null;
  const own = Object.fromEntries([...node.attributes].map(({ name, value }) => [name, typeof node[name] === "boolean" ? node[name] : value]));
  return h(node.localName, { key, ...own, ...boundOf(node) }, adoptedIn(node, boundOf));
}

// The content of an element. Sections are matched by their class, and parts with fields by their order among such parts, so that
// they stay the same elements when something appears or disappears before them. A rebuilt part would drop the focus.
export function adoptedIn(element, boundOf) {
  const seen = new Map();
  return [...element.childNodes].map((each) => adopted(each, boundOf, keyOf(each, seen)));
}

function keyOf(node, seen) {
  const name = node.id || (node.localName === "section" && node.className);
  if (name || !node.querySelector?.("[name^='set:']")) return name || undefined;
  seen.set(node.localName, (seen.get(node.localName) ?? 0) + 1);
  return `${node.localName} ${seen.get(node.localName)}`;
}
