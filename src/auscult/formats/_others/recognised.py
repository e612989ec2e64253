"""Parts that recognisers of speech share: words that become turns, and times as text."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, cast

from auscult.formats._others.talk import Said

_PAUSE_MS = 1_500
"""After so long a pause the same speaker begins another turn, where a file has words alone."""
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)s?")
_ISO = re.compile(r"PT(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?")
_BEFORE = frozenset(".,!?;:%…")


class Word(NamedTuple):
    """A word or mark with its speaker; times in ms, None for a mark."""

    text: str
    label: str | None
    start_ms: float | None
    end_ms: float | None


def turns_of(words: Iterable[Word]) -> Iterator[Said]:
    """Yield turns: words of one speaker up to another one's, or to a pause."""
    text, label = "", None
    start: float | None = None
    end: float | None = None
    for word in words:
        is_other = (
            bool(text)
            and word.start_ms is not None
            and (word.label != label or (end is not None and word.start_ms - end >= _PAUSE_MS))
        )
        if is_other:
            yield Said(text, label, start_ms=start, end_ms=end)
            text, start, end = "", None, None
        if not text:
            label = word.label
        is_mark = word.text[:1] in _BEFORE and bool(text)
        text += word.text if is_mark or not text else f" {word.text}"
        start = word.start_ms if start is None else start
        end = end if word.end_ms is None else word.end_ms
    if text:
        yield Said(text, label, start_ms=start, end_ms=end)


def ms_of(written: object) -> float | None:
    """Return the ms of seconds as a number, as ``1.2s``, as ``PT1.2S``, or in parts; None where it is none of them.

    >>> ms_of("1.2s"), ms_of(3), ms_of("PT1M2.5S"), ms_of({"seconds": "1", "nanos": 200000000}), ms_of("soon")
    (1200.0, 3000, 62500.0, 1200.0, None)
    """
    if isinstance(written, dict):
        parts = cast("dict[str, object]", written)
        seconds, nanos = ms_of(parts.get("seconds", 0)), ms_of(parts.get("nanos", 0))
        return None if seconds is None or nanos is None else seconds + nanos / 1e9
    if isinstance(written, bool):
        return None
    if isinstance(written, int | float):
        return written * 1000
    text = str(written)
    if found := _SECONDS.fullmatch(text):
        return float(found[1]) * 1000
    if (found := _ISO.fullmatch(text)) and any(found.groups()):
        hours, minutes, seconds = (float(each or 0) for each in found.groups())
        return (hours * 3600 + minutes * 60 + seconds) * 1000
    return None


def in_order(said: Iterable[Said]) -> list[Said]:
    """Return turns in the order of their times, where all have one."""
    turns = list(said)
    if any(one.start_ms is None for one in turns):
        return turns
    return sorted(turns, key=lambda one: one.start_ms or 0)
