"""Fields by which lists of conversations are sorted and filtered: one definition for API, console, plans and exports."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.errors import RequestError
from auscult.domain.evaluation import Evaluation
from auscult.domain.insight import Resolution, SentimentLabel

Figure = Literal["score", "duration", "sentiment", "confidence"]
"""Numbers of a conversation that lists are sorted by."""

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


class ListFields(Struct, frozen=True, kw_only=True):
    """Filters by the result and the length of a conversation; None and empty mean all.

    Scores and durations (in seconds) are from and to, both included: a conversation without the number is not found.
    ``excluded``: only conversations that figures leave out, or only those that they count; None means both.
    """

    score_from: int | None = None
    score_to: int | None = None
    duration_from: int | None = None
    duration_to: int | None = None
    sentiment: tuple[SentimentLabel, ...] = ()
    escalation: bool | None = None
    churn_risk: bool | None = None
    resolved: tuple[Resolution, ...] = ()
    excluded: bool | None = False

    def checked(self) -> "ListFields":
        """Return the same. Raises ``RequestError`` ``range.reversed`` where a range has nothing between its ends."""
        for name, least, most in (
            ("score", self.score_from, self.score_to),
            ("duration", self.duration_from, self.duration_to),
        ):
            if least is not None and most is not None and most < least:
                raise RequestError(
                    f"{name}_to is below {name}_from; give {least} or more, or leave one of them out",
                    code="range.reversed",
                    field=f"{name}_to",
                    value=most,
                )
        return self

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
        return replace(self, duration_from=None, duration_to=None, excluded=False) != ListFields()


LEAST_SCORE, MOST_SCORE = -100, 100
LONGEST_S = 10**9
"""The longest duration, in seconds, that a filter may have."""


def reveals_result(order: Order) -> bool:
    """Return whether the position in a list of this order reveals something of the machine's result."""
    return FIGURES[order] not in (None, "duration")


def least_confidence(evaluation: Evaluation) -> float | None:
    """Return the lowest confidence of the verdicts, from 0 to 1; None where none has a confidence."""
    known = [each.verdict.confidence for each in evaluation.results if each.verdict.confidence is not None]
    return float(min(known)) if known else None


def _ms(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * 1000
