"""Number of audits that an estimate needs for a given precision, and the audit that narrows it most."""

from collections.abc import Mapping, Sequence
from math import sqrt

from msgspec import Struct

from auscult.domain.statistics.allocation import allocate
from auscult.domain.statistics.intervals import Figure, mover, wilson_of_finite
from auscult.domain.statistics.post_stratified import Stratum

ASSUMED_AGREEMENT = 0.9
"""Agreement of machine and people that a forecast assumes where none was measured."""


class MoreAudits(Struct, frozen=True, kw_only=True):
    """Further audits until an interval is at most ``half_width`` on each side, on average.

    ``at_random`` counts them for a draw from all conversations, ``by_verdict`` for a draw by the machine's verdict
    with Neyman's allocation.
    """

    half_width: float
    at_random: int
    by_verdict: dict[str, int]


def more_audits(strata: Sequence[Stratum], half_width: float) -> MoreAudits:
    """Return how many further audits give ``half_width``, if the shares seen so far hold.

    Raises:
        ValueError: The half-width is not above 0.
    """
    if half_width <= 0:
        raise ValueError(f"invalid half-width {half_width!r}; use a share above 0")
    sizes = {one.verdict: one.population for one in strata}
    have = {one.verdict: one.n for one in strata}
    spreads = {one.verdict: _spread(one) for one in strata}

    def needed(spread: Mapping[str, float] | None) -> dict[str, int]:
        low, high = sum(have.values()), sum(sizes.values())
        while low < high:
            middle = (low + high) // 2
            if expected_half_width(strata, allocate(middle, sizes, spread, have=have)) <= half_width:
                high = middle
            else:
                low = middle + 1
        return allocate(high, sizes, spread, have=have)

    at_random, by_verdict = needed(None), needed(spreads)
    return MoreAudits(
        half_width=half_width,
        at_random=sum(at_random.values()) - sum(have.values()),
        by_verdict={verdict: count - have[verdict] for verdict, count in by_verdict.items()},
    )


def most_useful_verdict(strata: Sequence[Stratum]) -> str | None:
    """Return the verdict of the machine among whose conversations one more audit narrows the estimate most.

    None where every conversation has been audited.
    """
    have = {one.verdict: one.n for one in strata}
    open_ = [one.verdict for one in strata if one.n < one.population]
    return min(
        open_, key=lambda verdict: expected_half_width(strata, have | {verdict: have[verdict] + 1}), default=None
    )


def expected_half_width(strata: Sequence[Stratum], audits: Mapping[str, int]) -> float:
    """Return half the width of the interval with this many audits by verdict, at the smoothed shares seen so far."""
    population = sum(one.population for one in strata)
    parts: list[tuple[float, Figure]] = []
    for one in strata:
        n, share = min(audits[one.verdict], one.population), _smoothed(one)
        interval = wilson_of_finite(share, n, one.population)
        parts.append((one.population / population if population else 0.0, Figure(share, interval.low, interval.high)))
    found = mover(parts)
    return (found.high - found.low) / 2


def forecast(verdicts: Mapping[str, int], n: int, agreement: float = ASSUMED_AGREEMENT) -> float:
    """Return the half-width to expect of ``n`` audits drawn at random, before any is made.

    ``agreement`` is the share of conversations in which machine and people are expected to answer alike.
    """
    certain = 10_000
    strata = [
        Stratum(verdict, size, *_guess(verdict, agreement, certain))
        for verdict, size in verdicts.items()
        if verdict != "NA"
    ]
    return expected_half_width(strata, allocate(n, {one.verdict: one.population for one in strata}))


def _guess(verdict: str, agreement: float, n: int) -> tuple[int, int]:
    alike = round(agreement * n)
    return (alike, n - alike) if verdict == "YES" else (n - alike, alike)


def _smoothed(stratum: Stratum) -> float:
    """Return the share of YES with half a YES and half a NO added, so that few audits do not look certain."""
    return (stratum.yes + 0.5) / (stratum.yes + stratum.no + 1)


def _spread(stratum: Stratum) -> float:
    share = _smoothed(stratum)
    return sqrt(share * (1 - share))
