"""Windows of the rate limit, counted for every serving process together.

A count is worth nothing after its minute, so its storage is quick rather than safe: for SQLite a second file next to
the database (a load that writes much would otherwise block every request), on PostgreSQL a table that is not logged.
Either may be deleted at any time.
"""

import threading
import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError

from auscult.storage.core.dialect import WRITES, Dialect, dialect_of
from auscult.storage.core.troubles import trouble_of

SUFFIX = "-limits"
_SQLITE = "sqlite:///"
_FORGET_EVERY_S = 60.0


class Windows:
    """Counts in the database. Exact for concurrent requests, on any host."""

    def __init__(self, database_url: str, connections: int = 4) -> None:
        """Count next to this database, over ``connections``. Raises ``SettingsError`` for a URL of an unknown kind."""
        self._dialect: Dialect = dialect_of(windows_url(database_url))
        self._table = _table(self._dialect)
        self.is_embedded = self._dialect.is_embedded
        """Whether a count is so quick that it needs no thread of its own."""
        self._engine = self._opened(connections)
        self._clock = _clock(self._dialect)
        self._count = self._statement()
        self._forget_at = time.monotonic() + _FORGET_EVERY_S
        self._lock = threading.Lock()
        self._alone: dict[str, tuple[float, int]] = {}

    def consume(self, key: str, limit: int, window_s: int) -> tuple[int, float]:
        """Count one request of ``key``; return the requests in its window and the seconds to the end of the window.

        A number of ``limit`` + 1 is a refusal, which is not counted. While the disk is full, each process counts alone,
        so that what is stored can be read.
        """
        values: dict[str, Any] = {"key": key, "limit": limit, "window": window_s, "now": time.time()}
        try:
            with self._engine.begin() as connection:
                n, left = connection.execute(self._count, values).one()
            self._forget()
        except DBAPIError as error:
            if trouble_of(error, ()) != "full":
                raise
            return self._consume_alone(key, limit, window_s)
        return n, left

    def _consume_alone(self, key: str, limit: int, window_s: int) -> tuple[int, float]:
        now = time.monotonic()
        with self._lock:
            ends_at, n = self._alone.get(key, (0.0, 0))
            ends_at, n = (now + window_s, 1) if ends_at <= now else (ends_at, min(n, limit) + 1)
            self._alone[key] = (ends_at, n)
        return n, ends_at - now

    def close(self) -> None:
        """Let the connections go."""
        self._engine.dispose()

    def _opened(self, connections: int) -> Engine:
        engine = self._dialect.engine(connections)
        self._dialect.prepare(engine)
        if self._dialect.is_embedded:
            event.listen(engine, "connect", _trust_memory)
        engine = engine.execution_options(**{WRITES: True})
        with engine.begin() as connection:
            self._dialect.lock_schema(connection)
            self._table.create(connection, checkfirst=True)
        return engine

    def _statement(self) -> sa.Executable:
        """One statement that begins a window, counts in it, or refuses."""
        windows, now, limit = self._table, self._clock, sa.bindparam("limit", type_=sa.BigInteger)
        ends = now + sa.bindparam("window", type_=sa.Float(53))
        first = self._dialect.insert(windows).values(key=sa.bindparam("key"), ends_at=ends, n=1)
        is_over = windows.c.ends_at <= now
        counted = sa.case((is_over, 1), (windows.c.n > limit, windows.c.n), else_=windows.c.n + 1)
        again = {"n": counted, "ends_at": sa.case((is_over, ends), else_=windows.c.ends_at)}
        return first.on_conflict_do_update(index_elements=["key"], set_=again).returning(
            windows.c.n, (windows.c.ends_at - now).label("left")
        )

    def _forget(self) -> None:
        """Drop windows that are over, now and then."""
        with self._lock:
            if time.monotonic() < self._forget_at:
                return
            self._forget_at = time.monotonic() + _FORGET_EVERY_S
        is_over = self._table.c.ends_at <= self._clock
        with self._engine.begin() as connection:
            connection.execute(sa.delete(self._table).where(is_over), {"now": time.time()})


def windows_url(database_url: str) -> str:
    """Return the URL of this database's windows."""
    return database_url.partition("?")[0] + SUFFIX if database_url.startswith(_SQLITE) else database_url


def _table(dialect: Dialect) -> sa.Table:
    """Requests of one key in its present window; ``ends_at`` in seconds since the epoch, by the database's clock."""
    return sa.Table(
        "rate_windows",
        sa.MetaData(),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("ends_at", sa.Float(53), nullable=False),
        sa.Column("n", sa.BigInteger, nullable=False),
        prefixes=[] if dialect.is_embedded else ["UNLOGGED"],
    )


def _clock(dialect: Dialect) -> sa.ColumnElement[float]:
    """Seconds since the epoch: the server's, for hosts need not agree on the time; on one host that host's."""
    if dialect.is_embedded:
        return sa.bindparam("now", type_=sa.Float(53))
    return sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Float(53))


def _trust_memory(connection: Any, _record: object) -> None:  # noqa: ANN401  (the driver's)
    connection.execute("PRAGMA synchronous = OFF")
