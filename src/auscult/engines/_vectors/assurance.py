"""Likelihood that the best passage answers the question, from what a search shows of itself.

The weights are a logistic regression on questions about five knowledge bases, with questions that have no answer there
and with small talk: ``python -m bench.quality.assist_fit`` prints them. Scores of other scales need other weights.
"""

import math
from typing import NamedTuple


class Signs(NamedTuple):
    """Signs that a passage is the right one.

    ``score`` is its sum, ``lead`` what it is ahead of the next section that says something else, ``covered`` the share
    of the question that its words are near to, and ``informativeness`` how much of a question the message is.
    """

    score: float
    lead: float
    covered: float
    informativeness: float


class Assurance(NamedTuple):
    """Weights of the signs in their order, and the thresholds for scores of one scale.

    From the likelihood ``likely`` on, a passage is suggested as the answer: at most 3 % of the questions without an answer
    get one, and 5 % of the others a wrong one. From ``possible`` on it is offered to choose from. From ``enough`` on, as
    score times informativeness, it is worth showing after the first.
    """

    weights: tuple[float, float, float, float]
    bias: float
    possible: float
    likely: float
    enough: float


BY_WORDS = Assurance(weights=(1.98, 4.51, 3.13, 5.61), bias=-9.38, possible=0.3, likely=0.85, enough=0.58)
"""For the sum of BM25 and word vectors."""
BY_SENTENCES = Assurance(weights=(2.18, 5.23, 2.74, 4.28), bias=-8.52, possible=0.33, likely=0.8, enough=0.9)
"""For that sum halved, with the cosines by all-MiniLM-L6-v2 added."""


def likelihood(signs: Signs, assurance: Assurance = BY_WORDS) -> float:
    """Return how likely the passage is the right one, from 0 to 1."""
    sum_of = assurance.bias + sum(weight * sign for weight, sign in zip(assurance.weights, signs, strict=True))
    return 1 / (1 + math.exp(-sum_of))
