"""Built-in redactor: patterns, check digits and the words around, without a model.

One pass of RE2 over the whole conversation shows the possible kinds and their turns; only those are
searched. Measured on labelled text by ``python -m bench.redaction``.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import ClassVar

from auscult.domain.privacy.redaction import Found, Hints, Kind, Utterance
from auscult.redactors import _addresses, _births, _names
from auscult.redactors._conversation import Numbers
from auscult.redactors._digits import ONES, TEENS, TENS, lowered
from auscult.redactors._emails import CUES, HAS_EMAIL, emails
from auscult.redactors._patterns import searcher

_DIGIT = (
    r"(?:\d|\b(?:" + "|".join((*(word for word in ONES if word != "o"), *TEENS, *TENS, "double", "triple")) + r")\b)"
)
_HAS_NUMBER = searcher(rf"\d{{3}}|{_DIGIT}[^\n\w]{{0,3}}(?:(?:uh|um|and|dash|oh|o) )*{_DIGIT}")
_HAS_DIGIT = searcher(_DIGIT)
_SAID_DIGIT = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|\d)"
_HAS_MIXED = searcher(
    rf"[a-z]\d|\d[a-z]|\b[a-z] [a-z] |\b{_SAID_DIGIT} [b-hj-z]\b|\b[b-hj-z] {_SAID_DIGIT} {_SAID_DIGIT}\b"
)
_HAS_ADDRESS = searcher(
    r"\b(?:street|road|avenue|boulevard|lane|crescent|terrace|parkway|highway|rd|ave|blvd|ln|drive|court|place|way|close|square|"
    r"circle|trail|gardens|grove|hill|park|st|dr|ct|apartment|apt|box|rue|calle|avenida|via|viale|piazza|rua|plaza|paseo|carrera|corso|travessa|all[eé]e|chemin|impasse|quai|postfach|zip|post ?code|"
    r"broadway|row|mews|walk|rise|green|view|loop|plz|postal)\b|(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|straat|laan|gracht|plein|vej|gade|gatan|vägen|ulica) \d|"
    r"[a-z]\d[a-z\d]? ?\d[a-z]{2}\b|\b[a-z]\d[a-z][ -]?\d[a-z]\d\b|, [a-z]{2} \d{5}"
)
_COUNTRIES = {
    "en": ("US", "GB"), "de": ("DE", "AT", "CH"), "fr": ("FR", "BE"), "es": ("ES", "MX"), "it": ("IT",), "nl": ("NL",),
    "pt": ("PT", "BR"), "sv": ("SE",), "da": ("DK",), "no": ("NO",), "fi": ("FI",), "pl": ("PL",), "ja": ("JP",), "hi": ("IN",),
}  # fmt: skip
_AT_FIRST = re.compile(r"\W*(?:at|arroba|arobase)\b")
_NEAR, _SHORT = 4, 24
"""Turns within which a number goes on, and characters of a turn that may hold one digit of it."""
_CORRECTED_WITHIN = 24
"""Characters between a date and another that corrects it."""
_ANSWERS_WITHIN = 2
"""Turns after a question in which its answer is looked for."""


class BuiltIn:
    """Patterns, check digits, and words around them."""

    name: ClassVar[str] = "builtin"

    def find(self, utterances: Sequence[Utterance], hints: Hints) -> Sequence[Found]:
        """Return what is personal in a conversation."""
        lows = [lowered(text) for _, text in utterances]
        turns = _Turns(lows)
        found: list[Found] = []
        found += _emails_in(utterances, lows, turns)
        numbered, mixed = turns.of(_HAS_NUMBER), turns.of(_HAS_MIXED)
        if numbered or mixed:
            countries = hints.countries or _COUNTRIES.get((hints.language or "en")[:2], _COUNTRIES["en"])
            numbered = sorted({*numbered, *mixed, *_short_ones(utterances, lows, numbered)})
            found += Numbers(utterances, lows, countries).find(numbered, mixed)
        found += _births_in(lows, turns)
        found += _addresses_in(utterances, lows, turns)
        finder = _names.NameFinder([text for _, text in utterances], lows, hints.names)
        mentions = finder.find(turns.after(_names.ASKS, utterances, "name", "who", "spell"))
        found += [Found(each.turn, each.start, each.end, "name", each.name) for each in mentions]
        return found


class _Turns:
    """The turns of a conversation as one text, so that a pattern passes over all of them at once."""

    def __init__(self, lows: Sequence[str]) -> None:
        self._joined = "\n".join(lows)
        self._starts = list(accumulate((len(low) + 1 for low in lows), initial=0))[:-1]
        self._count = len(lows)

    def of(self, pattern: re.Pattern[str], *words: str) -> list[int]:
        """Return the turns in which a pattern is, in order; none where none of ``words``, if given, is anywhere."""
        turns: list[int] = []
        if words and not any(word in self._joined for word in words):
            return turns
        for found in pattern.finditer(self._joined):
            turn = bisect_right(self._starts, found.start()) - 1
            if not turns or turns[-1] != turn:
                turns.append(turn)
        return turns

    def after(self, pattern: re.Pattern[str], utterances: Sequence[Utterance], *words: str) -> list[int]:
        """Return the turns of others that follow soon on a turn with a pattern."""
        asked: set[int] = set()
        for turn in self.of(pattern, *words):
            for later in range(turn + 1, min(turn + 1 + _ANSWERS_WITHIN, self._count)):
                if utterances[later].speaker != utterances[turn].speaker:
                    asked.add(later)
        return sorted(asked)


def _short_ones(utterances: Sequence[Utterance], lows: Sequence[str], numbered: Sequence[int]) -> Iterator[int]:
    """Yield short turns near those with numbers that may hold the one digit which is missing there."""
    for turn in numbered:
        for other in range(max(0, turn - _NEAR), min(turn + _NEAR + 1, len(lows))):
            is_same = utterances[other].speaker == utterances[turn].speaker
            if is_same and other != turn and len(lows[other]) <= _SHORT and _HAS_DIGIT.search(lows[other]):
                yield other


def _each(kind: Kind, found: Iterable[tuple[int, tuple[int, int, str]]]) -> Iterator[Found]:
    return (Found(turn, start, end, kind, value) for turn, (start, end, value) in found)


def _emails_in(utterances: Sequence[Utterance], lows: Sequence[str], turns: _Turns) -> Iterator[Found]:
    """Yield e-mail addresses, also those whose first part is in the turn of the same side before."""
    for turn in turns.of(HAS_EMAIL, "@", "at ", "at)", "at]", " arroba ", " arobase ", " chiocciola "):
        low = lows[turn]
        before = _turn_before(utterances, turn) if _AT_FIRST.match(low) else None
        if before is not None and not any(CUES.search(each) for each in lows[max(0, before - 2) : turn + 1]):
            before = None
        for start, end, value in emails(low, None if before is None else lows[before]):
            if start < 0 and before is not None:
                yield Found(before, len(lows[before]) + start, len(lows[before]), "email", value)
            yield Found(turn, max(0, start), end, "email", value)


def _turn_before(utterances: Sequence[Utterance], turn: int) -> int | None:
    """Return the nearest turn of the same side before one."""
    places = range(turn - 1, max(-1, turn - 1 - _NEAR), -1)
    return next((place for place in places if utterances[place].speaker == utterances[turn].speaker), None)


def _births_in(lows: Sequence[str], turns: _Turns) -> list[Found]:
    """Dates after words of a birth, in the same turn or the two that follow; and the same dates anywhere else."""
    found: list[Found] = []
    for turn in turns.of(_births.CUE, *_births.CUE_WORDS):
        own = list(_births.dates(lows[turn], is_asked=False))
        found += _each("birth_date", ((turn, one) for one in own))
        for later in range(turn + 1, min(turn + 3, len(lows))) if not own else ():
            dates = list(_births.dates(lows[later], is_asked=True))
            its = [one for one in dates if one[0] - dates[0][1] < _CORRECTED_WITHIN]
            found += _each("birth_date", ((later, one) for one in its))
            if dates:
                break
    known = frozenset(one.value for one in found if one.value.count("-") > 1)
    if known:
        for turn, low in enumerate(lows):
            found += _each("birth_date", ((turn, one) for one in _births.same_dates(low, known)))
    return found


def _addresses_in(utterances: Sequence[Utterance], lows: Sequence[str], turns: _Turns) -> list[Found]:
    found: list[Found] = []
    candidates = turns.of(_HAS_ADDRESS)
    if not candidates:
        return found
    asked = set(turns.after(_addresses.CUE, utterances))
    for turn in candidates:
        its = _addresses.addresses(utterances[turn].text, lows[turn], is_asked=turn in asked)
        found += _each("address", ((turn, one) for one in its))
    for turn in turns.after(_addresses.ASKS, utterances, "zip", "post"):
        its = _addresses.answers(utterances[turn].text, lows[turn])
        found += _each("address", ((turn, one) for one in its))
    return found
