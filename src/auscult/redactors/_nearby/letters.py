"""Letters of a known value, said one by one or by themselves: ``is it D?``, ``e z e, yes``, ``it starts i e``."""

import re
from collections.abc import Iterator, Mapping, Sequence

from auscult.domain.privacy.redaction import Found, Kind, is_taken
from auscult.redactors._digits import runs_in

_KINDS: frozenset[Kind] = frozenset(("iban", "national_number", "email"))
_SPELLED = re.compile(r"(?<![\w'\u2019])(?:[b-hj-z](?![\w'\u2019])|double [a-z]|a\W*$)")
_TURNS = 3
"""Turns before and behind a value in which its letters are looked for."""
_LEAST = 2
_LETTER = re.compile(
    r"\bletter,? (?:is )?([a-z])\b|\b(?:is (?:it|that)|was that) (?:an? )?([a-z])(?: at the end)?\W*$"
    r"|^\W*(?:(?:no|yes|yeah|it's|just|sorry)\W+)*(?:an? )?([b-hj-z]|a(?=\W*$))(?: for\b[^\n]{0,12})?\W*$"
    r"|^\W*([a-z]) as in\b"
)
"""One letter that is asked for or confirmed."""


def repeated(lows: Sequence[str], found: Mapping[int, Sequence[Found]]) -> Iterator[Found]:
    """Yield the letters and digits, one by one, that are in a value of a turn near by."""
    known: set[tuple[int, Kind, str]] = {
        (one.turn, one.kind, re.sub(r"\W", "", one.value).upper())
        for its in found.values()
        for one in its
        if one.kind in _KINDS
    }
    values = sorted(known)
    near = sorted({each for turn, _, _ in values for each in range(turn - _TURNS, turn + _TURNS + 1)})
    for turn in near:
        if not 0 <= turn < len(lows) or not _SPELLED.search(lows[turn]):
            continue
        its = [one for one in values if abs(one[0] - turn) <= _TURNS]
        taken = found.get(turn, ())
        for start, end, chars in _spelled(turn, lows[turn]):
            if is_taken(taken, start, end):
                continue
            for _, kind, value in its:
                is_part = chars in value if len(chars) >= _LEAST else kind == "national_number" and value[-1].isalpha()
                if is_part:
                    yield Found(turn, start, end, kind, value)
                    break


def _spelled(turn: int, low: str) -> Iterator[tuple[int, int, str]]:
    for run in runs_in(turn, low, letters=True):
        is_article = len(run.units) == _LEAST and low.startswith("a ", run.start) and low[: run.start].strip()
        if len(run.chars) >= _LEAST and any(map(str.isalpha, run.chars)) and not is_article:
            yield run.start, run.end, run.chars.upper()
    for one in _LETTER.finditer(low):
        group = one.lastindex or 0
        yield *one.span(group), one[group].upper()
