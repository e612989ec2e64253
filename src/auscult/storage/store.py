"""The store: everything that is kept, in one database."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from auscult.domain.errors import NotFoundError
from auscult.domain.record import RecordPage, RecordQuery
from auscult.domain.tenancy import Tenant
from auscult.storage.apps import Apps
from auscult.storage.audits import AppAudits
from auscult.storage.batches import Batches
from auscult.storage.clients import Clients
from auscult.storage.conversations import AppConversations
from auscult.storage.database import A_FEW, Connections, Database
from auscult.storage.definitions import AppDefinitions
from auscult.storage.evaluations import EvaluationReader
from auscult.storage.feed import AppFeed
from auscult.storage.forms import AppForms
from auscult.storage.jobs import AppJobs
from auscult.storage.judging import AppAnswers, DaySpending
from auscult.storage.knowledge import AppKnowledge
from auscult.storage.live import AppLive, LiveWork
from auscult.storage.mending import mend
from auscult.storage.pages import Pages
from auscult.storage.places import Places
from auscult.storage.recount import Difference, Recount
from auscult.storage.sweep_list import Sweeps
from auscult.storage.sweeps import AppSweeps
from auscult.storage.webhooks import AppWebhooks, WebhookWork
from auscult.storage.workers import Workers

T = TypeVar("T")


class AppStore(NamedTuple):
    """All that belongs to one app. Made by ``Store.within``."""

    tenant: Tenant
    conversations: AppConversations
    forms: AppForms
    definitions: AppDefinitions
    audits: AppAudits
    answers: AppAnswers
    sweeps: AppSweeps
    live: AppLive
    knowledge: AppKnowledge
    feed: AppFeed
    webhooks: AppWebhooks
    jobs: AppJobs


class Store:
    """The database, behind the ports. Safe to share between threads."""

    def __init__(self, database: Database, secret_key: bytes) -> None:
        """The database must have been migrated. Raises ``SettingsError`` when the key cannot be one."""
        self.batches = Batches(database)
        self.clients = Clients(database, secret_key)
        self.live_work = LiveWork(database)
        self.workers = Workers(database)
        self.places = Places(database)
        self.spending = DaySpending(database)
        self.sweeps = Sweeps(database)
        self.webhook_work = WebhookWork(database, secret_key)
        self.is_embedded = database.dialect.is_embedded
        """Whether a read is so short, and waits for so little, that it needs no thread of its own."""
        self._database = database
        self._apps = Apps(database)
        self._pages = Pages(database)
        self._evaluations = EvaluationReader()
        self._recount = Recount(database)
        self._within: dict[Tenant, AppStore] = {}

    def within(self, tenant: Tenant) -> AppStore:
        """The one door to an app's data. Raises ``NotFoundError`` when there is no such app."""
        if tenant not in self._within:
            app = self._apps.key(tenant)
            self._within[tenant] = AppStore(
                tenant=tenant,
                conversations=AppConversations(self._database, tenant, app, self._pages, self._evaluations),
                forms=AppForms(self._database, app),
                definitions=AppDefinitions(self._database, app),
                audits=AppAudits(self._database, app, self._evaluations),
                answers=AppAnswers(self._database, app),
                sweeps=AppSweeps(self._database, tenant, app, self._evaluations),
                live=AppLive(self._database, app),
                knowledge=AppKnowledge(self._database, app),
                feed=AppFeed(self._database, app),
                webhooks=AppWebhooks(self._database, app, self.webhook_work.lock),
                jobs=AppJobs(self._database, app),
            )
        return self._within[tenant]

    def across(self, tenants: Sequence[Tenant], query: RecordQuery) -> RecordPage:
        """One page over several apps, merged. Raises ``NotFoundError`` when there is no such app.

        Where two apps have conversations of one start and one id, a cursor cannot stand between them.
        """
        if query.app_ids != tuple(tenant.app_id for tenant in tenants):
            raise NotFoundError("The query names other apps than these", code="app.unknown", field="app")
        return self._pages.page(tuple(self._apps.key(tenant) for tenant in tenants), query)

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

    def recount(self, *tenants: Tenant) -> list[Difference]:
        """Count everything of these apps (of all apps) again; what does not agree, nothing when all does.

        Reads every row of every report, each app in one state of its data.
        """
        apps = [self._apps.key(tenant) for tenant in tenants or self.tenants()]
        return [difference for app in apps for difference in self._recount.differences(app)]

    def rebuild_tallies(self, *tenants: Tenant) -> None:
        """Make tallies and the index of facets of these apps (of all apps) anew from their rows, app by app."""
        for tenant in tenants or self.tenants():
            self._recount.rebuild_tallies(self._apps.key(tenant))

    def mend(self, *tenants: Tenant) -> None:
        """Mend of these apps (of all apps) what ``recount`` finds and rendering rows anew does not mend."""
        for tenant in tenants or self.tenants():
            mend(self._database, self._apps.key(tenant))

    def settle(self) -> None:
        """Ready for reading what was written in bulk, where the database does not do so at once."""
        self._database.settle()

    def is_ready(self) -> bool:
        """Whether the database answers."""
        return self._database.answers()

    def close(self) -> None:
        """Let every connection go."""
        self._database.close()


def open_store(url: str, secret_key: bytes, connections: Connections = A_FEW) -> Store:
    """Open a migrated database by its URL as users write it. Raises ``SettingsError`` for a URL or key of no use."""
    return Store(Database(url, connections), secret_key)
