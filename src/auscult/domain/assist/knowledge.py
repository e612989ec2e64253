"""Knowledge bases: documents that an assistant may quote, cut into passages, in versions.

A base holds one app's documents in one language. Each change makes a new version, and the content of old versions is
kept, so that a quoted passage can be read as long as the conversation is kept.
"""

from datetime import datetime

from msgspec import Struct

from auscult.domain.assist.validity import Opening, Validity


class Piece(Struct, frozen=True):
    """A part of a document that can be read by itself. ``heading`` is the way to it: ``("Returns", "Gift cards")``."""

    heading: tuple[str, ...]
    text: str


class Content(Struct, frozen=True, kw_only=True):
    """Content of a document: its format, a digest of its bytes, its pieces, and its beginning."""

    format: str
    digest: bytes
    pieces: tuple[Piece, ...]
    opening: Opening = Opening()


class Document(Struct, frozen=True, kw_only=True):
    """A document of a base. ``source`` names it within the base; the same name again takes its place.

    ``since_version`` is the first version of the base that has it, ``until_version`` the first that has it no more.
    ``validity`` states from when to when it counts, and who or what states so.
    """

    source: str
    language: str
    format: str
    passages: int
    since_version: int
    until_version: int | None
    added_at: datetime
    validity: Validity = Validity()


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


class Found(Struct, frozen=True):
    """A passage that was found, and how well it fits the question: engines say from which score on it is of use."""

    passage: Passage
    score: float


class Base(Struct, frozen=True, kw_only=True):
    """All passages of a base at one version, in the order of their documents, which are given too. Version 0 has none."""

    language: str
    version: int
    passages: tuple[Passage, ...]
    documents: tuple[Document, ...] = ()


class Written(Struct, frozen=True, kw_only=True):
    """Answer that an engine wrote from passages alone. ``text`` is None where they do not answer the question.

    ``passage_ids`` are the passages it rests on. ``engine`` names engine and model version.
    """

    text: str | None
    passage_ids: tuple[str, ...]
    engine: str
