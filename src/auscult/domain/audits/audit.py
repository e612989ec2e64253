"""Audits: from assignment to submission, with score and trail.

A conversation without an audit is not assigned. An audit is assigned to an auditor, who drafts answers (which change
nothing that anybody else sees) and submits them once; from then on it is audited. An auditor who cannot judge the
conversation declines, and it is not assigned any more. An audit never touches the evaluation.
"""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.audits.notes import Decision, DisputeNote, RescoreNote, ReviewAction, decision_of
from auscult.domain.audits.sheet import (
    LONGEST_COMMENT,
    AuditAnswer,
    Sheet,
    check_answered,
    filled_sheet,
    machine_answers,
    results_of,
    unanswered,
)
from auscult.domain.errors import ConflictError, RequestError, coded
from auscult.domain.evaluation import Evaluation, Qualification, score
from auscult.domain.form import Form
from auscult.domain.questions.outcome import is_passed

__all__ = [
    "LONGEST_COMMENT",
    "LONGEST_NAME",
    "AnswerChange",
    "Audit",
    "AuditAction",
    "AuditAnswer",
    "AuditChange",
    "AuditMovedError",
    "AuditResult",
    "AuditState",
    "Decision",
    "RescoreNote",
    "Sheet",
    "TrailEntry",
    "assign",
    "assignment_id_of",
    "decision_of",
    "declined",
    "draft",
    "machine_answers",
    "reaudit",
    "rescored",
    "results_of",
    "state_of",
    "submit",
    "submitted_already",
    "unanswered",
]

AuditState = Literal["not_assigned", "assigned", "audited"]
AuditAction = Literal["assigned", "reassigned", "submitted", "reaudited", "declined", "rescored"] | ReviewAction

_NAMESPACE = uuid.UUID("1c9b1f6e-2f7e-5a53-8f0a-6b0e7f1d3c55")

LONGEST_NAME = 200


class AuditMovedError(ConflictError):
    """An audit, or what it is about, was changed between reading and writing it; read it again."""

    code = "audit.moved"


class AuditResult(Struct, frozen=True, kw_only=True):
    """Submitted answers and their score.

    ``revision``, ``form_id``, ``form_version`` and ``evaluated_at`` name the evaluation that the auditor worked on; the
    last is None in audits older than the field. ``score`` is as of an evaluation: -100 to 100, or None when nothing
    applied.
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
    """Audit of one conversation. ``draft`` is visible to the auditor alone.

    ``auditor`` is the name that reports show, ``assignment_id`` the assignment it belongs to. ``changes`` counts its
    writes, drafts included, so that a concurrent write is noticed; ``drafted_at`` is the time of the last draft.
    ``is_declined``: the auditor could not judge the conversation; why is said in the assignment.
    """

    conversation_id: str
    assignment_id: str = ""
    auditor: str
    assigned_at: datetime
    changes: int = 1
    draft: Sheet = Sheet()
    result: AuditResult | None = None
    is_declined: bool = False
    drafted_at: datetime | None = None

    @property
    def state(self) -> AuditState:
        """Return the state of the audit."""
        if self.is_declined:
            return "not_assigned"
        return "assigned" if self.result is None else "audited"

    def answer_to(self, metric_id: str) -> Qualification:
        """The submitted answer to a metric; "-" while there is none."""
        for each in self.result.sheet.answers if self.result else ():
            if each.metric_id == metric_id:
                return each.answer
        return "-"


class AnswerChange(Struct, frozen=True, kw_only=True):
    """A changed answer to one metric, or level of a graded one; "-" where there was none."""

    metric_id: str
    before: str
    after: str


class TrailEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Line of a conversation's trail, which only ever grows. ``by`` is the actor.

    ``auditor`` is the auditor of the audit, None for a re-score. ``result`` and the counts are set for a submission:
    the answers and the score; ``changed`` for a re-audit; ``rescored`` for a re-score. ``segment`` is the segment that
    was audited, 0 for the whole. ``dispute`` is set for a dispute's steps; ``metrics`` are those an agent has accepted.
    """

    conversation_id: str
    at: datetime
    by: str
    action: AuditAction
    auditor: str | None = None
    segment: int = 0
    rescored: RescoreNote | None = None
    result: AuditResult | None = None
    adhered: int = 0
    not_adhered: int = 0
    not_applicable: int = 0
    changed: tuple[AnswerChange, ...] = ()
    dispute: DisputeNote | None = None
    metrics: tuple[str, ...] = ()


