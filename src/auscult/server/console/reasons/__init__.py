"""Reasons of the machine, and errors of services, in the reader's language. Stored, exported and sent they stay in English."""

from auscult.server.console.reasons.documents import fault_in_words
from auscult.server.console.reasons.matching import PLACE, REASON, WHY, in_words, is_known
from auscult.server.console.reasons.sentences import filled, sentence_of

__all__ = ["PLACE", "REASON", "WHY", "fault_in_words", "filled", "in_words", "is_known", "sentence_of"]
