"""What an app knows and an assistant may quote: documents, cut into passages, in versions.

A base is what one app knows in one language. Each change of it is a new version; what a version held stays known, so
that what was quoted from it can be looked up as long as the conversation is kept.
"""

from datetime import datetime

from msgspec import Struct


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
    """A piece with where it stands. ``id`` names it for good: a changed document has passages of its own."""

    id: str
    source: str
    heading: tuple[str, ...]
    text: str

    @property
    def title(self) -> str:
        """The way to it, in one line."""
        return " > ".join(self.heading)


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
    """What an engine wrote from passages alone. ``text`` is None where they do not answer the question.

    ``passage_ids`` are those that it rests on. ``engine`` names engine and model version.
    """

    text: str | None
    passage_ids: tuple[str, ...]
    engine: str
