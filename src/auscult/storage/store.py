"""The store: everything that is kept, in one database."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Generic, NamedTuple, TypeVar, cast

from auscult.domain.errors import NotFoundError
from auscult.domain.operations.figures import Figures
from auscult.domain.people.visibility import EVERYTHING, Visibility
from auscult.domain.privacy.digests import digest_with
from auscult.domain.privacy.erasure_list import Line
from auscult.domain.record import RecordPage, RecordQuery
from auscult.domain.tenancy import Tenant
from auscult.storage.absences import AccountAbsences
from auscult.storage.access.apps import Apps
from auscult.storage.access.bound_secrets import SecretLock
from auscult.storage.access.clients import Clients
from auscult.storage.access.signing_key import SigningKey, read_signing_key
from auscult.storage.ai_agents import AppAiAgents
from auscult.storage.assist.knowledge import AppKnowledge
from auscult.storage.assist.live import AppLive, LiveWork
from auscult.storage.audits.bookmarks import AppBookmarks
from auscult.storage.audits.frames import AppFrames
from auscult.storage.audits.plans import AppPlans
from auscult.storage.audits.queue import AppQueue
from auscult.storage.audits.repository import AppAudits
from auscult.storage.calibration import AppCalibrations
from auscult.storage.coaching import AppCoaching
from auscult.storage.comments import AppComments
from auscult.storage.connectors.repository import AppConnectors
from auscult.storage.conversations.erasing import AppErasure
from auscult.storage.conversations.evaluations import EvaluationReader
from auscult.storage.conversations.mask_faults import AppMaskFaults
from auscult.storage.conversations.repository import AppConversations
from auscult.storage.conversations.timeline import AppTimeline
from auscult.storage.core.database import A_FEW, Connections, Database
from auscult.storage.core.migrations import is_usable, newest, versions
from auscult.storage.core.result_seals import ResultSeals
from auscult.storage.core.troubles import Trouble
from auscult.storage.corrections import AppCorrections
from auscult.storage.definitions.forms import AppForms
from auscult.storage.definitions.repository import AppDefinitions
from auscult.storage.delivery.exports import AppExports, ExportWork
from auscult.storage.delivery.feed import AppFeed
from auscult.storage.delivery.webhooks import AppWebhooks, WebhookWork
from auscult.storage.directory import AppAliases, widened
from auscult.storage.disputes import AppDisputes
from auscult.storage.first_hour import AppFirstHour
from auscult.storage.form_examples import AppFormExamples
from auscult.storage.history.backfills import AppBackfills
from auscult.storage.history.chunks import Chunks
from auscult.storage.judge.answers import AppAnswers, DaySpending
from auscult.storage.judge.slots import JudgeSlots
from auscult.storage.limits import LimitStore
from auscult.storage.notices import AppNotices
from auscult.storage.pages.facet_names import AppNames, FacetNames
from auscult.storage.pages.insight_tallies import AppInsightTallies
from auscult.storage.pages.reading import Pages
from auscult.storage.people import AppPeople, People
from auscult.storage.pinned import AppCollections
from auscult.storage.privacy.approvals import AppApprovals
from auscult.storage.privacy.log import AccessLog
from auscult.storage.privacy.redaction import AppPrivacy
from auscult.storage.privacy.retention import AppRetention, Elsewhere, count_hold_events, read_erased
from auscult.storage.recordings.repository import AppRecordings, Recordings
from auscult.storage.recordings.tasks import RecordingTasks
from auscult.storage.recordings.transcriptions import Transcriptions
from auscult.storage.schedules import AppSchedules
from auscult.storage.targets import AppTargets
from auscult.storage.upkeep.altered import altered, filed_rows
from auscult.storage.upkeep.figures import read_figures
from auscult.storage.upkeep.masking import AppMasking
from auscult.storage.upkeep.repair import repair
from auscult.storage.upkeep.verify import Difference, Verifier
from auscult.storage.work.app_batches import AppJobs
from auscult.storage.work.batches import Batches
from auscult.storage.work.work_list import WorkList
from auscult.storage.work.workers import Workers
from auscult.storage.workdays import AppWorkingDays

T = TypeVar("T")


class Basis(NamedTuple):
    """The parts that the repositories of all apps are made of."""

    database: Database
    secret_key: bytes
    signing: SigningKey
    pages: Pages
    names: FacetNames
    evaluations: EvaluationReader
    people: People
    lock: SecretLock
    elsewhere: Elsewhere | None


class Part(Generic[T]):
    """A repository of an app: made when it is first asked for, and kept by the app from then on."""

    def __init__(self, make: Callable[["AppStore"], T]) -> None:
        """``make`` returns the repository of a whole app."""
        self._make = make
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        """Keep the repository under its own name, which is found in the app before this is asked again."""
        self._name = name

    def __get__(self, app: "AppStore", owner: type) -> T:
        """Return the repository: that of the whole app, narrowed where there is something to narrow."""
        made: T = self._make(app) if app.whole is None else getattr(app.whole, self._name)
        narrowed: Callable[[Visibility], T] | None = getattr(made, "seen_by", None) if app.whole else None
        made = narrowed(app.visibility) if narrowed else made
        vars(app)[self._name] = made
        return made


def part(make: Callable[["AppStore"], T]) -> T:
    """Declare a repository of ``AppStore``; it reads as an attribute like any other."""
    return cast("T", Part(make))


class AppStore:
    """All that belongs to one app, as far as ``visibility`` shows it. Made by ``Store.within``."""

    def __init__(
        self,
        basis: Basis,
        tenant: Tenant,
        number: int,
        whole: "AppStore | None" = None,
        visibility: Visibility = EVERYTHING,
    ) -> None:
        """``number`` is the app's; ``whole`` the same app, of which ``visibility`` shows a part."""
        self.basis = basis
        self.database = basis.database
        self.tenant = tenant
        self.number = number
        self.whole = whole
        self.visibility = visibility

    def seen_by(self, visibility: Visibility) -> "AppStore":
        """Return the same for a principal: what is not visible does not exist, in lists, pages and counts alike."""
        if visibility.is_everything:
            return self
        return AppStore(self.basis, self.tenant, self.number, self, visibility)

    conversations = part(
        lambda app: AppConversations(
            app.database, app.tenant, app.number, app.basis.pages, app.basis.evaluations, app.privacy, app.erasure
        )
    )
    timeline = part(lambda app: AppTimeline(app.database, app.number, app.basis.evaluations))
    forms = part(lambda app: AppForms(app.database, app.number))
    form_examples = part(lambda app: AppFormExamples(app.database, app.number))
    definitions = part(lambda app: AppDefinitions(app.database, app.number))
    audits = part(lambda app: AppAudits(app.database, app.number, app.basis.evaluations))
    plans = part(lambda app: AppPlans(app.database, app.number))
    frames = part(lambda app: AppFrames(app.database, app.number, app.basis.evaluations))
    bookmarks = part(lambda app: AppBookmarks(app.database, app.number))
    queue = part(lambda app: AppQueue(app.database, app.number))
    disputes = part(lambda app: AppDisputes(app.database, app.number))
    comments = part(lambda app: AppComments(app.database, app.number))
    corrections = part(lambda app: AppCorrections(app.database, app.number))
    notices = part(lambda app: AppNotices(app.database, app.number))
    collections = part(lambda app: AppCollections(app.database, app.number))
    calibrations = part(lambda app: AppCalibrations(app.database, app.number))
    coaching = part(lambda app: AppCoaching(app.database, app.number))
    schedules = part(lambda app: AppSchedules(app.database, app.number))
    connectors = part(lambda app: AppConnectors(app.database, app.number, app.basis.secret_key))
    answers = part(lambda app: AppAnswers(app.database, app.number))
    backfills = part(lambda app: AppBackfills(app.database, app.tenant, app.number, app.basis.evaluations))
    live = part(lambda app: AppLive(app.database, app.number, app.privacy))
    knowledge = part(lambda app: AppKnowledge(app.database, app.number))
    feed = part(lambda app: AppFeed(app.database, app.number))
    webhooks = part(lambda app: AppWebhooks(app.database, app.number, app.basis.lock))
    jobs = part(lambda app: AppJobs(app.database, app.number))
    log = part(lambda app: AccessLog(app.database, app.basis.signing, app.tenant.app_id))
    privacy = part(lambda app: AppPrivacy(app.database, app.number, app.basis.secret_key))
    mask_faults = part(lambda app: AppMaskFaults(app.database, app.number))
    masking = part(lambda app: AppMasking(app.database, app.number, app.privacy))
    retention = part(
        lambda app: AppRetention(app.database, app.number, app.tenant.app_id, app.basis.signing, app.basis.elsewhere)
    )
    erasure = part(lambda app: AppErasure(app.database, app.number, app.tenant.app_id, app.retention))
    approvals = part(lambda app: AppApprovals(app.database, app.number, app.privacy))
    recordings = part(lambda app: AppRecordings(app.database, app.number))
    people = part(lambda app: AppPeople(app.database, app.number, app.basis.people))
    exports = part(lambda app: AppExports(app.database, app.number))
    names = part(lambda app: AppNames(app.basis.names, app.number))
    targets = part(lambda app: AppTargets(app.database, app.number, app.basis.secret_key))
    absences = part(lambda app: AccountAbsences(app.database, app.tenant.account_id))
    working_days = part(lambda app: AppWorkingDays(app.database, app.number))
    insight_tallies = part(lambda app: AppInsightTallies(app.database, app.number))
    first_hour = part(lambda app: AppFirstHour(app.database, app.number))
    aliases = part(lambda app: AppAliases(app.database, app.number))
    ai_agents = part(lambda app: AppAiAgents(app.database, app.number, app.privacy))