class AuditChange(NamedTuple):
    """Audit after a step, and the line of the trail that records it: None for a draft.

    ``is_drawn``: it is assigned by a draw, which notifies its auditors of all of their items at once.
    """

    audit: Audit
    entry: TrailEntry | None
    is_drawn: bool = False


def rescored(before: Evaluation, after: Evaluation, backfill_id: str, by: str) -> TrailEntry:
    """Return the line of the trail that records a re-score."""
    note = RescoreNote(backfill_id=backfill_id, before=decision_of(before), after=decision_of(after))
    return TrailEntry(
        conversation_id=after.conversation_id, at=after.evaluated_at, by=by, action="rescored", rescored=note
    )


def assignment_id_of(conversation_id: str, segment: int = 0) -> str:
    """Return the id of the audit proper without a plan: each conversation, and each of its segments, has at most one."""
    name = f"{conversation_id}/{segment}" if segment else conversation_id
    return f"as-{uuid.uuid5(_NAMESPACE, name)}"


def state_of(audit: Audit | None) -> AuditState:
    """Return the state of a conversation's audit, if it has one."""
    return "not_assigned" if audit is None else audit.state


def assign(  # noqa: PLR0913  (each is a fact of the step)
    audit: Audit | None,
    evaluation: Evaluation,
    auditor: str,
    by: str,
    at: datetime,
    *,
    assignment_id: str | None = None,
) -> AuditChange | None:
    """Assign a conversation to an auditor, or to another one, who starts again; return None when it is theirs already.

    Without ``assignment_id`` it is the assignment that a conversation has without a plan.
    Raises ``ConflictError`` ``audit.no_form``, ``audit.finished``; ``RequestError`` ``auditor.invalid``.
    """
    conversation_id = evaluation.conversation_id
    auditor, by = _name(auditor), _name(by)
    _form_of(evaluation)
    if audit is None:
        audit = Audit(
            conversation_id=conversation_id,
            assignment_id=assignment_id or assignment_id_of(conversation_id),
            auditor=auditor,
            assigned_at=at,
        )
        action: AuditAction = "assigned"
    else:
        if audit.result is not None:
            raise submitted_already(audit)
        if audit.auditor == auditor and not audit.is_declined:
            return None
        action = "assigned" if audit.is_declined else "reassigned"
        changes = audit.changes + 1
        audit = replace(audit, auditor=auditor, assigned_at=at, draft=Sheet(), changes=changes, is_declined=False)
    part = evaluation.segment
    entry = TrailEntry(conversation_id=conversation_id, at=at, by=by, action=action, auditor=auditor, segment=part)
    return AuditChange(audit, entry)


def draft(audit: Audit | None, evaluation: Evaluation, sheet: Sheet, at: datetime) -> AuditChange | None:
    """Add answers to the draft, the later one of a metric counting; None when that changes nothing.

    An empty comment leaves the one that is there. Raises ``ConflictError`` ``audit.not_assigned``, ``audit.finished``,
    ``audit.no_form``; ``RequestError`` ``metric.unknown``, ``comment.too_long``.
    """
    audit = _open(audit, evaluation)
    filled = filled_sheet(audit.draft, sheet, _form_of(evaluation))
    if filled == audit.draft:
        return None
    return AuditChange(replace(audit, draft=filled, changes=audit.changes + 1, drafted_at=at), None)


def submit(audit: Audit | None, evaluation: Evaluation, sheet: Sheet, by: str, at: datetime) -> AuditChange | None:
    """End an audit with its draft and these answers; None when just that was submitted before.

    Every metric that counts must be answered. Raises as ``draft`` does, and ``RequestError`` ``audit.incomplete``,
    which names the metrics that are not.
    """
    form, by = _form_of(evaluation), _name(by)
    if (
        audit is not None
        and audit.result is not None
        and filled_sheet(audit.result.sheet, sheet, form) == audit.result.sheet
    ):
        return None
    audit = _open(audit, evaluation)
    filled = filled_sheet(audit.draft, sheet, form)
    check_answered(form, filled)
    result, entry = _ended(audit, evaluation, filled, "submitted", by, at)
    return AuditChange(replace(audit, draft=Sheet(), result=result, changes=audit.changes + 1), entry)


