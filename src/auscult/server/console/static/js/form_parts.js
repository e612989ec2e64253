// Parts of the form builder that are made from the whole document: asked for when they are shown, and as it changes.

const AGAIN_MS = 800;

// Fill a region from a path below the form's while `isShown()`; `ask()` is called when that may have changed.
// `readOf(document)` is what the region depends on; `missed()` is called where there is no answer. `more()` is sent along.
export function asksFor(form, region, path, isShown, missed, readOf = (document) => document, more = () => []) {
  let asked = 0;
  let timer = 0;
  let made = null; // what the region was made of
  let wanted = "";
  let pressed = ""; // the button that the next request is for

  async function ask() {
    const read = readOf(wanted);
    if (!isShown() || made === read) return;
    made = read;
    const mine = ++asked;
    const act = pressed;
    pressed = "";
    const answer = await fetch(`${form.action}/${path}`, { method: "POST", body: new URLSearchParams([["document", wanted], ["since", form.elements.since?.value ?? ""], ["act", act], ...more()]) }).catch(() => null);
    if (mine !== asked) return;
    if (!answer || answer.redirected) {
      made = null;
      missed();
    }
    if (!answer?.ok || answer.redirected) return;
    const body = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    if (mine === asked) region.replaceChildren(...body.childNodes);
  }

  return {
    ask,
    // Ask for what a button of the region does.
    act(value) {
      made = null;
      pressed = value;
      return ask();
    },
    // Ask again once the changes of a document have settled; one with a fault keeps what is shown.
    follows(document, isWhole) {
      clearTimeout(timer);
      if (!isWhole) return;
      wanted = document;
      timer = setTimeout(ask, AGAIN_MS);
    },
  };
}
