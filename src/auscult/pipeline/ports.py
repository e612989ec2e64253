"""What the pipeline needs from the outside. Rooms above implement these; the pipeline knows only this file.

Every write is keyed by what it is about, so that doing it twice leaves what doing it once leaves.
The tenant is in the door: ``store.within(tenant)`` gives a view that cannot see another app.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar

from msgspec import Struct

from auscult.domain.audit import Audit, AuditChange, AuditState, TrailEntry
from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Evaluation, Status, Verdict
from auscult.domain.insight import Insights
from auscult.domain.probe import Answer, Probe
from auscult.domain.record import Filter, RecordPage, RecordQuery
from auscult.domain.tenancy import Tenant
from auscult.pipeline.access_ports import Clients
from auscult.pipeline.batch_ports import AppJobs, Batches, Priority, Workers
from auscult.pipeline.definition_ports import Definitions
from auscult.pipeline.far_ports import KeptAnswers, Places, Spending
from auscult.pipeline.feed_ports import Feed, Webhooks, WebhookWork
from auscult.pipeline.form_ports import Forms
from auscult.pipeline.live_ports import Knowledge, LiveConversations, LiveWork, Settled

if TYPE_CHECKING:
    from auscult.pipeline.sweep_ports import AppSweeps, Sweeps

T = TypeVar("T")


class Accepted(Struct, frozen=True, kw_only=True):
    """What became of a group of conversations handed in together; it is committed when this exists.

    ``batch_id`` is None when nothing in it needs processing (all were stored before, unchanged, and are done).
    """

    batch_id: str | None
    new: int
    changed: int
    unchanged: int


class Known(Struct, frozen=True, kw_only=True):
    """Verdicts that stand already, by metric id, and the engines that may have had a part in them."""

    verdicts: Mapping[str, Verdict] = {}
    engines: tuple[str, ...] = ()


class Pending(Struct, frozen=True, kw_only=True):
    """A stored conversation that waits to be evaluated. ``audit`` is that of an earlier revision, if it has one.

    Metrics whose verdict is ``known`` are not judged again.
    """

    conversation: Conversation
    revision: int
    audit: Audit | None = None
    known: Known = Known()


class Recorded(Struct, frozen=True, kw_only=True):
    """A conversation with what was decided about it: its newest evaluation and its audit, if it has one.

    ``insights`` are what analysis found in the revision that was evaluated; None where it was not analysed.
    ``is_current`` is false where a newer revision of the conversation waits to be evaluated: ``conversation`` is that
    one already, and ``evaluation`` still that of the revision before.
    """

    conversation: Conversation
    evaluation: Evaluation
    insights: Insights | None = None
    audit: Audit | None = None
    is_current: bool = True


class Wait(Struct, frozen=True, kw_only=True):
    """Why a conversation is not evaluated yet, and from when on it is tried again."""

    reason: str
    until: datetime


class Dossier(Struct, frozen=True, kw_only=True):
    """All that is kept of one conversation. ``evaluations`` are all there were, the newest first.

    ``insights`` belong to the revision that the newest evaluation is of; None where it was not analysed.
    ``is_current`` is false while its present revision is not recorded; ``has_failed`` when, besides, the batch that
    should have done it has ended, ``is_cancelled`` when somebody ended it; ``wait`` is there when it was postponed.
    """

    conversation: Conversation
    revision: int
    is_current: bool
    has_failed: bool
    is_cancelled: bool = False
    wait: Wait | None = None
    evaluations: tuple[Evaluation, ...]
    insights: Insights | None
    audit: Audit | None
    trail: tuple[TrailEntry, ...]


class Audited(Struct, frozen=True, kw_only=True):
    """A submitted audit beside what it is about.

    ``conversation`` is its present ``revision``, which may be a later one than was audited. ``evaluation`` is the one
    that the auditor had before them; None where that is not kept.
    """

    conversation: Conversation
    revision: int
    audit: Audit
    evaluation: Evaluation | None


class Rendered(Struct, frozen=True, kw_only=True):
    """One finished evaluation with the rows that the reports show of it: report name -> JSON bytes.

    ``insights`` are kept with the revision that was evaluated.
    ``audit`` is the audit that the rows show. ``filters`` says by what the rows of a report can be found; those of a
    report that is not named there, by all.
    """

    conversation: Conversation
    evaluation: Evaluation
    rows: Mapping[str, bytes]
    insights: Insights | None = None
    audit: Audit | None = None
    filters: Mapping[str, frozenset[Filter]] = {}


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

    def accept(self, conversations: Sequence[Conversation], /, priority: Priority = "backfill") -> Accepted:
        """Store them and the batch that will process them, in one transaction.

        The same id with the same content is unchanged; with other content it is a new revision. An id that
        stands twice in one call counts once, the last wins. A conversation that is unchanged but whose
        processing has not finished stays with the batch it came in.
        """
        ...

    def accept_ended(self, conversation: Conversation, settled: Settled) -> bool:
        """Accept a live one that is over, and say how it was left. False, and nothing, where more happened to it."""
        ...

    def pending(self, batch_id: str) -> list[Pending]:
        """The conversations of a batch at their present revision, those already recorded left out."""
        ...

    def statuses(self, conversation_ids: Sequence[str]) -> dict[str, Status]:
        """How each recorded conversation stands. Ids that are not recorded yet are left out."""
        ...

    def unfinished(self, conversation_ids: Sequence[str]) -> frozenset[str]:
        """Those that are not recorded yet, and of which the batch goes on."""
        ...

    def record(
        self, batch_id: str, finished: Sequence[Rendered], failure: str | None = None, *, is_last: bool = True
    ) -> None:
        """Write evaluations, insights, rows, facets and tallies and end the batch, in one transaction.

        What was recorded for that revision before is left; an older revision than the stored one is passed over.
        The batch is done, or, where some of it could not be processed, failed with ``failure`` as its reason; with
        ``is_last`` false it goes on. Of one that was cancelled meanwhile nothing is written.
        Raises ``AuditMovedError``, and writes nothing, when an audit was changed since it was rendered.
        """
        ...

    def rerender(self, after_id: str, limit: int) -> list[Recorded]:
        """Recorded conversations, by id, after ``after_id``, those that wait left out: what ``rebuild`` reads."""
        ...

    def replace_rows(self, finished: Sequence[Rendered]) -> None:
        """Replace rows, facets and tallies of these conversations, and keep insights where there were none.

        Evaluations stay as they are. One that was revised or audited meanwhile is passed over.
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

    def audited(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        auditor: str | None = None,
        after_id: str = "",
        limit: int = 100,
    ) -> list[Audited]:
        """Submitted audits by conversation id, after ``after_id``, of conversations with ``since`` <= start < ``until``."""
        ...

    def trail(self, conversation_id: str) -> list[TrailEntry]:
        """All that happened to a conversation's audit, in order."""
        ...


