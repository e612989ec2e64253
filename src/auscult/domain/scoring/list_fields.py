"""Fields by which lists of conversations are sorted and filtered: one definition for API, console, plans and exports."""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple, Self

from msgspec import Struct

from auscult.domain.ai_agents.context import HandledBy
from auscult.domain.conversation import Conversation
from auscult.domain.errors import RequestError
from auscult.domain.evaluation import Evaluation, Status
from auscult.domain.insight import Insights, Resolution, SentimentLabel

Figure = Literal["score", "duration", "sentiment", "confidence"]
"""Numbers of a conversation that lists are sorted by."""

ThreadState = Literal["open", "resolved"]
"""States of a thread of comments."""
Sides = Literal["unknown", "look_swapped", "found"]
"""State of a conversation's sides: unknown, contradicted by the words, or found in the words."""
ANY_COLLECTION = "any"
"""Value of ``pinned`` for a moment in any collection."""

Order = Literal[
    "score", "-score", "started_at", "-started_at", "duration", "-duration", "sentiment", "confidence"
]  # fmt: skip
"""Order of a list: the least first, with a minus the greatest first. Conversations without the number are last in both."""

FIGURES: Mapping[Order, Figure | None] = {
    "score": "score",
    "-score": "score",
    "started_at": None,
    "-started_at": None,
    "duration": "duration",
    "-duration": "duration",
    "sentiment": "sentiment",
    "confidence": "confidence",
}
"""The number of each order; None for the start."""


class Bound(NamedTuple):
    """Values of a figure that are wanted: ``least`` <= value <= ``most``, where they are not None."""

    figure: Figure
    least: int | None
    most: int | None


class ResultFields(Struct, frozen=True, kw_only=True):
    """Filters by the result, the length and the talk about a conversation; None and empty mean all.

    Scores and durations (in seconds) are from and to, both included: a conversation without the number is not found.
    ``comments`` are states of threads, one of which there is; ``pinned`` ids of collections, one of which has a moment of it.
    """

    score_from: int | None = None
    score_to: int | None = None
    duration_from: int | None = None
    duration_to: int | None = None
    sentiment: tuple[SentimentLabel, ...] = ()
    escalation: bool | None = None
    churn_risk: bool | None = None
    resolved: tuple[Resolution, ...] = ()
    comments: tuple[ThreadState, ...] = ()
    pinned: tuple[str, ...] = ()

    def checked(self) -> Self:
        """Return the same. Raises ``RequestError`` ``range.reversed`` where a range has nothing between its ends."""
        for name, least, most in (
            ("score", self.score_from, self.score_to),
            ("duration", self.duration_from, self.duration_to),
        ):
            if least is not None and most is not None and most < least:
                raise RequestError(
                    "{field} is below {other}; give {n} or more, or leave one of them out",
                    other=f"{name}_from",
                    n=least,
                    code="range.reversed",
                    field=f"{name}_to",
                    value=most,
                )
        return self

    def holds(self, conversation: Conversation, evaluation: Evaluation, insights: Insights | None) -> bool:
        """Return whether a conversation as it was evaluated is found, whatever is said about it."""
        score = None if evaluation.score is None else int(evaluation.score)
        duration = conversation.duration_ms
        return (
            _is_between(score, self.score_from, self.score_to)
            and _is_between(duration, _ms(self.duration_from), _ms(self.duration_to))
            and (not self.sentiment or _of(insights and insights.sentiment, "label") in self.sentiment)
            and self.escalation in {None, _of(insights and insights.escalation, "observed")}
            and self.churn_risk in {None, _of(insights and insights.churn_risk, "observed")}
            and (not self.resolved or _of(insights and insights.resolution, "resolution") in self.resolved)
        )

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """Return the bounds of figures, durations in ms."""
        found = (
            Bound("score", self.score_from, self.score_to),
            Bound("duration", _ms(self.duration_from), _ms(self.duration_to)),
        )
        return tuple(each for each in found if each[1:] != (None, None))

    @property
    def is_by_result(self) -> bool:
        """Return whether being found reveals something of the machine's result."""
        return self.score_from is not None or self.score_to is not None or self.is_by_finding

    @property
    def is_by_talk(self) -> bool:
        """Return whether comments or pins decide, which are kept apart from conversations."""
        return bool(self.comments or self.pinned)

    @property
    def is_by_finding(self) -> bool:
        """Return whether what analysis found decides."""
        flags = (self.escalation, self.churn_risk)
        return bool(self.sentiment or self.resolved) or any(each is not None for each in flags)


