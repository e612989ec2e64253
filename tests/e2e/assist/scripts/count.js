const done = arguments[arguments.length - 1];
const from = document.querySelector("link[rel=modulepreload][href$='/preact.js']").href;
import(from).then(({ options }) => {
  window.counted = { renders: [], added: 0, removed: 0 };
  let frame = 0;
  const next = () => { frame += 1; requestAnimationFrame(next); };
  requestAnimationFrame(next);
  const before = options.__r;
  options.__r = (vnode) => {
    if (typeof vnode.type === "function") window.counted.renders.push([vnode.type.name, frame]);
    before?.(vnode);
  };
  new MutationObserver((records) => records.forEach(({ addedNodes, removedNodes }) => {
    window.counted.added += addedNodes.length;
    window.counted.removed += removedNodes.length;
  })).observe(document.querySelector("#turns"), { childList: true });
  done(true);
}).catch((error) => done(String(error)));
