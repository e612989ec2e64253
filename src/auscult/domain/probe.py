"""Questions that judging sends out, and the answers it takes in.

A metric never calls an engine. It names what it needs to know as probes; the pipeline has them answered,
whole batches at once, and hands the answers back. A probe is a plain value: equal probes are one question.
"""

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct


class Similarity(Struct, frozen=True):
    """How close is each of ``texts`` to the nearest of ``samples``?  Answered by an embedding engine."""

    samples: tuple[str, ...]
    texts: tuple[str, ...]


class Judgement(Struct, frozen=True):
    """Does the statement hold for these turns?  Answered by a judge engine.

    ``turn_ids`` are the turns that may be read as evidence, in order.
    """

    statement: str
    conversation_id: str
    turn_ids: tuple[str, ...]


class Classification(Struct, frozen=True):
    """How likely is each label of a head for each of ``texts``?  Answered by an engine that holds trained heads.

    ``head`` names a question and its labels (docs/reference/analyzers.md lists them).
    """

    head: str
    texts: tuple[str, ...]


Probe = Similarity | Judgement | Classification


class Closest(NamedTuple):
    """The nearest sample to one text: cosine similarity in [-1, 1], rounded to 4 places, and the sample's index."""

    similarity: float
    sample: int


class SimilarityAnswer(Struct, frozen=True):
    """One ``Closest`` for each text of the probe, in its order. ``engine`` names engine and model version."""

    closest: tuple[Closest, ...]
    engine: str


class JudgementAnswer(Struct, frozen=True):
    """What the judge said, with the turns it pointed at and its reason."""

    holds: bool | None
    turn_ids: tuple[str, ...]
    reason: str
    engine: str


class ClassificationAnswer(Struct, frozen=True):
    """For each text of the probe, in its order, the probability of each of ``labels``, rounded to 4 places."""

    labels: tuple[str, ...]
    probabilities: tuple[tuple[float, ...], ...]
    engine: str


Answer = SimilarityAnswer | JudgementAnswer | ClassificationAnswer
Answers = Mapping[Probe, Answer]
