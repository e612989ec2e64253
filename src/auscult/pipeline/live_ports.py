"""What assistance needs from the outside, beside ``ports``: where live conversations and knowledge are kept, and who
finds and writes answers.
"""  # noqa: D205  (one sentence)

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from msgspec import Struct

from auscult.domain.knowledge import Base, Document, Found, Passage, Piece, Written
from auscult.domain.live import Event
from auscult.domain.live_settings import AssistSettings
from auscult.domain.tenancy import Tenant


class Decision(NamedTuple):
    """Events to be added, and when somebody should look at the conversation after that."""

    events: Sequence[Event]
    due_at: datetime


Decide = Callable[[Sequence[Event]], Decision]
"""Given what happened so far, in the order of storing. May raise, and nothing is written then."""


class LiveLog(Struct, frozen=True, kw_only=True):
    """What happened to a conversation, in the order of storing. ``added`` are those of the call that gave this."""

    conversation_id: str
    events: tuple[Event, ...]
    added: tuple[Event, ...] = ()


class LiveListed(Struct, frozen=True, kw_only=True):
    """A live conversation in a list: when something last happened, and whether it is over."""

    conversation_id: str
    events: int
    last_at: datetime
    is_ended: bool


class LiveDue(Struct, frozen=True, kw_only=True):
    """A live conversation that somebody should look at."""

    tenant: Tenant
    conversation_id: str


class Settled(Struct, frozen=True, kw_only=True):
    """How a conversation was left: of its first ``events`` events nothing is to be done before ``due_at`` (None: ever)."""

    events: int
    due_at: datetime | None
    is_ended: bool


class LiveConversations(Protocol):
    """The conversations of one app that go on, or did: every event of them, each once."""

    def append(self, conversation_id: str, decide: Decide, *, make: bool = False) -> LiveLog:
        """Add what ``decide`` makes of what there is, in one transaction in which nobody else adds to it.

        Events that are there already, by id, are not added. A conversation that is unknown is made where ``make`` is
        so and something is added; otherwise there are no events.
        """
        ...

    def log(self, conversation_id: str) -> LiveLog:
        """All that happened to it; no events where it is unknown."""
        ...

    def count(self, conversation_id: str) -> int:
        """How many events there are."""
        ...

    def settle(self, conversation_id: str, settled: Settled) -> bool:
        """Say how it was left. False, and nothing is said, where something happened meanwhile."""
        ...

    def listing(self, *, is_ended: bool | None = None, after_id: str = "", limit: int = 100) -> list[LiveListed]:
        """Conversations by id, after ``after_id``: those that go on, those that are over, or all."""
        ...

    def settings(self) -> AssistSettings:
        """What the app chose, or else the defaults."""
        ...

    def configure(self, settings: AssistSettings) -> None:
        """Choose."""
        ...


class LiveWork(Protocol):
    """Live conversations of every app: what there is to do. For workers only."""

    def due(self, now: datetime, limit: int = 100) -> list[LiveDue]:
        """Those that somebody should have looked at by ``now``, the longest due first."""
        ...


class Knowledge(Protocol):
    """What one app knows, a base for each language, each in versions."""

    def add(
        self, source: str, language: str, kind: str, digest: bytes, pieces: Sequence[Piece]
    ) -> tuple[Document, bool]:
        """Add a document, or put it in the place of the one of that name; and whether that changed anything.

        The same content under the same name changes nothing.
        """
        ...

    def remove(self, source: str, language: str) -> Document | None:
        """Take a document out; None where there is none. Earlier versions keep it."""
        ...

    def documents(self, language: str | None = None) -> list[Document]:
        """The documents in force, by language and name."""
        ...

    def versions(self) -> dict[str, int]:
        """The version of each language's base."""
        ...

    def base(self, language: str, version: int | None = None) -> Base:
        """All passages of a base, at a version or as it stands now."""
        ...

    def passages(self, source: str, language: str) -> list[Passage]:
        """The passages of a document in force; none where there is no such document."""
        ...


class PassageIndex(Protocol):
    """Passages ready to be searched. Threads may share it."""

    def search(self, question: str, limit: int) -> list[Found]:
        """The passages that fit best, the best first."""
        ...

    def telling(self, text: str) -> float:
        """How much a text tells: 0 where it is nothing but numbers, 1 where it tells enough to be a question."""
        ...


class Retriever(Protocol):
    """Finds passages. Everything is done in memory, so it is quick."""

    @property
    def version(self) -> str:
        """Engine and model version."""
        ...

    @property
    def enough(self) -> float:
        """The score, times how much the question tells, from which on a passage is worth suggesting."""
        ...

    def index(self, passages: Sequence[Passage], language: str) -> PassageIndex:
        """Ready passages in one language to be searched."""
        ...


class Writer(Protocol):
    """Writes answers from passages alone: a language model."""

    def write(self, question: str, passages: Sequence[Passage], language: str) -> Written:
        """Answer a question in its language with nothing but what the passages say. Raises ``EngineError``."""
        ...

    def close(self) -> None:
        """Let the connections go."""
        ...
