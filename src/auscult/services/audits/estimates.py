"""Estimates for all conversations of a plan's frame, from the machine's verdicts on all and audits of some."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.audits.assignment import Assigned
from auscult.domain.audits.draw import Draw
from auscult.domain.audits.frame import is_in_frame
from auscult.domain.audits.plan import PlanDocument
from auscult.domain.errors import ConflictError, unknown
from auscult.domain.operations.records import made_from
from auscult.domain.statistics.estimates import (
    AuditedScore,
    AuditedVerdict,
    Estimate,
    Refusal,
    estimate_score,
    estimate_share,
    strata_of,
)
from auscult.domain.statistics.sample_size import MoreAudits, more_audits, most_useful_verdict
from auscult.domain.statistics.scores import moments_of
from auscult.services.audits.frames import case_of, is_by_segment
from auscult.services.audits.plans import query_of_draw
from auscult.storage.audits.frames import FrameQuery, MachineResult, machine_result
from auscult.storage.store import AppStore

HALF_WIDTH = 0.05
"""The precision that further audits are counted for, unless another is asked for."""


class EstimateView(Struct, frozen=True, kw_only=True):
    """Estimate of one metric, or of the score where ``metric_id`` is None, for the frame of a plan.

    A share of YES among YES and NO is from 0 to 1, a score in points. ``more`` is how many audits a narrower
    interval needs, ``next_verdict`` the machine's verdict among which the next audit helps most.
    """

    form_id: str
    metric_id: str | None
    plan_id: str
    machine: float | None
    estimate: float
    low: float
    high: float
    n: int
    population: int
    method: str
    warnings: tuple[str, ...]
    more: MoreAudits | None = None
    next_verdict: str | None = None


class _Sample(NamedTuple):
    """The machine's results for a population, and its submitted audits that count."""

    results: Sequence[MachineResult]
    audits: Sequence[Assigned]
    warnings: Sequence[str]


class Estimating:
    """Estimates of one app. Each reads the machine's verdicts on the whole frame."""

    def __init__(self, app: AppStore) -> None:
        """Work on ``app``."""
        self._app = app

    def estimate(
        self, form_id: str, metric_id: str | None, plan_id: str | None = None, half_width: float = HALF_WIDTH
    ) -> EstimateView:
        """Estimate a metric's share of YES, or the mean score.

        Without a plan, the one plan for the form that has audits is taken. Raises ``NotFoundError`` ``plan.unknown``,
        ``form.unknown``, ``metric.unknown``; ``ConflictError`` ``estimate.refused`` with the reason.
        """
        self._check(form_id)
        plan_id = plan_id or self._only_plan(form_id)
        sample = self._sample(form_id, plan_id)
        if metric_id is None:
            found = self._score(sample)
            return _view(found, sample, (form_id, metric_id, plan_id))
        known = {metric for result in sample.results for metric in result.answers}
        if sample.results and metric_id not in known:
            raise unknown(
                "metric", metric_id, "unknown metric {value!r}; available: {list}", list=", ".join(sorted(known))
            )
        audits = list(_verdicts(sample, metric_id))
        counts = Counter(result.answers[metric_id] for result in sample.results if metric_id in result.answers)
        found = estimate_share(counts, audits)
        strata = strata_of(counts, [one for one in audits if one.probability])
        view = _view(found, sample, (form_id, metric_id, plan_id))
        return replace(view, more=more_audits(strata, half_width), next_verdict=most_useful_verdict(strata))

    def _check(self, form_id: str) -> None:
        if self._app.forms.get(form_id) is None:
            known = ", ".join(each.form_id for each in self._app.forms.in_force())
            raise unknown("form", form_id, "unknown form {value!r}; available: {list}", list=known or "none")

    def _only_plan(self, form_id: str) -> str:
        """Return the plan for a form that has submitted audits. Raises ``ConflictError`` ``estimate.refused``."""
        found: set[str] = set()
        for drawn in self._app.plans.draws():
            plan = self._app.plans.get(drawn.plan_id, drawn.plan_version)
            if plan is not None and plan.document.form_id == form_id and _submitted(self._app, drawn):
                found.add(drawn.plan_id)
        if not found:
            raise _refused(
                f"no audit for form {form_id} has a probability: conversations picked by hand say nothing about the"
                " others; draw conversations with a plan and audit them"
            )
        if len(found) > 1:
            raise _refused(f"several plans have audits for form {form_id}; name one: {', '.join(sorted(found))}")
        return found.pop()

    def _sample(self, form_id: str, plan_id: str) -> _Sample:
        """Return what a plan's draws are about: of windows that overlap, the later draw's."""
        if self._app.plans.get(plan_id) is None:
            raise unknown("plan", plan_id)
        results: list[MachineResult] = []
        audits: list[Assigned] = []
        taken: list[Draw] = []
        left_out = 0
        draws = self._app.plans.draws(plan_id)
        for drawn in reversed(draws):
            plan = self._app.plans.get(plan_id, drawn.plan_version)
            if plan is None or plan.document.form_id != form_id:
                continue
            if any(drawn.since < one.until and one.since < drawn.until for one in taken):
                left_out += len(_submitted(self._app, drawn))
                continue
            taken.append(drawn)
            query = query_of_draw(plan.document, drawn, draws)
            results += self._results(plan.document, query)
            audits += _submitted(self._app, drawn)
        if not taken:
            raise _refused(f"plan {plan_id} has no draw for form {form_id}")
        warnings = (f"{left_out} audits of earlier draws over the same days are left out",) if left_out else ()
        return _Sample(results, audits, warnings)

    def _results(self, document: PlanDocument, query: FrameQuery) -> Iterator[MachineResult]:
        """Return the machine's results for a frame, the conversations that meet its filters."""
        query = query._replace(is_by_segment=is_by_segment(self._app, document.form_id))
        if not document.frame.needs_content:
            yield from self._app.frames.results(query)
            return
        for case in self._app.frames.cases(query):
            if is_in_frame(case_of(case), document.frame):
                yield machine_result(case)

    def _score(self, sample: _Sample) -> Estimate | Refusal:
        machine = {
            (one.conversation_id, one.segment): float(one.score) for one in sample.results if one.score is not None
        }
        pairs = [
            AuditedScore(machine[key], float(result.score), one.assignment.probability)
            for one in sample.audits
            if (key := _key(one)) in machine
            and one.audit is not None
            and (result := one.audit.result) is not None
            and result.score is not None
        ]
        return estimate_score(moments_of(machine.values()), pairs)


