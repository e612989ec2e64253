"""Names that are spelled: ``S-M-I-T-H``, ``M I double L A R``, ``W for whisky, O for oscar``, ``romeo echo echo delta``."""

import re
from collections.abc import Iterator

from auscult.redactors._digits import DOUBTFUL, WORDS
from auscult.redactors._words import words_of

_ALPHABET = words_of("words.txt")["alphabet"]
_LETTER = r"(?<![\w'\u2019])[^\W\d_](?![^\W_]|['\u2019][^\W\d_])"
_SAYS = r"(?:(?:,? (?:that'?s|that is))?,? (?:as in|for|like|is for) (?:an? |the )?[^\W\d_]+)?"
_BETWEEN = (
    r"(?:[\s.,\u2013\u2014-]"
    r"|\b(?:and|then|um|uh|capital|small|double|triple|hyphen|dash|apostrophe|space|that's|next)\b){1,12}?"
)
_SPELLED = re.compile(rf"(?:\b(?:capital|double) )?{_LETTER}{_SAYS}(?:{_BETWEEN}{_LETTER}{_SAYS}){{2,}}", re.IGNORECASE)
_WORDS = re.compile(
    rf"\b(?:{'|'.join(sorted(_ALPHABET))})(?:[\s,.-]+(?:{'|'.join(sorted(_ALPHABET))})\b){{2,}}", re.IGNORECASE
)
_PART = re.compile(rf"(double |triple )?({_LETTER})({_SAYS})", re.IGNORECASE)
_TIMES = {"double ": 2, "triple ": 3}
MAY_HOLD = re.compile(
    r"\b[^\W\d_][\s.,-]{1,3}(?:double |triple )?[^\W\d_]\b[\s.,-]|\b([a-z]) (?:for|as in|like) (?:an? |the )?\1",
    re.IGNORECASE,
)
"""Prefilter: only a text with a match can spell something."""


_DIGITS = f"(?:[0-9]|(?:{'|'.join(sorted(WORDS - DOUBTFUL))})\\b)"
_BESIDE = re.compile(rf"{_DIGITS}\W{{1,2}}$"), re.compile(rf"\W{{1,2}}{_DIGITS}")


def _is_of_a_number(low: str, start: int, end: int) -> bool:
    """Return whether digits are right before or after letters."""
    before, after = _BESIDE
    return before.search(low, max(0, start - 9), start) is not None or after.match(low, end) is not None


def spelled(text: str, low: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Yield what is spelled between two offsets: start, end, and the letters in small ones; no letters of numbers."""
    for found in _SPELLED.finditer(text, start, end):
        if _is_of_a_number(low, *found.span()):
            continue
        letters = "".join(
            part[2] * _TIMES.get((part[1] or "").lower(), 1)
            for part in _PART.finditer(text, found.start(), found.end())
        )
        yield found.start(), found.end(), letters.lower()
    for found in _WORDS.finditer(text, start, end):
        yield found.start(), found.end(), "".join(word[0] for word in re.findall(r"[^\W\d_]+", found[0].lower()))
