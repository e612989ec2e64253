"""All that differs between SQLite and PostgreSQL. Everything else in this room runs on both as it stands."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import URL, Connection, Engine, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError

from auscult.domain.errors import SettingsError

WRITES = "auscult_writes"
"""Execution option of a connection whose transactions write."""

PAGE_BYTES = 8192
"""Page size of a new SQLite file, measured: docs/decisions/0020-storage-layout.md."""

_BUSY_S = 60
_CACHE_KIB = 16_384
_READER_CACHE_KIB = 65_536
"""A reader's own: a server has one or two, while every thread of a worker may come to hold another connection."""

_WAL_PAGES = 4_000
_WAL_KEPT_BYTES = 64 * 1024 * 1024
_MIGRATION_LOCK = 0x6175_7363_756C_7400


Driver = Any
"""A connection of one of the two drivers, which have no type in common."""

Rows = list[tuple[Any, ...]]


class Dialect(Protocol):
    """What must be told for each kind of database."""

    is_embedded: bool
    """Whether the database lives in this process, so that a read is no wait for anybody else."""

    begin_snapshot: str
    """Opens a transaction that sees one state of the data however many statements read."""

    snapshot_options: Mapping[str, str]
    """The same, as execution options of a connection."""

    lost: tuple[type[Exception], ...]
    """Errors of the driver that may mean no more than that the connection has gone."""

    def engine(self) -> Engine:
        """Connections with everything set that must be set."""
        ...

    def prepare(self, engine: Engine) -> None:
        """Ready a database that may be new for its first tables."""
        ...

    def lock_schema(self, connection: Connection) -> None:
        """Wait until no other process changes tables; holds to the end of the transaction."""
        ...

    def insert(self, table: Table) -> "sqlite.Insert | postgresql.Insert":
        """An insert that can say what to do when the key is there."""
        ...

    def open_reader(self, engine: Engine) -> Driver:
        """A driver's own connection for nothing but reading, with no transaction open."""
        ...

    def fetch(self, connection: Driver, text: str, values: dict[str, Any]) -> Rows:
        """All rows of a query, through the driver alone."""
        ...


class Sqlite:
    """One file, many readers, one writer at a time; the log is written through at every commit."""

    is_embedded = True
    begin_snapshot = "BEGIN"
    snapshot_options: Mapping[str, str] = {}
    lost: tuple[type[Exception], ...] = ()

    def __init__(self, url: URL) -> None:
        """Raises ``SettingsError`` when the URL names no file."""
        if not url.database or url.database == ":memory:":
            raise SettingsError(
                "A database in memory would be another one for every connection; name a file: sqlite:///auscult.db",
                code="database.unsupported",
                field="database",
            )
        self._url = url.set(drivername="sqlite+pysqlite")

    def engine(self) -> Engine:
        """Connections with the pragmas of ``_set_up_sqlite``."""
        # The connection that was given back last is lent first: its cache is warm, and the others' stay small.
        engine = sa.create_engine(self._url, paramstyle="named", connect_args={"timeout": _BUSY_S}, pool_use_lifo=True)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    def prepare(self, engine: Engine) -> None:
        """Give a new file its page size, and keep its log beside it."""
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            if cursor.execute("PRAGMA journal_mode").fetchone() != ("wal",):  # pyright: ignore[reportOptionalMemberAccess,reportUnknownMemberType]
                cursor.execute(f"PRAGMA page_size = {PAGE_BYTES}")
                cursor.execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()

    def lock_schema(self, connection: Connection) -> None:
        """Nothing: a transaction that writes is alone from its begin on."""

    def insert(self, table: Table) -> sqlite.Insert:
        """SQLite's."""
        return sqlite.insert(table)

    def open_reader(self, engine: Engine) -> Driver:
        """One that cannot write."""
        lent = engine.raw_connection()
        lent.detach()
        connection: Driver = lent.dbapi_connection
        connection.execute("PRAGMA query_only = ON")
        connection.execute(f"PRAGMA cache_size = -{_READER_CACHE_KIB}")
        return connection

    def fetch(self, connection: Driver, text: str, values: dict[str, Any]) -> Rows:
        """All rows."""
        return connection.execute(text, values).fetchall()


class Postgresql:
    """A server, any number of writers; two of one app take turns."""

    is_embedded = False
    begin_snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    snapshot_options: Mapping[str, str] = {"isolation_level": "REPEATABLE READ"}

    def __init__(self, url: URL) -> None:
        """The user name, host and the rest are the driver's to understand."""
        import psycopg  # noqa: PLC0415  a server's driver is not loaded for a file

        self.lost: tuple[type[Exception], ...] = (psycopg.OperationalError, psycopg.InterfaceError)
        self._url = url.set(drivername="postgresql+psycopg")

    def engine(self) -> Engine:
        """Connections that are tried before they are used again."""
        return sa.create_engine(self._url, pool_pre_ping=True)

    def prepare(self, engine: Engine) -> None:
        """Nothing: the server has the database."""

    def lock_schema(self, connection: Connection) -> None:
        """Take a lock that every auscult takes for this."""
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))

    def insert(self, table: Table) -> postgresql.Insert:
        """PostgreSQL's."""
        return postgresql.insert(table)

    def open_reader(self, engine: Engine) -> Driver:
        """One that opens no transaction by itself."""
        lent = engine.raw_connection()
        lent.detach()
        connection: Driver = lent.dbapi_connection
        connection.autocommit = True
        return connection

    def fetch(self, connection: Driver, text: str, values: dict[str, Any]) -> Rows:
        """All rows, bytes as bytes, the statement planned once."""
        return connection.cursor(binary=True).execute(text, values, prepare=True).fetchall()


def dialect_of(address: str) -> Dialect:
    """Tell the kind of database from its URL as users write it. Raises ``SettingsError``."""
    with suppress(ArgumentError):
        url = sa.make_url(address)
        match url.drivername:
            case "sqlite":
                return Sqlite(url)
            case "postgresql" | "postgres":
                return Postgresql(url)
            case _:
                pass
    raise SettingsError(
        f"{address.partition('//')[0] or address}… is no database that is known here; "
        "give sqlite:///relative.db, sqlite:////absolute.db or postgresql://user@host:port/name",
        code="database.unsupported",
        field="database",
    )


def _set_up_sqlite(connection: Driver, _record: object) -> None:
    """Leave transactions to us, and keep what is committed whatever dies."""
    connection.isolation_level = None
    for pragma in (
        "foreign_keys = ON",
        "synchronous = FULL",
        f"cache_size = -{_CACHE_KIB}",
        f"wal_autocheckpoint = {_WAL_PAGES}",
        f"journal_size_limit = {_WAL_KEPT_BYTES}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Take the one writer's place at once: a reader that wants to become a writer later may be refused."""
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
