"""Examples of a form: the answer that a person expects of a question, in a conversation or in a pasted transcript.

Examples of a taxonomy are expected topics of what was said in a turn. They are stored, erased and delivered as those of forms.
"""

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Annotated, Generic, NamedTuple, TypeVar

from msgspec import Meta, Struct

from auscult.domain.conversation import Conversation
from auscult.domain.definitions.taxonomy import BELOW, Taxonomy
from auscult.domain.errors import ConflictError, RequestError, coded
from auscult.domain.evaluation import Evaluation, MetricResult
from auscult.domain.form import Form, Metric
from auscult.domain.operations.records import made_from
from auscult.domain.said.spelling import did_you_mean

MOST_EXAMPLES = 100
"""Examples of one form or taxonomy at most, as the page waits while it is tried on all of them."""


class Example(Struct, frozen=True, kw_only=True):
    """Expected answer of the question ``metric_id``: YES, NO, NA or the name of a level.

    It points to a conversation, and to the turn that decides if one is named; or it keeps a redacted ``transcript``.
    An example with neither lost its conversation to an erasure. ``by`` is an e-mail address or the id of a client.
    """

    example_id: str
    form_id: str
    metric_id: str
    wanted: str
    conversation_id: str | None = None
    turn_id: str | None = None
    transcript: str | None = None
    by: str
    at: datetime

    @property
    def is_erased(self) -> bool:
        """Return whether its conversation was erased."""
        return self.conversation_id is None and self.transcript is None


class TopicExample(Struct, frozen=True, kw_only=True):
    """Expected topic of what was said in a turn, with those above it; ``wanted`` is empty where none is expected.

    One without a conversation lost it to an erasure.
    """

    example_id: str
    taxonomy_id: str
    wanted: str
    conversation_id: str | None
    turn_id: str | None
    by: str
    at: datetime

    @property
    def is_erased(self) -> bool:
        """Return whether its conversation was erased."""
        return self.conversation_id is None


Name = Annotated[str, Meta(min_length=1, max_length=200)]


