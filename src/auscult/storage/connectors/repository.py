"""The connectors of one app: their state, secrets and runs. Their documents are definitions."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Connection

from auscult.domain.connectors.run import Counts, Order, Refusal, Run, Standing
from auscult.domain.delivery.destinations import Destination
from auscult.domain.errors import ConflictError, NotFoundError, coded, from_store
from auscult.storage.access.apps import lock_app
from auscult.storage.access.bound_secrets import SecretLock
from auscult.storage.connectors.manifest import RunRecord
from auscult.storage.core.database import AnyRow, AnySelect, Database
from auscult.storage.core.instants import instant_of, ms_of
from auscult.storage.core.rows import record_of
from auscult.storage.core.tables.connectors import (
    connector_hours,
    connector_items,
    connector_refusals,
    connector_runs,
    connectors,
)
from auscult.storage.core.tables.definitions import definitions
from auscult.storage.core.text_validation import is_storable

RUNS_KEPT = 500
"""Of each connector."""

_ORDER = msgspec.json.Decoder(Order)
_COUNTS = msgspec.json.Decoder(Counts)
_LINES = msgspec.json.Decoder(tuple[str, ...])
_SECRETS = msgspec.json.Decoder(dict[str, str])
_SEALED_S = 86_400
_CRASHED = {"state": "crashed", "error": coded("its process ended before the run did")}


class _Sealed(msgspec.Struct):
    """Secrets on their way through a page, and the connector that they are for."""

    app: int
    name: str
    secrets: dict[str, str]


_SEALED = msgspec.json.Decoder(_Sealed)


class AppConnectors:
    """The connectors of one app."""

    def __init__(self, database: Database, app: int, secret_key: bytes) -> None:
        """``app`` is the app's number; ``secret_key`` encrypts secrets, as it does those of webhooks."""
        self._database = database
        self._app = app
        self._secrets = SecretLock(secret_key)
        self._lock = Fernet(secret_key)

    def apply(self, name: str, secrets: Mapping[str, str] | None, next_at: datetime | None, *, to: Destination) -> None:
        """Create a connector, or set its secrets (None: as they are) and its next run. A removed one is there again.

        The secrets are for the destination ``to`` alone.
        """
        values: dict[str, object] = {"next_at": None if next_at is None else ms_of(next_at), "is_removed": 0}
        if secrets is not None:
            values["secrets"] = self._secrets.locked(msgspec.json.encode(dict(secrets)), to) if secrets else None
            values["secret_names"] = ",".join(sorted(secrets))
        row = {"app": self._app, "name": name, "secret_names": "", "is_paused": 0} | values
        with self._database.writing() as connection:
            insert = self._database.dialect.insert(connectors).values(**row)
            connection.execute(insert.on_conflict_do_update(index_elements=["app", "name"], set_=values))

    def remove(self, name: str) -> None:
        """Stop a connector for good, and forget its secrets; its runs and manifest stay."""
        self._change(name, is_removed=1, secrets=None, secret_names="", next_at=None, ordered=None)

    def pause(self, name: str, *, is_paused: bool) -> None:
        """Keep schedules and orders from starting, or let them."""
        self._change(name, is_paused=int(is_paused))

    def order(self, name: str, order: Order) -> None:
        """Ask a worker for a run. A second order replaces one that waits."""
        self._change(name, ordered=msgspec.json.encode(order))

    def secrets(self, name: str, to: Destination) -> dict[str, str]:
        """Return the secrets of a connector for a destination. Raises ``SecretBoundError`` where they are for another."""
        locked, names = self._locked(name)
        return {} if locked is None else _SECRETS.decode(self._secrets.opened(locked, to, names))

    def destination(self, name: str) -> Destination | None:
        """Return the destination of the stored secrets; None without any, and where an earlier version stored them."""
        locked, _ = self._locked(name)
        return None if locked is None else self._secrets.destination(locked)

    def sealed(self, name: str, secrets: Mapping[str, str]) -> str:
        """Return secrets of a connector that is not stored yet, encrypted, for a page to send back."""
        return self._lock.encrypt(
            msgspec.json.encode(_Sealed(app=self._app, name=name, secrets=dict(secrets)))
        ).decode()

    def unsealed(self, name: str, sealed: str) -> dict[str, str]:
        """Return what ``sealed`` encrypted for the connector ``name``; nothing for anything else, or after a day."""
        try:
            found = _SEALED.decode(self._lock.decrypt(sealed.encode(), ttl=_SEALED_S))
        except (InvalidToken, msgspec.DecodeError):
            return {}
        return found.secrets if (found.app, found.name) == (self._app, name) else {}

    def listing(self) -> list[Standing]:
        """Return all connectors, by name."""
        with self._database.reading() as connection:
            query = sa.select(connectors).where(connectors.c.app == self._app, connectors.c.is_removed == 0)
            return [self._standing(connection, row) for row in connection.execute(query.order_by(connectors.c.name))]

    def get(self, name: str) -> Standing:
        """Return one. Raises ``NotFoundError`` ``connector.unknown``."""
        with self._database.reading() as connection:
            return self._standing(connection, self._row(connection, name))

    def due(self, at: datetime) -> list[tuple[str, Order]]:
        """Return the connectors that are to run now, and their orders."""
        query = sa.select(connectors.c.name, connectors.c.ordered).where(
            connectors.c.app == self._app,
            connectors.c.is_removed == 0,
            connectors.c.is_paused == 0,
            sa.or_(connectors.c.next_at <= ms_of(at), connectors.c.ordered.is_not(None)),
        )
        rows = self._database.rows(query.order_by(connectors.c.name))
        return [(row.name, _ORDER.decode(row.ordered) if row.ordered else Order(kind="schedule")) for row in rows]

    def begin(  # noqa: PLR0913  (all of a run)
        self, name: str, version: int, order: Order, *, at: datetime, lease: timedelta, next_at: datetime | None
    ) -> RunRecord:
        """Begin a run and set the time of the next one, in one transaction.

        Raises ``ConflictError`` ``connector.running`` where a run of this connector holds its lease; one whose lease has
        ended has crashed.
        """
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            row = self._row(connection, name)
            mine = connector_runs.c.connector == row.connector, connector_runs.c.state == "running"
            running = connection.execute(sa.select(connector_runs).where(*mine)).first()
            if running is not None and running.lease_until > ms_of(at):
                raise ConflictError(
                    "connector {value!r} is running since {when} UTC; wait until that run has ended",
                    when=f"{instant_of(running.started_at):%Y-%m-%d %H:%M:%S}",
                    code="connector.running",
                    field="name",
                    value=name,
                )
            connection.execute(sa.update(connector_runs).where(*mine).values(ended_at=ms_of(at), **_CRASHED))
            values = {
                "connector": row.connector,
                "version": version,
                "state": "running",
                "started_at": ms_of(at),
                "lease_until": ms_of(at + lease),
                "given": msgspec.json.encode(order),
                "counts": msgspec.json.encode(Counts()),
                "notes": b"[]",
                "postponed": b"[]",
                "error": "",
            }
            made = sa.insert(connector_runs).values(**values).returning(connector_runs.c.run)
            number = connection.execute(made).scalar_one()
            its = sa.update(connectors).where(connectors.c.connector == row.connector)
            if row.ordered is not None and _ORDER.decode(row.ordered) == order:  # another one goes on waiting
                connection.execute(its.values(ordered=None))
            if next_at is not None:
                connection.execute(its.values(next_at=ms_of(next_at)))
            self._drop_old(connection, row.connector)
        return RunRecord(self._database, row.connector, number)

    def end_crashed(self, at: datetime) -> None:
        """End the runs whose lease has ended: the process that renewed it is gone."""
        mine = sa.select(connectors.c.connector).where(connectors.c.app == self._app)
        is_crashed = (
            connector_runs.c.connector.in_(mine),
            connector_runs.c.state == "running",
            connector_runs.c.lease_until <= ms_of(at),
        )
        found = self._database.value(sa.select(connector_runs.c.run).where(*is_crashed).limit(1))
        if found is not None:
            with self._database.writing() as connection:
                values = {"ended_at": ms_of(at), **_CRASHED}
                connection.execute(sa.update(connector_runs).where(*is_crashed).values(**values))

    def runs(self, name: str, limit: int = 20) -> list[Run]:
        """Return the last runs, the newest first. Raises ``NotFoundError`` ``connector.unknown``."""
        with self._database.reading() as connection:
            row = self._row(connection, name)
            return [_run(each, name) for each in connection.execute(_runs(row.connector).limit(limit))]

    def refusals(self, name: str, limit: int = 100, run: int | None = None) -> list[Refusal]:
        """Return what is refused at present, the newest first; of one run, or of all."""
        with self._database.reading() as connection:
            row = self._row(connection, name)
            query = sa.select(connector_refusals).where(connector_refusals.c.connector == row.connector)
            if run is not None:
                query = query.where(connector_refusals.c.run == run)
            rows = connection.execute(query.order_by(connector_refusals.c.refusal.desc()).limit(limit)).all()
        return [record_of(Refusal, each, where=each.place) for each in rows]

    def items(self, name: str) -> int:
        """Return the number of items in the manifest."""
        with self._database.reading() as connection:
            row = self._row(connection, name)
            query = sa.select(sa.func.count()).select_from(connector_items)
            return connection.execute(query.where(connector_items.c.connector == row.connector)).scalar_one()

    def unknown(self, name: str) -> dict[str, int]:
        """Return what the mapping table did not have in the kept hours, as ``queue:7``, with conversations."""
        found: dict[str, int] = {}
        with self._database.reading() as connection:
            row = self._row(connection, name)
            query = sa.select(connector_hours.c.body).where(connector_hours.c.connector == row.connector)
            for body in connection.scalars(query):
                for each, count in msgspec.json.decode(body)["unknown"].items():
                    found[each] = found.get(each, 0) + count
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))

    def _locked(self, name: str) -> tuple[bytes | None, str]:
        with self._database.reading() as connection:
            query = sa.select(connectors.c.secrets, connectors.c.secret_names).where(*self._mine(name))
            row = connection.execute(query).one_or_none()
        return (None, "") if row is None or row.secrets is None else (bytes(row.secrets), row.secret_names)

    def _change(self, name: str, **values: object) -> None:
        with self._database.writing() as connection:
            row = self._row(connection, name)
            connection.execute(sa.update(connectors).where(connectors.c.connector == row.connector).values(**values))

    def _mine(self, name: str) -> tuple[sa.ColumnElement[bool], ...]:
        return connectors.c.app == self._app, connectors.c.name == name, connectors.c.is_removed == 0

    def _row(self, connection: Connection, name: str) -> AnyRow:
        found = (
            connection.execute(sa.select(connectors).where(*self._mine(name))).first() if is_storable(name) else None
        )
        if found is None:
            query = sa.select(connectors.c.name).where(connectors.c.app == self._app, connectors.c.is_removed == 0)
            names = ", ".join(connection.scalars(query.order_by(connectors.c.name))) or "none yet"
            message = coded("unknown connector {name!r}; available: {names}", name=name, names=names)
            raise NotFoundError(message, code="connector.unknown", field="name", value=name)
        return found

    def _standing(self, connection: Connection, row: AnyRow) -> Standing:
        last = connection.execute(_runs(row.connector).limit(1)).first()
        version = connection.scalar(
            sa.select(sa.func.max(definitions.c.version)).where(
                definitions.c.app == self._app, definitions.c.kind == "connector", definitions.c.name == row.name
            )
        )
        return record_of(
            Standing,
            row,
            version=version or 0,
            ordered=None if row.ordered is None else _ORDER.decode(row.ordered),
            secrets=tuple(each for each in row.secret_names.split(",") if each),
            last=None if last is None else _run(last, row.name),
        )

    @staticmethod
    def _drop_old(connection: Connection, connector: int) -> None:
        numbers = sa.select(connector_runs.c.run).where(connector_runs.c.connector == connector)
        last = connection.scalars(numbers.order_by(connector_runs.c.run.desc()).offset(RUNS_KEPT).limit(1)).first()
        if last is not None:
            old = sa.delete(connector_runs).where(connector_runs.c.connector == connector, connector_runs.c.run <= last)
            connection.execute(old)


def _runs(connector: int) -> AnySelect:
    return (
        sa.select(connector_runs).where(connector_runs.c.connector == connector).order_by(connector_runs.c.run.desc())
    )


def _run(row: AnyRow, name: str) -> Run:
    return record_of(
        Run,
        row,
        number=row.run,
        connector=name,
        order=_ORDER.decode(row.given),
        counts=_COUNTS.decode(row.counts),
        notes=tuple(map(from_store, _LINES.decode(row.notes))),
        postponed=tuple(map(from_store, _LINES.decode(row.postponed))),
    )
