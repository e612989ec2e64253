"""Telephone numbers with the sign of a country code (``+91-8952463265``), and extensions."""

import re
from collections.abc import Iterator

from auscult.domain.privacy.redaction import Found
from auscult.redactors._digits import ONES

_ABROAD = re.compile(r"(?<![\w+])\+ ?\d{1,3}(?:[ ().-]{0,2}\d){7,12}(?![\w@])")

_EXTENSION = re.compile(
    r"(?:,| and)? (?:ext(?:ension|\.)?|x|durchwahl|extensi[oó]n|anexo|poste|ramal):? ?"
    rf"(?:\d{{1,6}}|(?:{'|'.join(ONES)})(?:[ -](?:{'|'.join(ONES)})){{1,5}})\b"
)
_SUM = re.compile(r"\bhundred (?:and )?(?:[a-z]+[ -]){1,2}thousand\b")


def is_sum(one: Found, low: str) -> bool:
    """Return whether a number of a turn is one in words: ``two hundred and fifty thousand over twenty five``."""
    return one.kind == "phone" and _SUM.search(low, one.start, one.end) is not None


def with_extension(one: Found, low: str) -> Found:
    """Return a number of a turn with the extension behind it."""
    behind = _EXTENSION.match(low, one.end) if one.kind == "phone" else None
    return one if behind is None else one._replace(end=behind.end())


def written(turn: int, low: str) -> Iterator[Found]:
    """Yield the numbers of a turn that begin with a plus sign, whatever is before or behind them."""
    for found in _ABROAD.finditer(low):
        yield Found(turn, *found.span(), "phone", "".join(filter(str.isdecimal, found[0])))
