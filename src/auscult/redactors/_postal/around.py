"""Beginnings of addresses before their street or postcode: ``Top floor,``, ``RR 3,``, ``Rose Cottage, Mill Lane, Hexham``."""

import re
from collections.abc import Collection, Iterator, Sequence

from auscult.redactors._people.lists import GIVEN
from auscult.redactors._tails import PLACES, is_plain
from auscult.redactors._words import words_of

HOUSES = words_of("address_words.txt")["houses"]
"""Last words of a house's name."""

_REACH = 90
_CAPITAL = r"(?:[A-ZÀ-ÞĀ-Ž][\w'\u2019-]*|of|on|the|in|upon|le|under)"
_SEGMENTS = re.compile(
    rf"(?<![\w'\u2019-])(?:The )?[A-ZÀ-ÞĀ-Ž][\w'\u2019-]*(?: {_CAPITAL}){{0,3}}(?:,\s+(?:The "
    rf")?[A-ZÀ-ÞĀ-Ž][\w'\u2019.-]*(?: {_CAPITAL}){{0,3}}){{0,4}},?\s+$"
)
"""Words with capital letters, between commas, right before an address."""
_FLOOR = re.compile(
    r"\b(?:(?:top|ground|first|second|third|fourth|fifth|upper|lower|basement|attic|garden|rear|front|\d{1,2}(?:st"
    r"|nd|rd|th)) (?:floor|flat)(?: (?:flat|left|right|front|rear))?"
    r"|\b(?:hotel|hostel|guest ?house) [^\n,]{2,30}|(?:room|zimmer|chambre|habitaci[oó]n|quarto) \d{1,4}"
    r"|(?<=\bat )no|(?<=\bto )no|(?<=from )no|(?:level|suite|shop|lot|number|no\.) \d{1,4}[a-z]?|(?:number|no\.)"
    r"|r\.? ?r\.? ?#?\d{1,3}|c/o [a-z' -]{3,30}),?\s+$"
)
_LETTERS = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d|(?:unit|flat|apartment|apt|suite|room|studio)\b")
_OLD = 2
"""Words of ``the old``, behind which any word makes a house's name before a street."""
_ALONE = 4
"""Letters of a house's name at least that stands before a street by itself."""


def beginning(text: str, low: str, start: int, done: int) -> int:
    """Return where an address begins whose street, number or postcode is at an offset: at most before ``done``."""
    first = max(done, start - _REACH, 0)
    floor = _FLOOR.search(low, first, start)
    if floor is not None:
        return floor.start()
    found = _SEGMENTS.search(text, first, start) if text[start - 1 : start] in (" ", "\n") else None
    if found is None:
        return start
    segments = [(found.start() + each.start(), each[0]) for each in re.finditer(r"[^,]+", found[0].rstrip())]
    kinds = [index for index, (_, words) in enumerate(segments) if _has_kind(words)]
    if not kinds:
        own = segments[-1:] if _NUMBER.match(low, start) else _towns(segments)
        if not own or (len(own) == 1 and not _is_house(own[0][1])):
            return start
        begin, words = own[0]
        return begin + len(words) - len(words.lstrip())
    at = kinds[0] - (kinds[0] > 0 and _is_house(segments[kinds[0] - 1][1]))
    begin, words = segments[at]
    return begin + len(words) - len(words.lstrip())


def _has_kind(words: str) -> bool:
    each = _LETTERS.findall(words.lower())
    return len(each) > 1 and each[-1] in PLACES


def _towns(segments: Sequence[tuple[int, str]]) -> Sequence[tuple[int, str]]:
    """Return the last segments that may be a house, a village and a county, none of them a person."""
    index = len(segments)
    while (
        index
        and (each := _LETTERS.findall(segments[index - 1][1].lower()))
        and each[0] not in GIVEN
        and all(map(is_plain, each))
    ):
        index -= 1
    return segments[index:] if len(segments) - index > 1 else ()


def _is_named_house(words: str) -> bool:
    """Return whether words are a house's name by the last of several: ``Heather Nook``, ``The Old Dairy``."""
    each = _LETTERS.findall(words.lower())
    return len(each) > 1 and (each[-1] in HOUSES or (each[:2] == ["the", "old"] and len(each) > _OLD))


def _is_house(words: str) -> bool:
    """Return whether the words before a street are a house's name: of one word that is no given name, or of several."""
    if _is_named_house(words):
        return True
    each = _LETTERS.findall(words.lower())
    return len(each) == 1 and len(each[0]) >= _ALONE and is_plain(each[0]) and each[0] not in GIVEN


_STREETS = (
    r"(?:street|road|avenue|lane|drive|close|crescent|terrace|court|way|place|gardens|grove|hill|park|rise|square"
    r"|row|mews|view|walk)"
)
_STREET_AGAIN = re.compile(rf"\b([^\W\d_]{{4,}}) {_STREETS}\b")
_NAME = re.compile(r"[^\W\d_]{4,}")


def again(low: str, names: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield streets that are named again by a word of an address that was found."""
    for found in _STREET_AGAIN.finditer(low) if any(map(low.__contains__, names)) else ():
        if found[1] in names:
            yield found.span()


_LETTER_BEFORE = re.compile(r"(?<![^\W_])[a-z],? $")


def repeated(low: str, said: Collection[str]) -> Iterator[tuple[int, int]]:
    """Yield the spans of what was said before."""
    for each in said:
        start = low.find(each)
        if start >= 0 and not _LETTER_BEFORE.search(low, max(0, start - 4), start):
            yield start, start + len(each)


def names_of(addresses: Sequence[str]) -> frozenset[str]:
    """Return the words of addresses that are no usual ones, by which their streets are known again."""
    words = {word for address in addresses for word in _NAME.findall(address)}
    return frozenset(word for word in words if word not in PLACES and is_plain(word))
