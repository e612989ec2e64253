"""Patterns around secrets: ``secret_patterns.txt`` has them by name, each with what it is for."""

import re

from auscult.domain.privacy.redaction import PLACEHOLDER as MARK
from auscult.redactors._patterns import searcher
from auscult.redactors._words import lines_of

_PATTERNS = {
    title.upper().replace(" ", "_"): re.compile(lines[0]) for title, lines in lines_of("secret_patterns.txt").items()
}

PLACEHOLDER = MARK
NO_THINGS = frozenset(("what", "which", "qué", "was", "it", "that", "me", "you", "us"))
LONG = searcher(_PATTERNS["LONG"].pattern)


def __getattr__(name: str) -> re.Pattern[str]:
    """Return the pattern that the file has by this name in small letters: ``CARD_DONE`` is ``card done``."""
    if name not in _PATTERNS:
        raise AttributeError(name)
    return _PATTERNS[name]
