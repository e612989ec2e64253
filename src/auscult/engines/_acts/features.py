"""Features of a turn's text and position from which dialogue acts are learned: words, pairs of words, and shapes."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, compress, pairwise

from auscult.domain.conversation import Turn
from auscult.domain.said.text import spoken_words

NUMBERS = frozenset(
    [
        "zero",
        "oh",
        "nought",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
        "thirty",
        "forty",
        "fifty",
        "sixty",
        "seventy",
        "eighty",
        "ninety",
        "hundred",
        "thousand",
        "double",
        "triple",
    ]
)
BEGINNING = "^"
LETTERS = "#"
"""Beginning of the name of a run of letters, which distinguishes it from a word."""
RUNS = (3, 4, 5)
SPOKEN_CODE = 3
"""From so many number words or single letters in a row on, somebody dictates a number or a code."""
SHORT, LONG = 4, 25
"""Words up to which a turn is short, and from which it is long."""
FIRST, LAST = 5, 4
"""Own turns of a speaker that are counted from the beginning and from the end."""

_DIGITS = re.compile(r"\d")
_CODE = re.compile(r"(?=\S*\d)(?=\S*[a-z])[\w#-]{3,}", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"\d(?:[ -]?\d){3,}")
_MAIL = re.compile(r"\S@\S|\bat \w+ dot \w+", re.IGNORECASE)
_MARKED = re.compile(r"\[[a-z -]+\]", re.IGNORECASE)
_POSTCODE = re.compile(r"\b[a-z]{1,2}\d{1,2}[a-z]? ?\d[a-z]{2}\b", re.IGNORECASE)
_MONEY = re.compile(r"[£$€₹]\s?\d|\bquid\b|\bpounds?\b|\bdollars?\b|\beuros?\b", re.IGNORECASE)
_MONEY_PARTS = ("£", "$", "€", "₹", "quid", "pound", "dollar", "euro")
"""One of these is in any ASCII text that names money."""


def grams(text: str) -> list[str]:
    """Return the words of a text with digits as ``0``, and pairs of neighbours, each once."""
    words = gram_words(text)
    return list(dict.fromkeys([*map(" ".join, pairwise(words)), *(words[1:] or words)]))


def letters(text: str) -> list[str]:
    """Return runs of letters in a text's words, word ends as blanks, each once: what words of one stem have in common."""
    return list(dict.fromkeys(chain.from_iterable(map(runs_of, gram_words(text)[1:]))))


def gram_words(text: str) -> list[str]:
    """Return the words of a text with digits as ``0``, after a mark of its beginning."""
    return [BEGINNING, *_DIGITS.sub("0", spoken_words(text)).split()]


def runs_of(word: str) -> Iterator[str]:
    """Yield the runs of letters in a word."""
    shown = f" {word} "
    return (LETTERS + shown[at : at + size] for size in RUNS for at in range(len(shown) - size + 1))


SHAPES = (
    "asks", "exclaims", "digits", "code", "long number", "mail", "marked", "postcode", "money", "spoken code", "short",
    "very short", "long", "two sentences", "begins small",
)  # fmt: skip


def shapes(text: str) -> tuple[str, ...]:
    """Return the shapes of a text: numbers, codes, questions, length."""
    count = text.count(" ") + 1
    # Most turns have none of what a pattern needs, and that is found sooner than the pattern fails.
    has_digit = _DIGITS.search(text) is not None
    mixed = [word for word in text.split() if not (word.isalpha() or word.isdecimal())] if has_digit else []
    small = text.lower()
    may_be_mail = "@" in text or " dot " in small
    may_be_money = (has_digit and not text.isascii()) or any(part in small for part in _MONEY_PARTS)
    holds = (
        "?" in text,
        "!" in text,
        has_digit,
        any(map(_CODE.search, mixed)),
        has_digit and _LONG_NUMBER.search(text),
        may_be_mail and _MAIL.search(text),
        "[" in text and _MARKED.search(text),
        mixed and _POSTCODE.search(text),
        may_be_money and _MONEY.search(text),
        _dictates(spoken_words(text).split()),
        count <= SHORT,
        count == 1,
        count >= LONG,
        ". " in text or "? " in text or "! " in text,
        text[:1].islower(),
    )
    return tuple(compress(SHAPES, holds))


def _dictates(words: Sequence[str]) -> bool:
    if sum(map(NUMBERS.__contains__, words)) + [*map(len, words)].count(1) < SPOKEN_CODE:
        return False
    parts = [word in NUMBERS or (len(word) == 1 and word not in "ai") for word in words]
    return any(all(parts[at : at + SPOKEN_CODE]) for at in range(len(parts) - SPOKEN_CODE + 1))


@lru_cache(maxsize=1_024)
def name_words(names: tuple[str, ...]) -> frozenset[str]:
    """Return the words of names that are long enough to be distinguished from others, each between blanks."""
    return frozenset(f" {word} " for name in names for word in spoken_words(name).split() if len(word) > 2)  # noqa: PLR2004


def side_of(turn: Turn) -> str:
    """Return whose side speaks: ``agent``, ``customer``, or ``other`` for bots and systems."""
    return turn.speaker if turn.speaker in ("agent", "customer") else "other"