class AppStore(Protocol):
    """All that belongs to one app."""

    @property
    def feed(self) -> Feed:
        """The changes of its conversations."""
        ...

    @property
    def webhooks(self) -> Webhooks:
        """Its webhooks."""
        ...

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
    def definitions(self) -> Definitions:
        """What it defines beside forms."""
        ...

    @property
    def live(self) -> LiveConversations:
        """Its live conversations."""
        ...

    @property
    def knowledge(self) -> Knowledge:
        """What it knows."""
        ...

    @property
    def audits(self) -> Audits:
        """Its audits."""
        ...

    @property
    def answers(self) -> KeptAnswers:
        """What far engines answered about its conversations."""
        ...

    @property
    def sweeps(self) -> "AppSweeps":
        """Its sweeps."""
        ...

    @property
    def jobs(self) -> AppJobs:
        """Its batches, to be looked after."""
        ...


class Store(Protocol):
    """The database."""

    @property
    def webhook_work(self) -> WebhookWork:
        """The webhooks of every app."""
        ...

    @property
    def batches(self) -> Batches:
        """Batches of every app."""
        ...

    @property
    def clients(self) -> Clients:
        """Clients of every account."""
        ...

    @property
    def live_work(self) -> LiveWork:
        """Live conversations of every app."""
        ...

    @property
    def sweeps(self) -> "Sweeps":
        """Portions of the sweeps of every app."""
        ...

    @property
    def workers(self) -> Workers:
        """The workers on this database."""
        ...

    @property
    def places(self) -> Places:
        """Places at the judge."""
        ...

    @property
    def spending(self) -> Spending:
        """What far engines use in a day."""
        ...

    def within(self, tenant: Tenant) -> AppStore:
        """The one door to an app's data. The app must exist."""
        ...

    def across(self, tenants: Sequence[Tenant], query: RecordQuery) -> RecordPage:
        """One page over several apps of one account (``query.app_ids`` must be these), in the one order of all rows."""
        ...

    async def awaited(self, act: Callable[[], T]) -> T:
        """Do what reads pages on the event loop, which goes on while the database answers. Not for an embedded one."""
        ...

    async def leave_loop(self) -> None:
        """Let the connections go that ``awaited`` opened, before their event loop ends."""
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
