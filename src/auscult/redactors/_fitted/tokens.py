"""Tokens of a turn as numbers: the word, its class, and the ends of its spelling."""

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from auscult.redactors._digits import ONES, TEENS, TENS
from auscult.redactors._spoken.abroad import FOREIGN
from auscult.redactors._words import words_of
from auscult.wording.word_lists import usual_words

_HERE = Path(__file__).parent
TOKEN = re.compile(r"\d+|[^\W\d_]+|[^\w\s]|_")
_WORD = re.compile(r"[^\W_]+")
LISTS = words_of("_fitted/words.txt")
_OF_NAMES = ("titles", "people", "verbs", "dealings", "links", "greets", "says")
"""Lists of words around names, each of which is a class."""
_LONGEST_DIGITS, _YEAR, _SHORTEST_SUM, _SHORT = 12, 4, 6, 3
_SIGNS = ",.?!-/:@'#()+&;…"
_PLAIN = (
    "at", "dot", "sign", "double", "oh", "month", "ordinal", "one", "teen", "ten", "scale", "abroad", "filler",
    "single", "alphabet", "letter name", "street", "domain", *_OF_NAMES,
)  # fmt: skip
"""Classes of words that have one, whatever their letters' size."""
_CASED = ("everyday", "given", "short", "word")
_CASES = ("small", "large", "capital")
CLASSES = (
    "agent", "customer", "field", "letter", "year", "sign of another kind", *_PLAIN,
    *(f"{each} {case}" for each in _CASED for case in _CASES),
    *(f"{size} digits" for size in range(1, _LONGEST_DIGITS + 1)), *_SIGNS,
)  # fmt: skip
"""Classes of tokens; the first three are those of the beginning of a turn, by its side."""
CLASS = {name: index for index, name in enumerate(CLASSES)}
SIDES = 3
_FIRST_SIGN, _FIRST_DIGITS = CLASS[_SIGNS[0]], CLASS["1 digits"]
LETTERS = frozenset(CLASS[each] for each in ("letter", "alphabet", "letter name"))
NUMBERS = frozenset(
    CLASS[each]
    for each in (
        "double", "oh", "one", "teen", "ten", "scale", "abroad", "year", *(f"{size} digits" for size in range(1, 13)),
    )
)  # fmt: skip
"""Classes of spelled letters, and of digits and number words."""
SHAPES, _REMEMBERED = 4096, 16_384
_MAIL = frozenset(("dot", "arroba", "arobase", "klammeraffe"))
"""Words of an e-mail address that is said."""
SORTS = {
    name: number
    for number, name in enumerate(
        ("check", "back", "pin", "password", "secret", "code", "once", "digits", "expiry", "card", "entry", "other"), 1
    )
}
CUES = {word: number for name, number in reversed(SORTS.items()) for word in LISTS[f"cue {name}"]}
"""Words by which codes and other numbers are asked for, with the number of their sort."""
STRONG = frozenset(SORTS[name] for name in ("check", "pin", "password", "secret", "once"))
"""Sorts of words that ask for codes by themselves."""
NAMES_CODES = STRONG | {SORTS["code"], SORTS["entry"]}
"""Those that name a code, if also one of a thing: ``error code``."""
_SMALL = LISTS["asks"] | {word for word, number in CUES.items() if number in STRONG}
_ASKS = _SMALL | {word.title() for word in _SMALL} | {word.upper() for word in _SMALL if len(word) <= _SHORT}
_ANY_CUE = CUES.keys() | {word.title() for word in CUES} | {word.upper() for word in CUES}


def _coarse(name: str) -> int:
    kinds = ("digits", "said", "letter", "given", "word", "everyday small", "everyday", "cue")
    index = CLASS[name]
    if index < SIDES:
        return len(kinds) + 1
    if index >= _FIRST_SIGN or name == "sign of another kind":
        return 0
    if index in LETTERS:
        return 3
    if index in NUMBERS:
        return 1 if index >= _FIRST_DIGITS or name == "year" else 2
    first = "word" if name.startswith("short") else name if name == "everyday small" else name.partition(" ")[0]
    return kinds.index(first) + 1 if first in kinds else len(kinds)


COARSE = tuple(_coarse(name) for name in CLASSES)
"""For each class one of ten: sign, digits, number word, letter, given name, unknown, everyday, another class, side."""
OPEN = frozenset((1, 2, 3, 4, 5))
"""Those of tokens that may be personal by themselves."""
_SHAPED = frozenset(CLASS[f"{each} {case}"] for each in ("given", "short", "word", "everyday") for case in _CASES)


class Entry(NamedTuple):
    """Facts of a word: its number in the vocabulary, 0 where it has none, and its class, by that of its small letters."""

    word: int
    kind: int
    is_cased: bool


class Token(NamedTuple):
    """A token of a turn with its offsets."""

    start: int
    end: int
    low: str
    word: int
    kind: int
    head: int
    tail: int


