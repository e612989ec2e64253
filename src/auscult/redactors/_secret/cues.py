"""Words by which secrets are asked for or named, and those of other numbers, in a turn."""

import re
from functools import lru_cache
from typing import Literal, NamedTuple, cast

from auscult.redactors._patterns import of_words
from auscult.redactors._secret.by_letter import ByLetter
from auscult.redactors._words import lines_of, separated

CueKind = Literal["card", "three", "digits", "code", "word", "maybe", "other"]

_GROUPS = dict(lines_of("secrets.txt"))
_GATE, _STIRS = of_words(_GROUPS["gate"]), of_words((*_GROUPS.pop("gate"), *_GROUPS.pop("stirs"), *"!#$&*+_^~%@"))
_OTHERS = ByLetter[CueKind]({"other": _GROUPS.pop("other")})
_SECRETS = ByLetter(cast("dict[CueKind, list[str]]", _GROUPS))
_STEMMED = {
    kind: of_words(stems)
    for title, stems in separated("secret_signs.txt").items()
    if (kind := title.removeprefix("stems ")) != title
}
"""By kind, parts of words of which one is in every cue of it."""
_DIGITS = (
    ("three", "four", "five", "six", "seven", "eight", "nine"),
    ("drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"),
    ("tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"),
)
_SPELLED = 7
_REMEMBERED = 64
"""Turns whose cues are kept: each is read again for those after it."""
_OF = re.compile(r"\bof (?:the|your|my|this|that|a)$")
_THING = re.compile(r"\b(?:model|serial|product|part|item|batch|reference|phone|order|imei|router|label|sticker) $")
_OF_CARD = re.compile(r"\W*(?:$|[.,?!]|(?:[\w']+ ){0,3}(?:cards?|visa|amex|mastercard|one|plastic)\b)")
_CODE = re.compile(r"c[oó]d(?:e|igo)s?\b|code$")


class Cue(NamedTuple):
    """Words for a secret, or for something else, with their place in a turn."""

    kind: CueKind
    start: int
    end: int
    is_of_code: bool


def may_name(low: str) -> bool:
    """Return whether a text in small letters may name a secret."""
    return _GATE.search(low) is not None


def may_stir(low: str) -> bool:
    """Return whether a text without a number may have a secret or name one, where nothing was asked for before."""
    return _STIRS.search(low) is not None


def may_spell_card(low: str) -> bool:
    """Return whether a text in small letters has as many words for digits as a card that is said."""
    return any(sum(map(low.count, words)) >= _SPELLED for words in _DIGITS)


def _is_of_thing(low: str, cue: Cue) -> bool:
    """Return whether digits are on the back of something that is no card."""
    if cue.kind != "card":
        return False
    is_of_thing = _OF.search(low, cue.start, cue.end) is not None and _OF_CARD.match(low, cue.end) is None
    return is_of_thing or _THING.search(low, 0, cue.start) is not None


@lru_cache(_REMEMBERED)
def _of_secrets(low: str) -> list[Cue]:
    found = [_cue(*each) for each in _SECRETS.find(low)]
    fitting = {kind for kind in {each.kind for each in found} if kind not in _STEMMED or _STEMMED[kind].search(low)}
    return [each for each in found if each.kind in fitting]


@lru_cache(_REMEMBERED)
def _of_others(low: str) -> list[Cue]:
    return [_cue(*each) for each in _OTHERS.find(low)]


def _cue(kind: CueKind, found: re.Match[str]) -> Cue:
    return Cue(kind, found.start(), found.end(), _CODE.search(found[0]) is not None)


def cues_in(low: str, *, is_asked: bool = True) -> list[Cue]:
    """Return the cues of a turn in order; where two overlap, the longer one counts.

    Unless something is asked for, those of other numbers count only with one of a secret.
    """
    every = [*_of_secrets(low)]
    if every or is_asked or "code" in low:
        every += _of_others(low)
    every = [cue._replace(kind="other") if _is_of_thing(low, cue) else cue for cue in every]
    every.sort(key=lambda cue: (cue.start - cue.end, cue.kind == "other"))
    chosen: list[Cue] = []
    for cue in every:
        if all(cue.end <= other.start or other.end <= cue.start for other in chosen):
            chosen.append(cue)
    return sorted(chosen, key=lambda cue: cue.start)
