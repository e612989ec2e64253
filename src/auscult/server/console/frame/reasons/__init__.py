"""Reasons of the machine, and faults of documents, in the reader's language. Stored, exported and sent they stay in English."""

from auscult.server.console.frame.reasons.documents import fault_in_words
from auscult.server.console.frame.reasons.matching import PLACE, REASON, WHY, in_words, is_known
from auscult.server.console.frame.reasons.sentences import filled, sentence_of
from auscult.server.console.frame.reasons.stored import job_in_words, run_in_words

__all__ = [
    "PLACE",
    "REASON",
    "WHY",
    "fault_in_words",
    "filled",
    "in_words",
    "is_known",
    "job_in_words",
    "run_in_words",
    "sentence_of",
]
