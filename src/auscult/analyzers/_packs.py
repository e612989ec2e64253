"""Packs of languages other than English, compiled on first use, so that a language costs only those who speak it.

English has finer analyzers, with trained heads; Spanish and German have the packs of ``wording/es`` and ``wording/de``.
"""

from functools import cache

from auscult.wording import Matcher, pack

BY_PACKS = frozenset({"de", "es"})
"""ISO 639-1 codes of the languages that are read by packs alone."""
UNDERSTOOD = BY_PACKS | {"en"}


@cache
def matcher(language: str, name: str) -> Matcher:
    """Return a pack of a language, compiled: ``matcher("es", "problem")``. Raises ``KeyError`` for an unknown pack."""
    return Matcher(pack(f"{language}/{name}"))
