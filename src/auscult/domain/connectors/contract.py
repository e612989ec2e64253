"""Contract between a place, which lists and fetches items, and a format, which maps an item to conversations."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Protocol

from msgspec import Struct

from auscult.domain.conversation import Conversation


class Setup(Struct, frozen=True, kw_only=True):
    """Settings that a mapper is made with.

    ``app_id`` is the app that the conversations belong to (``derive_id`` needs it). ``options`` is what the connector's
    document has under ``options``, unchecked: the mapper raises ``RequestError`` where it is wrong. ``turns``,
    ``turn_bytes`` and ``document_bytes`` are limits of one conversation, one turn and one document.
    """

    app_id: str
    options: Mapping[str, Any] = {}
    turns: int = 20_000
    turn_bytes: int = 64 * 1024
    document_bytes: int = 32 * 1024 * 1024


class Item(Struct, frozen=True):
    """One thing that a place holds, with its content: a file, an object, one record of an API.

    ``key`` is its path below the connector's path, with ``/`` between folders. ``etag`` is the place's own mark of the
    content, None where it has none. ``size`` is in bytes. ``data`` is the whole content. ``siblings`` returns the
    content of another item by its key (relative as ``key`` is), None where there is none.
    """

    key: str
    etag: str | None
    size: int
    data: bytes
    siblings: Callable[[str], bytes | None]


class Refused(Struct, frozen=True):
    """One conversation that was not read. ``reason`` is a sentence in lower case: what is wrong and what would be right.

    ``where`` is the position inside the item: ``"line 7"``, ``"Transcript[3].ParticipantId"``, "" for the whole item.
    """

    reason: str
    where: str


class FoundAudit(Struct, frozen=True, kw_only=True):
    """An evaluation that people made elsewhere, of a conversation that is loaded or is still to come.

    ``audit_id`` is the source's own id of it: the same twice is one. ``conversation_id`` is the source's id of the
    conversation (what a mapper of transcripts uses as ``custom_id``). ``answers`` holds by the id of a metric YES, NO, NA, or
    the level of a graded one, a number or a word. ``score`` is in percent, None where the source has none.
    """

    audit_id: str
    conversation_id: str
    auditor: str
    submitted_at: datetime
    form_id: str = ""
    form_name: str = ""
    answers: dict[str, str | float]
    comments: dict[str, str] = {}
    score: float | None = None


def refused_audit(audit: FoundAudit) -> Refused:
    """Return the refusal of an audit where conversations alone are read."""
    return Refused("evaluations by people are taken in by a connector alone", f"evaluation {audit.audit_id}")


Mapped = Conversation | FoundAudit | Refused
"""One result of a mapper."""


class Mapper(Protocol):
    """One way in which a source writes conversations down.

    A mapper is pure: it opens nothing. It is made once per run of a connector, and may be called from several threads.
    """

    name: ClassVar[str]
    """Its name in a connector's document, as ``genesys``; the same as its key in ``FORMATS``."""

    def __init__(self, setup: Setup) -> None:
        """Make a mapper. Raises ``RequestError`` ``connector.invalid`` with the field where ``options`` are wrong."""
        ...

    def accepts(self, key: str) -> bool:
        """Return whether an item is mapped by itself; False for sidecars, which ``siblings`` reads."""
        ...

    def map(self, item: Item) -> list[Mapped]:
        """Return what an item holds, in its order.

        Content that is broken is a ``Refused``, never an exception. An empty list is an item without conversations.
        """
        ...
