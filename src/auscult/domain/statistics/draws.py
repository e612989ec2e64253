"""Draws by permanent random numbers: ``u = H(seed, conversation id)``, a fraction from 0 to below 1.

A draw can be repeated by anyone who knows the seed and the frame. Neither the order of the conversations nor their
arrival matters, and a later draw with the same seed agrees with an earlier one as far as their frames do.

Ohlsson, E. (1995). Coordination of samples using permanent random numbers. Business Survey Methods, 153-169.
"""

from collections.abc import Iterable
from fractions import Fraction
from hashlib import sha256
from heapq import nsmallest
from math import exp, lgamma, log, log1p

from msgspec import Struct

_BITS = 53
"""A float holds this many bits exactly."""


class Drawn(Struct, frozen=True):
    """A drawn conversation with its permanent random number and the probability with which it was drawn."""

    conversation_id: str
    u: float
    probability: float


def permanent_number(seed: str, conversation_id: str) -> float:
    """Return ``u``: the first 53 bits of SHA-256 over seed, a zero byte and the id, as a fraction below 1."""
    digest = sha256(f"{seed}\0{conversation_id}".encode()).digest()
    return (int.from_bytes(digest[:8]) >> (64 - _BITS)) / (1 << _BITS)


def draw_share(seed: str, frame: Iterable[str], share: float) -> list[Drawn]:
    """Draw each conversation with probability ``share``: those with ``u`` below it, by ascending ``u``.

    Raises:
        ValueError: The share is not from 0 to 1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"invalid share {share!r}; use a number from 0 to 1")
    numbered = sorted((permanent_number(seed, one), one) for one in set(frame))
    return [Drawn(one, u, share) for u, one in numbered if u < share]


def draw_count(seed: str, frame: Iterable[str], count: int) -> list[Drawn]:
    """Draw ``count`` conversations of one stratum, or all where there are fewer: those with the smallest ``u``.

    Each has the probability n / N, with N conversations in the stratum.

    Raises:
        ValueError: The count is negative.
    """
    if count < 0:
        raise ValueError(f"invalid count {count!r}; use 0 or more")
    stratum = set(frame)
    smallest = nsmallest(count, ((permanent_number(seed, one), one) for one in stratum))
    probability = len(smallest) / len(stratum) if stratum else 0.0
    return [Drawn(one, u, probability) for u, one in smallest]


def risk_probability(floor: float, risk: float) -> float:
    """Return the probability ``floor + (1 - floor) * risk`` of a risk-based draw; both are from 0 to 1.

    The floor is the probability of a conversation without any risk: it keeps every conversation in the estimate.

    Raises:
        ValueError: Floor or risk is not from 0 to 1.
    """
    if not (0 <= floor <= 1 and 0 <= risk <= 1):
        raise ValueError(f"invalid floor {floor!r} or risk {risk!r}; use numbers from 0 to 1")
    return floor + (1 - floor) * risk


def draw_by_risk(seed: str, risks: Iterable[tuple[str, float]], floor: float) -> list[Drawn]:
    """Draw each conversation, given with its risk, with the probability that floor and risk give it."""
    numbered = ((permanent_number(seed, one), one, risk_probability(floor, risk)) for one, risk in dict(risks).items())
    return [Drawn(one, u, probability) for u, one, probability in sorted(numbered) if u < probability]


def probability_with_minimum(share: float, minimum: int, population: int) -> float:
    """Return the probability of each where all with ``u < share`` are drawn, and at least ``minimum``: E[max(B, minimum)] / N.

    B counts those below the share and is binomial.
    """
    least = min(minimum, population)
    if least == 0 or share >= 1:
        return share if least == 0 else 1.0
    log_share, log_rest = log(share), log1p(-share)

    def chance(k: int) -> float:
        ways = lgamma(population + 1) - lgamma(k + 1) - lgamma(population - k + 1)
        return exp(ways + k * log_share + (population - k) * log_rest)

    added = sum((least - k) * chance(k) for k in range(least))
    return min(1.0, share + added / population)


def count_of_percent(percent: float, population: int) -> int:
    """Return how many of ``population`` a percentage is, rounded up; decimals are taken as they are written."""
    exact = Fraction(repr(percent)) * population / 100
    return -(-exact.numerator // exact.denominator)
