"""Two versions of an AI agent compared: the difference of each question's share, with intervals that hold together.

The intervals are corrected for the number of questions that are compared (Bonferroni): of versions that do not differ,
at most 5 % have any question whose interval leaves out 0. Each is Newcombe's interval of a difference.
"""

from collections.abc import Mapping
from math import ceil
from typing import NamedTuple

from msgspec import Struct

from auscult.domain.audits.resampling import LEVEL
from auscult.domain.statistics.intervals import NORMAL, Figure, difference, wilson_figure

DROP = 0.15
"""Drop of a share that has to show, unless another is asked for."""
_MOST = 10_000_000


class Met(NamedTuple):
    """Frequency with which a question was met among the ``n`` conversations that it applied to."""

    met: int
    n: int

    @property
    def share(self) -> float | None:
        """The share that met it; None where it applied to none."""
        return self.met / self.n if self.n else None


class Question(Struct, frozen=True, kw_only=True):
    """A question in both versions. ``difference`` is the second version's share less the first's, None without answers.

    ``is_enough``: a drop of the share that was asked for would have shown; ``needed``: answers in each version for that.
    """

    id: str
    a: Met
    b: Met
    difference: Figure | None
    is_enough: bool
    needed: int

    @property
    def is_worse(self) -> bool:
        """Return whether the second version is worse by more than chance."""
        return self.difference is not None and self.difference.high < 0

    @property
    def is_better(self) -> bool:
        """Return whether the second version is better by more than chance."""
        return self.difference is not None and self.difference.low > 0


class Comparison(Struct, frozen=True, kw_only=True):
    """All questions. ``needed``: conversations of each version from which on one question can show the drop."""

    questions: tuple[Question, ...]
    needed: int

    @property
    def is_worse(self) -> bool:
        """Return whether the second version is worse on any question."""
        return any(each.is_worse for each in self.questions)

    @property
    def is_enough(self) -> bool:
        """Return whether something can be said: a question is worse or better, or would have shown the drop."""
        return any(each.is_enough or each.is_worse or each.is_better for each in self.questions)


def compared(answers: Mapping[str, tuple[Met, Met]], conversations: tuple[int, int], drop: float = DROP) -> Comparison:
    """Compare two versions by questions, by id. ``conversations`` are those that each version's answers come from.

    ``drop`` is from 0 to 1, both left out.
    """
    looked_at = sum(a.n > 0 < b.n for a, b in answers.values())
    z = NORMAL.inv_cdf(1 - (1 - LEVEL) / (2 * max(looked_at, 1)))
    questions = tuple(_question(each, *both, z, drop) for each, both in answers.items())
    rates = ((each, _rate(each, conversations)) for each in questions)
    wanted = [ceil(each.needed / rate) for each, rate in rates if rate]
    return Comparison(questions=questions, needed=min(wanted, default=_needed(0.5, z, drop)))


def _question(name: str, a: Met, b: Met, z: float, drop: float) -> Question:
    together = Met(a.met + b.met, a.n + b.n)
    needed = _needed(0.5 if together.share is None else together.share, z, drop)
    if not (a.n and b.n):
        return Question(id=name, a=a, b=b, difference=None, is_enough=False, needed=needed)
    found = difference(wilson_figure(*b, z), wilson_figure(*a, z))
    is_enough = _reach(together.met / together.n, (a.n, b.n), z) <= drop
    return Question(id=name, a=a, b=b, difference=found, is_enough=is_enough, needed=needed)


def _needed(share: float, z: float, drop: float) -> int:
    """Return the answers in each version with which the interval of equal shares reaches no further down than the drop."""
    few, many = 0, 1
    while _reach(share, (many, many), z) > drop and many < _MOST:
        few, many = many, 2 * many
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (middle, many) if _reach(share, (middle, middle), z) > drop else (few, middle)
    return many


def _reach(share: float, numbers: tuple[int, int], z: float) -> float:
    """Return how far the interval of a difference reaches where both versions have a share, by numbers of answers.

    Not that of the shares that were found: at 0 % and 100 % it ends where the shares do, however few answers there are.
    """
    one, other = (wilson_figure(share * n, n, z) for n in numbers)
    found = difference(one, other)
    return max(found.value - found.low, found.high - found.value)


def _rate(question: Question, conversations: tuple[int, int]) -> float:
    """Return the share of conversations that a question applies to."""
    return (question.a.n + question.b.n) / total if (total := sum(conversations)) else 0.0
