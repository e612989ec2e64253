"""What a person decides about a conversation: an audit from assignment to submission, its score and its trail (rules 8, 28).

A conversation without an audit is not assigned. An audit is assigned to an auditor, who drafts answers (which change
nothing that anybody else sees) and submits them once; from then on it is audited. It never touches the evaluation.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.errors import ConflictError, RequestError
from auscult.domain.evaluation import Evaluation, MetricResult, Qualification, Status, Verdict, passed, score
from auscult.domain.form import Form, Metric
from auscult.domain.spelling import did_you_mean

AuditState = Literal["not_assigned", "assigned", "audited"]
AuditAction = Literal["assigned", "reassigned", "submitted", "rescored"]

LONGEST_NAME = 200
LONGEST_COMMENT = 10_000


class AuditMovedError(ConflictError):
    """An audit, or what it is about, was changed between reading and writing it; read it again."""

    code = "audit.moved"


class AuditAnswer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An auditor's raw answer to one metric: YES, NO or NA. "-" takes back what was drafted before."""

    metric_id: str
    answer: Qualification
    comment: str = ""


class Sheet(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an auditor has filled in: one answer a metric, and a comment on the whole."""

    answers: tuple[AuditAnswer, ...] = ()
    comment: str = ""


class AuditResult(Struct, frozen=True, kw_only=True):
    """What was submitted, and what it comes to.

    ``revision``, ``form_id``, ``form_version`` and ``evaluated_at`` name the evaluation that the auditor had before
    them (rule 7); the last is None of audits from before it was kept. ``score`` is as of an evaluation: -100 to 100, or None when nothing applied.
    """

    sheet: Sheet
    revision: int
    form_id: str
    form_version: int
    score: Decimal | None
    passed: bool | None
    fatal_errors: int
    audited_at: datetime
    evaluated_at: datetime | None = None


class Audit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person's work on one conversation. ``draft`` is nobody's business but the auditor's.

    ``auditor`` is the name that reports show. ``changes`` counts how often this was written, drafts included, so that
    who writes notices that somebody else did meanwhile.
    """

    conversation_id: str
    auditor: str
    assigned_at: datetime
    changes: int = 1
    draft: Sheet = Sheet()
    result: AuditResult | None = None

    @property
    def state(self) -> AuditState:
        """Where it stands."""
        return "assigned" if self.result is None else "audited"

    def answer_to(self, metric_id: str) -> Qualification:
        """The submitted answer to a metric; "-" while there is none."""
        for each in self.result.sheet.answers if self.result else ():
            if each.metric_id == metric_id:
                return each.answer
        return "-"


class Decision(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an evaluation came to. Without a form there is neither id nor version."""

    status: Status
    form_id: str | None = None
    form_version: int | None = None
    score: Decimal | None = None
    passed: bool | None = None


class RescoreNote(Struct, frozen=True, kw_only=True):
    """What a re-score changed of one conversation: the evaluation before, which is kept, and the one after."""

    sweep_id: str
    before: Decision
    after: Decision


class TrailEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a conversation's trail, which only ever grows. ``by`` is who did it.

    ``auditor`` is whose audit it is about, None of a re-score. ``result`` and the counts are there of a submission:
    what was answered and what it came to; ``rescored`` of a re-score.
    """

    conversation_id: str
    at: datetime
    by: str
    action: AuditAction
    auditor: str | None = None
    rescored: RescoreNote | None = None
    result: AuditResult | None = None
    adhered: int = 0
    not_adhered: int = 0
    not_applicable: int = 0


class AuditChange(NamedTuple):
    """An audit after a step, and the line of the trail that tells of it: None for a draft, which is told to nobody."""

    audit: Audit
    entry: TrailEntry | None


def decision_of(evaluation: Evaluation) -> Decision:
    """What an evaluation came to."""
    form = evaluation.form
    return Decision(
        status=evaluation.status,
        form_id=form.id if form else None,
        form_version=form.version if form else None,
        score=evaluation.score,
        passed=evaluation.passed,
    )


def rescored(before: Evaluation, after: Evaluation, sweep_id: str, by: str) -> TrailEntry:
    """The line of the trail that tells of a re-score (rule 7)."""
    note = RescoreNote(sweep_id=sweep_id, before=decision_of(before), after=decision_of(after))
    return TrailEntry(
        conversation_id=after.conversation_id, at=after.evaluated_at, by=by, action="rescored", rescored=note
    )


def state_of(audit: Audit | None) -> AuditState:
    """Where a conversation's audit stands, if it has one."""
    return "not_assigned" if audit is None else audit.state


def assign(audit: Audit | None, evaluation: Evaluation, auditor: str, by: str, at: datetime) -> AuditChange | None:
    """Give a conversation to an auditor, or to another one, who starts anew; None when it is theirs already.

    Raises ``ConflictError`` ``audit.no_form``, ``audit.finished``; ``RequestError`` ``auditor.invalid``.
    """
    conversation_id = evaluation.conversation_id
    auditor, by = _name(auditor), _name(by)
    _form_of(evaluation)
    if audit is None:
        audit = Audit(conversation_id=conversation_id, auditor=auditor, assigned_at=at)
        action: AuditAction = "assigned"
    else:
        if audit.result is not None:
            raise _finished(audit)
        if audit.auditor == auditor:
            return None
        audit = replace(audit, auditor=auditor, assigned_at=at, draft=Sheet(), changes=audit.changes + 1)
        action = "reassigned"
    entry = TrailEntry(conversation_id=conversation_id, at=at, by=by, action=action, auditor=auditor)
    return AuditChange(audit, entry)


def draft(audit: Audit | None, evaluation: Evaluation, sheet: Sheet) -> AuditChange | None:
    """Add answers to the draft, the later one of a metric counting; None when that changes nothing.

    An empty comment leaves the one that is there. Raises ``ConflictError`` ``audit.not_assigned``, ``audit.finished``,
    ``audit.no_form``; ``RequestError`` ``metric.unknown``, ``comment.too_long``.
    """
    audit = _open(audit, evaluation)
    filled = _filled(audit.draft, sheet, _form_of(evaluation))
    if filled == audit.draft:
        return None
    return AuditChange(replace(audit, draft=filled, changes=audit.changes + 1), None)


def submit(audit: Audit | None, evaluation: Evaluation, sheet: Sheet, by: str, at: datetime) -> AuditChange | None:
    """End an audit with its draft and these answers; None when just that was submitted before.

    Every metric that counts must be answered. Raises as ``draft`` does, and ``RequestError`` ``audit.incomplete``,
    which names the metrics that are not.
    """
    form, by = _form_of(evaluation), _name(by)
    if (
        audit is not None
        and audit.result is not None
        and _filled(audit.result.sheet, sheet, form) == audit.result.sheet
    ):
        return None
    audit = _open(audit, evaluation)
    filled = _filled(audit.draft, sheet, form)
    missing = unanswered(form, filled)
    if missing:
        raise RequestError(
            f"not answered yet: {', '.join(missing)}; give YES, NO or NA for each",
            code="audit.incomplete",
            field="answers",
            value=list(missing),
        )
    results = results_of(form, filled)
    fatal_errors = sum(result.is_fatal_error for result in results)
    points = score(results, form)
    result = AuditResult(
        sheet=filled,
        revision=evaluation.revision,
        form_id=form.id,
        form_version=form.version,
        score=points,
        passed=passed(points, fatal_errors, form),
        fatal_errors=fatal_errors,
        audited_at=at,
        evaluated_at=evaluation.evaluated_at,
    )
    entry = TrailEntry(
        conversation_id=evaluation.conversation_id,
        at=at,
        by=by,
        action="submitted",
        auditor=audit.auditor,
        result=result,
        adhered=sum(each.adhered is True for each in results),
        not_adhered=sum(each.adhered is False for each in results),
        not_applicable=sum(each.verdict.qualification == "NA" for each in results),
    )
    return AuditChange(replace(audit, draft=Sheet(), result=result, changes=audit.changes + 1), entry)


def unanswered(form: Form, sheet: Sheet) -> tuple[str, ...]:
    """The metrics that have to be answered before an audit can be submitted and are not, in the form's order.

    A metric that can change nothing (no weight, not fatal) may be left.
    """
    answered = {each.metric_id for each in sheet.answers}
    return tuple(metric.id for metric in form.metrics if _counts(metric) and metric.id not in answered)


def machine_answers(evaluation: Evaluation) -> tuple[AuditAnswer, ...]:
    """What the machine answered, for an auditor to start from."""
    return tuple(
        AuditAnswer(metric_id=result.metric.id, answer=result.verdict.qualification)
        for result in evaluation.results
        if result.verdict.qualification != "-"
    )


def results_of(form: Form, sheet: Sheet) -> tuple[MetricResult, ...]:
    """An auditor's answers as verdicts, one for each metric of the form."""
    answers = {each.metric_id: each for each in sheet.answers}
    empty = AuditAnswer(metric_id="", answer="-")
    return tuple(
        MetricResult(metric=metric, verdict=Verdict(qualification=each.answer, reason=each.comment))
        for metric in form.metrics
        for each in [answers.get(metric.id, empty)]
    )


def _counts(metric: Metric) -> bool:
    return metric.fatal or metric.weight > 0 or metric.negative_weight > 0


def _form_of(evaluation: Evaluation) -> Form:
    if evaluation.form is None:
        raise ConflictError(
            f"no form is for conversation {evaluation.conversation_id}, so there is nothing to answer",
            code="audit.no_form",
            field="conversation_id",
            value=evaluation.conversation_id,
        )
    return evaluation.form


def _open(audit: Audit | None, evaluation: Evaluation) -> Audit:
    if audit is None:
        raise ConflictError(
            f"conversation {evaluation.conversation_id} is not assigned; assign it to an auditor first",
            code="audit.not_assigned",
            field="conversation_id",
            value=evaluation.conversation_id,
        )
    if audit.result is not None:
        raise _finished(audit)
    return audit


def _finished(audit: Audit) -> ConflictError:
    return ConflictError(
        f"the audit of conversation {audit.conversation_id} was submitted, and stays as it is",
        code="audit.finished",
        field="conversation_id",
        value=audit.conversation_id,
    )


def _filled(before: Sheet, sheet: Sheet, form: Form) -> Sheet:
    """Both sheets in one, in the form's order; what was drafted for a metric that the form no longer has is dropped."""
    known = [metric.id for metric in form.metrics]
    _check_metrics(sheet.answers, known)
    for comment in (sheet.comment, *(each.comment for each in sheet.answers)):
        if len(comment) > LONGEST_COMMENT:
            raise RequestError(
                f"a comment has at most {LONGEST_COMMENT} characters", code="comment.too_long", field="comment"
            )
    answers = {each.metric_id: each for each in (*before.answers, *sheet.answers)}
    filled = (answers[metric_id] for metric_id in known if metric_id in answers)
    return Sheet(answers=tuple(each for each in filled if each.answer != "-"), comment=sheet.comment or before.comment)


def _check_metrics(answers: Iterable[AuditAnswer], known: Sequence[str]) -> None:
    for each in answers:
        if each.metric_id not in known:
            raise RequestError(
                f"the form has no metric {each.metric_id}; "
                + did_you_mean(each.metric_id, known, f"it has {', '.join(known)}"),
                code="metric.unknown",
                field="answers",
                value=each.metric_id,
            )


def _name(name: str) -> str:
    """A person's name, or what stands for one, as it is kept."""
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise RequestError(
            f"a name has 1 to {LONGEST_NAME} characters on one line",
            code="auditor.invalid",
            field="auditor",
            value=name,
        )
    return name
