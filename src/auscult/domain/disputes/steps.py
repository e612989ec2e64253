"""Steps of a review: release, accept, dispute, decide, withdraw, re-open. Each returns what it changes.

An accepted dispute overturns an answer of the audit, and the score follows.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from msgspec.structs import replace

from auscult.domain.audits.audit import (
    LONGEST_COMMENT,
    AnswerChange,
    Audit,
    AuditAnswer,
    AuditChange,
    AuditMovedError,
    Sheet,
    TrailEntry,
    results_of,
)
from auscult.domain.audits.notes import DisputeNote, DisputeState, ReviewAction
from auscult.domain.audits.sheet import filled_sheet
from auscult.domain.change import ChangeKind
from auscult.domain.disputes.dispute import UNDO, Dispute, MetricReview, Review, answer_in
from auscult.domain.errors import ConflictError, RequestError, coded
from auscult.domain.evaluation import MetricResult, Qualification, score
from auscult.domain.form import Form, Metric
from auscult.domain.notices import NewNotice
from auscult.domain.operations.records import made_from
from auscult.domain.questions.outcome import is_passed
from auscult.domain.workdays import EVERY_DAY, WorkingDays

Ruling = Literal["accept", "deny"]
_RAW: dict[str, Qualification] = {"YES": "YES", "NO": "NO", "NA": "NA"}


class ReviewChange(NamedTuple):
    """A review after a step, the disputes that the step made or changed, its lines of the trail, its feed entries, its notices."""

    review: Review
    disputes: tuple[Dispute, ...] = ()
    entries: tuple[TrailEntry, ...] = ()
    kinds: tuple[ChangeKind, ...] = ()
    notices: tuple[NewNotice, ...] = ()


def release(review: Review, by: str, at: datetime, days: WorkingDays = EVERY_DAY) -> ReviewChange | None:
    """Release an audit after a second look, or before its time; None where it is released already."""
    if review.is_released(at):
        return None
    ends_at = days.after(at, review.policy.window_days)
    after = replace(review, released_at=at, ends_at=ends_at, released_by=by, changes=review.changes + 1)
    return ReviewChange(after, (), (_entry(review, "released", by, at),), ("released",))


def accept(review: Review, metric_ids: Sequence[str], by: str, at: datetime) -> ReviewChange | None:
    """Accept answers of an audit, all that are pending where none is named; None where that changes nothing.

    Raises ``ConflictError`` ``review.not_released``, ``review.window_closed``, ``dispute.open``; ``RequestError``
    ``metric.unknown``.
    """
    _check_released(review, at)
    wanted = [_metric(review, metric_id) for metric_id in metric_ids] or [
        each for each in review.metrics if each.status == "pending"
    ]
    if any(each.status == "disputed" for each in wanted):
        raise _conflict("dispute.open", "a disputed metric waits for its decision; withdraw the dispute first", review)
    fresh = [each for each in wanted if each.status == "pending"]
    if not fresh:
        return None
    ends_at = review.ends_at
    if ends_at is not None and at > ends_at:
        raise _closed(review, ends_at)
    after = review
    for each in fresh:
        after = after.with_metric(replace(each, status="agent_accepted", accepted_at=at))
    entry = replace(_entry(review, "agent_accepted", by, at), metrics=tuple(each.metric_id for each in fresh))
    return ReviewChange(replace(after, changes=review.changes + 1), (), (entry,), ("agent_accepted",))


def undo(review: Review, metric_ids: Sequence[str], by: str, at: datetime) -> ReviewChange | None:
    """Undo acceptances that are not final, all of them where no metric is named; None where that changes nothing.

    The metrics wait for an answer as before. Raises ``ConflictError`` ``review.not_released``, ``acceptance.final``;
    ``RequestError`` ``metric.unknown``.
    """
    _check_released(review, at)
    named = [_metric(review, metric_id) for metric_id in metric_ids]
    accepted = [each for each in named or review.metrics if each.status == "agent_accepted"]
    fresh = [each for each in accepted if not each.is_final(at)]
    if accepted and len(fresh) < (len(accepted) if named else 1):
        minutes = UNDO // timedelta(minutes=1)
        raise _conflict("acceptance.final", coded("an acceptance is final after {n} minutes", n=minutes), review)
    if not fresh:
        return None
    after = review
    for each in fresh:
        after = after.with_metric(replace(each, status="pending", accepted_at=None))
    entry = replace(_entry(review, "acceptance_undone", by, at), metrics=tuple(each.metric_id for each in fresh))
    return ReviewChange(replace(after, changes=review.changes + 1), (), (entry,), ("acceptance_undone",))


def dispute(  # noqa: PLR0913, PLR0917  (each is a fact of the step)
    review: Review,
    audit: Audit,
    metric_id: str,
    comment: str,
    by: str,
    at: datetime,
    *,
    proposed: str | None = None,
    queue: str = "",
    days: WorkingDays = EVERY_DAY,
) -> ReviewChange:
    """Dispute one answer of an audit.

    Raises ``ConflictError`` ``review.not_released``, ``review.window_closed``, ``dispute.open``, ``dispute.off``,
    ``dispute.settled``, ``dispute.no_rounds``; ``RequestError`` ``metric.unknown``, ``comment.missing``,
    ``comment.too_long``, ``dispute.no_change``.
    """
    metric = _disputable(review, metric_id, at)
    text = _text(comment, "comment", "a comment is missing; say what is wrong with the answer")
    result = audit.result
    assert result is not None  # noqa: S101  (it has a review)
    before = answer_in(result, metric_id)
    if proposed is not None and proposed == before:
        raise RequestError(
            coded("the answer to {id} is {value} already; propose another one, or none", id=metric_id, value=before),
            code="dispute.no_change",
            field="proposed",
            value=proposed,
        )
    made = made_from(
        Dispute,
        review,
        dispute_id=f"di-{uuid.uuid4()}",
        metric_id=metric_id,
        round=metric.round + 1,
        state="open",
        form_id=result.form_id,
        form_version=result.form_version,
        queue=queue,
        raised_by=by,
        raised_at=at,
        due_at=days.after(at, review.policy.decide_days),
        comment=text,
        answer=before,
        proposed=proposed,
        decided_by=None,
        decided_at=None,
        reason="",
        decided_answer=None,
    )
    changed = replace(metric, status="disputed", round=made.round, dispute_id=made.dispute_id)
    entry = _noted(review, "disputed", made, by, at, text)
    return ReviewChange(review.with_metric(changed), (made,), (entry,), ("disputed",))


def decide(  # noqa: PLR0913, PLR0917  (each is a fact of the step)
    review: Review,
    found: Dispute,
    ruling: Ruling,
    reason: str,
    by: str,
    at: datetime,
    *,
    after: str | None = None,
    days: WorkingDays = EVERY_DAY,
) -> ReviewChange:
    """Decide a dispute; ``after`` is the answer that counts from now on where it is accepted.

    Raises ``ConflictError`` ``dispute.decided``; ``RequestError`` ``reason.missing``, ``comment.too_long``.
    """
    metric = _open(review, found)
    text = _text(reason, "reason", "a reason is missing; say why, as the agent and the auditor will read it")
    state: DisputeState = "accepted" if ruling == "accept" else "denied"
    decided = replace(
        found,
        state=state,
        decided_by=by,
        decided_at=at,
        reason=text,
        decided_answer=after if ruling == "accept" else found.answer,
    )
    is_denied = ruling == "deny"
    until = days.after(at, review.policy.window_days) if is_denied else None
    changed = replace(metric, status="denied" if is_denied else "accepted", decided_at=at, until=until)
    entry = _noted(review, "dispute_decided", decided, by, at, text)
    return ReviewChange(review.with_metric(changed), (decided,), (entry,), ("dispute_decided",), (_ended(decided, at),))


def withdraw(review: Review, found: Dispute, by: str, at: datetime) -> ReviewChange:
    """Withdraw an open dispute; the answer counts as accepted by the agent. Raises ``ConflictError`` ``dispute.decided``."""
    metric = _open(review, found)
    gone = replace(found, state="withdrawn", decided_by=by, decided_at=at, decided_answer=found.answer)
    changed = replace(metric, status="agent_accepted", decided_at=at)
    entry = _noted(review, "dispute_withdrawn", gone, by, at, "")
    return ReviewChange(review.with_metric(changed), (gone,), (entry,), ("dispute_decided",))


def reopen(  # noqa: PLR0913, PLR0917  (each is a fact of the step)
    review: Review,
    metric_ids: Iterable[str],
    disputes: Iterable[Dispute],
    by: str,
    at: datetime,
    days: WorkingDays = EVERY_DAY,
) -> ReviewChange:
    """Re-open the metrics whose answers the auditor has changed: the agent answers them again, in a new window.

    Open disputes about them end as ``reopened``. Metrics that were not changed keep their state.
    """
    changed = frozenset(metric_ids)
    ended = tuple(
        replace(each, state="reopened", decided_by=by, decided_at=at, reason="The auditor changed the answer.")
        for each in disputes
        if each.is_open and each.metric_id in changed
    )
    known = {each.metric_id: each for each in review.metrics}
    kept = known | {metric_id: MetricReview(metric_id=metric_id) for metric_id in changed}
    released = review.released_at if review.released_at is None or review.released_at > at else at
    ends_at = days.after(at, review.policy.window_days) if released == at else review.ends_at
    after = replace(
        review, metrics=tuple(kept.values()), released_at=released, ends_at=ends_at, changes=review.changes + 1
    )
    entries = tuple(_noted(review, "dispute_decided", each, by, at, each.reason) for each in ended)
    notices = tuple(_ended(each, at) for each in ended)
    return ReviewChange(after, ended, entries, ("dispute_decided",) * bool(ended), notices)


def _ended(found: Dispute, at: datetime) -> NewNotice:
    """Return the notice of the end of a dispute, without who ended it: an auditor may be hidden from their agent."""
    its = found.conversation_id
    return NewNotice(found.raised_by, "decided", found.dispute_id, at, conversation_id=its, agent_id=found.agent_id)


def _disputable(review: Review, metric_id: str, at: datetime) -> MetricReview:
    _check_released(review, at)
    metric = _metric(review, metric_id)
    if not review.policy.disputes:
        raise _conflict("dispute.off", "this audit cannot be disputed, only accepted", review)
    if metric.status == "disputed":
        raise _conflict("dispute.open", f"{metric.metric_id} is disputed already, and waits for its decision", review)
    if metric.round >= review.policy.rounds:
        raise _conflict(
            "dispute.no_rounds", f"{metric.metric_id} was disputed {metric.round} times, which is all", review
        )
    until = review.disputable_until(metric)
    if until is None:
        raise _conflict("dispute.settled", f"{metric.metric_id} is settled: {metric.status.replace('_', ' ')}", review)
    if at > until:
        raise _closed(review, until)
    return metric


def _check_released(review: Review, at: datetime) -> None:
    if not review.is_released(at):
        raise _conflict("review.not_released", "the audit is not released yet", review)


def _open(review: Review, found: Dispute) -> MetricReview:
    if not found.is_open:
        raise ConflictError(
            "dispute {value} is {state}, and stays so",
            state=coded(found.state),
            code="dispute.decided",
            field="dispute_id",
            value=found.dispute_id,
        )
    metric = _metric(review, found.metric_id)
    if metric.status != "disputed" or metric.dispute_id != found.dispute_id:
        raise AuditMovedError(
            "dispute {value} was ended meanwhile; read it again", field="dispute_id", value=found.dispute_id
        )
    return metric


def _metric(review: Review, metric_id: str) -> MetricReview:
    found = review.metric(metric_id)
    if found is None:
        known = ", ".join(each.metric_id for each in review.metrics)
        raise RequestError(
            "the audit has no answer to {value!r}; it has {list}",
            list=known,
            code="metric.unknown",
            field="metric_id",
            value=metric_id,
        )
    return found


def _text(given: str, field: str, missing: str) -> str:
    text, is_comment = given.strip(), field == "comment"
    if not text:
        raise RequestError(missing, code="comment.missing" if is_comment else "reason.missing", field=field)
    if len(text) > LONGEST_COMMENT:
        message = "a comment has at most {n} characters" if is_comment else "a reason has at most {n} characters"
        raise RequestError(message, n=LONGEST_COMMENT, code="comment.too_long", field=field)
    return text


def _closed(review: Review, until: datetime) -> ConflictError:
    return _conflict("review.window_closed", f"the time to answer ended at {until:%Y-%m-%dT%H:%M:%SZ}", review)


def _conflict(code: str, why: str, review: Review) -> ConflictError:
    return ConflictError(why, code=code, field="assignment_id", value=review.assignment_id)


def _entry(review: Review, action: ReviewAction, by: str, at: datetime) -> TrailEntry:
    return TrailEntry(conversation_id=review.conversation_id, at=at, by=by, action=action, auditor=review.auditor)


def _noted(  # noqa: PLR0913, PLR0917  (each is a fact of the line)
    review: Review, action: ReviewAction, found: Dispute, by: str, at: datetime, text: str
) -> TrailEntry:
    note = made_from(DisputeNote, found, text=text, before=found.answer, after=found.decided_answer)
    return replace(_entry(review, action, by, at), dispute=note)


def check_answer(form: Form, metric_id: str, given: str) -> AuditAnswer:
    """Return an answer to a metric: YES, NO, NA or a level. Raises ``RequestError`` ``level.unknown``, ``metric.unknown``."""
    answer = AuditAnswer(metric_id=metric_id, answer=_RAW.get(given, "YES"), level=None if given in _RAW else given)
    sheet = filled_sheet(Sheet(), Sheet(answers=(answer,)), form)
    return sheet.answers[0]


def answer_of(form: Form, metric_id: str, before: str, proposed: str | None, given: str | None) -> str:
    """Return the answer that an accepted dispute leads to: the given one, the proposed one, or the form's right one.

    Raises ``RequestError`` ``answer.missing`` where none of them differs from the answer before.
    """
    chosen = given or proposed or _right(next(each for each in form.metrics if each.id == metric_id))
    if chosen is None or chosen == before:
        raise RequestError(
            "an answer to {metric_id} is missing: it is {before}; say which answer counts from now on",
            metric_id=metric_id,
            before=before,
            code="answer.missing",
            field="answer",
            value=given,
        )
    return chosen


def overturn(audit: Audit, form: Form, metric_id: str, answer: str, entry: TrailEntry) -> AuditChange:
    """Return an audit with one changed answer and the score that it makes; ``entry`` is the decision's line."""
    result = audit.result
    assert result is not None  # noqa: S101  (it was disputed)
    changed = check_answer(form, metric_id, answer)
    comment = next((each.comment for each in result.sheet.answers if each.metric_id == metric_id), "")
    sheet = filled_sheet(result.sheet, Sheet(answers=(replace(changed, comment=comment),)), form)
    results = results_of(form, sheet)
    points = score(results, form)
    fatal_errors = sum(each.is_fatal_error for each in results)
    after = replace(
        result,
        sheet=sheet,
        score=points,
        passed=is_passed(points, fatal_errors, results, form),
        fatal_errors=fatal_errors,
    )
    change = AnswerChange(metric_id=metric_id, before=answer_in(result, metric_id), after=answer)
    line = replace(
        entry,
        result=after,
        changed=(change,),
        adhered=sum(each.adhered is True for each in results),
        not_adhered=sum(each.adhered is False for each in results),
        not_applicable=sum(each.verdict.qualification == "NA" for each in results),
    )
    return AuditChange(replace(audit, result=after, changes=audit.changes + 1), line)


