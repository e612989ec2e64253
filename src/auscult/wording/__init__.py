"""Wording packs: phrases of one meaning, as versioned data. One pack a file in ``en/``, with its sentences.

A pack's sentences (``<pack>.txt``) prove it: ``auscult wording check PACK``. Format: docs/reference/wording.md.
"""

from auscult.wording.check import Checked, check_pack
from auscult.wording.matcher import Matcher, bare_words, wording_pattern
from auscult.wording.packs import (
    Pack,
    Reading,
    Sentence,
    available,
    is_reference,
    pack,
    pack_text,
    resolved,
    sentences,
    versions,
)

__all__ = [
    "Checked",
    "Matcher",
    "Pack",
    "Reading",
    "Sentence",
    "available",
    "bare_words",
    "check_pack",
    "is_reference",
    "pack",
    "pack_text",
    "resolved",
    "sentences",
    "versions",
    "wording_pattern",
]
