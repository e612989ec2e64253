"""Fairness: the machine's error by group, and the severity of auditors by group.

Benjamini, Y. & Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the Royal Statistical Society B
57, 289-300.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from math import sqrt
from typing import TypeVar

from msgspec import Struct

from auscult.domain.statistics.auditors import Rating, Severity, severities
from auscult.domain.statistics.intervals import (
    NORMAL,
    Figure,
    difference,
    effective_number,
    mover,
    wilson,
)

Key = TypeVar("Key", bound=Hashable)

DISCOVERY_RATE = 0.05


class GroupedVerdict(Struct, frozen=True):
    """An audited verdict (YES or NO) with its group (a language, queue, channel, tenure) and probability of the draw."""

    group: str
    machine: str
    person: str
    probability: float


class GroupError(Struct, frozen=True, kw_only=True):
    """The machine's error in a group against its audits.

    ``bias`` is the machine's share of NO less people's: positive is harsher. ``sensitivity`` is the share of people's
    YES that the machine finds, ``specificity`` that of their NO; None where people gave none. ``against_others``
    is the bias less that of all other groups, with its p-value; None where there is no other group.
    """

    n: int
    bias: Figure
    sensitivity: Figure | None
    specificity: Figure | None
    against_others: Figure | None
    p_value: float | None


def errors_by_group(verdicts: Iterable[GroupedVerdict]) -> dict[str, GroupError]:
    """Return the machine's error in each group, weighted by the inverse probability of the draw."""
    found: defaultdict[str, list[GroupedVerdict]] = defaultdict(list)
    for one in verdicts:
        if one.machine in {"YES", "NO"} and one.person in {"YES", "NO"}:
            found[one.group].append(one)
    everything = [one for some in found.values() for one in some]
    return {
        group: _group_error(some, [one for one in everything if one.group != group]) for group, some in found.items()
    }


def _group_error(own: Sequence[GroupedVerdict], others: Sequence[GroupedVerdict]) -> GroupError:
    bias = _bias(own)
    against = difference(bias, _bias(others)) if others else None
    return GroupError(
        n=len(own),
        bias=bias,
        sensitivity=_hit_rate(own, "YES"),
        specificity=_hit_rate(own, "NO"),
        against_others=against,
        p_value=_p_value(own, others) if others else None,
    )


def _weighted_share(hits: Sequence[bool], weights: Sequence[float]) -> Figure:
    share = sum(weight for hit, weight in zip(hits, weights, strict=True) if hit) / sum(weights)
    interval = wilson(share, effective_number(weights))
    return Figure(share, interval.low, interval.high)


def _bias(verdicts: Sequence[GroupedVerdict]) -> Figure:
    """Return the share that the machine alone calls NO less the share that people alone call NO, by MOVER."""
    weights = [1 / one.probability for one in verdicts]
    machine_alone = [one.machine == "NO" and one.person == "YES" for one in verdicts]
    people_alone = [one.machine == "YES" and one.person == "NO" for one in verdicts]
    return mover([(1.0, _weighted_share(machine_alone, weights)), (-1.0, _weighted_share(people_alone, weights))])


def _hit_rate(verdicts: Sequence[GroupedVerdict], answer: str) -> Figure | None:
    asked = [one for one in verdicts if one.person == answer]
    if not asked:
        return None
    return _weighted_share([one.machine == answer for one in asked], [1 / one.probability for one in asked])


def _p_value(own: Sequence[GroupedVerdict], others: Sequence[GroupedVerdict]) -> float:
    """Return the two-sided p-value of equal bias in both, by the normal distribution of weighted means."""
    one, other = _mean_error(own), _mean_error(others)
    variance = one[1] + other[1]
    if variance <= 0:
        return 1.0
    return 2 * (1 - NORMAL.cdf(abs(one[0] - other[0]) / sqrt(variance)))


def _mean_error(verdicts: Sequence[GroupedVerdict]) -> tuple[float, float]:
    """Return the weighted mean of (machine's NO less people's NO) and its variance, smoothed for few errors."""
    weights = [1 / one.probability for one in verdicts]
    errors = [float(one.machine == "NO") - float(one.person == "NO") for one in verdicts]
    whole = sum(weights)
    mean = sum(weight * error for weight, error in zip(weights, errors, strict=True)) / whole
    squares = sum(weight * (error - mean) ** 2 for weight, error in zip(weights, errors, strict=True)) / whole
    n = effective_number(weights)
    return mean, (squares * n + 1) / (n + 1) / n


def discoveries(p_values: Mapping[Key, float], rate: float = DISCOVERY_RATE) -> set[Key]:
    """Return the tests that remain when the expected share of false ones is at most ``rate`` (Benjamini-Hochberg)."""
    ordered = sorted(p_values, key=p_values.__getitem__)
    last = 0
    for rank, key in enumerate(ordered, start=1):
        if p_values[key] <= rate * rank / len(ordered):
            last = rank
    return set(ordered[:last])


def severities_by_group(ratings: Iterable[tuple[str, Rating]]) -> dict[str, dict[str, Severity]]:
    """Return group -> auditor -> severity on the group's conversations, from ratings given with their group.

    An auditor who is strict with one team and not with others shows in the difference.
    """
    found: defaultdict[str, list[Rating]] = defaultdict(list)
    for group, one in ratings:
        found[group].append(one)
    return {group: severities(some) for group, some in found.items()}
