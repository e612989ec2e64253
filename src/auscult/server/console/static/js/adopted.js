// The server's markup as Preact sees it: hydrated, it stays as it is, but for what boundOf(element) gives in its place.
// So a page is written once, in its template, and works without script.

import { h } from "../vendor/preact.js";

export function adopted(node, boundOf = () => ({})) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeType !== Node.ELEMENT_NODE) return null;
  const own = Object.fromEntries([...node.attributes].map(({ name, value }) => [name, typeof node[name] === "boolean" ? node[name] : value]));
  // What has a name of its own is found again where something comes or goes before it.
  const key = node.id || (node.localName === "section" && node.className) || undefined;
  return h(node.localName, { key, ...own, ...boundOf(node) }, [...node.childNodes].map((each) => adopted(each, boundOf)));
}