class Store:
    """The database, behind the ports. Safe to share between threads."""

    def __init__(self, database: Database, secret_key: bytes) -> None:
        """The database must have been migrated. Raises ``SettingsError`` when the key cannot be one."""
        self.work = WorkList(database)
        self.batches = Batches(database)
        self.clients = Clients(database, secret_key)
        self.people = People(database, secret_key)
        self.live_work = LiveWork(database)
        self.workers = Workers(database)
        self.judge_slots = JudgeSlots(database)
        self.spending = DaySpending(database)
        self.limits = LimitStore(database)
        self.backfills = Chunks(database)
        self.webhook_work = WebhookWork(database, secret_key)
        self._secret_key = secret_key
        self._signing = SigningKey(database, secret_key)
        self.digest = digest_with(secret_key)
        self.log = AccessLog(database, self._signing)
        self.recordings = Recordings(database)
        self.transcriptions = Transcriptions(database)
        self.recording_tasks = RecordingTasks(database)
        self.export_work = ExportWork(database)
        self.is_embedded = database.dialect.is_embedded
        """Whether a read is so short, and waits for so little, that it needs no thread of its own."""
        self._database = database
        self._apps = Apps(database)
        self._pages = Pages(database)
        self._names = FacetNames(database)
        self._evaluations = EvaluationReader()
        self._recount = Verifier(database)
        self._within: dict[Tenant, AppStore] = {}
        self._elsewhere: Elsewhere | None = None

    @property
    def secret_key(self) -> bytes:
        """The present key. What is signed with a key derived from it ends with its rotation."""
        return self._secret_key

    def list_elsewhere(self, elsewhere: Elsewhere) -> None:
        """Set what lists the erasures and holds of apps that are opened from now on in a second place."""
        self._elsewhere = elsewhere

    def within(self, tenant: Tenant) -> AppStore:
        """The one door to an app's data. Raises ``NotFoundError`` when there is no such app."""
        if tenant not in self._within:
            self._within[tenant] = self._open(tenant)
        return self._within[tenant]

    def _open(self, tenant: Tenant) -> AppStore:
        basis = Basis(
            database=self._database,
            secret_key=self._secret_key,
            signing=self._signing,
            pages=self._pages,
            names=self._names,
            evaluations=self._evaluations,
            people=self.people,
            lock=self.webhook_work.lock,
            elsewhere=self._elsewhere,
        )
        return AppStore(basis, tenant, self._apps.key(tenant))

    def absences_of(self, account_id: str) -> AccountAbsences:
        """Return the absences of the users of an account."""
        return AccountAbsences(self._database, account_id)

    def across(self, tenants: Sequence[Tenant], query: RecordQuery) -> RecordPage:
        """Return one page over several apps, merged. Raises ``NotFoundError`` when there is no such app.

        Where two apps have conversations of one start and one id, a cursor cannot point between them.
        """
        if query.app_ids != tuple(tenant.app_id for tenant in tenants):
            raise NotFoundError("The query names other apps than these", code="app.unknown", field="app")
        for tenant in tenants:
            query = widened(query, self.within(tenant).aliases)
        return self._pages.page(tuple(self._apps.key(tenant) for tenant in tenants), query)

    def changes(self) -> int:
        """Return how many transactions have written what pages show. While it is the same, so are the pages."""
        return self._database.changes()

    async def awaited(self, act: Callable[[], T]) -> T:
        """Do what reads pages on the event loop, which goes on while the database answers. Not for an embedded one."""
        return await self._database.awaited(act)

    async def leave_loop(self) -> None:
        """Let the connections go that ``awaited`` opened, before their event loop ends."""
        await self._database.leave_loop()

    def ensure(self, tenant: Tenant) -> None:
        """Create account, org and app when new. Raises ``ConflictError`` when the app belongs elsewhere."""
        self._apps.ensure(tenant)

    def tenant(self, app_id: str) -> Tenant | None:
        """The tenant that an app id belongs to."""
        return self._apps.tenant(app_id)

    def tenants(self) -> list[Tenant]:
        """Every app, by id."""
        return self._apps.tenants()

    def outdated(self, left: Collection[str] = ()) -> tuple[Tenant, str] | None:
        """The first app, not in ``left``, with rows of an earlier version, and the conversation after which they are."""
        return self._apps.outdated(left)

    def is_outdated(self, tenant: Tenant) -> bool:
        """Return whether an app has rows that an earlier version rendered."""
        return self._apps.is_outdated(tenant)

    def keep_rendered(self, tenant: Tenant, after: str | None, until: str | None, names: int) -> None:
        """Store that rows after one conversation, up to another, are of this version; None: from the first, to the last.

        ``names`` is the version of the names that they show.
        """
        self._apps.keep_rendered(tenant, after, until, names)

    def recount(self, *tenants: Tenant) -> list[Difference]:
        """Count everything of these apps (of all apps) again; what does not agree, nothing when all does.

        Reads every row of every report, each app in one state of its data.
        """
        apps = [self._apps.key(tenant) for tenant in tenants or self.tenants()]
        return [difference for app in apps for difference in self._recount.differences(app)]

    def altered(self, *tenants: Tenant) -> list[Difference]:
        """Compare the evaluations, audits and forms of these apps (of all apps) with their seals; what differs."""
        apps = [self._apps.key(tenant) for tenant in tenants or self.tenants()]
        return [difference for app in apps for difference in altered(self._database, app)]

    def filed(self, tenant: Tenant, after: str, limit: int, *, is_itself: bool = False) -> dict[str, dict[str, bytes]]:
        """Return the rows of recorded conversations after one, or of it itself, by id and by report."""
        return filed_rows(self._database, self._apps.key(tenant), after, limit, is_itself=is_itself)

    def rebuild_tallies(self, *tenants: Tenant) -> None:
        """Compute tallies and the index of facets of these apps (of all apps) again from their rows, app by app."""
        for tenant in tenants or self.tenants():
            self._recount.rebuild_tallies(self._apps.key(tenant))

    def repair(self, *tenants: Tenant) -> None:
        """Repair in these apps (in all apps) the differences of ``recount`` that rendering rows again does not repair."""
        for tenant in tenants or self.tenants():
            repair(self._database, self._apps.key(tenant))

    def vacuum(self) -> None:
        """Vacuum what was written in bulk, where the database needs it."""
        self._database.vacuum()

    def erased(self, after: int = 0) -> list[tuple[int, Line]]:
        """Return what was erased in every app, after the number of an erasure, in order: numbers, and lines of the list."""
        with self._database.reading() as connection:
            return read_erased(connection, after)

    def hold_events(self) -> int:
        """Return how often a hold was placed or lifted, in every app."""
        with self._database.reading() as connection:
            return count_hold_events(connection)

    def figures(self, at: datetime | None = None) -> Figures:
        """Return the figures of all apps together, for monitoring."""
        return read_figures(self._database, at)

    @property
    def needed_version(self) -> str:
        """The version of the tables that this auscult works on."""
        return newest()

    def table_version(self) -> str | None:
        """Return the version of the tables as they are; None where there are none."""
        with self._database.reading() as connection:
            return max(versions(connection), default=None)

    def has_usable_tables(self) -> bool:
        """Return whether the tables are of this version, or of a newer one alongside which it may go on."""
        with self._database.reading() as connection:
            return is_usable(connection)

    def is_ready(self) -> bool:
        """Return whether the database answers."""
        return self._database.answers()

    def trouble_of(self, error: Exception) -> Trouble | None:
        """Return what keeps the database from its work, where that is behind an error or holds now."""
        return self._database.trouble_of(error) or (None if self.is_ready() else "away")

    def close(self) -> None:
        """Let every connection go."""
        self._database.close()


def open_store(url: str, secret_key: bytes, connections: Connections = A_FEW) -> Store:
    """Open a migrated database by its URL as users write it. Raises ``SettingsError`` for a URL or key of no use."""
    seals = ResultSeals(partial(read_signing_key, secret_key=secret_key))
    return Store(Database(url, connections, seals), secret_key)
