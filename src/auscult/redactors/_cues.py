"""Words around a number that show its kind: ``card``, ``social security``, ``order``."""

import re
from functools import lru_cache
from typing import Literal, cast

from auscult.redactors._digits import ONES, TEENS, TENS
from auscult.redactors._patterns import searcher
from auscult.redactors._words import lines_of, words_of

Cue = Literal["card", "iban", "national_number", "security_code", "phone", "account", "birth_date", "other"]

_SPELLED = "|".join(r"[ .]{1,2}".join(each) for each in sorted(words_of("words.txt")["acronyms"]))
"""Names of national numbers whose letters are said or written one by one: ``s.i.n.``, ``p p s``."""
_SPELLED_IN = re.compile(rf"(?:{_SPELLED})\.?")
_BEFORE_LETTER, _LETTER_AFTER = (
    re.compile(r"(?<![^\W_])[a-z][ .]{1,2}$"),
    re.compile(r" [a-z](?![\w'])(?! (?:\d|[a-z]{2}))"),
)
_GROUPS = lines_of("cues.txt")
_CUE = searcher(r"\b(?:" + "|".join("|".join(patterns) for patterns in [*_GROUPS.values(), [_SPELLED]]) + r")(?:\b|$)")
_KIND = re.compile("|".join(f"({'|'.join(patterns)})" for patterns in _GROUPS.values()))
NAMES_NATIONAL = searcher(r"\b(?:" + "|".join([*_GROUPS["national_number"], _SPELLED]) + r")\b")
"""A cue for a national number."""
_KINDS: tuple[Cue, ...] = tuple(cast("Cue", kind) for kind in list(_GROUPS)[1:])
_IS_MY = re.compile(r"[\s,]*(?:is|was|as|for|'s|that's|it's)\b")
"""Text after a number that is not personal: ``… is my order``."""
_NAMES = re.compile(
    r"(?:[\s.:#,(-]|\b(?:numbers?|no|nr|id|code|ref|reference|is|was|it's|that's|are|my|the|your|of|for)\b|'s)*"
)
"""Words between the name of a number and the number."""
_IN_NUMBER = re.compile(r"\d[^\s,;]*[ -]?(?:[a-z]{1,3}-)?$|[a-z]-$")
"""The end of a text in a number or a code."""
_WORD = re.compile(r"\d+|[^\W\d_]+")
_SAID = frozenset({*ONES, *TEENS, *TENS})
_CORRECTS = words_of("words.txt")["corrects"]
_WHOLE = 6
"""Digits that a national number has at least."""
_REACH = 160
"""Characters before a number in which its cue is looked for; a cue after it stands much nearer."""
_REACH_AFTER = 48


@lru_cache(maxsize=4096)
def _kind(cue: str) -> Cue | None:
    """Return what a cue says; cues are words of the lists, so that few are kept and none of a person."""
    if _SPELLED_IN.fullmatch(cue):
        return "national_number"
    found = _KIND.fullmatch(cue)
    return None if found is None or found.lastindex in (None, 1) else _KINDS[found.lastindex - 2]


def cues_in(low: str) -> list[tuple[Cue, int]]:
    """Return the cues of a text in small letters, in order, with the offsets behind them."""
    return [
        (kind, found.end())
        for found in _CUE.finditer(low)
        if (kind := _kind(found[0])) is not None
        and not (kind == "national_number" and _is_of_longer(low, *found.span()))
    ]


def _is_of_longer(low: str, start: int, end: int) -> bool:
    """Return whether spelled letters are a part of more of them: ``s i n`` of ``s i n g h``."""
    if _SPELLED_IN.fullmatch(low, start, end) is None:
        return False
    before = _BEFORE_LETTER.search(low, max(0, start - 4), start)
    return before is not None or _LETTER_AFTER.match(low, end) is not None


def cue_before(low: str, offset: int) -> Cue | None:
    """Return the last cue before an offset of a text."""
    found = cues_in(low[max(0, offset - _REACH) : offset])
    return found[-1][0] if found else None


def is_named(low: str, offset: int) -> bool:
    """Return whether the last cue before an offset names it: ``order number is``, but not ``ticket says``."""
    behind = _behind_last_cue(low, offset)
    return behind is not None and _NAMES.fullmatch(low, behind, offset) is not None


def _behind_last_cue(low: str, offset: int) -> int | None:
    """Return the offset behind the last cue before an offset, None where there is none."""
    start = max(0, offset - _REACH)
    found = cues_in(low[start:offset])
    return start + found[-1][1] if found else None


def is_apart(low: str, offset: int) -> bool:
    """Return whether the last cue before an offset does not name what begins there, which is no part of a longer number."""
    return _IN_NUMBER.search(low, max(0, offset - _REACH), offset) is None and not is_named(low, offset)


def is_behind_another(low: str, offset: int) -> bool:
    """Return whether the last cue before an offset has its number in between already, which nothing takes back."""
    behind = _behind_last_cue(low, offset)
    words = [] if behind is None else _WORD.findall(low, behind, offset)
    digits = sum(len(word) if word.isdecimal() else word in _SAID for word in words)
    return digits >= _WHOLE and _CORRECTS.isdisjoint(words)


def names_national(low: str, offset: int) -> bool:
    """Return whether a national number was named before what is spoken of last, which does not name what begins here."""
    return is_apart(low, offset) and speaks_of_national(low, offset)


def speaks_of_national(low: str, offset: int) -> bool:
    """Return whether a national number is named anywhere before an offset."""
    return any(kind == "national_number" for kind, _ in cues_in(low[:offset]))


def cue_after(low: str, offset: int, length: int) -> Cue | None:
    """Return the first cue soon after a number of ``length`` characters, in the same sentence: ``… is my card number``."""
    rest = low[offset : offset + _REACH_AFTER]
    for mark in (". ", "? ", "! ", "; "):
        rest = rest.partition(mark)[0]
    found = cues_in(rest)
    if found and found[0][0] == "other" and not _IS_MY.match(rest):
        return None
    if found and found[0][0] == "national_number" and length < _WHOLE:
        return None
    return found[0][0] if found else None