class NewExample(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Expected answer of a question, in a conversation or in a transcript."""

    metric_id: Annotated[Name, Meta(description="The question, by its id.")]
    wanted: Annotated[Name, Meta(description="YES, NO or NA; of a graded question the name of a level.")]
    conversation_id: Annotated[Name | None, Meta(description="A conversation; else a transcript is needed.")] = None
    turn_id: Annotated[Name | None, Meta(description="The turn that decides, where one does.")] = None
    transcript: Annotated[
        Annotated[str, Meta(max_length=50_000)] | None,
        Meta(description="A turn a line, each with Agent: or Customer: before it. It is redacted as an upload is."),
    ] = None


class Tried(NamedTuple):
    """An example, its conversation, and the form's answer: empty where it has none without a judge or a person."""

    example: Example
    conversation: Conversation
    answer: str

    @property
    def is_right(self) -> bool:
        """Return whether the form answers as expected."""
        return self.answer == self.example.wanted


class NewTopicExample(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Expected topic of what was said in a turn."""

    conversation_id: Annotated[Name, Meta(description="The conversation.")]
    turn_id: Annotated[Name, Meta(description="The turn.")]
    wanted: Annotated[
        Annotated[str, Meta(max_length=200)],
        Meta(description="The topic with those above it, as Cards > Lost; empty where none is expected."),
    ]


class TriedTopic(NamedTuple):
    """An example of a taxonomy, its conversation, and the topics that are found in its turn."""

    example: TopicExample
    conversation: Conversation
    found: tuple[str, ...]
    is_right: bool

    @property
    def said(self) -> str:
        """Return the words of its turn."""
        return next((turn.text for turn in self.conversation.turns if turn.id == self.example.turn_id), "")


_Tried = TypeVar("_Tried", Tried, TriedTopic)


class Trials(NamedTuple, Generic[_Tried]):
    """A form or a taxonomy tried on its examples: those that could be read, in order; and how many were erased."""

    tried: Sequence[_Tried] = ()
    erased: int = 0

    @property
    def right(self) -> int:
        """Return how many are answered as expected."""
        return sum(each.is_right for each in self.tried)

    @property
    def wrong(self) -> list[_Tried]:
        """Return those that are not answered as expected."""
        return [each for each in self.tried if not each.is_right]


def new_id() -> str:
    """Return the id of a new example."""
    return f"ex-{uuid.uuid4().hex[:12]}"


def kept(form_id: str, wanted: NewExample, by: str, at: datetime) -> Example:
    """Return a new example of a form. Raises ``RequestError`` unless it has either a conversation or a transcript."""
    if (wanted.conversation_id is None) == (wanted.transcript is None):
        raise RequestError("an example has either a conversation or a transcript", code="example.ambiguous")
    if wanted.turn_id is not None and wanted.conversation_id is None:
        message = coded("a turn is of a conversation; leave it out for a transcript")
        raise RequestError(message, code="example.ambiguous", field="turn_id", value=wanted.turn_id)
    return made_from(Example, wanted, example_id=new_id(), form_id=form_id, by=by, at=at)


def is_sorted_to(wanted: str, found: Collection[str], ends: Collection[str]) -> bool:
    """Return whether topics that are found in a turn are the expected one, or below it; none, where none is expected.

    ``ends`` are the topics of the taxonomy that have none below them: one that was moved is known by its name.
    """
    if not wanted:
        return not found
    here = [each for each in ends if each == wanted or each.startswith(wanted + BELOW)]
    if not here:
        same = [each for each in ends if each.rpartition(BELOW)[2] == wanted.rpartition(BELOW)[2]]
        here = same if len(same) == 1 else []
    return any(each in here for each in found)


def check_topic(taxonomies: Iterable[Taxonomy], wanted: str) -> None:
    """Raise ``RequestError`` where a topic is expected that none of the versions of a taxonomy has."""
    known = {BELOW.join(names) for taxonomy in taxonomies for names in taxonomy.names()}
    if wanted and wanted not in known:
        message = coded(
            "the taxonomy has no topic {wanted!r}; {hint}",
            wanted=wanted,
            hint=did_you_mean(wanted, known, "name it with those above it"),
        )
        raise RequestError(message, code="field.unknown_value", field="wanted", value=wanted)


def question_of(form: Form, metric_id: str) -> Metric:
    """Return a question of a form. Raises ``RequestError`` ``metric.unknown``."""
    metric = next((each for each in form.metrics if each.id == metric_id), None)
    if metric is None:
        known = [each.id for each in form.metrics]
        hint = did_you_mean(metric_id, known, f"there is: {', '.join(known)}")
        message = coded("the form {id} has no question {metric_id}; {hint}", id=form.id, metric_id=metric_id, hint=hint)
        raise RequestError(message, code="metric.unknown", field="metric_id", value=metric_id)
    return metric


def check_wanted(form: Form, metric_id: str, wanted: str) -> None:
    """Raise ``RequestError`` where a form does not ask a question, or a question does not have an answer."""
    metric = question_of(form, metric_id)
    if metric.grades is not None and metric.grades.kind == "number":
        return
    answers = answers_of(metric)
    if wanted not in answers:
        message = coded(
            "{metric_id} is not answered with {wanted!r}; available: {list}",
            metric_id=metric_id,
            wanted=wanted,
            list=", ".join(answers),
        )
        raise RequestError(message, code="field.out_of_range", field="wanted", value=wanted)


def answers_of(metric: Metric) -> tuple[str, ...]:
    """Return the answers that an example can expect: YES, NO and NA, or the levels of a graded question and NA."""
    if metric.grades is None:
        return ("YES", "NO", "NA")
    return (*(each.name for each in metric.grades.levels), "NA")


def answer_of(result: MetricResult) -> str:
    """Return the answer to a question as an example states it; empty where it has none."""
    answer = result.verdict.level or result.verdict.qualification
    return "" if answer == "-" else answer


def answer_in(evaluation: Evaluation | None, metric_id: str) -> str:
    """Return the answer of an evaluation to a question; empty where there is none."""
    results = () if evaluation is None else evaluation.results
    return next((answer_of(each) for each in results if each.metric.id == metric_id), "")


def too_many(noun: str = "form") -> ConflictError:
    """Return the error of one example too many of a form or a taxonomy."""
    message = coded("a {noun} has at most {most} examples; remove one first", noun=noun, most=MOST_EXAMPLES)
    return ConflictError(message, code="example.too_many")
