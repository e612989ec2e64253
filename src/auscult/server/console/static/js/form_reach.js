// The counts next to the settings of a form: asked for when that tab is shown, and again as the form changes.

const AGAIN_MS = 800;

export function countsReach(form, region) {
  let asked = 0;
  let timer = 0;
  let counted = null;
  let wanted = "";

  async function ask() {
    if (form.dataset.tab !== "settings" || counted === wanted) return;
    counted = wanted;
    const mine = ++asked;
    const answer = await fetch(`${form.action}/reach`, { method: "POST", body: new URLSearchParams({ document: wanted }) }).catch(() => null);
    if (mine !== asked || !answer?.ok) return;
    const made = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    if (mine === asked) region.replaceChildren(...made.childNodes);
  }

  new MutationObserver(ask).observe(form, { attributeFilter: ["data-tab"] });
  return {
    // Count again what a document reaches, once its changes have settled; a document with a fault keeps the counts.
    follows(document, isWhole) {
      clearTimeout(timer);
      if (!isWhole) return;
      wanted = document;
      timer = setTimeout(ask, AGAIN_MS);
    },
  };
}
