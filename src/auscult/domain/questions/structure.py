"""Parts of a form that group, grade and condition its metrics. Plain values; a form without them needs none."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

from msgspec import Struct

Answered = Literal["YES", "NO", "NA"]


class Section(Struct, frozen=True, kw_only=True):
    """A group of metrics with a subtotal of its own.

    ``weight`` is what the weights of its metrics total; None leaves it to them. ``pass_score`` is the lowest subtotal
    that passes. A ``required`` section fails the whole conversation when it does not pass; the score stays.
    """

    id: str
    name: str
    weight: Decimal | None = None
    pass_score: Decimal | None = None
    required: bool = False


class Condition(Struct, frozen=True, kw_only=True):
    """A metric is asked only where the metric ``metric`` of the form has one of these answers."""

    metric: str
    answers: tuple[Answered, ...]


class Level(Struct, frozen=True, kw_only=True):
    """One answer to a graded metric. ``share`` is its part of the weight in percent.

    ``at_least`` is the lowest number of a band; None of levels that are named.
    """

    name: str
    share: Decimal
    at_least: Decimal | None = None


class Grades(Struct, frozen=True, kw_only=True):
    """The answers that a graded metric takes.

    ``scale`` and ``levels`` are ordered from the lowest share to the highest, ``choices`` have no order, ``number``
    has bands of numbers. ``met_at`` is the least share, in percent, that counts as YES.
    """

    kind: Literal["scale", "levels", "choices", "number"]
    levels: tuple[Level, ...]
    met_at: Decimal


class Reason(Struct, frozen=True, kw_only=True):
    """A coded reason for a NO, and the finer reasons below it."""

    code: str
    name: str
    reasons: tuple["Reason", ...] = ()


def reason_codes(reasons: Iterable[Reason]) -> tuple[str, ...]:
    """Return the codes of reasons and of all finer ones below them, in order."""
    return tuple(code for reason in reasons for code in (reason.code, *reason_codes(reason.reasons)))


class Band(Struct, frozen=True, kw_only=True):
    """A named range of scores, from ``at_least`` up to the next band."""

    name: str
    at_least: Decimal
