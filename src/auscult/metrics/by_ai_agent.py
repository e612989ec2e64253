"""Verdicts of an external agent on a conversation: one parent metric, many sub-metrics.

Settings, semantics, the contract with the agent, and examples for users: docs/reference/metrics/by_ai_agent.md.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import ClassVar, Literal

from msgspec import Struct

from auscult.domain.conversation import Conversation
from auscult.domain.errors import about, coded
from auscult.domain.errors import joined as joined_texts
from auscult.domain.errors import said as said_by
from auscult.domain.evaluation import Part, Verdict, answered, cite, joined, over
from auscult.domain.insight import Insights
from auscult.domain.operations.records import made_from
from auscult.domain.probe import Answers, FailedAnswerError, Probe, Review, ReviewAnswer, Reviewed, Transcript
from auscult.metrics._contract import Base
from auscult.metrics._events.parts import share_problems
from auscult.metrics._finding.language import Problem
from auscult.metrics._values.addresses import url_problem

_CUSTOM_ID = "customConversationId"


class SubMetric(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A question that the agent answers. Shares are in percent of the parent's weight, and of its negative weight."""

    id: str
    weight: Decimal
    name: str | None = None
    question: str = ""
    negative_weight: Decimal | None = None
    fatal: bool = False
    correct_answer: Literal["yes", "no"] = "yes"


class MetaField(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Custom field that is sent to the agent, under a name of its own."""

    custom_field: str
    name: str


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """Settings of a metric of this type."""

    url: str
    evaluation: str
    sub_metrics: tuple[SubMetric, ...]
    question: str = ""
    meta: tuple[MetaField, ...] = ()
    languages: tuple[str, ...] | None = None


class ByAiAgent(Base[Settings]):
    """YES when every sub-metric that applies is met, NO when one is not, NA when none applies."""

    name: ClassVar[str] = "by_ai_agent"
    settings_type: ClassVar[type[Struct]] = Settings
    reads_words: ClassVar[bool] = True

    def problems(self, settings: Settings) -> tuple[tuple[str, str], ...]:
        """Return the faults of the settings."""
        return tuple(_problems(settings))

    def languages(self, settings: Settings) -> frozenset[str] | None:
        """The languages that the agent understands, where the metric names them."""
        return None if settings.languages is None else frozenset(settings.languages)

    def needs(self, settings: Settings) -> frozenset[type[Probe]]:  # noqa: ARG002 always the same
        """Return the probes for external agents."""
        return frozenset({Review})

    def is_split(self, settings: Settings) -> bool:  # noqa: ARG002 always
        """Into its sub-metrics."""
        return True

    def probes(self, settings: Settings, conversation: Conversation) -> tuple[Probe, ...]:
        """One question for all sub-metrics."""
        return (_review(settings, conversation),) if conversation.turns else ()

    def judge(
        self,
        settings: Settings,
        conversation: Conversation,
        answers: Answers,
        insights: Insights | None = None,  # noqa: ARG002 analysis has no part in it
    ) -> Verdict:
        """The verdict, with what the agent says of each sub-metric and the turns it points at."""
        if not conversation.turns:
            return Verdict(qualification="NA", reason=coded("nobody speaks"))
        try:
            answer = answers[_review(settings, conversation)]
        except FailedAnswerError as failure:
            reason = coded("no usable answer: {fault}", fault=said_by(failure))
            return Verdict(qualification="-", reason=reason, parts=tuple(_open(each) for each in settings.sub_metrics))
        assert isinstance(answer, ReviewAnswer)  # noqa: S101  (a review is answered by one)
        pairs = zip(settings.sub_metrics, answer.reviewed, strict=True)
        parts = tuple(_part(sub_metric, said, conversation) for sub_metric, said in pairs)
        answer = joined(parts)
        shown = tuple(piece for part in parts if part.adhered is (answer == "YES") for piece in part.evidence)
        return answered(
            answer,
            shown,
            reason=joined_texts("; ", [about(part.name, part.reason) for part in parts if part.adhered is not True]),
            parts=parts,
        )


def _review(settings: Settings, conversation: Conversation) -> Review:
    own = [(_CUSTOM_ID, conversation.custom_id)] if conversation.custom_id is not None else []
    fields = ((one.name, conversation.custom_fields.get(one.custom_field)) for one in settings.meta)
    return Review(
        url=settings.url,
        evaluation=settings.evaluation,
        sub_metrics=tuple(one.id for one in settings.sub_metrics),
        meta=(*own, *((name, value) for name, value in fields if value is not None)),
        transcript=Transcript.of(conversation),
    )


def _part(sub_metric: SubMetric, said: Reviewed, conversation: Conversation) -> Part:
    turns = {turn.id: turn for turn in conversation.turns}
    why = (
        coded("the agent says: {words}", words=said.justification)
        if said.justification
        else coded("the agent says {answer}", answer=coded(said.qualification))
    )
    evidence = tuple(cite(turns[turn_id], why) for turn_id in said.turn_ids) or (over(conversation.turns, why),)
    negative = sub_metric.weight if sub_metric.negative_weight is None else sub_metric.negative_weight
    return made_from(
        Part,
        sub_metric,
        name=sub_metric.name or sub_metric.id,
        qualification=said.qualification,
        negative_weight=negative,
        evidence=evidence,
        reason=said.failure_reason
        or said.justification
        or coded("the agent says {answer} and gives no reason", answer=coded(said.qualification)),
    )


def _open(sub_metric: SubMetric) -> Part:
    """Return a part without an answer: where it is fatal, the conversation is undecided (rule 5)."""
    name = sub_metric.name or sub_metric.id
    return made_from(Part, sub_metric, name=name, qualification="-", negative_weight=Decimal(0))


def _problems(settings: Settings) -> Iterator[Problem]:
    if reason := url_problem(settings.url):
        yield "url", reason
    if not settings.evaluation.strip():
        yield "evaluation", coded("is empty; give the id under which the agent answers")
    if not settings.sub_metrics:
        yield "sub_metrics", coded("is empty; name at least one")
        return
    identities = [one.id for one in settings.sub_metrics]
    for index, one in enumerate(settings.sub_metrics):
        if not one.id.strip() or identities.index(one.id) != index:
            yield (
                f"sub_metrics[{index}].id",
                coded("{value!r} must be the agent's id of it, and stand once", value=one.id),
            )
        if one.negative_weight is not None and not 0 <= one.negative_weight <= 100:  # noqa: PLR2004 percent
            message = coded("{value} must be from 0 to 100 percent", value=one.negative_weight)
            yield f"sub_metrics[{index}].negative_weight", message
    yield from share_problems(
        "sub_metrics", {f"sub_metrics[{index}].weight": one.weight for index, one in enumerate(settings.sub_metrics)}
    )
    losses = sum(
        (one.weight if one.negative_weight is None else one.negative_weight for one in settings.sub_metrics), Decimal(0)
    )
    if losses > 100:  # noqa: PLR2004 percent
        yield "sub_metrics", coded("negative weights total {n}; they may not total more than 100 percent", n=losses)
    names = [one.name for one in settings.meta]
    for index, field in enumerate(settings.meta):
        if not field.name.strip() or field.name == _CUSTOM_ID or names.index(field.name) != index:
            yield (
                f"meta[{index}].name",
                coded("{value!r} must be a name that the agent does not receive already", value=field.name),
            )
