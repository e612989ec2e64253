"""Packs of languages other than English, compiled on first use, so that a language costs only those who speak it.

English has finer analyzers, with trained heads; the other languages have the packs of their folder of ``wording``.
"""

from functools import cache

from auscult.analyzers._one_pass import CUSTOMER_TURNS
from auscult.wording import Matcher, Pack, available, bare_words, pack, wording_pattern
from auscult.wording.matcher import options

UNDERSTOOD = frozenset(name.partition("/")[0] for name in available())
"""ISO 639-1 codes of the languages that there are packs for."""
BY_PACKS = UNDERSTOOD - {"en"}
"""Codes of the languages that are read by packs alone."""


def searched_together(read: Pack) -> Matcher:
    """Return a pack compiled for customers' turns, in one pass with what else is searched for there."""
    lines = [wording_pattern([line]) for line in read.lines]
    return Matcher(read, CUSTOMER_TURNS.add(lines, options(), _bare))


def _bare(text: str) -> bytes:
    return bare_words(text).encode()


@cache
def matcher(language: str, name: str) -> Matcher:
    """Return a pack of a language, compiled: ``matcher("es", "problem")``. Raises ``KeyError`` for an unknown pack."""
    return Matcher(pack(f"{language}/{name}"))
