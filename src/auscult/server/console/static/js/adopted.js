// The server's markup as Preact sees it: hydrated, it stays as it is, but for what boundOf(element) gives in its place.
// So a page is written once, in its template, and works without script.

import { h } from "../vendor/preact.js";

export function adopted(node, boundOf = () => ({}), key = node.id || undefined) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeType !== Node.ELEMENT_NODE) return null;
  const own = Object.fromEntries([...node.attributes].map(({ name, value }) => [name, typeof node[name] === "boolean" ? node[name] : value]));
  return h(node.localName, { key, ...own, ...boundOf(node) }, adoptedIn(node, boundOf));
}

// What is in an element. Each part is found again where another one comes or goes before it, by its id or as the n-th of its
// kind; else that part would be made anew, and who types in it would lose the focus.
export function adoptedIn(element, boundOf) {
  const seen = new Map();
  return [...element.childNodes].map((each) => adopted(each, boundOf, keyOf(each, seen)));
}

function keyOf(node, seen) {
  if (node.nodeType !== Node.ELEMENT_NODE || node.localName === "option") return undefined;
  if (node.id) return node.id;
  const kind = `${node.localName} ${node.classList[0] ?? ""}`;
  seen.set(kind, (seen.get(kind) ?? 0) + 1);
  return `${kind} ${seen.get(kind)}`;
}
