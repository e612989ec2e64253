"""Votes: how the answer by words and the dialogue acts decide a question together, and how sure that is.

The weights are whole numbers in ``weights/<language>.json``, fitted by ``bench.acts.train``; they are multiplied with whole
numbers, so that an answer is the same alone, in any batch and on any machine.
"""

from auscult.votes.signs import DOES, ScoredTurns, acts_of, acts_probe, acts_probes, languages, scored_turns_of
from auscult.votes.voting import BY_TURNS, SENTIMENT, Vote, clearest, empathy, heard, is_voted_on, questions, vote

__all__ = [
    "BY_TURNS",
    "DOES",
    "SENTIMENT",
    "ScoredTurns",
    "Vote",
    "acts_of",
    "acts_probe",
    "acts_probes",
    "clearest",
    "empathy",
    "heard",
    "is_voted_on",
    "languages",
    "questions",
    "scored_turns_of",
    "vote",
]