def _submitted(app: AppStore, drawn: Draw) -> list[Assigned]:
    """Return the submitted audits of a draw that count, one a conversation, or one a segment."""
    found: dict[tuple[str, int], Assigned] = {}
    drawn_items = app.queue.of_draw(drawn.draw_id)
    highest: dict[str, float | None] = {}
    for one in drawn_items:  # what is drawn in place of declined items raises the probability of all in the stratum
        stratum, probability = one.assignment.stratum, one.assignment.probability
        if probability is not None:
            highest[stratum] = max(highest.get(stratum) or 0.0, probability)
    for one in drawn_items:
        given = one.assignment
        if (
            given.state == "submitted"
            and given.role == "audit"
            and given.probability is not None
            and given.conversation_id is not None
        ):
            found.setdefault(_key(one), one)
    return [
        replace(one, assignment=replace(one.assignment, probability=highest[one.assignment.stratum]))
        for one in found.values()
    ]


def _key(one: Assigned) -> tuple[str, int]:
    """Return what an assignment is about: a conversation and a segment."""
    return one.assignment.conversation_id or "", one.assignment.segment


def _verdicts(sample: _Sample, metric_id: str) -> Iterator[AuditedVerdict]:
    """Return the audited verdicts on a metric. Where a person left it, the conversation counts as not audited."""
    machine: Mapping[tuple[str, int], str] = {
        (one.conversation_id, one.segment): one.answers[metric_id] for one in sample.results if metric_id in one.answers
    }
    for one in sample.audits:
        answer = one.audit.answer_to(metric_id) if one.audit else "-"
        if (key := _key(one)) in machine and answer != "-":
            yield AuditedVerdict(machine[key], answer, one.assignment.probability)


def _view(found: Estimate | Refusal, sample: _Sample, what: tuple[str, str | None, str]) -> EstimateView:
    if isinstance(found, Refusal):
        raise _refused(found.reason)
    form_id, metric_id, plan_id = what
    return made_from(
        EstimateView,
        found,
        form_id=form_id,
        metric_id=metric_id,
        plan_id=plan_id,
        warnings=(*found.warnings, *sample.warnings),
    )


def _refused(reason: str) -> ConflictError:
    return ConflictError("no estimate: {reason}", reason=reason, code="estimate.refused", field="plan_id")
