"""The store: everything that is kept, in one database."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple, TypeVar

from auscult.domain.errors import NotFoundError
from auscult.domain.operations.figures import Figures
from auscult.domain.people.visibility import EVERYTHING, Visibility
from auscult.domain.privacy.digests import digest_with
from auscult.domain.privacy.erasure_list import Line
from auscult.domain.record import RecordPage, RecordQuery
from auscult.domain.tenancy import Tenant
from auscult.storage.absences import AccountAbsences
from auscult.storage.access.apps import Apps
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
from auscult.storage.pages.reading import Pages
from auscult.storage.people import AppPeople, People
from auscult.storage.pinned import AppCollections
from auscult.storage.privacy.approvals import AppApprovals
from auscult.storage.privacy.log import AccessLog
from auscult.storage.privacy.redaction import AppPrivacy, RedactEach, redact_here
from auscult.storage.privacy.retention import AppRetention, Elsewhere, count_hold_events, read_erased
from auscult.storage.recordings.repository import AppRecordings, Recordings
from auscult.storage.recordings.tasks import RecordingTasks
from auscult.storage.recordings.transcriptions import Transcriptions
from auscult.storage.schedules import AppSchedules
from auscult.storage.targets import AppTargets
from auscult.storage.upkeep.altered import altered, filed_rows
from auscult.storage.upkeep.figures import read_figures
from auscult.storage.upkeep.repair import repair
from auscult.storage.upkeep.verify import Difference, Verifier
from auscult.storage.work.app_batches import AppJobs
from auscult.storage.work.batches import Batches
from auscult.storage.work.work_list import WorkList
from auscult.storage.work.workers import Workers
from auscult.storage.workdays import AppWorkingDays

T = TypeVar("T")


class AppStore(NamedTuple):
    """All that belongs to one app, as far as ``visibility`` shows it. Made by ``Store.within``."""

    tenant: Tenant
    conversations: AppConversations
    timeline: AppTimeline
    forms: AppForms
    form_examples: AppFormExamples
    definitions: AppDefinitions
    audits: AppAudits
    plans: AppPlans
    frames: AppFrames
    bookmarks: AppBookmarks
    queue: AppQueue
    disputes: AppDisputes
    comments: AppComments
    corrections: AppCorrections
    notices: AppNotices
    collections: AppCollections
    calibrations: AppCalibrations
    coaching: AppCoaching
    schedules: AppSchedules
    connectors: AppConnectors
    answers: AppAnswers
    backfills: AppBackfills
    live: AppLive
    knowledge: AppKnowledge
    feed: AppFeed
    webhooks: AppWebhooks
    jobs: AppJobs
    log: AccessLog
    privacy: AppPrivacy
    retention: AppRetention
    erasure: AppErasure
    approvals: AppApprovals
    recordings: AppRecordings
    people: AppPeople
    exports: AppExports
    names: AppNames
    targets: AppTargets
    absences: AccountAbsences
    working_days: AppWorkingDays
    first_hour: AppFirstHour
    aliases: AppAliases
    ai_agents: AppAiAgents
    visibility: Visibility = EVERYTHING

    def seen_by(self, visibility: Visibility) -> "AppStore":
        """Return the same for a principal: what is not visible does not exist, in lists, pages and counts alike."""
        if visibility.is_everything:
            return self
        return self._replace(
            conversations=self.conversations.seen_by(visibility),
            audits=self.audits.seen_by(visibility),
            frames=self.frames.seen_by(visibility),
            bookmarks=self.bookmarks.seen_by(visibility),
            queue=self.queue.seen_by(visibility),
            disputes=self.disputes.seen_by(visibility),
            comments=self.comments.seen_by(visibility),
            corrections=self.corrections.seen_by(visibility),
            form_examples=self.form_examples.seen_by(visibility),
            notices=self.notices.seen_by(visibility),
            collections=self.collections.seen_by(visibility),
            live=self.live.seen_by(visibility),
            feed=self.feed.seen_by(visibility),
            webhooks=self.webhooks.seen_by(visibility),
            recordings=self.recordings.seen_by(visibility),
            names=self.names.seen_by(visibility),
            visibility=visibility,
        )


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
        self._redact_each = redact_here
        self._elsewhere: Elsewhere | None = None

    @property
    def secret_key(self) -> bytes:
        """The present key. What is signed with a key derived from it ends with its rotation."""
        return self._secret_key

    def redact_by(self, redact_each: RedactEach) -> None:
        """Set how many conversations are redacted in apps that are opened from now on."""
        self._redact_each = redact_each

    def list_elsewhere(self, elsewhere: Elsewhere) -> None:
        """Set what lists the erasures and holds of apps that are opened from now on in a second place."""
        self._elsewhere = elsewhere

    def within(self, tenant: Tenant) -> AppStore:
        """The one door to an app's data. Raises ``NotFoundError`` when there is no such app."""
        if tenant not in self._within:
            self._within[tenant] = self._open(tenant)
        return self._within[tenant]

    def _open(self, tenant: Tenant) -> AppStore:
        app = self._apps.key(tenant)
        privacy = AppPrivacy(self._database, app, self._secret_key, self._redact_each)
        retention = AppRetention(self._database, app, tenant.app_id, self._signing, self._elsewhere)
        erasure = AppErasure(self._database, app, tenant.app_id, retention)
        kept = (self._pages, self._evaluations, privacy, erasure)
        return AppStore(
            tenant=tenant,
            conversations=AppConversations(self._database, tenant, app, *kept),
            timeline=AppTimeline(self._database, app, self._evaluations),
            forms=AppForms(self._database, app),
            definitions=AppDefinitions(self._database, app),
            audits=AppAudits(self._database, app, self._evaluations),
            plans=AppPlans(self._database, app),
            frames=AppFrames(self._database, app, self._evaluations),
            bookmarks=AppBookmarks(self._database, app),
            queue=AppQueue(self._database, app),
            disputes=AppDisputes(self._database, app),
            comments=AppComments(self._database, app),
            corrections=AppCorrections(self._database, app),
            form_examples=AppFormExamples(self._database, app),
            notices=AppNotices(self._database, app),
            collections=AppCollections(self._database, app),
            calibrations=AppCalibrations(self._database, app),
            coaching=AppCoaching(self._database, app),
            schedules=AppSchedules(self._database, app),
            connectors=AppConnectors(self._database, app, self._secret_key),
            answers=AppAnswers(self._database, app),
            backfills=AppBackfills(self._database, tenant, app, self._evaluations),
            live=AppLive(self._database, app, privacy),
            knowledge=AppKnowledge(self._database, app),
            feed=AppFeed(self._database, app),
            webhooks=AppWebhooks(self._database, app, self.webhook_work.lock),
            jobs=AppJobs(self._database, app),
            log=AccessLog(self._database, self._signing, tenant.app_id),
            privacy=privacy,
            retention=retention,
            erasure=erasure,
            approvals=AppApprovals(self._database, app, privacy),
            recordings=AppRecordings(self._database, app),
            people=AppPeople(self._database, app, self.people),
            exports=AppExports(self._database, app),
            names=AppNames(self._names, app),
            targets=AppTargets(self._database, app, self._secret_key),
            absences=self.absences_of(tenant.account_id),
            working_days=AppWorkingDays(self._database, app),
            first_hour=AppFirstHour(self._database, app),
            aliases=AppAliases(self._database, app),
            ai_agents=AppAiAgents(self._database, app, privacy),
        )

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
