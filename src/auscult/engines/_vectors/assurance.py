"""Likelihood that the best passage answers the question, from what a search shows of itself.

The weights are a logistic regression on questions about two knowledge bases of other subjects than those that the
quality of suggestions is measured on, with questions that have no answer there and with small talk:
``python -m bench.quality.assist_fit`` prints them.
"""

import math
from typing import NamedTuple

WEIGHTS = (1.71, 6.62, 2.65, 3.87)
"""Of the signs in their order."""
BIAS = -7.51


class Signs(NamedTuple):
    """Signs that a passage is the right one.

    ``score`` is its sum, ``lead`` what it is ahead of the next section that says something else, ``covered`` the share
    of the question that its words are near to, and ``telling`` how much of a question the message is.
    """

    score: float
    lead: float
    covered: float
    telling: float


def likelihood(signs: Signs) -> float:
    """Return how likely the passage is the right one, from 0 to 1."""
    sum_of = BIAS + sum(weight * sign for weight, sign in zip(WEIGHTS, signs, strict=True))
    return 1 / (1 + math.exp(-sum_of))
