"""Views of evaluations, audits and forms in our own API, each with the same fields in every answer."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from auscult.domain.audits.audit import (
    AnswerChange,
    Audit,
    AuditAnswer,
    AuditState,
    Decision,
    RescoreNote,
    TrailEntry,
    state_of,
)
from auscult.domain.audits.sheet import Moment
from auscult.domain.evaluation import Comparison, Evaluation, Evidence, MetricResult, Part, Qualification, Status
from auscult.domain.form import Handler
from auscult.domain.operations.records import made_from
from auscult.domain.questions.outcome import band_of, section_scores
from auscult.services.scoring.score import SectionLine


class ShownForm(Struct, frozen=True, kw_only=True):
    """The form and its version that decided."""

    id: str
    version: int
    name: str


class ShownPart(Struct, frozen=True, kw_only=True):
    """One part of a verdict, with its own answer.

    ``weight`` and ``negative_weight`` are its shares of the metric's, in percent; 0 if parts are not scored one by one.
    """

    id: str
    name: str
    weight: float
    negative_weight: float
    fatal: bool
    correct_answer: str
    qualification: Qualification
    adhered: bool | None
    evidence: tuple[Evidence, ...]
    reason: str


class ShownMetric(Struct, frozen=True, kw_only=True):
    """One metric with the machine's verdict and its evidence. ``adhered`` is null for NA and for "-".

    ``parts`` is set for hold and transfer etiquette, trigger scoring and external agents, ``compared`` for values
    checked against a source of truth. ``level`` is the answer to a graded metric, ``share`` its part of the weight
    in percent.
    """

    id: str
    name: str
    type: str
    weight: float
    negative_weight: float
    fatal: bool
    correct_answer: str
    qualification: Qualification
    adhered: bool | None
    evidence: tuple[Evidence, ...]
    trigger: tuple[Evidence, ...]
    reason: str
    parts: tuple[ShownPart, ...]
    compared: Comparison | None
    section: str | None
    level: str | None
    share: float | None


class ShownSection(SectionLine, frozen=True, kw_only=True):
    """The subtotal of one section; null if nothing in it applies. ``passed`` is also null without a pass mark."""


class ShownOutcome(Struct, frozen=True, kw_only=True):
    """One evaluation without its metrics. ``reason``: why there is no score, or why it is undecided (``passed`` null)."""

    revision: int
    form: ShownForm | None
    status: Status
    score: int | None
    passed: bool | None
    reason: str | None
    fatal_errors: int
    evaluated_at: datetime


class EvaluatedForm(ShownOutcome, frozen=True, kw_only=True):
    """One evaluation. ``engines`` names every engine that answered, with its version.

    ``band`` is the named range of the score, null if the form has none there.
    """

    engines: tuple[str, ...]
    metrics: tuple[ShownMetric, ...]
    sections: tuple[ShownSection, ...]
    band: str | None


class EvaluatedSegment(EvaluatedForm, frozen=True, kw_only=True):
    """The evaluation of one part of a conversation, and who handled it; parts are numbered from 1."""

    segment: int
    handled_by: Handler | None
    agent_id: str | None


class ShownEvaluation(EvaluatedForm, frozen=True, kw_only=True):
    """The evaluation of a conversation. ``segments`` are those of its parts, where a form for segments scores them.

    The AI agent's part and the person's are scored each by its own form; the other fields are then those of the part
    that reports show, the last of a person, else the last.
    """

    segments: tuple[EvaluatedSegment, ...] | UnsetType = UNSET


class ShownResult(Struct, frozen=True, kw_only=True):
    """An auditor's submitted answers and the resulting score."""

    form: dict[str, str | int]
    revision: int
    score: int | None
    passed: bool | None
    fatal_errors: int
    audited_at: datetime
    comment: str
    answers: tuple[AuditAnswer, ...]
    moments: tuple[Moment, ...] = ()


class ShownDecision(Struct, frozen=True, kw_only=True):
    """The result of an evaluation, without its metrics."""

    form: dict[str, str | int | None]
    status: Status
    score: int | None
    passed: bool | None


class ShownRescore(Struct, frozen=True, kw_only=True):
    """Change by a re-score: the evaluation before, which is kept, and the one after."""

    id: str
    before: ShownDecision
    after: ShownDecision


class ShownStep(Struct, frozen=True, kw_only=True):
    """One line of a conversation's trail. ``auditor`` is null for a re-score, and ``rescore`` for all others."""

    at: datetime
    by: str
    action: str
    auditor: str | None
    score: int | None = None
    rescore: ShownRescore | None = None
    changed: tuple[AnswerChange, ...] = ()


