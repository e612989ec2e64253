"""Addresses that are all that a turn says: an answer to a question for one, or its parts between commas and nothing else."""

import re
from collections.abc import Callable, Iterator, Sequence

from auscult.domain.privacy.redaction import Utterance
from auscult.redactors._digits import ONES, TEENS, TENS
from auscult.redactors._patterns import searcher
from auscult.redactors._people.lists import BUSINESS, NO_NAMES
from auscult.redactors._postal.around import HOUSES
from auscult.redactors._spoken.abroad import FOREIGN
from auscult.redactors._tails import PLACES, is_plain
from auscult.redactors._words import words_of

ASKS_HOUSE = searcher(
    r"(?m)\b(?:house|flat|door|apartment|apt|unit|building|street) (?:number|name|no)\b(?: or (?:name"
    r"|number))?[^.@\n]{0,24}$"
)
"""A question for the number or the name of a house, at the end of a turn."""
_LEAD = re.compile(
    r"(?:[\W_]*\b(?:so|um|uh|er|erm|yes|yeah|yep|no|sure|of course|ok|okay|it's|it is|it\u2019s|that's|that is"
    r"|that\u2019s|its|"
    r"(?:my|the|our|new|old|current|home|billing|delivery) addr(?:ess)?(?: is)?|addr(?:ess)?(?: is)?|that would be"
    r"|that'd be|well|hi|oh|right|"
    r"(?:i'm|we're|we are) at|(?:i|we) live (?:at|in)|it'll be|just|and|vivo en|(?:mi|la) direcci[oó]n es"
    r"|mándenlo a|meine adresse ist|"
    r"(?:ich )?wohne(?: in(?: der)?| am)?|j'habite(?: au)?|mon adresse est|abito in|ik woon (?:op|in"
    r"|aan))\b(?!['\u2019-]))*[\W_]*"
)
_CLOSING = re.compile(
    r"(?:[\s,.;!-]+(?:please|thanks|thank you|thx|cheers|ta|yeah|yes|ok|okay|i think|that's it|that's all"
    r"|by the way|if that helps|is (?:the|my) (?:address|postcode|zip)))*[\s.,!?;]*$"
)
_END = re.compile(r"[?!;:\n]|(?<![A-Za-z]{1})\.\s|(?<=[^\W\d_]{4})\.\s")
_WORD = re.compile(r"[^\W_]+(?:['\u2019.-][^\W_]+)*")
_KINDS = PLACES | HOUSES
_LISTS = words_of("address_words.txt")
_OF_ADDRESSES = (
    PLACES | _LISTS["modifiers"] | _LISTS["inside"] | HOUSES | {"hwy", "mile", "marker", "county", "old", "a", "b", "c"}
)
_NUMBERS = frozenset({*ONES, *TEENS, *TENS, *FOREIGN, "hundred", "double", "triple"})
_FITS = frozenset(["st", "dr", "s", "e", "n", "w", "d", "m", "t", "will", "english", "down"])
_NEVER = ((NO_NAMES | BUSINESS) - _OF_ADDRESSES - _NUMBERS - _FITS) | _LISTS["no_addresses"]
"""Words that are in no address."""
_HAS_CODE = re.compile(r"\b(?:[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}|[a-z]\d[a-z] ?\d[a-z]\d|\d{5})$")
_PART = re.compile(r"[^,\s][^,]*")
_OTHER = re.compile(r"@|\+?\d(?:[ ()-]*\d){6,}")
"""An e-mail address or a phone number."""
_BEGIN = _KINDS | _NUMBERS | {"the", "top", "ground", "first", "second", "third"}
_MOST, _MOST_WORDS, _USUAL = 120, 20, 1
_SHORT_ANSWER = 4
_NUMBER, _NEAR = 40, 4
"""Characters of an answer that is a number, and turns within which the street follows."""
_NUMBER_ALONE = re.compile(
    rf"\d{{1,5}} ?[a-z]?|(?:{'|'.join(sorted(_NUMBERS))})(?:[ -](?:and )?(?:{'|'.join(sorted(_NUMBERS))}|[a-z]))*"
)


