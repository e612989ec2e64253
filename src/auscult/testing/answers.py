"""Answers to probes as an engine might give them, so that what asks can be tried without an engine."""

from auscult.domain.probe import (
    Answer,
    Classification,
    ClassificationAnswer,
    Closest,
    Extraction,
    ExtractionAnswer,
    Grading,
    GradingAnswer,
    Judgement,
    JudgementAnswer,
    Lookup,
    LookupAnswer,
    Probe,
    Similarity,
    SimilarityAnswer,
    TableLookup,
)

ENGINE = "testing 1"


def some_answer(probe: Probe) -> Answer:
    """An answer of the right shape: likeness grows with the text, a judge says yes and points at the first turn.

    Raises ``NotImplementedError`` for the kinds that only one of auscult's own metric types asks.
    """
    match probe:
        case Similarity():
            return SimilarityAnswer(tuple(Closest(len(text) % 10 / 10, 0) for text in probe.texts), ENGINE)
        case Judgement():
            return JudgementAnswer(holds=True, turn_ids=probe.turn_ids[:1], reason="so it is", engine=ENGINE)
        case Grading():
            return GradingAnswer(probe.baseline, (), "so it is", ENGINE)
        case Classification():
            return ClassificationAnswer(("yes", "no"), tuple((0.75, 0.25) for _ in probe.texts), ENGINE)
        case Extraction():
            return ExtractionAnswer((), ENGINE)
        case TableLookup() | Lookup():
            return LookupAnswer("5", "", ENGINE)
        case _:
            raise NotImplementedError(f"override answer() to say what is answered to a {type(probe).__name__}")
