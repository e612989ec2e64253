"""Apps, with the account and org that each belongs to, and how far their rows are of this version."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.errors import ConflictError, unknown
from auscult.domain.tenancy import Tenant
from auscult.storage.core.database import AnyRow, Database
from auscult.storage.core.instants import now_ms
from auscult.storage.core.rows import record_of
from auscult.storage.core.tables.base import apps
from auscult.storage.core.text_validation import is_storable

_TENANT = (apps.c.account_id, apps.c.org_id, apps.c.app_id)
_ALL = sa.select(*_TENANT).order_by(apps.c.app_id)
_LOCK = sa.select(apps.c.app).where(apps.c.app == sa.bindparam("an_app")).with_for_update(key_share=True)


ROWS_VERSION = 6
"""Version of what is rendered of a conversation: rows, facets, tallies, words that are searched; and of how it is packed.

Raise it with a change by which these show more, or need less: workers then render what an earlier version rendered.
"""


class Apps:
    """Every app. What is known of one never changes, so it is asked for once."""

    def __init__(self, database: Database) -> None:
        """Nothing is read yet."""
        self._database = database
        self._known: dict[str, tuple[int, Tenant]] = {}

    def ensure(self, tenant: Tenant) -> None:
        """Create the app when new. Raises ``ConflictError`` when it belongs to another account or org."""
        if self._find(tenant.app_id) is None:
            with self._database.writing() as connection:
                row = {
                    "app_id": tenant.app_id,
                    "account_id": tenant.account_id,
                    "org_id": tenant.org_id,
                    "created_at": now_ms(),
                    "rows_version": ROWS_VERSION,
                }
                connection.execute(self._database.dialect.insert(apps).values(row).on_conflict_do_nothing())
        if self.tenant(tenant.app_id) != tenant:
            raise ConflictError(
                "App {value} exists and belongs to another account or org; name those, or another app",
                code="app.conflict",
                field="app",
                value=tenant.app_id,
            )

    def tenant(self, app_id: str) -> Tenant | None:
        """The tenant that an app id belongs to."""
        found = self._find(app_id)
        return found and found[1]

    def tenants(self) -> list[Tenant]:
        """Every app, by id."""
        return [
            Tenant(account_id=account_id, org_id=org_id, app_id=app_id)
            for account_id, org_id, app_id in self._database.fetch(_ALL)
        ]

    def outdated(self, left: Collection[str] = ()) -> tuple[Tenant, str] | None:
        """The first app, not in ``left``, with rows of an earlier version, and the conversation after which they are."""
        is_due = (apps.c.rows_version < ROWS_VERSION, apps.c.app_id.not_in(sorted(left)))
        query = sa.select(*_TENANT, apps.c.rows_after).where(*is_due).order_by(apps.c.app)
        row = self._database.row(query.limit(1))
        return None if row is None else (_tenant(row), row.rows_after)

    def is_outdated(self, tenant: Tenant) -> bool:
        """Return whether an app has rows of an earlier version."""
        query = sa.select(apps.c.rows_version).where(apps.c.app == self.key(tenant))
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one() < ROWS_VERSION

    def keep_rendered(self, tenant: Tenant, after: str | None, until: str | None, names: int) -> None:
        """Store that rows after one conversation, up to another, are of this version; None: from the first, to the last.

        Where another worker went on from there already, or names were changed since version ``names``, this changes nothing.
        """
        done = {"rows_version": ROWS_VERSION, "rows_after": ""} if until is None else {"rows_after": until}
        where = [
            apps.c.app == self.key(tenant),
            apps.c.rows_version < ROWS_VERSION,
            apps.c.directory_version == names,
        ]
        if after is not None:
            where.append(apps.c.rows_after == after)
        with self._database.writing() as connection:
            connection.execute(sa.update(apps).where(*where).values(done))

    def key(self, tenant: Tenant) -> int:
        """The number under which the tables know this app. Raises ``NotFoundError`` when there is no such tenant."""
        found = self._find(tenant.app_id)
        if found is None or found[1] != tenant:
            raise unknown("app", tenant.app_id, "There is no app {value} in this account and org", field="app")
        return found[0]

    def _find(self, app_id: str) -> tuple[int, Tenant] | None:
        if app_id not in self._known:
            if not is_storable(app_id):
                return None
            with self._database.reading() as connection:
                query = sa.select(*_TENANT, apps.c.app).where(apps.c.app_id == app_id)
                row = connection.execute(query).one_or_none()
            if row is None:
                return None
            self._known[app_id] = (row.app, _tenant(row))
        return self._known[app_id]


def lock_app(connection: Connection, app: int) -> None:
    """Lock an app for writing until the end of this transaction; wait while another transaction has the lock.

    On SQLite, a writing transaction is alone anyway. On PostgreSQL, writers of one app run one after the other, so
    that they neither conflict nor deadlock.
    """
    connection.execute(_LOCK, {"an_app": app})


def render_again(connection: Connection, app: int) -> None:
    """Have workers render what is recorded of an app again, from its first conversation on."""
    connection.execute(sa.update(apps).where(apps.c.app == app).values(rows_version=0, rows_after=""))


def _tenant(row: AnyRow) -> Tenant:
    return record_of(Tenant, row)
