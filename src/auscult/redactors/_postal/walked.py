"""Streets in talk, whatever introduces them: from the word for a street back to its number and its flat."""

import re
from collections.abc import Iterator, Sequence

from auscult.redactors._digits import ONES, TEENS, TENS
from auscult.redactors._patterns import searcher
from auscult.redactors._people.patterns import APOSTROPHES
from auscult.redactors._postal.around import HOUSES
from auscult.redactors._tails import PLACES, STREETS, is_plain, tail
from auscult.redactors._words import words_of

_LISTS = words_of("address_words.txt")
_DOUBTFUL, _UNITS = _LISTS["streets"], _LISTS["units"]
_KINDS = PLACES | _LISTS["modifiers"] | HOUSES
_STREET = searcher(r"\b(?:" + "|".join(sorted(STREETS | _DOUBTFUL)) + r")\b")
_TOKEN = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")
_BREAK = re.compile(r"[^\s,-]|\n")
"""A sign between two words that ends an address."""
_DIGITS = re.compile(r"\d{1,5}[a-z]?")
_NUMBERS = frozenset({*ONES, *TEENS, *TENS, "hundred", "thousand"})
_INSIDE = frozenset(["the", "of", "and", "in"])
_BACK = 90
"""Characters before the word for a street in which its number is."""
_NAMES, _NAMES_OF_UNIT = 3, 6
"""Words of a street's name at most, alone and behind a flat in a house."""
_FLAT = re.compile(r"\b(?:(?:house|door|flat|plot|villa|quarter|shop) (?:number|no\.?) (?=\w)|number (?=\w+ the ))")
_LETTERS = "abcdefgh"
_UNIT = re.compile(
    r"\b(?:(?:lower|upper|top|ground|first|second|third|basement|garden|rear|front) (?:floor )?)?(?:"
    + "|".join(sorted(_UNITS))
    + r")\b(?: number)?(?: (?:\d{1,4}[a-z]?|[a-z]|"
    + "|".join(sorted(_NUMBERS))
    + r")\b){0,4},? $"
)
"""A flat, whose number may be that of the street: ``lower flat ``, ``apartment six b ``."""
_THE = re.compile(
    r"\b(?:of|at|in|on|to|from|it's|is|are) "
    rf"((?:(?:{'|'.join(sorted(_NUMBERS))})[ -]){{1,3}}the ([^\W\d_]{{5,}}))(?![\w'])"
)
"""A number and a street with the article, which no word shows: ``sixty two the spinney``."""
_LEAST = 3
"""Words of an address behind ``house number``."""


def streets(low: str) -> Iterator[tuple[int, int]]:
    """Yield streets with a number, each from its flat or house on: start and end."""
    done = 0
    for found in _STREET.finditer(low):
        is_owner = low[found.end() : found.end() + 1] in APOSTROPHES
        start = _start(low, found) if found.start() >= done and not is_owner else None
        if start is not None:
            done = max(found.end(), tail(low, found.end()))
            yield start, found.end()
    for found in _FLAT.finditer(low) if "number" in low or " no" in low else ():
        end = tail(low, found.end())
        words = _TOKEN.findall(low, found.end(), end)
        if (
            len(words) >= _LEAST
            and _is_number(words[0])
            and any(word in PLACES for word in words)
            and any(map(_is_name, words))
        ):
            yield found.start(), end
    for found in _THE.finditer(low) if " the " in low else ():
        if _is_name(found[2]) or found[2] in HOUSES:
            yield found.span(1)


def _start(low: str, street: re.Match[str]) -> int | None:
    """Return where the address of a street begins, None where no number and name are before it."""
    words = list(_TOKEN.finditer(low, max(0, street.start() - _BACK), street.start()))
    behind, names = _names(low, words, street.start())
    index = _number(low, words, behind)
    if not names or index == behind or not _is_next(low, words[behind], [*words, street][behind + 1].start()):
        return None
    start = words[index + 1].start()
    unit = _UNIT.search(low, max(0, start - _BACK), start)
    if unit is not None:
        return unit.start()
    is_one = words[index + 1 : behind + 1][0][0] in ("one", "oh", "o") and behind - index == 1
    if not _is_street(names, is_sure=street[0] in STREETS, is_one=is_one):
        return None
    return _house_before(low, words, index, start)


def _names(low: str, words: Sequence[re.Match[str]], end: int) -> tuple[int, list[str]]:
    """Return the index of the word before a street's name, and the words of that name, the last one first."""
    names: list[str] = []
    index = len(words) - 1
    while index >= 0 and len(names) <= _NAMES_OF_UNIT and _is_next(low, words[index], end):
        word = words[index][0]
        if _is_number(word) or not (word in _INSIDE or word in _KINDS or is_plain(word)):
            break
        names.append(word)
        end = words[index].start()
        index -= 1
    is_lettered = index > 0 and words[index][0] in _LETTERS and _is_number(words[index - 1][0])
    return index - is_lettered, names


def _number(low: str, words: Sequence[re.Match[str]], last: int) -> int:
    """Return the index of the word before the number that ends with the word ``last``; ``last`` itself where none does."""
    index = last
    while index >= 0 and _is_of_number(words, index):
        if index < last and not _is_next(low, words[index], words[index + 1].start()):
            break
        index -= 1
    return index


def _is_street(names: Sequence[str], *, is_sure: bool, is_one: bool) -> bool:
    """Return whether words, the last one first, are a street's name: with a name in it where its kind is doubtful."""
    if len(names) > _NAMES or names[-1] in ("and", "of", "in") or _INSIDE.issuperset(names):
        return False
    return is_sure or (not is_one and any(map(_is_name, names)))


def _house_before(low: str, words: Sequence[re.Match[str]], index: int, start: int) -> int:
    """Return where the name of a house before a number begins, else where the number does."""
    if (
        index >= 1
        and words[index][0] in HOUSES
        and _is_next(low, words[index], start)
        and _is_name(words[index - 1][0])
    ):
        return words[index - 1].start()
    return start


def _is_next(low: str, word: re.Match[str], start: int) -> bool:
    return _BREAK.search(low, word.end(), start) is None


def _is_number(word: str) -> bool:
    return word in _NUMBERS or _DIGITS.fullmatch(word) is not None


def _is_of_number(words: Sequence[re.Match[str]], index: int) -> bool:
    """Return whether a word is of a number: one of it, or ``and`` or ``a`` of ``a hundred and six``."""
    word, following = words[index][0], words[index + 1][0] if index + 1 < len(words) else ""
    if word == "and":
        return index > 0 and words[index - 1][0] in ("hundred", "thousand") and following in _NUMBERS
    return _is_number(word) or (word == "a" and following in ("hundred", "thousand"))


def _is_name(word: str) -> bool:
    """Return whether a word is a name: no usual word and none of addresses."""
    return word not in _KINDS and not _is_number(word) and len(word) > len("st") and is_plain(word)
