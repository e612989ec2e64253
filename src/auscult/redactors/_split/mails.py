"""Parts of e-mail addresses around a whole one: begun before it, joined to one word after it, cut off at its ``at``."""

import re
from collections.abc import Iterator, Sequence

from auscult.domain.privacy.redaction import Found

_AT = re.compile(r",? (?:at|@|arroba|ät)(?=\W+(?:oh|uh|um|er|what|hang|hold|sorry|wait|let|no)\b|\W*$)")
"""The sign behind a first part that is cut off."""
_SHORTEST = 6
"""Letters of a first part that is named again as one word."""
_TURNS = 4


def parts(lows: Sequence[str], found: Sequence[Found]) -> Iterator[Found]:
    """Yield what is around the addresses that were found."""
    for one in found:
        low = lows[one.turn]
        if "@" not in one.value:
            at = _AT.match(low, one.end)
            if at is not None:
                yield one._replace(end=at.end())
            continue
        yield from _begun(low, one)
        local = re.sub(r"[\W_]", "", one.value.partition("@")[0])
        for turn in range(one.turn, min(one.turn + _TURNS, len(lows))) if len(local) >= _SHORTEST else ():
            at = lows[turn].find(local, one.end if turn == one.turn else 0)
            if at >= 0 and not lows[turn][at - 1 : at].isalnum() and not lows[turn][at + len(local) :][:1].isalnum():
                yield Found(turn, at, at + len(local), "email", one.value)


def _begun(low: str, one: Found) -> Iterator[Found]:
    """Yield the first part with its ``at`` that was said before the whole address."""
    first, at, _ = low[one.start : one.end].partition(" at ")
    before = low.rfind(first + at, 0, one.start) if at and len(first) > 1 else -1
    if before >= 0 and not low[before - 1 : before].isalnum():
        yield Found(one.turn, before, before + len(first) + len(" at"), "email", one.value)
