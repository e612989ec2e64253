"""Features of a turn's text and position from which dialogue acts are learned: words, pairs of words, and shapes."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

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
_MONEY_PARTS = ("quid", "pound", "dollar", "euro")


def grams(text: str) -> list[str]:
    """Return the words of a text with digits as ``0``, and pairs of neighbours, each once."""
    words = _DIGITS.sub("0", spoken_words(text)).split()
    return list(dict.fromkeys(["^ " + words[0] if words else "^", *words, *map(" ".join, pairwise(words))]))


def letters(text: str) -> list[str]:
    """Return runs of letters in a text's words, word ends as blanks, each once: what words of one stem have in common."""
    words = (f" {word} " for word in _DIGITS.sub("0", spoken_words(text)).split())
    return list(
        dict.fromkeys(
            LETTERS + word[at : at + size] for word in words for size in RUNS for at in range(len(word) - size + 1)
        )
    )


SHAPES = (
    "asks", "exclaims", "digits", "code", "long number", "mail", "marked", "postcode", "money", "spoken code", "short",
)  # fmt: skip


def shapes(text: str) -> tuple[str, ...]:
    """Return the shapes of a text: numbers, codes, questions, length."""
    return tuple(_shapes(text))


def _shapes(text: str) -> Iterator[str]:
    count = text.count(" ") + 1
    # Most turns have none of what a pattern needs, and that is found sooner than the pattern fails.
    has_digit = _DIGITS.search(text) is not None
    small = text.lower()
    may_be_mail = "@" in text or " dot " in small
    may_be_money = has_digit or any(part in small for part in _MONEY_PARTS)
    checks = (
        ("asks", "?" in text),
        ("exclaims", "!" in text),
        ("digits", has_digit),
        ("code", has_digit and _CODE.search(text)),
        ("long number", has_digit and _LONG_NUMBER.search(text)),
        ("mail", may_be_mail and _MAIL.search(text)),
        ("marked", "[" in text and _MARKED.search(text)),
        ("postcode", has_digit and _POSTCODE.search(text)),
        ("money", may_be_money and _MONEY.search(text)),
        ("spoken code", _dictates(spoken_words(text).split())),
        ("short", count <= SHORT),
        ("very short", count == 1),
        ("long", count >= LONG),
        ("two sentences", text.count(". ") + text.count("? ") + text.count("! ") > 0),
        ("begins small", text[:1].islower()),
    )
    yield from (name for name, holds in checks if holds)


def _dictates(words: Sequence[str]) -> bool:
    running = 0
    for word in words:
        running = running + 1 if word in NUMBERS or (len(word) == 1 and word not in "ai") else 0
        if running >= SPOKEN_CODE:
            return True
    return False


@lru_cache(maxsize=1_024)
def name_words(names: tuple[str, ...]) -> frozenset[str]:
    """Return the words of names that are long enough to be distinguished from others."""
    return frozenset(word for name in names for word in spoken_words(name).split() if len(word) > 2)  # noqa: PLR2004


def side_of(turn: Turn) -> str:
    """Return whose side speaks: ``agent``, ``customer``, or ``other`` for bots and systems."""
    return turn.speaker if turn.speaker in ("agent", "customer") else "other"
