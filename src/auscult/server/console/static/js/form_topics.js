// The conversations in the tree of a taxonomy: the number at each topic, some of the open one, and some without one. They are
// asked for apart from the builder, which does not wait for them, and put into each of its views before that is shown.

import { asksFor } from "./form_parts.js";

// `missed()` is called where there is no answer, `again()` once there is something to show.
export function showsSorted(form, panel, missed, again) {
  const kept = new Map(); // what is shown, by the name of its place
  const take = (...nodes) => {
    for (const { dataset, childNodes } of nodes) if (dataset?.slot) kept.set(dataset.slot, [...childNodes]);
    fill(document.querySelector("#tabs"));
    again();
  };
  // Put what is known into a view that is about to be shown.
  const fill = (view) => {
    for (const place of view.querySelectorAll("[data-slot]")) {
      const nodes = kept.get(place.dataset.slot);
      if (nodes) place.replaceChildren(...nodes.map((each) => each.cloneNode(true)));
    }
  };
  const region = { replaceChildren: take };
  const placesOf = (kind) => [...panel.querySelectorAll(`[data-slot^="${kind}:"]`)].map(({ dataset }) => dataset.slot);
  const isTree = () => form.dataset.tab === "questions";
  const counts = asksFor(form, region, "counts", isTree, missed, () => placesOf("n").join("\n"));
  const open = () => [["open", panel.querySelector("#open").value]];
  const here = asksFor(form, region, "here", () => isTree() && placesOf("here").length > 0, missed, () => placesOf("here").join(), open);
  const nowhere = asksFor(form, region, "nowhere", () => form.dataset.tab === "nowhere", missed);
  const parts = [counts, here, nowhere];
  new MutationObserver(() => parts.forEach((each) => each.ask())).observe(form, { attributeFilter: ["data-tab"] });

  // The topics to choose from are put into a list when it is opened: not as many times as there are sentences.
  const named = () => [...panel.querySelectorAll("#list-topics option")].map(({ value }) => value);
  const choices = () => named().filter((each, _at, all) => !all.some((other) => other.startsWith(`${each} \u203a `)));
  panel.addEventListener(
    "toggle",
    ({ target }) => {
      const list = target.open && target.querySelector("[name^='to:']");
      if (list) list.replaceChildren(new Option(), ...choices().map((each) => new Option(each)));
    },
    true,
  );

  return {
    follows(document, isWhole) {
      for (const each of parts) each.follows(document, isWhole);
    },
    fill,
    // What was added to a topic goes from the list of what has none: the focus goes on to the next one.
    goesOn() {
      const row = document.activeElement?.closest("#part-nowhere li");
      if (!row || panel.querySelector("[role=alert]")) return;
      const next = row.nextElementSibling ?? row.previousElementSibling;
      (next?.querySelector("summary") ?? panel.querySelector("#part-nowhere h2")).focus();
    },
  };
}

// The conversations that a taxonomy would move: Right puts a row away, other buttons are asked for with the part around them.
export function looksAtMoves(region, part) {
  region.closest("form").addEventListener("submit", async (event) => {
    const button = region.contains(event.submitter) && event.submitter;
    if (!button) return;
    event.preventDefault();
    const [verb] = button.value.split(":");
    const row = button.closest("li");
    const next = (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("button");
    if (verb === "right") {
      const put = document.createElement("input");
      Object.assign(put, { type: "hidden", name: "right", value: button.value.slice(verb.length + 1) });
      region.append(put);
      row.remove();
      if (next) return next.focus();
    }
    await part.act(verb === "right" ? "" : button.value);
    (region.querySelector("[role=alert]") ?? region.querySelector("h2"))?.focus();
  });
}
