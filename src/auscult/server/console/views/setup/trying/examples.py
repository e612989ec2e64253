"""A form's examples in its editor: how many are answered as expected, and each with its words."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from auscult.domain.evaluation import Evaluation
from auscult.domain.form import Form, Metric
from auscult.form_examples.model import PLAIN_ANSWERS, Example, Trials, Tried, answer_of, answers_of
from auscult.server.console.language import gettext as _
from auscult.server.console.language import later, ngettext
from auscult.server.console.views.conversation import title_of
from auscult.server.console.views.quoting import excerpt

_WORDS = dict(zip(PLAIN_ANSWERS, (later("Yes"), later("No"), later("N/A")), strict=True))


class ExampleRow(Struct, frozen=True, kw_only=True):
    """One example: the question, the words, the expected answer and the form's, which is empty where it has none.

    ``on`` is the conversation, to try the form on it; empty for a transcript.
    """

    id: str
    name: str
    words: str
    on: str
    wanted: str
    answer: str
    is_right: bool


class ExamplesView(Struct, frozen=True, kw_only=True):
    """The examples of a form, those that are answered otherwise first."""

    sentence: str
    rows: tuple[ExampleRow, ...]
    erased: str
    has_wrong: bool


class Expected(Struct, frozen=True, array_like=True):
    """The answer that a button expects of a question, with the turn that decided it."""

    metric_id: str
    wanted: str
    turn_id: str | None


class OtherAnswers(Struct, frozen=True, kw_only=True):
    """The answers that a verdict could have had: the button that expects it, and its word; and what an example expects."""

    answers: tuple[tuple[str, str], ...]
    expected: str = ""


def examples_view(found: Trials, form: Form) -> ExamplesView | None:
    """Show the examples of a form; None where it has none."""
    if not found.tried and not found.erased:
        return None
    names = {each.id: each.name for each in form.metrics}
    rows = [_row(each, names.get(each.example.metric_id, each.example.metric_id)) for each in found.tried]
    gone = ngettext(
        "{n} example was erased with its conversation.",
        "{n} examples were erased with their conversations.",
        found.erased,
    )
    return ExamplesView(
        sentence=counted(found),
        rows=tuple(sorted(rows, key=lambda row: row.is_right)),
        erased=gone.format(n=found.erased) if found.erased else "",
        has_wrong=bool(found.wrong),
    )


def counted(found: Trials) -> str:
    """Return how many examples are answered as expected, in words."""
    count = len(found.tried)
    sentence = ngettext("{right} of {n} example right", "{right} of {n} examples right", count)
    return sentence.format(right=found.right, n=count)


def other_answers(evaluation: Evaluation, form: Form, examples: Mapping[str, Example]) -> dict[str, OtherAnswers]:
    """Return, by id of the metric, the answers that each verdict does not have. ``examples`` are those of this conversation."""
    metrics = {each.id: each for each in form.metrics}
    found: dict[str, OtherAnswers] = {}
    for each in evaluation.results:
        metric = metrics[each.metric.id]
        if is_kept_by_people(metric):
            continue
        turn_id = next((one.turn_id for one in each.verdict.evidence if one.turn_id), None)
        answers = tuple(
            (f"keep:{msgspec.json.encode(Expected(metric.id, value, turn_id)).decode()}", word_of(value))
            for value in answers_of(metric)
            if value != answer_of(each)
        )
        expected = examples.get(metric.id)
        found[metric.id] = OtherAnswers(answers=answers, expected=word_of(expected.wanted) if expected else "")
    return found


def is_kept_by_people(metric: Metric) -> bool:
    """Return whether no form decides the answer: a person does, or it is a number."""
    return metric.type == "manual" or (metric.grades is not None and metric.grades.kind == "number")


def word_of(answer: str) -> str:
    """Return an answer in the reader's language; the name of a level as it is."""
    return _(_WORDS[answer]) if answer in _WORDS else answer


def _row(tried: Tried, name: str) -> ExampleRow:
    its, conversation = tried.example, tried.conversation
    said = next((turn.text for turn in conversation.turns if turn.id == its.turn_id), "")
    return ExampleRow(
        id=its.example_id,
        name=name,
        words=excerpt(said) if said else title_of(conversation) or conversation.id,
        on=its.conversation_id or "",
        wanted=word_of(its.wanted),
        answer=word_of(tried.answer),
        is_right=tried.is_right,
    )
