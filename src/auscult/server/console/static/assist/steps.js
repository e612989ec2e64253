// How far the conversation has come in its playbooks: every step, done or not, and a hint where one is missing.

import { state } from "./model.js";
import { hintsOf, stepKey } from "./store.js";
import { clock, html } from "./view.js";
import { LOCALES, _ } from "./words.js";
import { computed } from "../vendor/signals.js";

const followed = computed(() => state.value.playbook);
export const hasSteps = computed(() => (followed.value?.playbooks ?? []).length > 0);
export const hints = computed(() => new Map(hintsOf(followed.value)));

export function Steps() {
  return html`
    <section id="steps" aria-labelledby="h-steps" tabindex="-1" hidden=${!hasSteps.value}>
      <h2 id="h-steps">${_("Steps")}</h2>
      <div id="playbooks">${(followed.value?.playbooks ?? []).map((book) => html`<${Playbook} key=${book.id} book=${book} />`)}</div>
    </section>`;
}

function Playbook({ book }) {
  const share = percent(book.adherence);
  const isAimed = (book.min_adherence ?? null) !== null;
  const done = isAimed ? _("%(share)s done, target %(target)s", { share, target: percent(book.min_adherence) }) : _("%(share)s done", { share });
  return html`
    <div class="playbook">
      <h3><span class="name">${book.name ?? book.id}</span><span class="share">${done}</span></h3>
      <div class="track" aria-hidden="true"><i style=${{ "--share": book.adherence ?? 0 }}></i></div>
      <ol>
        ${book.stages.map((stage) => [
          (book.stages.length > 1 || stage.name) && html`<li class="stage" key=${stepKey(stage.id)}>${stage.name ?? stage.id}</li>`,
          ...stage.steps.map((step) => {
            const at = stepKey(book.id, stage.id, step.id);
            return html`<${Step} key=${at} step=${step} hint=${hints.value.get(at)} />`;
          }),
        ])}
      </ol>
    </div>`;
}

function Step({ step, hint }) {
  const optional = step.is_required === false ? _("(optional)") : "";
  return html`
    <li class="step" data-state=${step.is_done ? "done" : hint ? "missing" : "open"}>
      <span class="mark" aria-hidden="true"></span>
      <span><span class="name">${step.name ?? step.id}</span><span class="unseen state">${step.is_done ? _(", done") : _(", not done")}</span></span>
      <span class="when">${step.is_done && step.done_at ? clock(step.done_at) : optional}</span>
      ${hint && html`<p class="hint">${hint}</p>`}
    </li>`;
}

const percents = new Intl.NumberFormat(LOCALES, { style: "percent" });
const percent = (of100) => percents.format(Math.round(of100 ?? 0) / 100);
