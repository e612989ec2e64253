"""Tokens of a turn as numbers: the word, its class, and what was last spoken of before it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

from auscult.domain.privacy.redaction import KINDS, Kind
from auscult.redactors._digits import ONES, TEENS, TENS
from auscult.redactors._people.patterns import words_in
from auscult.redactors._spoken.abroad import FOREIGN
from auscult.redactors._words import words_of
from auscult.wording.word_lists import usual_words

_TOKEN = re.compile(r"\d+|[^\W\d_]+|[^\w\s]|_")
_LISTS = words_of("_learned/words.txt")
_NAME_CUES = words_of("name_cues.txt")
_OF_NAMES = ("titles", "people", "verbs", "dealings", "links", "greets", "says")
"""Lists of words around names, each of which is a class."""
LEARNED: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind != "expiry")
"""Kinds that the weights know; an expiry is found by rules alone."""
TOPICS = (*LEARNED, "other")
"""Topics of a turn, numbered from 1; 0 is no topic, and numbers beyond these are topics of an earlier turn."""
_LONGEST_DIGITS, _YEAR = 12, 4
_SIGNS = ",.?!-/:@'#()+&;…"
_PLAIN = (
    "at", "dot", "sign", "double", "oh", "month", "ordinal", "one", "teen", "ten", "hundred", "abroad", "filler",
    "single", "alphabet", "street", "domain", "titles", "people", "verbs", "dealings", "links", "greets", "says",
)  # fmt: skip
"""Classes of words that have one, whatever their letters' size."""
_CASED = ("everyday", "given", "short", "word")
CLASSES = (
    "end", "letter", "year", "sign of another kind", *_PLAIN,
    *(f"{each} {case}" for each in _CASED for case in ("small", "large", "capital")),
    *(f"{size} digits" for size in range(1, _LONGEST_DIGITS + 1)), *_SIGNS,
)  # fmt: skip
"""Classes of tokens; the first one stands around a turn."""
CLASS = {name: index for index, name in enumerate(CLASSES)}
FIRST_SIGN = CLASS[_SIGNS[0]]
_LETTER, _IS_YEAR, _OTHER_SIGN = CLASS["letter"], CLASS["year"], CLASS["sign of another kind"]
_FIRST_DIGITS, _WORD, _SHORT = CLASS["1 digits"], CLASS["word small"], CLASS["short small"]
_SAID = frozenset(
    CLASS[each] for each in ("double", "oh", "one", "teen", "ten", "hundred", "abroad", "letter", "alphabet")
)
_TWO_DIGITS = CLASS["teen"]
_FILLER = CLASS["filler"]
_STOPS = frozenset((CLASS["?"], CLASS["!"]))
LONGEST_RUN = 20
SHAPES = 4096
_SHAPED = frozenset(
    CLASS[f"{each} {case}"] for each in ("given", "short", "word") for case in ("small", "large", "capital")
)


IS_SIGN = [index >= FIRST_SIGN or index == _OTHER_SIGN for index in range(len(CLASSES))]
"""For each class: whether its tokens are punctuation or other signs."""
IS_NUMERIC = [
    index in _SAID or _FIRST_DIGITS <= index < FIRST_SIGN or index == _IS_YEAR for index in range(len(CLASSES))
]
"""For each class: whether its tokens are digits, number words or spelled letters."""


NUMBER_WORDS = frozenset({*ONES, *TEENS, *TENS, *FOREIGN})


class Entry(NamedTuple):
    """Facts of a word: its class, by that of its small letters, and its topic."""

    word: int
    kind: int
    is_cased: bool
    topic: int


class Token(NamedTuple):
    """A token of a turn with its offsets."""

    start: int
    end: int
    word: int
    kind: int
    topic: int
    head: int
    tail: int


def _entries() -> Iterator[tuple[str, int, bool]]:
    """Yield words with their classes; the first one of a word counts."""
    lists = {
        **_LISTS, "one": ONES, "teen": TEENS, "ten": TENS, "abroad": [word for word in FOREIGN if len(word) > len("zz")],
        "alphabet": words_of("words.txt")["alphabet"], "street": words_of("address_words.txt")["kinds"], **{each: _NAME_CUES[each] for each in _OF_NAMES},
    }  # fmt: skip
    for name in _PLAIN:
        yield from ((word, CLASS[name], False) for word in sorted(lists[name]))
    given = [words_of(file) for file in ("given_names.txt", "given_names_more.txt", "given_names_world.txt")]
    for name, titles in (("everyday", [{"": usual_words()}]), ("given", given)):
        words = sorted({word.lower() for each in titles for its in each.values() for word in its if len(word) > 1})
        yield from ((word, CLASS[f"{name} small"], True) for word in words)


