"""Telephone numbers that are written with the sign of a country code: ``+91-8952463265``."""

import re
from collections.abc import Iterator

from auscult.domain.privacy.redaction import Found

_ABROAD = re.compile(r"(?<![\w+])\+ ?\d{1,3}(?:[ ().-]{0,2}\d){7,12}(?![\w@])")


def written(turn: int, low: str) -> Iterator[Found]:
    """Yield the numbers of a turn that begin with a plus sign, whatever is before or behind them."""
    for found in _ABROAD.finditer(low):
        yield Found(turn, *found.span(), "phone", "".join(filter(str.isdecimal, found[0])))