class ShownAudit(Struct, frozen=True, kw_only=True):
    """An audit without its draft, as it may be shown to everyone."""

    state: AuditState
    auditor: str | None
    assigned_at: datetime | None
    result: ShownResult | None
    trail: tuple[ShownStep, ...]


class ListedAuditItem(Struct, frozen=True, kw_only=True):
    """An audit in a list."""

    conversation_id: str
    state: AuditState
    auditor: str
    assigned_at: datetime
    score: int | None
    passed: bool | None
    audited_at: datetime | None


def outcome(evaluation: Evaluation) -> ShownOutcome:
    """Return the view of an evaluation without its metrics."""
    return ShownOutcome(**_outcome(evaluation))


def evaluation(found: Evaluation, parts: Iterable[Evaluation] = ()) -> ShownEvaluation:
    """Return the view of an evaluation, with those of the ``parts`` of its conversation, where there are any."""
    segments = tuple(
        EvaluatedSegment(segment=each.segment, handled_by=each.handler, agent_id=each.agent_id, **_whole_of(each))
        for each in parts
    )
    return ShownEvaluation(**_whole_of(found), segments=segments or UNSET)


def _whole_of(found: Evaluation) -> dict[str, Any]:
    form = found.form
    scores = section_scores(found.results, form) if form is not None and found.status == "evaluated" else ()
    return {
        **_outcome(found),
        "engines": found.engines,
        "metrics": tuple(_metric(result) for result in found.results),
        "sections": tuple(
            ShownSection(id=one.id, name=one.name, score=_whole(one.score), passed=one.passed) for one in scores
        ),
        "band": None if form is None else band_of(found.score, form),
    }


def audit(found: Audit | None, trail: Iterable[TrailEntry]) -> ShownAudit:
    """Return the view of an audit, including one that is not begun or not assigned."""
    return ShownAudit(
        state=state_of(found),
        auditor=found.auditor if found else None,
        assigned_at=found.assigned_at if found else None,
        result=_result(found) if found else None,
        trail=tuple(
            made_from(
                ShownStep,
                entry,
                score=_whole(entry.result.score) if entry.result else None,
                rescore=_rescore(entry.rescored) if entry.rescored else None,
            )
            for entry in trail
        ),
    )


def _rescore(note: RescoreNote) -> ShownRescore:
    return ShownRescore(id=note.backfill_id, before=_decision(note.before), after=_decision(note.after))


def _decision(found: Decision) -> ShownDecision:
    return ShownDecision(
        form={"id": found.form_id, "version": found.form_version},
        status=found.status,
        score=_whole(found.score),
        passed=found.passed,
    )


def without_auditor(found: ShownAudit) -> ShownAudit:
    """Return an audit without the names of auditors, for agents of an app that hides them."""
    trail = tuple(replace(step, by="", auditor=None) for step in found.trail)
    return replace(found, auditor=None, trail=trail)


def without_rescores(found: ShownAudit) -> ShownAudit:
    """Return an audit without the machine's decisions in its trail."""
    return replace(found, trail=tuple(replace(step, rescore=None) for step in found.trail))


def listed_audit(found: Audit) -> ListedAuditItem:
    """Return the view of an audit in a list."""
    return made_from(
        ListedAuditItem,
        found,
        score=_whole(found.result.score) if found.result else None,
        passed=found.result.passed if found.result else None,
        audited_at=found.result.audited_at if found.result else None,
    )


def _outcome(evaluation: Evaluation) -> dict[str, Any]:
    form = evaluation.form
    return {
        "revision": evaluation.revision,
        "form": ShownForm(id=form.id, version=form.version, name=form.name) if form else None,
        "status": evaluation.status,
        "score": _whole(evaluation.score),
        "passed": evaluation.passed,
        "reason": evaluation.reason,
        "fatal_errors": evaluation.fatal_errors,
        "evaluated_at": evaluation.evaluated_at,
    }


def _metric(result: MetricResult) -> ShownMetric:
    metric, verdict = result.metric, result.verdict
    return made_from(
        ShownMetric,
        metric,
        verdict,
        result,
        weight=float(metric.weight),
        negative_weight=float(metric.negative_weight),
        parts=tuple(_part(part) for part in verdict.parts),
        share=None if verdict.share is None else float(verdict.share),
    )


def _part(part: Part) -> ShownPart:
    return made_from(ShownPart, part, weight=float(part.weight), negative_weight=float(part.negative_weight))


def _result(found: Audit) -> ShownResult | None:
    result = found.result
    if result is None:
        return None
    return made_from(
        ShownResult,
        result,
        result.sheet,
        form={"id": result.form_id, "version": result.form_version},
        score=_whole(result.score),
    )


def _whole(score: Any) -> int | None:  # noqa: ANN401  (a whole Decimal or None)
    return None if score is None else int(score)
