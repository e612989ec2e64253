"""Webhooks of apps, and the result of each delivery. Their secrets are encrypted like those of clients."""

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.change import ChangeKind, Delivery, Webhook
from auscult.domain.delivery.destinations import Destination, origin_of
from auscult.domain.delivery.webhook_work import Due, Standing
from auscult.domain.errors import NotFoundError
from auscult.domain.tenancy import Tenant
from auscult.storage.access.bound_secrets import SecretLock
from auscult.storage.core.database import NOW, AnyRow, Database
from auscult.storage.core.instants import now_ms
from auscult.storage.core.repository import SeenOfApp
from auscult.storage.core.rows import columns_of, record_of
from auscult.storage.core.tables.base import apps
from auscult.storage.core.tables.delivery import changes, deliveries, webhooks
from auscult.storage.core.text_validation import is_storable
from auscult.storage.people.visibility import visible

DELIVERIES_KEPT = 1_000
"""Of each webhook."""

_LAST = sa.select(sa.func.max(changes.c.change)).where(changes.c.app == webhooks.c.app).scalar_subquery()
_HAS_CHANGES = (~webhooks.c.is_disabled, webhooks.c.position < _LAST)
_DUE = sa.select(webhooks.c.webhook).where(*_HAS_CHANGES, webhooks.c.due_at <= NOW)


class AppWebhooks(SeenOfApp):
    """The webhooks of one app."""

    def __init__(self, database: Database, app: int, lock: SecretLock) -> None:
        """Made by ``Store.within``."""
        super().__init__(database, app)
        self._lock = lock

    def add(self, webhook: Webhook) -> None:
        """Store a new one."""
        row = columns_of(
            webhooks,
            webhook,
            app=self._app,
            webhook_id=webhook.id,
            secret=self._lock.locked(webhook.secret.encode(), _destination(webhook.url)),
            kinds=msgspec.json.encode(sorted(webhook.kinds)).decode(),
            due_at=0,
        )
        with self._database.writing() as connection:
            connection.execute(sa.insert(webhooks).values(row))

    def listing(self) -> list[Webhook]:
        """All of them, by id, secrets blanked."""
        query = sa.select(webhooks).where(webhooks.c.app == self._app).order_by(webhooks.c.webhook_id)
        return [_webhook(row, secret="") for row in self._database.rows(query)]

    def remove(self, webhook_id: str) -> None:
        """Forget one with its deliveries. Raises ``NotFoundError`` where there is none."""
        with self._database.writing() as connection:
            number = self._number(connection, webhook_id, is_to_change=True)
            connection.execute(sa.delete(deliveries).where(deliveries.c.webhook == number))
            connection.execute(sa.delete(webhooks).where(webhooks.c.webhook == number))

    def enable(self, webhook_id: str) -> None:
        """Let a webhook be tried again at once, from its position. Raises ``NotFoundError`` where there is none."""
        with self._database.writing() as connection:
            number = self._number(connection, webhook_id)
            again = {"is_disabled": False, "failures": 0, "due_at": 0}
            connection.execute(sa.update(webhooks).where(webhooks.c.webhook == number).values(again))

    def deliveries(self, webhook_id: str, limit: int) -> list[Delivery]:
        """The last tries, the newest first. Raises ``NotFoundError`` where there is none such webhook."""
        with self._database.reading() as connection:
            number = self._number(connection, webhook_id)
            query = sa.select(deliveries).where(
                deliveries.c.webhook == number, *visible(self._visibility, self._app, deliveries.c.conversation_id)
            )
            rows = connection.execute(query.order_by(deliveries.c.delivery.desc()).limit(limit)).all()
        return [record_of(Delivery, row, number=row.change) for row in rows]

    def _number(self, connection: Connection, webhook_id: str, *, is_to_change: bool = False) -> int:
        query = sa.select(webhooks.c.webhook).where(webhooks.c.app == self._app, webhooks.c.webhook_id == webhook_id)
        if is_to_change:
            query = query.with_for_update()
        found = connection.scalar(query) if is_storable(webhook_id) else None
        if found is None:
            raise NotFoundError("There is no webhook {value}", code="webhook.unknown", value=webhook_id)
        return found


class WebhookWork:
    """The webhooks of every app."""

    def __init__(self, database: Database, secret_key: bytes) -> None:
        """``secret_key`` is that of the clients' secrets."""
        self._database = database
        self.lock = SecretLock(secret_key)
        """Seals secrets."""

    def claim(self, lease_ms: int, busy: frozenset[str] = frozenset()) -> Due | None:
        """Claim a webhook that is due and has changes to send; no other worker gets it before the lease ends.

        Webhooks of the apps in ``busy`` are skipped. Raises ``SecretBoundError`` for one whose address was changed in the
        database: it is skipped until the lease ends.
        """
        if not self._database.is_due(_DUE):
            return None
        now = now_ms()
        query = (
            sa.select(webhooks, apps.c.account_id, apps.c.org_id, apps.c.app_id)
            .join(apps, apps.c.app == webhooks.c.app)
            .where(*_HAS_CHANGES, webhooks.c.due_at <= now, apps.c.app_id.not_in(sorted(busy)))
            .order_by(webhooks.c.due_at, webhooks.c.webhook)
            .limit(1)
        )
        found = self._database.row(query)
        if found is None:
            return None
        mine = sa.update(webhooks).where(
            webhooks.c.webhook == found.webhook,
            webhooks.c.due_at == found.due_at,
            webhooks.c.position == found.position,
        )
        with self._database.writing() as connection:
            if connection.execute(mine.values(due_at=now + lease_ms)).rowcount == 0:
                return None
        tenant = record_of(Tenant, found)
        secret = self.lock.opened(bytes(found.secret), _destination(found.url), f"of webhook {found.webhook_id}")
        return Due(tenant, _webhook(found, secret.decode()))

    def keep(self, due: Due, stands: Standing, delivery: Delivery | None = None) -> None:
        """Store the webhook's new position, with the delivery that led to it. A removed one stays removed.

        One that another worker advanced further meanwhile stays there.
        """
        columns = {
            "position": stands.position,
            "failures": stands.failures,
            "due_at": now_ms() + stands.pause_ms,
            "is_disabled": stands.is_disabled,
        }
        with self._database.writing() as connection:
            query = sa.select(webhooks.c.webhook).where(webhooks.c.webhook_id == due.webhook.id)
            number = connection.scalar(query.with_for_update())
            if number is None:
                return
            not_before = sa.update(webhooks).where(webhooks.c.webhook == number, webhooks.c.position <= stands.position)
            connection.execute(not_before.values(columns))
            if delivery is not None:
                _add(connection, number, delivery)


def _add(connection: Connection, number: int, delivery: Delivery) -> None:
    """Add one try, and forget those before the last thousand."""
    row = columns_of(deliveries, delivery, webhook=number, change=delivery.number)
    connection.execute(sa.insert(deliveries).values(row))
    its = sa.select(deliveries.c.delivery).where(deliveries.c.webhook == number)
    oldest = its.order_by(deliveries.c.delivery.desc()).offset(DELIVERIES_KEPT).limit(1).scalar_subquery()
    connection.execute(sa.delete(deliveries).where(deliveries.c.webhook == number, deliveries.c.delivery <= oldest))


def _destination(url: str) -> Destination:
    return Destination("webhook", origin_of(url))


def _webhook(row: AnyRow, secret: str) -> Webhook:
    return record_of(
        Webhook, row, id=row.webhook_id, secret=secret, kinds=msgspec.json.decode(row.kinds, type=frozenset[ChangeKind])
    )