def reaudit(audit: Audit | None, evaluation: Evaluation, sheet: Sheet, by: str, at: datetime) -> AuditChange | None:
    """Change answers of a submitted audit where its form allows it; None when that changes nothing.

    The trail keeps every answer that was changed, with the old and the new one. Raises ``ConflictError``
    ``audit.not_submitted``, ``audit.no_form``, ``audit.final``; ``RequestError`` as ``submit`` does.
    """
    form, by = _form_of(evaluation), _name(by)
    if audit is None or audit.result is None:
        raise ConflictError(
            "the audit of conversation {value} is not submitted; submit it first",
            code="audit.not_submitted",
            field="conversation_id",
            value=evaluation.conversation_id,
        )
    if not form.re_audit:
        raise ConflictError(
            "form {id} does not allow submitted audits to be changed; set re_audit: true in a new version",
            id=form.id,
            code="audit.final",
            field="conversation_id",
            value=evaluation.conversation_id,
        )
    filled = filled_sheet(audit.result.sheet, sheet, form)
    if filled == audit.result.sheet:
        return None
    check_answered(form, filled)
    result, entry = _ended(audit, evaluation, filled, "reaudited", by, at)
    before = {each.metric_id: each.level or each.answer for each in audit.result.sheet.answers}
    after = {each.metric_id: each.level or each.answer for each in filled.answers}
    changed = tuple(
        AnswerChange(metric_id=metric_id, before=before.get(metric_id, "-"), after=after.get(metric_id, "-"))
        for metric_id in dict.fromkeys((*before, *after))
        if before.get(metric_id) != after.get(metric_id)
    )
    return AuditChange(replace(audit, result=result, changes=audit.changes + 1), replace(entry, changed=changed))


def declined(audit: Audit, segment: int, auditor: str, at: datetime) -> AuditChange:
    """End an audit whose auditor cannot judge the conversation, or the segment of it."""
    entry = TrailEntry(
        conversation_id=audit.conversation_id, at=at, by=auditor, action="declined", auditor=auditor, segment=segment
    )
    return AuditChange(replace(audit, auditor=auditor, is_declined=True, changes=audit.changes + 1), entry)


def _ended(  # noqa: PLR0913, PLR0917  (each is a fact of the step)
    audit: Audit, evaluation: Evaluation, sheet: Sheet, action: AuditAction, by: str, at: datetime
) -> tuple[AuditResult, TrailEntry]:
    """Return the result of a whole sheet and its line of the trail."""
    form = _form_of(evaluation)
    results = results_of(form, sheet)
    unexplained = [
        one.metric.id
        for one in results
        if one.metric.reason_required and one.adhered is False and one.verdict.reason_code is None
    ]
    if unexplained:
        message = coded("a reason code is missing: {list}; give reason_code with each", list=", ".join(unexplained))
        raise RequestError(message, code="reason.missing", field="answers", value=unexplained)
    fatal_errors = sum(result.is_fatal_error for result in results)
    points = score(results, form)
    result = AuditResult(
        sheet=sheet,
        revision=evaluation.revision,
        form_id=form.id,
        form_version=form.version,
        score=points,
        passed=is_passed(points, fatal_errors, results, form),
        fatal_errors=fatal_errors,
        audited_at=at,
        evaluated_at=evaluation.evaluated_at,
    )
    entry = TrailEntry(
        conversation_id=evaluation.conversation_id,
        at=at,
        by=by,
        action=action,
        auditor=audit.auditor,
        segment=evaluation.segment,
        result=result,
        adhered=sum(each.adhered is True for each in results),
        not_adhered=sum(each.adhered is False for each in results),
        not_applicable=sum(each.verdict.qualification == "NA" for each in results),
    )
    return result, entry


def _form_of(evaluation: Evaluation) -> Form:
    if evaluation.form is None:
        raise ConflictError(
            "no form is for conversation {value}, so there is nothing to answer",
            code="audit.no_form",
            field="conversation_id",
            value=evaluation.conversation_id,
        )
    return evaluation.form


def _open(audit: Audit | None, evaluation: Evaluation) -> Audit:
    if audit is None or audit.is_declined:
        raise ConflictError(
            "conversation {value} is not assigned; assign it to an auditor first",
            code="audit.not_assigned",
            field="conversation_id",
            value=evaluation.conversation_id,
        )
    if audit.result is not None:
        raise submitted_already(audit)
    return audit


def submitted_already(audit: Audit) -> ConflictError:
    """Return the refusal to change an audit that was submitted: ``audit.finished``."""
    return ConflictError(
        "the audit of conversation {value} was submitted, and stays as it is",
        code="audit.finished",
        field="conversation_id",
        value=audit.conversation_id,
    )


def _name(name: str) -> str:
    """Return a person's name as it is stored."""
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise RequestError(
            "a name has 1 to {n} characters on one line",
            n=LONGEST_NAME,
            code="auditor.invalid",
            field="auditor",
            value=name,
        )
    return name
