"""What the pipeline needs from the outside. Rooms above implement these; the pipeline knows only this file.

Every write is keyed by what it is about, so that doing it twice leaves what doing it once leaves.
The tenant is in the door: ``store.within(tenant)`` gives a view that cannot see another app.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Literal, Protocol

from msgspec import Struct

from auscult.domain.audit import Audit, AuditChange, AuditState, TrailEntry
from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Evaluation, Status
from auscult.domain.probe import Answer, Probe
from auscult.domain.record import Filter, RecordPage, RecordQuery
from auscult.domain.tenancy import Client, Tenant


class Accepted(Struct, frozen=True, kw_only=True):
    """What became of a group of conversations handed in together; it is committed when this exists.

    ``batch_id`` is None when nothing in it needs processing (all were stored before, unchanged, and are done).
    """

    batch_id: str | None
    new: int
    changed: int
    unchanged: int


class Pending(Struct, frozen=True, kw_only=True):
    """A stored conversation that waits to be evaluated. ``audit`` is that of an earlier revision, if it has one."""

    conversation: Conversation
    revision: int
    audit: Audit | None = None


class Recorded(Struct, frozen=True, kw_only=True):
    """A conversation with what was decided about it: its newest evaluation and its audit, if it has one.

    ``is_current`` is false where a newer revision of the conversation waits to be evaluated: ``conversation`` is that
    one already, and ``evaluation`` still that of the revision before.
    """

    conversation: Conversation
    evaluation: Evaluation
    audit: Audit | None = None
    is_current: bool = True


class Dossier(Struct, frozen=True, kw_only=True):
    """All that is kept of one conversation. ``evaluations`` are all there were, the newest first.

    ``is_current`` is false while its present revision is not recorded; ``has_failed`` when, besides, the batch that
    should have done it has ended.
    """

    conversation: Conversation
    revision: int
    is_current: bool
    has_failed: bool
    evaluations: tuple[Evaluation, ...]
    audit: Audit | None
    trail: tuple[TrailEntry, ...]


class FormVersion(Struct, frozen=True, kw_only=True):
    """A form as it was published: the user's document, and when. The newest version of each form is in force."""

    form_id: str
    version: int
    document: bytes
    published_at: datetime


class Rendered(Struct, frozen=True, kw_only=True):
    """One finished evaluation with the rows that the reports show of it: report name -> JSON bytes.

    ``audit`` is the audit that the rows show. ``filters`` says by what the rows of a report can be found; those of a
    report that is not named there, by all.
    """

    conversation: Conversation
    evaluation: Evaluation
    rows: Mapping[str, bytes]
    audit: Audit | None = None
    filters: Mapping[str, frozenset[Filter]] = {}


BatchState = Literal["accepted", "done", "failed"]


class Batch(Struct, frozen=True, kw_only=True):
    """A group of accepted conversations, processed together by one durable workflow whose id is the batch's.

    ``reason`` says why a failed batch failed.
    """

    batch_id: str
    tenant: Tenant
    size: int
    state: BatchState
    accepted_at: datetime
    reason: str | None = None


class Engine(Protocol):
    """An outside mind. A deterministic one gives the same answer whatever else is in the batch."""

    probe: ClassVar[type[Probe]]
    """The kind of probe it answers."""

    @property
    def version(self) -> str:
        """Engine and model version, kept beside every answer: ``wordllama 0.4.0 l2_supercat 256``."""
        ...

    def answer(self, probes: Sequence[Probe]) -> list[Answer]:
        """One answer for each probe, in order. Raises ``EngineError`` when it cannot."""
        ...


Engines = Mapping[type[Probe], Engine]
"""The engine for each kind of probe that one is configured for."""


class Conversations(Protocol):
    """The conversations of one app."""

    def accept(self, conversations: Sequence[Conversation], /) -> Accepted:
        """Store them and the batch that will process them, in one transaction.

        The same id with the same content is unchanged; with other content it is a new revision. An id that
        stands twice in one call counts once, the last wins. A conversation that is unchanged but whose
        processing has not finished stays with the batch it came in.
        """
        ...

    def pending(self, batch_id: str) -> list[Pending]:
        """The conversations of a batch at their present revision, those already recorded left out."""
        ...

    def statuses(self, conversation_ids: Sequence[str]) -> dict[str, Status]:
        """How each recorded conversation stands. Ids that are not recorded yet are left out."""
        ...

    def record(self, batch_id: str, finished: Sequence[Rendered], failure: str | None = None) -> None:
        """Write evaluations, rows, facets and tallies and end the batch, in one transaction.

        What was recorded for that revision before is left; an older revision than the stored one is passed over.
        The batch is done, or, where some of it could not be processed, failed with ``failure`` as its reason.
        Raises ``AuditMovedError``, and writes nothing, when an audit was changed since it was rendered.
        """
        ...

    def rerender(self, after_id: str, limit: int) -> list[Recorded]:
        """Recorded conversations, by id, after ``after_id``, those that wait left out: what ``rebuild`` reads."""
        ...

    def replace_rows(self, finished: Sequence[Rendered]) -> None:
        """Replace rows, facets and tallies of these conversations; evaluations stay as they are.

        One that was revised or audited meanwhile is passed over.
        """
        ...

    def get(self, conversation_id: str) -> Dossier | None:
        """All that is kept of one conversation, evaluated or not; None when it is unknown."""
        ...

    def erase(self, conversation_id: str) -> bool:
        """Erase a conversation and all that was made of it, in one transaction; whether there was one.

        A batch that is under way with it does not bring it back. The same id may come again afterwards.
        """
        ...

    def page(self, query: RecordQuery) -> RecordPage:
        """One page of a report (``query.app_ids`` must be this app)."""
        ...