def whole(text: str, low: str, *, is_asked: bool) -> Iterator[tuple[int, int, str]]:
    """Yield the address that a turn is, without the words before and after it; nothing where the turn is something else.

    An answer has a number and a word of addresses, a house's name or a street, and one usual word at most. Without a question an
    address also has a comma, figures, and capital letters in all usual words.
    """
    if not is_asked and not ("," in low and any(map(str.isdecimal, low))):
        return
    start, end = _bounds(low)
    if not 0 < end - start <= _MOST or _END.search(low, start, end):
        return
    offsets = [(found[0], found.start()) for found in _WORD.finditer(low, start, end)]
    words = [word for word, _ in offsets]
    if len(words) > _MOST_WORDS or not _NEVER.isdisjoint(words) or _KINDS.isdisjoint(words):
        return
    has_number = any(map(str.isdecimal, low[start:end])) or sum(word in _NUMBERS for word in words) > ("one" in words)
    usual = [
        at
        for word, at in offsets
        if len(word) > 1 and not (word in _OF_ADDRESSES or word in _NUMBERS or is_plain(word))
    ]
    if not is_asked:
        is_listed = "," in low[start:end] and all(text[at].isupper() for at in usual)
        is_address = is_listed and len(words) > _SHORT_ANSWER and any(map(str.isdecimal, low[start:end]))
    elif has_number:
        is_address = len(words) > 1 and len(usual) <= _USUAL
    else:
        is_address = (
            1 < len(words) <= _SHORT_ANSWER + 2 * (not HOUSES.isdisjoint(words[:-1]))
            and words[-1] in _KINDS
            and _is_name(words)
            and len(usual) <= _USUAL + (not HOUSES.isdisjoint(words[:-1]))
        )
    if is_address:
        yield start, end, " ".join(re.findall(r"\w+", low[start:end]))


def _bounds(low: str) -> tuple[int, int]:
    """Return the span of a turn without the words that introduce and close an answer, and without what is no part of an address."""
    lead, closing = _LEAD.match(low), _CLOSING.search(low)
    start, end = (0 if lead is None else lead.end()), (len(low) if closing is None else closing.start())
    parts = [(found.start(), found.end()) for found in _PART.finditer(low, start, end)]
    while len(parts) > 1 and not _is_of_address(low[slice(*parts[0])]):
        parts = parts[1:]
    while len(parts) > 1 and _OTHER.search(low, *parts[-1]):
        parts = parts[:-1]
    return (parts[0][0], parts[-1][1]) if parts else (start, start)


def _is_of_address(part: str) -> bool:
    """Return whether what is before the first comma begins an address: by a number, or by a word of one."""
    return any(map(str.isdecimal, part)) or not _BEGIN.isdisjoint(_WORD.findall(part))


def _is_name(words: Sequence[str]) -> bool:
    """Return whether words before the last one are more than usual ones of places: ``rose cottage``, but not ``my house``."""
    return (
        any(word not in ("the", "old", "new", "my", "this", "that", "same", "main", "next") for word in words[:-1])
        and words[0] != "in"
    )


def goes_on(text: str, low: str, *, is_followed: bool) -> Iterator[tuple[int, int, str]]:
    """Yield the town, with its postcode or between two parts of an address, that is all of a turn behind a street."""
    start, end = _bounds(low)
    words = _WORD.findall(text, start, end)
    has_code = _HAS_CODE.search(low, start, end) is not None
    if (
        not (is_followed or has_code)
        or not 0 < len(words) <= _SHORT_ANSWER + 2
        or any(word.lower() in _NEVER for word in words)
    ):
        return
    if all(word[0].isupper() or word[0].isdecimal() or is_plain(word) for word in words):
        yield start, end, low[start:end]


def house(low: str) -> Iterator[tuple[int, int, str]]:
    """Yield the number that is all the answer to a question for a house's."""
    start, end = _bounds(low)
    if _NUMBER_ALONE.fullmatch(low, start, end):
        yield start, end, low[start:end]


def _has_number(low: str) -> bool:
    return any(map(str.isdecimal, low)) or not _NUMBERS.isdisjoint(low.split())


def numbers(
    utterances: Sequence[Utterance], lows: Sequence[str], asked: set[int], may_hold: Callable[[str], bool]
) -> Iterator[tuple[int, tuple[int, int, str]]]:
    """Yield the numbers that are all of an answer to a question for an address.

    The turn of that side which follows answers it as well, and is added to ``asked`` where it may hold an address.
    """
    for turn in sorted(asked):
        for one in house(lows[turn]) if len(lows[turn]) <= _NUMBER and _has_number(lows[turn]) else ():
            later = range(turn + 1, min(turn + 1 + _NEAR, len(lows)))
            following = next((each for each in later if utterances[each].speaker == utterances[turn].speaker), None)
            if following is not None and may_hold(lows[following]):
                asked.add(following)
                yield turn, one
