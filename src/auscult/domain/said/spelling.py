"""Suggestions for a misspelt name."""

import difflib
from collections.abc import Iterable

from auscult.domain.errors import coded

_ALIKE = 0.7
_LONGEST = 100
_MOST = 1_000
"""Longer names, and more of them, are not compared: it would take long, and nobody misspells them so."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that is nearest to this one, letter case aside, where one is near.

    >>> nearest("em-greting", ["em-greeting", "em-closing"])
    'em-greeting'
    """
    if len(word) > _LONGEST:
        return None
    names = {name.casefold(): name for name in list(known)[:_MOST] if len(name) <= _LONGEST}
    found = difflib.get_close_matches(word.casefold(), names, 1, _ALIKE)
    return names[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """The question whether the nearest known name was meant, or, where none is near, ``otherwise``."""
    near = nearest(word, known)
    return otherwise if near is None else coded("did you mean {name}?", name=near)
