"""Knowledge bases: documents that an assistant may quote, cut into passages, in versions.

A base holds one app's documents in one language. Each change makes a new version, and the content of old versions is
kept, so that a quoted passage can be read as long as the conversation is kept.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

BEGINNING = 300
"""Characters of a document that may say how long it holds."""
_SUPERSEDED = re.compile(
    r"\b(?:is|was|has been|have been) (?:withdrawn|superseded|archived|retired)\b|\bsuperseded by\b"
    r"|\bno longer (?:valid|in force|applies|applicable|current)\b|\b(?:withdrawn|obsolete|archived) (?:policy"
    r"|version)\b"
    r"|[-_ (\[](?:withdrawn|superseded|obsolete|archived)\b",
    re.IGNORECASE,
)


class Piece(Struct, frozen=True):
    """A part of a document that can be read by itself. ``heading`` is the way to it: ``("Returns", "Gift cards")``."""

    heading: tuple[str, ...]
    text: str


class Document(Struct, frozen=True, kw_only=True):
    """A document of a base. ``source`` names it within the base; the same name again takes its place.

    ``since_version`` is the first version of the base that has it, ``until_version`` the first that has it no more.
    """

    source: str
    language: str
    format: str
    passages: int
    since_version: int
    until_version: int | None
    added_at: datetime


class Passage(Struct, frozen=True, kw_only=True):
    """Piece of a document, with its position. ``id`` is permanent: a changed document gets passages of its own.

    ``since_version`` is the first version of the base that has the document as it is.
    """

    id: str
    source: str
    heading: tuple[str, ...]
    text: str
    since_version: int = 0

    @property
    def title(self) -> str:
        """The way to it, in one line."""
        return " > ".join(self.heading)


def is_superseded(passages: Sequence[Passage]) -> bool:
    """Return whether a document says of itself, in its name, its first heading or its first sentences, that it is over."""
    first = passages[0]
    return _SUPERSEDED.search(f"{first.source} {first.title} {first.text[:BEGINNING]}") is not None


class Found(Struct, frozen=True):
    """A passage that was found, and how well it fits the question: engines say from which score on it is of use."""

    passage: Passage
    score: float


class Base(Struct, frozen=True, kw_only=True):
    """All passages of a base at one version, in the order of their documents. Version 0 has none."""

    language: str
    version: int
    passages: tuple[Passage, ...]


class Written(Struct, frozen=True, kw_only=True):
    """Answer that an engine wrote from passages alone. ``text`` is None where they do not answer the question.

    ``passage_ids`` are the passages it rests on. ``engine`` names engine and model version.
    """

    text: str | None
    passage_ids: tuple[str, ...]
    engine: str
