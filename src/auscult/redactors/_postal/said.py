"""Addresses by what is said before them, without an ordinary number: a street that is cut off, a cottage, a Spanish street."""

import re
from collections.abc import Iterator

from auscult.redactors._postal.around import HOUSES
from auscult.redactors._spoken.abroad import FOREIGN
from auscult.redactors._tails import is_plain, tail
from auscult.redactors._words import words_of

_KIND = r"(?:street|road|avenue|lane|drive|close|crescent|terrace|court|gardens|grove|square|row|mews|way)"
_STREET = re.compile(rf" {_KIND}\b")
_FETCHED = re.compile(
    r"\b(?:collect|fetch|pick)(?:ed|ing)?(?: it| that| them| this| one| the \w+)?(?: up)?(?: again)? from (?=the )"
)
_ALL_OF = re.compile(rf"\b(?:the )?(?:whole|all|half|rest|length) of ((?:[^\W\d_]{{3,}} ){{1,2}}{_KIND})\b")
_SUPPLIED = re.compile(
    r"\b(?:broadband|internet|line|meters?|water|gas|heating|boiler|power|electric(?:ity)?|supply|leak|fault"
    r"|outage|alarm|parcel|delivery|insurance) at "
)
_CAPITALS = r"[A-ZÀ-Þ][\w'\u2019-]*(?: [A-ZÀ-Þ][\w'\u2019-]*)"
_HOUSE = re.compile(rf"{_CAPITALS}{{0,3}}, {_CAPITALS}{{0,2}} {_KIND.title()}, {_CAPITALS}{{0,2}}")
_CALLE = re.compile(r"\b(?:la |el )?(?:calle|avenida|paseo|plaza|carrera|rua|travessa|viale|piazza) ")
_WORD = re.compile(r"[^\W_]+")
_FLOORS = words_of("address_words.txt")["floors"]
_COUNTED = re.compile(r" (?:horas?|minutos?|d[ií]as?|veces|euros?|personas?|a[nñ]os|mes(?:es)?|ore|minuti|giorni)\b")
_TOWN = re.compile(r"(?:,? (?:en |de |em ))? ?([^\W\d_]{4,})[.!?]?$")
_NAME = 4
"""Words of a street's name at most, small ones included."""
_HINTS = ("calle", "avenida", "paseo", "plaza", "carrera", "rua ", "travessa", "viale", "piazza")


def introduced(text: str, low: str) -> Iterator[tuple[int, int]]:
    """Yield addresses that words before them show, though they have no number: start and end."""
    if " from the " in low:
        yield from _fetched(low)
    if " of " in low:
        yield from (found.span(1) for found in _ALL_OF.finditer(low) if all(map(is_plain, found[1].split())))
    if " at " in low:
        houses = (_HOUSE.match(text, found.end()) for found in _SUPPLIED.finditer(low))
        yield from (house.span() for house in houses if house is not None)
    if any(hint in low for hint in _HINTS):
        yield from _calles(low)


def _fetched(low: str) -> Iterator[tuple[int, int]]:
    """Yield houses without a name, in their street, from which something is fetched."""
    for found in _FETCHED.finditer(low):
        end = tail(low, found.end())
        words = _WORD.findall(low, found.end(), end)
        if words[1:2] and words[1] in HOUSES and _STREET.search(low, found.end(), end):
            yield found.end(), end


def _calles(low: str) -> Iterator[tuple[int, int]]:
    """Yield Spanish, Portuguese and Italian streets whose number is said, with the floor and the town that ends the turn."""
    for found in _CALLE.finditer(low):
        end, before = 0, found.end()
        for words, word in enumerate(_WORD.finditer(low, found.end())):
            gap = low[before : word.start()].replace(",", "")
            before = word.end()
            if word[0] in FOREIGN and words and not gap.strip():
                end = word.end()
            elif end and word[0] in _FLOORS:
                end = word.end() if word[0] != "y" else end
            elif end or words >= _NAME or gap.strip():
                break
        if end and not _COUNTED.match(low, end):
            town = _TOWN.match(low, end)
            yield found.start(), end if town is None else town.end(1)