class Table:
    """Facts of each word, and the words of which no personal data is made.

    ``plain`` are written as they are in a text: a given name that is a usual word too is plain in small letters only.
    """

    def __init__(self, entries: Mapping[str, Entry], plain: frozenset[str]) -> None:
        """Find words in these entries."""
        self.plain = plain
        self.facts = lru_cache(maxsize=_REMEMBERED)(partial(_facts, entries=entries))


def lines_of_words(name: str) -> tuple[str, ...]:
    """Read a list of words that ``bench.redaction.fit`` wrote."""
    return tuple((_HERE / name).read_text(encoding="utf-8").split())


def _classes() -> Iterator[tuple[str, str, bool]]:
    """Yield words with their classes; the first one of a word counts."""
    said, scales = ({word.partition("=")[0] for word in LISTS[name]} for name in ("said too", "scales"))
    lists = {
        **LISTS, "one": ONES, "teen": TEENS, "ten": TENS, "double": LISTS["times 2"] | LISTS["times 3"],
        "scale": scales,
        "abroad": [*(word for word in FOREIGN if len(word) > len("zz")), *said], "letter name": LISTS["letters"],
        "alphabet": words_of("words.txt")["alphabet"],
    }  # fmt: skip
    for name in _PLAIN:
        yield from ((word, name, False) for word in sorted(lists[name]))


@cache
def given_names() -> frozenset[str]:
    """Read the given names, in small letters."""
    files = [words_of(file) for file in ("given_names.txt", "given_names_more.txt", "given_names_world.txt")]
    return frozenset(word.lower() for its in files for words in its.values() for word in words if len(word) > 1)


def table_of(vocabulary: tuple[str, ...], everyday: frozenset[str]) -> Table:
    """Return what is known of each word; those of a vocabulary are numbered in their order, from 1 on."""
    kinds: dict[str, tuple[int, bool]] = {}
    for word, name, is_cased in _classes():
        kinds.setdefault(word, (CLASS[name], is_cased))
    for word in sorted(LISTS["spelling"] - everyday):
        kinds.setdefault(word, (CLASS["alphabet"], False))
    for words, name in ((usual_words() | everyday, "everyday small"), (given_names(), "given small")):
        for word in sorted(words):
            kinds.setdefault(word, (CLASS[name], True))
    numbers = {word: number for number, word in enumerate(vocabulary, 1)}
    entries = {
        word: Entry(numbers.get(word, 0), *kinds.get(word, _unknown(word))) for word in sorted({*kinds, *numbers})
    }
    small = {word for word, entry in entries.items() if COARSE[entry.kind] not in OPEN} | LISTS["plain"] | {"I"}
    large = {word.title() for word in small - given_names()}
    return Table(entries, frozenset(small | large))


def _unknown(word: str) -> tuple[int, bool]:
    if not word.isalpha():
        return CLASS[word] if word in _SIGNS else CLASS["sign of another kind"], False
    if len(word) == 1:
        return CLASS["letter"], False
    return (CLASS["short small"] if len(word) == 2 else CLASS["word small"]), True  # noqa: PLR2004


def _new(word: str) -> Entry:
    """Return what is known of a word that is in no list."""
    if word.isdecimal():
        is_year = len(word) == _YEAR and word[:2] in ("19", "20")
        kind = CLASS["year"] if is_year else _FIRST_DIGITS + min(len(word), _LONGEST_DIGITS) - 1
        return Entry(0, kind, is_cased=False)
    if len(word) > _SHORTEST_SUM and ("hundert" in word or "tausend" in word):
        return Entry(0, CLASS["abroad"], is_cased=False)
    return Entry(0, *_unknown(word))


def _facts(word: str, entries: Mapping[str, Entry]) -> tuple[int, int, bool, int, int]:
    """Return what is known of a word in small letters, and numbers of how it begins and ends."""
    number, kind, is_cased = entries.get(word) or _new(word)
    head, tail = (1 + crc32(end.encode()) % (SHAPES - 1) for end in (word[:3], word[-3:]))
    return (number, kind, is_cased, head, tail) if kind in _SHAPED else (number, kind, is_cased, 0, 0)


def look(text: str, table: Table) -> tuple[bool, bool, list[int]]:
    """Return whether a text has anything but plain words, whether something is asked for in it, and by which sorts of words.

    It is the first look, after which most turns are not read.
    """
    words = _WORD.findall(text)
    is_mail = "@" in text or not _MAIL.isdisjoint(words)
    cues = [] if _ANY_CUE.isdisjoint(words) else [CUES[low] for low in map(str.lower, words) if low in CUES]
    return is_mail or not table.plain.issuperset(words), not _ASKS.isdisjoint(words), cues


def tokens_of(text: str, low: str, table: Table) -> list[Token]:
    """Return the tokens of a turn, given also in small letters."""
    tokens: list[Token] = []
    end, facts, is_small = 0, table.facts, text == low
    for word in TOKEN.findall(low):
        start = low.index(word, end)
        end = start + len(word)
        number, kind, is_cased, head, tail = facts(word)
        if is_cased and not is_small and text[start] != low[start]:
            kind += 1 + text[start:end].isupper()
        tokens.append(Token(start, end, word, number, kind, head, tail))
    return tokens