class Outcome(NamedTuple):
    """One way to decide a dispute: the answer that counts then, the verdicts, and the score that they make."""

    answer: str
    results: Sequence[MetricResult]
    score: Decimal | None


def outcomes(found: Dispute, audit: Audit, form: Form) -> Iterator[Outcome]:
    """Yield the ways to decide a dispute: keep, what the agent asks for, and the others."""
    metric = next(each for each in form.metrics if each.id == found.metric_id)
    asked = (found.proposed,) if found.proposed else ()
    common: tuple[str, ...] = () if metric.grades is not None else ("NO", "NA", "YES")
    answers = audit.result.sheet.answers if audit.result else ()
    for answer in dict.fromkeys((found.answer, *asked, *common)):
        if answer == "-" or audit.result is None:
            continue
        changed = check_answer(form, found.metric_id, answer)
        given = tuple(
            replace(changed, comment=each.comment, reason_code=each.reason_code if answer == "NO" else None)
            if each.metric_id == found.metric_id
            else each
            for each in answers
        )
        sheet = Sheet(answers=given)
        if changed.metric_id not in {each.metric_id for each in given}:
            sheet = filled_sheet(sheet, Sheet(answers=(changed,)), form)
        results = results_of(form, sheet)
        yield Outcome(answer, results, score(results, form))


def _right(metric: Metric) -> str | None:
    """Return the answer with which a metric is met; None of a graded one."""
    return None if metric.grades is not None else metric.correct_answer.upper()
