"""Dates of birth right behind a name in a list: ``Anna Kolb, 19.10.55``, ``kids Aroha (30/05/2013)``."""

import re
from collections.abc import Iterator, Sequence

from auscult.domain.privacy.redaction import Found
from auscult.redactors._born.dates import WHOLE, canonical

_BEHIND = re.compile(
    r"['\u2019s]{0,2}(?: ?[,;:/(|\u2013-] ?"
    r"|,? (?:aged \d+,? )?(?:is )?(?:born|dob|d\.o\.b\.?|geb\.?|nacid[oa])[ :]*"
    rf"|, [a-zäöü]{{3,4}}\.? am )({WHOLE})(?![\w/-])"
)
_RECENT = re.compile(r"20(?:2[5-9]|[3-9]\d)\b|\b2[5-9]$")
"""A year too recent for a year of birth: the date is of an appointment or another plan."""


_SIX = re.compile(
    r"(?:^|['\u2019]s|\bis|\bon|\bbirth|\bdob|:|,)\W*((?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d\d)(?!\d|[ -]\d)"
)
"""A day, a month and a year in six digits."""


def in_six_digits(turn: int, low: str) -> Iterator[Found]:
    """Yield the dates of a turn that speaks of a birth, or answers a question for one, in six digits without a sign."""
    for found in _SIX.finditer(low):
        digits = found[1]
        value = canonical(f"{digits[:2]}-{digits[2:4]}-{digits[4:]}")
        yield Found(turn, *found.span(1), "birth_date", value)


def behind_names(low: str, found: Sequence[Found]) -> Iterator[Found]:
    """Yield the dates behind the names of a turn."""
    for one in found:
        its = _BEHIND.match(low, one.end) if one.kind == "name" else None
        if its is None or _RECENT.search(its[1]):
            continue
        if not any(its.start(1) in (each.start, each.end - 1) for each in found):
            yield Found(one.turn, *its.span(1), "birth_date", canonical(its[1]))