def table_of(words: Sequence[str]) -> Mapping[str, Entry]:
    """Return what is known of each word; those of a model are numbered in their order, from 2 on."""
    kinds: dict[str, tuple[int, bool]] = {}
    for word, kind, is_cased in _entries():
        kinds.setdefault(word, (kind, is_cased))
    topics: dict[str, int] = {}
    for number, topic in enumerate(TOPICS, 1):
        for word in sorted(_LISTS[f"asks {topic}"]):
            topics.setdefault(word, number)
    numbers = {word: number for number, word in enumerate(words, 2)}
    return {
        word: Entry(numbers.get(word, 0), *kinds.get(word, _unknown(word)), topics.get(word, 0))
        for word in sorted({*kinds, *topics, *numbers})
    }


def _unknown(word: str) -> tuple[int, bool]:
    if not word.isalpha():
        return CLASS[word] if word in _SIGNS else _OTHER_SIGN, False
    if len(word) == 1:
        return _LETTER, False
    return (_SHORT if len(word) == 2 else _WORD), True  # noqa: PLR2004


def tokens_of(text: str, low: str, table: Mapping[str, Entry]) -> list[Token]:
    """Return the tokens of a turn, given also in small letters."""
    tokens: list[Token] = []
    end = 0
    for word in _TOKEN.findall(low):
        start = low.index(word, end)
        end = start + len(word)
        known = table.get(word)
        if known is None:
            known = _new(word)
        number, kind, is_cased, topic = known
        if is_cased and text[start] != low[start]:
            kind += 1 + text[start:end].isupper()
        head, tail = _shape(word) if kind in _SHAPED else (0, 0)
        tokens.append(Token(start, end, number, kind, topic, head, tail))
    return tokens


@lru_cache(maxsize=8192)
def _shape(word: str) -> tuple[int, int]:
    return 1 + crc32(word[:3].encode()) % (SHAPES - 1), 1 + crc32(word[-3:].encode()) % (SHAPES - 1)


def words_of_text(low: str) -> Iterator[str]:
    """Yield the words of a text in small letters that may have weights of their own."""
    return (found[0] for found in _TOKEN.finditer(low) if not found[0].isdecimal())


def _new(word: str) -> Entry:
    """Return what is known of a word that is in no list."""
    if word.isdecimal():
        is_year = len(word) == _YEAR and word[:2] in ("19", "20")
        kind = _IS_YEAR if is_year else _FIRST_DIGITS + min(len(word), _LONGEST_DIGITS) - 1
        return Entry(0, kind, is_cased=False, topic=0)
    if "hundert" in word or "tausend" in word:
        return Entry(0, CLASS["abroad"], is_cased=False, topic=0)
    return Entry(0, *_unknown(word), 0)


def topic_of(low: str, table: Mapping[str, Entry]) -> int:
    """Return what a turn in small letters spoke of last, 0 where it is nothing."""
    for word in reversed(words_in(low)):
        known = table.get(word)
        if known is not None and known.topic:
            return known.topic
    return 0


def runs_of(tokens: Sequence[Token]) -> list[int]:
    """Return for each token how many digits and letters the run has in which it is, 0 outside of one."""
    sizes = [0] * len(tokens)
    index = 0
    while index < len(tokens):
        if not IS_NUMERIC[tokens[index].kind]:
            index += 1
            continue
        first, last, size = index, index, 0
        while index < len(tokens):
            start, end, _, kind = tokens[index][:4]
            if IS_NUMERIC[kind]:
                size += end - start if kind >= _FIRST_DIGITS or kind == _IS_YEAR else 1 + (kind == _TWO_DIGITS)
                last = index
            elif kind != _FILLER and (not IS_SIGN[kind] or kind in _STOPS):
                break
            index += 1
        sizes[first : last + 1] = [min(size, LONGEST_RUN)] * (last + 1 - first)
    return sizes