class ListFields(ResultFields, frozen=True, kw_only=True):
    """The same, with ``topic``: of taxonomies, each behind those above it, as ``Cards > Lost``, in any letter case.

    ``excluded``: only conversations that figures leave out, or that they count; None means both. ``sides``: one of what
    ``sides_of`` returns. ``ai_agent`` are ids or names of AI agents that took part, in any letter case, ``ai_version``
    versions of them, to the letter. ``changed``: only those in which a tool that changes something ran, or in which
    none did. ``language`` are codes, whose regions do not matter. ``repeated``: only those of customers who had another
    one in the seven days before, and where reasons are wanted one about these.
    """

    topic: tuple[str, ...] = ()
    sides: tuple[Sides, ...] = ()
    handled_by: tuple[HandledBy, ...] = ()
    ai_agent: tuple[str, ...] = ()
    ai_version: tuple[str, ...] = ()
    changed: bool | None = None
    language: tuple[str, ...] = ()
    repeated: bool = False
    excluded: bool | None = False

    @property
    def is_by_finding(self) -> bool:
        """Return whether what analysis found decides."""
        return bool(self.topic or self.sides) or super().is_by_finding

    @property
    def is_by_ai_agent(self) -> bool:
        """Return whether being found reveals which AI agent took part."""
        return bool(self.ai_agent or self.ai_version)


def sides_of(conversation: Conversation, status: Status, insights: Insights | None) -> tuple[Sides, ...]:
    """Return what is to be known of the sides of a conversation; mostly nothing."""
    if status == "sides_unknown":
        return ("unknown",)
    flag = insights and insights.sides_look_swapped
    found: tuple[Sides, ...] = ("found",) if "sides" in conversation.assumed else ()
    return (*found, "look_swapped") if flag and flag.observed else found


FIELD_AND_VALUE = r"^\s*[^=\s][^=]*="
"""A pattern of ``name=value``, whose name has more than blanks."""


def read_custom_field(given: str) -> tuple[str, str]:
    """Return the name and the value in ``name=value``. Raises ``RequestError`` ``request.invalid``."""
    name, _, value = given.partition("=")
    if not re.match(FIELD_AND_VALUE, given):
        raise RequestError(
            "custom_field: {value!r} names no field and value; give it as region=north",
            code="request.invalid",
            field="custom_field",
            value=given,
        )
    return name.strip(), value.strip()


LEAST_SCORE, MOST_SCORE = -100, 100
LONGEST_S = 10**9
"""The longest duration, in seconds, that a filter may have."""


def reveals_result(order: Order) -> bool:
    """Return whether the position in a list of this order reveals something of the machine's result."""
    return FIGURES[order] not in (None, "duration")


def rank_of(
    order: Order, conversation: Conversation, evaluation: Evaluation, insights: Insights | None
) -> float | None:
    """Return the place of a conversation in an order, the least first; None without the number."""
    sentiment = insights and insights.sentiment
    values: dict[Figure | None, float | None] = {
        None: conversation.started_at.timestamp(),
        "score": None if evaluation.score is None else float(evaluation.score),
        "duration": conversation.duration_ms,
        "sentiment": float(sentiment.score) if sentiment else None,
        "confidence": least_confidence(evaluation),
    }
    value = values[FIGURES[order]]
    return -value if value is not None and order.startswith("-") else value


def least_confidence(evaluation: Evaluation) -> float | None:
    """Return the lowest confidence of the verdicts, from 0 to 1; None where none has a confidence."""
    known = [each.verdict.confidence for each in evaluation.results if each.verdict.confidence is not None]
    return float(min(known)) if known else None


def _of(found: Struct | None, name: str) -> object:
    """Return a value of what was found; a value that is no filter's where nothing was."""
    return "" if found is None else getattr(found, name)


def _is_between(value: int | None, least: int | None, most: int | None) -> bool:
    if least is None and most is None:
        return True
    return value is not None and (least is None or least <= value) and (most is None or value <= most)


def _ms(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * 1000
