"""Interface of the engine that answers a question from numbered pieces, with its input and output."""

from collections.abc import Sequence
from typing import Protocol, Self

from msgspec import Struct

from auscult.domain.conversation import Speaker
from auscult.domain.scoring.judging import Usage


class Piece(Struct, frozen=True, kw_only=True):
    """One thing that an answer may rest on: a turn of a conversation, or a figure.

    A turn has ``speaker``, ``conversation_id`` and ``turn_id``. A figure has a name, as ``score`` or
    ``metric:em-greeting``, and nothing in its ``text`` was said in a conversation; ``shown_by`` are the ids of the
    turns behind it, and ``where`` the filters of the list of the conversations that it counts.
    """

    text: str
    speaker: Speaker | None = None
    conversation_id: str | None = None
    turn_id: str | None = None
    start_ms: int | None = None
    figure: str | None = None
    shown_by: tuple[str, ...] = ()
    where: dict[str, str] = {}

    @property
    def is_turn(self) -> bool:
        """Return whether it was said."""
        return self.turn_id is not None


class Said(Struct, frozen=True):
    """A sentence as a model wrote it, with the numbers of the pieces that it names, from 1."""

    text: str
    numbers: tuple[int, ...]


class Reply(Struct, frozen=True, kw_only=True):
    """Reply of a model. ``usage`` has its cost where prices are known; ``fault`` is why it is not readable."""

    said: tuple[Said, ...] = ()
    fault: str | None = None
    usage: Usage
    engine: str


class Explainer(Protocol):
    """A model that answers from pieces. Threads may share it."""

    def for_app(self, app_id: str) -> Self:
        """Return the same model, within the limits of an app and its account."""
        ...

    @property
    def room(self) -> int:
        """Return the number of characters of pieces that it reads at once."""
        ...

    def explain(self, question: str, pieces: Sequence[Piece]) -> Reply:
        """Answer a question. Raises ``EngineError`` where no reply comes, ``BusyError`` while others are answered."""
        ...

    def close(self) -> None:
        """Let the connections go."""
        ...
