"""Addresses that are introduced or asked for: from where they begin to the first word that is none of an address."""

import re
from collections.abc import Iterator

from auscult.redactors._digits import ONES, TEENS, TENS
from auscult.redactors._people.lists import EVERYDAY, NO_NAMES
from auscult.redactors._spoken.abroad import FOREIGN
from auscult.redactors._words import words_of

_OF_ADDRESSES = words_of("address_words.txt")
PLACES, _INSIDE = _OF_ADDRESSES["kinds"], _OF_ADDRESSES["inside"]
STREETS = _OF_ADDRESSES["clear streets"]
_KINDS = PLACES | _OF_ADDRESSES["modifiers"]
_NUMBERS = frozenset({*ONES, *TEENS, *TENS, *FOREIGN, "hundred", "thousand", "double", "triple", "lakh"})
NUMBERS_AND_PLACES = _NUMBERS | PLACES | {"estate", "centre", "center", "mall", "residences", "apartments", "postbox"}
"""One of these is in every address without a digit."""
_TOKEN = re.compile(r"[\s,/#-]*([^\W_]+(?:['\u2019.-]?[^\W_]+)*)(\.(?=\s*,|\s+\S))?")
_ANNOUNCED = re.compile(
    r"\b(?:address(?: in \w+| there| here| now)?(?: is|'s|:| was)|addr:?|(?:i|we|he|she|they) lives? (?:at|on|in)"
    r"|(?:liv(?:e|es|ing)|farm|based|located|situated|stay(?:ing)?|registered|residing) at|(?:i'm"
    r"|i\u2019m|we're|she's|he's|i am|we are|you) (?:at|on|over at)|"
    r"(?:ship|deliver|post|send|sent|mail|deliver|bring|drop|moved|moving|move|moved frm|moved from)(?: it| that"
    r"| them| this| one| the \w+)? (?:to|from)|to my (?:mum|mom|dad|brother|sister|son|daughter)'s,?|(?:my|the"
    r"|our) (?:house|place|flat|home|street|property|eir ?code|postcode|post code|zip(?: code)?)(?: is|'s)|"
    r"(?:street|eir ?code|postcode|zip) is|wohne(?: jetzt)?(?: in(?: der)?| am)?|got you at|have you at|(?:woon"
    r"|wonen) (?:op|in|aan))\s+"
)
"""Words right before an address."""
_FIRST = re.compile(
    r"(?:[\W_]*(?:so|um|uh|er|erm|yes|yeah|sure|ok|okay|it's|it is|that's|its|my address is|is|and|the address is"
    r"|that would be|well|hi)\b)*\W*"
)
_AT_WAY = re.compile(r"(?:an|auf|in|hinter|unter|bei|vor|aan|op) (?:der|dem|den|de|het) (?=[^\W\d_]{3,} \d)")
"""Beginnings of German and Dutch streets: ``An der Alster 40``."""
_YEAR = re.compile(r",? in (?:19|20)\d\d$")
"""When somebody moved, behind a town: ``ontario in 2019``."""
_MOST = 24
_SOME = 2
_TOWNS = _OF_ADDRESSES["towns"]
"""Words of towns that make no address of what a place is called."""
_TOWN = 4
"""Words of a town and a state at most."""
_OTHER_SIGN = re.compile(r"[^\w\s,.'\u2019-]")
_LETTERS = 2
_NAMED = frozenset(
    ["the", "postcode", "zip", "code", "eircode", "pin", "pincode", "street", "house", "number", "flat", "and", "unit"]
)
"""Words that name a part of an address rather than be one."""
_ANY_PLACE = frozenset(
    ["old", "new", "other", "place", "house", "flat", "building", "village", "town", "station", "school", "church"]
)
"""Words of what is no address by itself: ``the old place``."""
_BUILT = re.compile(r" (?:cottages?|farm|farmhouse|lodge|barn|bungalow|villa|manor|grange|rectory|vicarage)\b")
"""Text after a house's name, which may be a usual word: ``rose cottage``."""
_SHORT = _OF_ADDRESSES["short"]


def tail(low: str, start: int) -> int:
    """Return where an address that begins at an offset ends, at most; the offset itself where none does."""
    end, at, tokens, before = start, start, 0, ""
    while tokens < _MOST and (found := _TOKEN.match(low, at)):
        word = found[1]
        gap = low[at : found.start(1)]
        if "\n" in gap or not _is_of_address(word, before, low[found.end() :]):
            break
        if word in _KINDS or word not in _INSIDE:
            end = found.end(1)
        before, at, tokens = word, found.end(), tokens + 1
        if found[2] and not (word.isdecimal() or len(word) <= 3):  # noqa: PLR2004
            break
    return end


def find_addresses(low: str, *, is_asked: bool) -> Iterator[tuple[int, int]]:
    """Yield the spans of addresses: after words that introduce one; in an answer, from its beginning."""
    starts = [found.end() for found in _ANNOUNCED.finditer(low)]
    if is_asked:
        first = _FIRST.match(low)
        starts.append(first.end() if first else 0)
    for start in sorted(set(starts)):
        if low[start - 3 : start] == "on " and low.startswith("the ", start):
            continue
        way = _AT_WAY.match(low, start) if is_asked else None
        end = tail(low, start if way is None else way.end())
        year = _YEAR.search(low, start, end)
        end = end if year is None else year.start()
        words = re.findall(r"[^\W_]+", low[start:end])
        has_number = any(word[0].isdecimal() or word in _NUMBERS for word in words)
        is_place = has_number or any(word in PLACES and word not in _TOWNS for word in words)
        is_named = any(word not in _NUMBERS and word not in _NAMED and word not in _ANY_PLACE for word in words)
        if len(words) >= _SOME and is_place and is_named:
            yield start - 3 * (has_number and low.endswith(" am ", 0, start)), end


def _is_of_address(word: str, before: str, after: str) -> bool:
    """Return whether a word may go on an address: a number, a letter, a kind, or a word that is no usual one."""
    if word[0].isdecimal() or word in _NUMBERS or word in _KINDS:
        return True
    if len(word) == 1:
        return word not in ("i", "a") or bool(before and (before in _NUMBERS or len(before) == 1))
    if (word not in NO_NAMES and len(word) > _LETTERS) and _BUILT.match(after):
        return True
    if word in _INSIDE:
        following = _TOKEN.match(after)
        return following is not None and is_plain(following[1])
    return is_plain(word)


def town_before(low: str, offset: int) -> int:
    """Return where an answer begins that names a town and a state before its postcode; the offset itself if it does not."""
    first = _FIRST.match(low)
    start = first.end() if first else 0
    words = re.findall(r"[^\W_]+", low[start:offset])
    is_town = 0 < len(words) <= _TOWN and not _OTHER_SIGN.search(low, start, offset) and all(map(is_plain, words))
    return start if is_town else offset


def is_plain(word: str) -> bool:
    """Return whether a word is none of the usual ones."""
    is_number = word[0].isdecimal() or word in _NUMBERS or word in _KINDS
    return (
        is_number
        or (len(word) > _LETTERS and word not in EVERYDAY and word.replace("\u2019", "'") not in NO_NAMES)
        or (len(word) == _LETTERS and word not in _SHORT and word not in NO_NAMES)
    )
