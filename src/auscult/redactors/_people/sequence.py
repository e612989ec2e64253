"""Words of a name in their order."""

import re
from collections.abc import Sequence

from auscult.redactors._people.lists import GIVEN, NO_NAMES, PARTICLES, UNLIKELY
from auscult.redactors._people.patterns import CAPITAL, SHORTEST


def goes_on(word: str, words: Sequence[re.Match[str]], *, most: int) -> bool:
    """Return whether a word is the next of a name. In small letters a name has two words, as a rule."""
    low = word.lower()
    if words and low in PARTICLES:
        return True
    if low in NO_NAMES:
        return False
    is_first_capital = words[0][0][0].isupper() if words else word[0].isupper()
    if word[0].isupper() or is_first_capital:
        return word[0].isupper() and is_first_capital
    count = sum(each[0].lower() not in PARTICLES for each in words)
    return len(word) >= SHORTEST and (count < most or low in GIVEN)


def is_named(word: str) -> bool:
    """Return whether a word with a capital letter may be a name."""
    return word[0].isupper() and word.lower() not in UNLIKELY


def next_capital(text: str, end: int) -> str:
    """Return the word with a capital letter right behind an offset, in small letters; empty where none is."""
    word = CAPITAL.match(text, end + 1) if text[end : end + 1] == " " else None
    return "" if word is None else word[0].lower()
