"""The scale of sentiment: from 1 (worst) over 5 (neutral) to 10 (best), and how turns make up a whole on it."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from auscult.domain.insight import Insights, SentimentLabel

NEUTRAL = 5
LOW, HIGH = Decimal(4), Decimal(6)
HALF_LIFE = 0.5
"""After this share of the customer's turns, counted from the end, a turn weighs half as much as the last one."""
FEWEST_TURNS = 1.5
STEADINESS = 1.0
"""The more, the more feeling it takes to leave the middle of the scale."""
FAINT = 0.25
EASED = 0.6
"""What trouble still weighs when the request was met in the end."""


def overall(valences: Sequence[float], known: Insights) -> Decimal:
    """The conversation's score, from the valences of the customer's turns in order.

    Each valence beyond ``FAINT`` weighs 0.5 ** (turns after it / (half the number of turns)). With P and N the
    weighted sums of good and bad, the balance is (P - N) / (P + N + 1). When the request was met in the end, N is
    taken times ``EASED``.
    """
    good = bad = 0.0
    half_life = max(FEWEST_TURNS, HALF_LIFE * len(valences))
    for after, valence in enumerate(reversed(valences)):
        weight = 0.5 ** (after / half_life)
        if valence > FAINT:
            good += weight * valence
        elif valence < -FAINT:
            bad -= weight * valence
    outcome = known.resolution.resolution if known.resolution is not None else "NA"
    if outcome == "YES":
        bad *= EASED
    return scaled((good - bad) / (good + bad + STEADINESS))


@lru_cache(maxsize=1_024)
def scaled(balance: float) -> Decimal:
    """From -1 .. 1 to 1 .. 10, one decimal, 0 being 5."""
    score = NEUTRAL + balance * (10 - NEUTRAL if balance > 0 else NEUTRAL - 1)
    return Decimal(score).quantize(Decimal("0.1"), ROUND_HALF_EVEN)


def label_of(score: Decimal) -> SentimentLabel:
    """The band that a score lies in."""
    if score < LOW:
        return "negative"
    return "positive" if score > HIGH else "neutral"


def valence_of(score: Decimal) -> float:
    """Return the argument of ``scaled``: from -1 (bad) over 0 to 1 (good)."""
    beyond = float(score) - NEUTRAL
    return beyond / (10 - NEUTRAL if beyond > 0 else NEUTRAL - 1)