class Forms(Protocol):
    """The forms of one app."""

    def publish(self, form_id: str, document: bytes) -> FormVersion:
        """Store a new version; the same document as the newest version stores nothing and gives that one."""
        ...

    def in_force(self) -> list[FormVersion]:
        """The newest version of each form, by form id."""
        ...

    def get(self, form_id: str, version: int | None = None) -> FormVersion | None:
        """One version, or the newest."""
        ...

    def versions(self, form_id: str) -> list[FormVersion]:
        """Every version of a form, the newest first; none when it is unknown."""
        ...


class Audits(Protocol):
    """The audits of one app."""

    def case(self, conversation_id: str) -> Recorded | None:
        """One conversation as an auditor has it before them; None when it is unknown or not evaluated yet."""
        ...

    def save(self, change: AuditChange, rendered: Rendered | None = None) -> None:
        """Write an audit, the line of its trail, and the rows that show it, in one transaction.

        ``rendered`` is there unless nothing is told (a draft) or the conversation is not current.
        Raises ``AuditMovedError``, and writes nothing, when audit or evaluation were changed meanwhile.
        """
        ...

    def of(self, conversation_ids: Sequence[str]) -> dict[str, Audit]:
        """The audits of these conversations, by conversation id, where there are any."""
        ...

    def listing(
        self, *, state: AuditState | None = None, auditor: str | None = None, after_id: str = "", limit: int = 100
    ) -> list[Audit]:
        """Audits by conversation id, after ``after_id``; of one state, of one auditor, or all."""
        ...

    def trail(self, conversation_id: str) -> list[TrailEntry]:
        """All that happened to a conversation's audit, in order."""
        ...


class AppStore(Protocol):
    """All that belongs to one app."""

    @property
    def tenant(self) -> Tenant:
        """Which app it is."""
        ...

    @property
    def conversations(self) -> Conversations:
        """Its conversations."""
        ...

    @property
    def forms(self) -> Forms:
        """Its forms."""
        ...

    @property
    def audits(self) -> Audits:
        """Its audits."""
        ...


class Batches(Protocol):
    """Batches of every app: the work list. For workers only."""

    def waiting(self, limit: int = 1000) -> list[Batch]:
        """Batches that are accepted and not done, oldest first."""
        ...

    def failed(self, limit: int = 1000) -> list[Batch]:
        """Batches that could not be processed, newest first: what ``doctor`` tells."""
        ...

    def get(self, batch_id: str) -> Batch | None:
        """One batch."""
        ...

    def begin(self, batch_id: str) -> int:
        """Count a start of its processing; how many there have been, this one included."""
        ...

    def fail(self, batch_id: str, reason: str) -> None:
        """Say that a batch cannot be processed, and why; its conversations stay stored."""
        ...


class Workers(Protocol):
    """The workers on this database, each under a name that no other has. Whose beats go on is alive."""

    def beat(self, worker: str) -> None:
        """Add one to this worker's beats; the first beat makes it known."""
        ...

    def beats(self) -> dict[str, int]:
        """How often each known worker has beaten."""
        ...

    def leave(self, worker: str) -> None:
        """Forget a worker: it ended with nothing in hand, or is dead. Unknown ones are no error."""
        ...


class Windows(Protocol):
    """Counts of requests in windows of time, shared by every process that serves."""

    @property
    def is_embedded(self) -> bool:
        """Whether a count is so quick that it needs no thread of its own."""
        ...

    def take(self, key: str, limit: int, window_s: int) -> tuple[int, float]:
        """Count one more for ``key``; how many there are now (``limit`` + 1 is refused) and seconds to the window's end."""
        ...

    def close(self) -> None:
        """Let the connections go."""
        ...


class Clients(Protocol):
    """JWT apps, across accounts. Secrets are encrypted at rest."""

    def add(self, client: Client) -> None:
        """Store a new client."""
        ...

    def find(self, client_id: str) -> Client | None:
        """A client that is not revoked, with its secret."""
        ...

    def listing(self) -> list[Client]:
        """Every client, secrets blanked, revoked ones too."""
        ...

    def revoke(self, client_id: str) -> None:
        """End a client. Raises ``NotFoundError`` when there is none."""
        ...


class Store(Protocol):
    """The database."""

    @property
    def batches(self) -> Batches:
        """Batches of every app."""
        ...

    @property
    def clients(self) -> Clients:
        """Clients of every account."""
        ...

    @property
    def workers(self) -> Workers:
        """The workers on this database."""
        ...

    def within(self, tenant: Tenant) -> AppStore:
        """The one door to an app's data. The app must exist."""
        ...

    def across(self, tenants: Sequence[Tenant], query: RecordQuery) -> RecordPage:
        """One page over several apps of one account (``query.app_ids`` must be these), in the one order of all rows."""
        ...

    def ensure(self, tenant: Tenant) -> None:
        """Create account, org and app when new. Raises ``ConflictError`` when the app belongs elsewhere."""
        ...

    def tenant(self, app_id: str) -> Tenant | None:
        """The tenant that an app id belongs to."""
        ...

    def tenants(self) -> list[Tenant]:
        """Every app."""
        ...
