"""Amazon Connect evaluations: one file an evaluation, which becomes an audit of its contact."""

from typing import Any, ClassVar, cast

from auscult.domain.connectors import FoundAudit, Item, Setup
from auscult.domain.errors import RequestError
from auscult.formats._records import Fields, MissingError, Records

_YES_NO = {"yes": "YES", "no": "NO", "n/a": "NA", "not applicable": "NA"}


class AmazonConnectEvaluations(Records):
    """Audits. Amazon writes an evaluation to two paths; both say the same, so the second adds nothing.

    ``options.metrics`` has a metric of the form for the id of a question, null where it has none. A question that it
    does not name is the metric of its own id.
    """

    name: ClassVar[str] = "amazon-connect-evaluations"

    def __init__(self, setup: Setup) -> None:
        """Raise ``RequestError`` ``connector.invalid`` where the options are wrong."""
        super().__init__(setup)
        for name in setup.options:
            if name != "metrics":
                raise _invalid(name, f"unknown option {name!r}; choose one of: metrics")
        metrics: Any = setup.options.get("metrics", {})
        pairs = cast("dict[object, object]", metrics).items() if isinstance(metrics, dict) else None
        if pairs is None or not all(isinstance(each, str | None) for _, each in pairs):
            raise _invalid("metrics", "must be a mapping from the ids of questions to ids of metrics, or null")
        self._metrics = {str(question): cast("str | None", metric) for question, metric in pairs}

    def _document(self, record: Fields, item: Item) -> FoundAudit:
        del item
        about = record.fields("metadata")
        answers: dict[str, str | float] = {}
        comments: dict[str, str] = {}
        for question in record.required_list("questions", "the list of questions with their answers"):
            number = question.text("questionRefId", "the id of the question")
            name = self._metrics.get(number, number)
            if name is None:
                continue
            answer = question.fields("answer")
            answers[name] = _answer(question, answer)
            if note := answer.maybe_text("notes"):
                comments[name] = note
        score = about.fields("score")
        return FoundAudit(
            audit_id=record.text("evaluationId", "the id of the evaluation"),
            conversation_id=about.text("contactId", "the id of the contact"),
            auditor=about.maybe_text("evaluator") or "Amazon Connect",
            submitted_at=about.at("evaluationSubmitTimestamp", "the time of its submission"),
            form_id=about.maybe_text("evaluationDefinitionId") or "",
            form_name=about.maybe_text("evaluationDefinitionTitle") or "",
            answers=answers,
            comments=comments,
            score=None if score.get("percentage") is None else score.number("percentage", "a number"),
        )


def _invalid(option: str, message: str) -> RequestError:
    return RequestError(message, code="connector.invalid", field=f"options.{option}")


def _answer(question: Fields, answer: Fields) -> str | float:
    if answer.fields("metadata").get("notApplicable") is True:
        return "NA"
    selected = [one.text("valueText", "an answer") for one in answer.each("values") if one.get("selected") is True]
    value: Any = ", ".join(selected) or answer.get("value")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        where = question.path_of("answer.value")
        raise MissingError(where, "the answer is missing; it should be a text, a number, or marked as notApplicable")
    if question.maybe_text("questionType") == "NUMERIC" and value:
        return answer.number("value", "a number")
    return _YES_NO.get(value.strip().lower(), value)
