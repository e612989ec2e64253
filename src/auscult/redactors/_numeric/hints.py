"""Digits, written or said, of which every number has some: a filter before the search for numbers."""

from auscult.redactors._digits import ONES, TEENS, TENS
from auscult.redactors._patterns import searcher
from auscult.redactors._spoken.abroad import FOREIGN

DIGIT = (
    r"(?:\d|\b(?:"
    + "|".join((*(word for word in ONES if word != "o"), *TEENS, *TENS, *sorted(FOREIGN), "double", "triple"))
    + r")\b)"
)
HAS_NUMBER = searcher(rf"\d{{3}}|{DIGIT}[^\n\w]{{0,3}}(?:(?:uh|um|and|dash|oh|o|und|dann|et|y|e) )*{DIGIT}")
_SAID_DIGIT = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|\d)"
HAS_MIXED = searcher(
    rf"[a-z]\d|\d[a-z]|\b[a-z],? [a-z],? |\b{_SAID_DIGIT},? [b-hj-z]\b"
    rf"|\b[b-hj-z],? {_SAID_DIGIT},? {_SAID_DIGIT}\b"
)
