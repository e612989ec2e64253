"""Sheets: the answers of an auditor to the metrics of a form, and the verdicts that they are."""

from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.errors import RequestError, coded
from auscult.domain.evaluation import BY_A_PERSON, Evaluation, MetricResult, Qualification, Verdict
from auscult.domain.form import Form, Metric
from auscult.domain.questions.conditions import apply_conditions
from auscult.domain.questions.grades import graded
from auscult.domain.questions.structure import reason_codes
from auscult.domain.said.spelling import did_you_mean

LONGEST_COMMENT = 10_000
MOST_MOMENTS = 1_000


class AuditAnswer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An auditor's raw answer to one metric: YES, NO or NA. "-" takes back what was drafted before.

    ``level`` is the answer to a graded metric, and then decides YES or NO. ``reason_code`` is a coded reason for a NO.
    """

    metric_id: str
    answer: Qualification
    comment: str = ""
    level: str | None = None
    reason_code: str | None = None


class Moment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A comment on a turn; ``metric_id`` names the metric that it is about, if any. Without a text it is taken back."""

    turn_id: str
    text: str = ""
    metric_id: str | None = None


class Sheet(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Answers that an auditor filled in: one a metric, comments on turns, and a comment on the whole."""

    answers: tuple[AuditAnswer, ...] = ()
    comment: str = ""
    moments: tuple[Moment, ...] = ()


def check_answered(form: Form, sheet: Sheet) -> None:
    """Refuse a sheet with open questions. Raises ``RequestError`` ``audit.incomplete``, whose value lists them."""
    missing = unanswered(form, sheet)
    if missing:
        raise RequestError(
            "not answered yet: {list}; give YES, NO or NA for each",
            list=", ".join(missing),
            code="audit.incomplete",
            field="answers",
            value=list(missing),
        )


def unanswered(form: Form, sheet: Sheet) -> tuple[str, ...]:
    """The metrics that have to be answered before an audit can be submitted and are not, in the form's order.

    A metric that can change nothing (no weight, not fatal) may be left, and one whose condition does not hold.
    """
    answered = {each.metric_id for each in sheet.answers}
    answered |= {one.metric.id for one in results_of(form, sheet) if one.verdict.qualification == "NA"}
    return tuple(metric.id for metric in form.metrics if _counts(metric) and metric.id not in answered)


def machine_answers(evaluation: Evaluation) -> tuple[AuditAnswer, ...]:
    """Return the machine's answers, for an auditor to start from."""
    return _answers(evaluation.results)


def answers_in_full(form: Form, sheet: Sheet) -> tuple[AuditAnswer, ...]:
    """Return the answers of a sheet, NA where a condition does not hold, whatever was answered there."""
    return _answers(results_of(form, sheet))


def _answers(results: Iterable[MetricResult]) -> tuple[AuditAnswer, ...]:
    return tuple(
        AuditAnswer(metric_id=result.metric.id, answer=result.verdict.qualification, level=result.verdict.level)
        for result in results
        if result.verdict.qualification != "-"
    )


def results_of(form: Form, sheet: Sheet) -> tuple[MetricResult, ...]:
    """An auditor's answers as verdicts, one for each metric of the form."""
    answers = {each.metric_id: each for each in sheet.answers}
    empty = AuditAnswer(metric_id="", answer="-")
    return apply_conditions(
        MetricResult(metric=metric, verdict=_verdict(metric, answers.get(metric.id, empty))) for metric in form.metrics
    )


def _verdict(metric: Metric, given: AuditAnswer) -> Verdict:
    """Return an answer as a verdict. Raises ``RequestError`` ``level.unknown``, ``reason.unknown``."""
    verdict = Verdict(
        qualification=given.answer, evidence=(BY_A_PERSON,), reason=given.comment, reason_code=given.reason_code
    )
    if given.reason_code is not None and given.reason_code not in reason_codes(metric.reasons):
        known = ", ".join(reason_codes(metric.reasons)) or "none"
        message = coded(
            "unknown reason {reason_code!r} of {id}; available: {known}",
            reason_code=given.reason_code,
            id=metric.id,
            known=known,
        )
        raise RequestError(message, code="reason.unknown", field="answers", value=given.reason_code)
    if given.level is None:
        return verdict
    try:
        return graded(metric, replace(verdict, level=given.level))
    except ValueError as error:
        raise RequestError(str(error), code="level.unknown", field="answers", value=given.level) from None


def _counts(metric: Metric) -> bool:
    return metric.fatal or metric.weight > 0 or metric.negative_weight > 0


def filled_sheet(before: Sheet, sheet: Sheet, form: Form) -> Sheet:
    """Both sheets in one, in the form's order; what was drafted for a metric that the form no longer has is dropped."""
    known = [metric.id for metric in form.metrics]
    _check_metrics(sheet.answers, known)
    for comment in (sheet.comment, *(each.comment for each in sheet.answers), *(each.text for each in sheet.moments)):
        if len(comment) > LONGEST_COMMENT:
            raise RequestError(
                "a comment has at most {n} characters", n=LONGEST_COMMENT, code="comment.too_long", field="comment"
            )
    answers = {each.metric_id: each for each in (*before.answers, *sheet.answers)}
    metrics = {metric.id: metric for metric in form.metrics}
    for each in sheet.answers:
        if each.level is not None and metrics[each.metric_id].grades is None:
            raise RequestError(
                "invalid answer {value!r} to {metric_id}; use YES, NO or NA",
                metric_id=each.metric_id,
                code="level.unknown",
                field="answers",
                value=each.level,
            )
    kept = (_completed(metrics[metric_id], answers[metric_id]) for metric_id in known if metric_id in answers)
    moments = {(each.turn_id, each.metric_id): each for each in (*before.moments, *sheet.moments)}
    _check_moments(moments.values(), known)
    return Sheet(
        answers=tuple(each for each in kept if each.answer != "-"),
        comment=sheet.comment or before.comment,
        moments=tuple(each for each in moments.values() if each.text.strip()),
    )


def check_turns(moments: Iterable[Moment], turn_ids: Collection[str]) -> None:
    """Refuse a comment on a turn that is not there. Raises ``RequestError`` ``turn.unknown``."""
    for each in moments:
        if each.turn_id not in turn_ids:
            raise RequestError(
                "the conversation has no turn {value!r}; take the id from its transcript",
                code="turn.unknown",
                field="moments",
                value=each.turn_id,
            )


def _check_moments(moments: Collection[Moment], known: Sequence[str]) -> None:
    if len(moments) > MOST_MOMENTS:
        raise RequestError(
            "an audit has at most {n} comments on turns", n=MOST_MOMENTS, code="comment.too_long", field="moments"
        )
    _check_metrics((AuditAnswer(metric_id=each.metric_id, answer="-") for each in moments if each.metric_id), known)


def _completed(metric: Metric, given: AuditAnswer) -> AuditAnswer:
    """Return an answer as it is kept: a level decides YES or NO; NA and "-" have no level."""
    if given.answer in ("NA", "-"):
        return replace(given, level=None)
    return replace(given, answer=_verdict(metric, given).qualification)


def _check_metrics(answers: Iterable[AuditAnswer], known: Sequence[str]) -> None:
    for each in answers:
        if each.metric_id not in known:
            raise RequestError(
                "the form has no metric {value}; {hint}",
                hint=did_you_mean(each.metric_id, known, coded("it has {list}", list=", ".join(known))),
                code="metric.unknown",
                field="answers",
                value=each.metric_id,
            )
