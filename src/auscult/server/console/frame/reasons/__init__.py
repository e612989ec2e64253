"""Reasons of the machine, and faults of documents, in the reader's language."""

from auscult.server.console.frame.reasons.documents import fault_in_words
from auscult.server.console.frame.reasons.words import filled, in_words, sentence_of

__all__ = ["fault_in_words", "filled", "in_words", "sentence_of"]
