"""The feed of an app: every change of its conversations, numbered in the order in which it was committed."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.change import USUAL_KINDS, Change, ChangeKind
from auscult.storage.core.dialect import Dialect
from auscult.storage.core.instants import now_ms
from auscult.storage.core.repository import SeenOfApp
from auscult.storage.core.rows import record_of
from auscult.storage.core.tables.delivery import changes, deliveries, webhooks
from auscult.storage.people.visibility import visible

_LAST = sa.select(sa.func.max(changes.c.change)).where(changes.c.app == sa.bindparam("an_app"))


class AppFeed(SeenOfApp):
    """The feed of one app."""

    def after(self, number: int, limit: int, kinds: Sequence[ChangeKind] = USUAL_KINDS) -> list[Change]:
        """Changes of some kinds after one, in their order."""
        query = (
            sa.select(changes)
            .where(changes.c.app == self._app, changes.c.change > number, changes.c.kind.in_(kinds))
            .where(*visible(self._visibility, changes.c.app, changes.c.conversation_id))
            .order_by(changes.c.change)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [record_of(Change, row, number=row.change) for row in connection.execute(query)]

    def last(self) -> int:
        """The number of the last change, 0 where there is none."""
        with self._database.reading() as connection:
            return last_change(connection, self._app)


def announce(connection: Connection, dialect: Dialect, app: int, changed: Sequence[tuple[str, ChangeKind]]) -> None:
    """Add changes to the feed, in this order. The app's turn must have been taken: so numbers follow commits."""
    if not changed:
        return
    last, at = last_change(connection, app), now_ms()
    rows = [(app, last + n, conversation_id, kind, at) for n, (conversation_id, kind) in enumerate(changed, start=1)]
    dialect.insert_many(connection, changes, ("app", "change", "conversation_id", "kind", "at"), rows)


def announce_erased(connection: Connection, dialect: Dialect, app: int, conversation_ids: Sequence[str]) -> None:
    """Record that conversations were erased, and delete their earlier changes."""
    its = (changes.c.app == app, changes.c.conversation_id.in_(conversation_ids))
    announce(connection, dialect, app, [(each, "erased") for each in conversation_ids])
    connection.execute(sa.delete(changes).where(*its, changes.c.kind != "erased"))
    ours = sa.select(webhooks.c.webhook).where(webhooks.c.app == app)
    gone = (deliveries.c.webhook.in_(ours), deliveries.c.conversation_id.in_(conversation_ids))
    connection.execute(sa.delete(deliveries).where(*gone))


def last_change(connection: Connection, app: int) -> int:
    """The number of an app's last change."""
    return connection.scalar(_LAST, {"an_app": app}) or 0
