"""The beginning of a number that was taken back before it was said again: ``oh seven, no sorry, plus four four …``."""

import re
from collections.abc import Iterator, Sequence

from auscult.domain.privacy.redaction import Found
from auscult.redactors._digits import ONES, TEENS, TENS

NUMBERS = frozenset(("card", "iban", "national_number", "account", "phone"))
_DIGIT = rf"(?:\d+|{'|'.join(sorted({*ONES, *TEENS, *TENS, 'double', 'triple', 'plus'}))})"
_BACK = "(?:no|nope|nah|sorry|wait|hang on|hold on|actually|i mean|scratch that|let me start again|start again)"
_TAKEN_BACK = re.compile(
    rf"\b(?:{_DIGIT}[ ,.\u2026-]+){{2,12}}(?:(?:uh|um|er|erm|oh|ah)[ ,.]+)?{_BACK}"
    rf"(?:[ ,.\u2026-]+(?:{_BACK}|it's|that's|it is|make it|make that))*[ ,.\u2026-]+(?:plus )?$"
)
_REACH = 90


def before_numbers(low: str, found: Sequence[Found]) -> Iterator[Found]:
    """Yield the numbers of a turn with what was taken back right before them."""
    for one in found:
        if one.kind in NUMBERS and one.start and low[one.start - 1] in " +":
            before = _TAKEN_BACK.search(low, max(0, one.start - _REACH), one.start)
            if before is not None and not any(each.end > before.start() and each.start < one.start for each in found):
                yield one._replace(start=before.start())
