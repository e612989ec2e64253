"""Allocation of a sample to strata, and of work to auditors: whole numbers that add up.

Neyman, J. (1934). On the two different aspects of the representative method. Journal of the Royal Statistical
Society 97, 558-625.
"""

from collections.abc import Hashable, Mapping
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def apportion(total: int, weights: Mapping[Key, float]) -> dict[Key, int]:
    """Divide ``total`` in proportion to weights: largest remainders, ties by the order given.

    All are 0 where no weight is positive.

    Raises:
        ValueError: The total or a weight is negative.
    """
    if total < 0 or any(weight < 0 for weight in weights.values()):
        raise ValueError("invalid total or weight; use numbers from 0")
    whole = sum(weights.values())
    if whole == 0:
        return dict.fromkeys(weights, 0)
    exact = {key: total * weight / whole for key, weight in weights.items()}
    given = {key: int(share) for key, share in exact.items()}
    by_remainder = sorted((key for key in weights if weights[key] > 0), key=lambda key: given[key] - exact[key])
    for key in by_remainder[: total - sum(given.values())]:
        given[key] += 1
    return given


def allocate(
    total: int,
    sizes: Mapping[Key, int],
    spreads: Mapping[Key, float] | None = None,
    *,
    least: int = 0,
    have: Mapping[Key, int] | None = None,
) -> dict[Key, int]:
    """Allocate a sample of ``total`` to strata of the given sizes.

    In proportion to size; with ``spreads`` (the standard deviation within each stratum) in proportion to size times
    spread, which is Neyman's allocation. A stratum gets at least ``least`` and at least what it has already
    (``have``), and at most its size; the excess goes to the others. The sum is ``total``, or all there is where that
    is less, or the sum of the minimums where that is more.
    """
    given = {key: min(max(least, (have or {}).get(key, 0)), size) for key, size in sizes.items()}
    left = min(total, sum(sizes.values())) - sum(given.values())
    weights = {key: size * (1.0 if spreads is None else spreads[key]) for key, size in sizes.items()}
    while left > 0:
        target = {key: weight for key, weight in weights.items() if given[key] < sizes[key]}
        if not any(target.values()):
            target = {key: float(sizes[key]) for key in sizes if given[key] < sizes[key]}
        wanted = _above_minimum(left + sum(given[key] for key in target), target, given)
        for key, more in wanted.items():
            given[key] += min(more, sizes[key] - given[key])
        left = min(total, sum(sizes.values())) - sum(given.values())
    return given


def _above_minimum(total: int, weights: Mapping[Key, float], given: Mapping[Key, int]) -> dict[Key, int]:
    """Divide ``total`` by weight, less what is given already; strata that have more than their part get nothing."""
    part = apportion(total, weights)
    over = [key for key in weights if part[key] < given[key]]
    if not over:
        return {key: part[key] - given[key] for key in weights}
    rest = {key: weight for key, weight in weights.items() if key not in over}
    if not any(rest.values()):
        return apportion(total - sum(given[key] for key in weights), weights)
    return _above_minimum(total - sum(given[key] for key in over), rest, given)
