"""Overturning: the answer of an audit that an accepted dispute changes, and the score that follows."""

from msgspec.structs import replace

from auscult.domain.audits.audit import AnswerChange, Audit, AuditAnswer, AuditChange, Sheet, TrailEntry, results_of
from auscult.domain.audits.sheet import filled_sheet
from auscult.domain.errors import RequestError
from auscult.domain.evaluation import Qualification, score
from auscult.domain.form import Form, Metric
from auscult.domain.questions.outcome import is_passed

_RAW: dict[str, Qualification] = {"YES": "YES", "NO": "NO", "NA": "NA"}


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
            f"an answer to {metric_id} is missing: it is {before}; say which answer counts from now on",
            code="answer.missing",
            field="answer",
            value=given,
        )
    return chosen


def overturn(audit: Audit, form: Form, metric_id: str, answer: str, entry: TrailEntry) -> AuditChange:
    """Return an audit with one changed answer and the score that it makes; ``entry`` is the decision's line."""
    result = audit.result
    assert result is not None  # noqa: S101  (it was disputed)
    before = {each.metric_id: each for each in result.sheet.answers}
    changed = check_answer(form, metric_id, answer)
    known = before.get(metric_id)
    comment = known.comment if known else ""
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
    change = AnswerChange(metric_id=metric_id, before=(known.level or known.answer) if known else "-", after=answer)
    line = replace(
        entry,
        result=after,
        changed=(change,),
        adhered=sum(each.adhered is True for each in results),
        not_adhered=sum(each.adhered is False for each in results),
        not_applicable=sum(each.verdict.qualification == "NA" for each in results),
    )
    return AuditChange(replace(audit, result=after, changes=audit.changes + 1), line)


def _right(metric: Metric) -> str | None:
    """Return the answer with which a metric is met; None of a graded one."""
    return None if metric.grades is not None else metric.correct_answer.upper()
