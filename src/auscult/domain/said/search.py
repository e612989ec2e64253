"""Searches in what was said: words, phrases, exclusions, and the side that said them.

``card lost`` finds both words anywhere, ``"lost card"`` them in this order, ``-refund`` what lacks a word,
``agent:sorry`` and ``customer:"not happy"`` what one side said, ``cancel*`` the beginning of a word. Letter case,
accents and apostrophes make no difference.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from auscult.domain.errors import RequestError

Side = Literal["agent", "customer"]

MOST_TERMS = 20
LONGEST_TEXT = 200_000
"""Characters of one side of a conversation that can be searched."""

_TERM = re.compile(
    r'(?P<minus>-)?(?:(?P<side>agent|customer):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))', re.IGNORECASE
)
_WORD = re.compile(r"[^\W_]+")
_DROPPED = re.compile("['\u2019\u02bc\u200c\u200d]")
_REDACTED = re.compile(r"\[[A-Z][A-Z_ :#-]*\]")
_ASCII_WORDS = bytes(ord(chr(code).lower()) if chr(code).isalnum() else 0x20 for code in range(128)) + b" " * 128
"""One pass over ASCII: letters small, digits kept, everything else a space (apostrophes are dropped on the way)."""
_UNSPACED = re.compile("[\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f]")


class Term(Struct, frozen=True, kw_only=True):
    """Words that follow one another. ``is_prefix``: the last of them may go on."""

    words: tuple[str, ...]
    side: Side | None = None
    is_prefix: bool = False


class SaidQuery(Struct, frozen=True, kw_only=True):
    """Terms that must all be said, and terms that must not be."""

    wanted: tuple[Term, ...]
    unwanted: tuple[Term, ...] = ()


def words_of(text: str) -> list[str]:
    """Return the words of a text as they are compared: small, without accents and apostrophes.

    Scripts without spaces count each character as a word, so that a phrase finds a word.
    """
    if "[" in text:
        text = _REDACTED.sub(" ", text)
    if text.isascii():
        return text.encode().translate(_ASCII_WORDS, b"'").decode().split()
    spoken = _DROPPED.sub("", text)
    plain = "".join(each for each in unicodedata.normalize("NFKD", spoken) if not unicodedata.combining(each))
    words = _WORD.findall(plain.casefold())
    return [part for word in words for part in (list(word) if _UNSPACED.search(word) else (word,))]


def searchable(texts: Iterable[str]) -> str:
    """Return what one side said as words with a space between, no longer than can be searched."""
    return " ".join(word for text in texts for word in words_of(text))[:LONGEST_TEXT]


def parse(text: str) -> SaidQuery:
    """Read a search. Raises ``RequestError`` ``search.invalid``."""
    wanted: list[Term] = []
    unwanted: list[Term] = []
    for found in _TERM.finditer(text):
        given = found["phrase"] if found["phrase"] is not None else found["word"]
        words = tuple(words_of(given))
        if not words:
            continue
        side: Side | None = (
            None if found["side"] is None else "agent" if found["side"].lower() == "agent" else "customer"
        )
        term = Term(words=words, side=side, is_prefix=given.endswith("*"))
        (unwanted if found["minus"] else wanted).append(term)
    if not wanted:
        raise RequestError(
            "a search needs at least one word that was said", code="search.invalid", field="q", value=text[:200]
        )
    if len(wanted) + len(unwanted) > MOST_TERMS:
        raise RequestError(
            "a search has at most {n} terms", n=MOST_TERMS, code="search.invalid", field="q", value=text[:200]
        )
    return SaidQuery(wanted=tuple(wanted), unwanted=tuple(unwanted))
