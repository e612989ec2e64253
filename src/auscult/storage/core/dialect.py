"""Differences between SQLite and PostgreSQL. Everything else in this room runs on both."""

import os
import select
import sqlite3
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from functools import lru_cache, partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import URL, Connection, Engine, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from auscult.domain.errors import SettingsError
from auscult.storage.core.file_watch import touch, watch_of
from auscult.storage.core.text_validation import numbered_values
from auscult.storage.core.troubles import MovedFileError

WRITES = "auscult_writes"
"""Execution option of a connection whose transactions write."""

PAGE_BYTES = 8192
"""Page size of a new SQLite file, measured: docs/decisions/0020-storage-layout.md."""

OLDEST_SQLITE_FOR_312 = (3, 42)
"""With Python 3.12 and newer, DBOS stores times by a function that older ones lack."""

_BUSY_S, _AGAIN_S = 60, 0.01
_STEPS = 20_000
"""Steps of SQLite's machine, of a few milliseconds, after which a limited read looks at the time."""
_CANCELED = "57014"
"""PostgreSQL's state of a statement that took too long."""
_CACHE_KIB = 16_384
_READER_CACHE_KIB = 65_536
"""A reader's own: a server has one or two, while every thread of a worker may come to hold another connection."""

_WAL_PAGES = 4_000
_WAL_KEPT_BYTES = 64 * 1024 * 1024
_MIGRATION_LOCK = 0x6175_7363_756C_7400

_KNOWN_TO_BOTH = frozenset({"application_name", "passfile", "sslcert", "sslkey", "sslmode", "sslrootcert"})
"""Parameters of a URL that psycopg and asyncpg understand alike."""

Driver = Any
"""A connection of one of the two drivers, which have no type in common."""

Rows = list[tuple[Any, ...]]

POOLER = "pooler"
"""Parameter of a PostgreSQL URL that says what stands before the server: ``transaction``, a pooler in that mode."""

STAGED = 100
"""So many rows are worth a table of their own on their way, measured: docs/decisions/0020-storage-layout.md."""

_READ_LITTLE = (
    "SET plan_cache_mode = force_generic_plan; SET max_parallel_workers_per_gather = 0; SET jit = off; "
    "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off"
)
"""Settings of connections that read pages: along an index, planned once. PostgreSQL would plan each page of a large table
again, start workers, compile, and, where statistics are old or missing (right after a load), read and sort everything."""

_MUCH_IS_NEW = """
SELECT relname FROM pg_stat_user_tables
WHERE schemaname = current_schema() AND n_mod_since_analyze > 1000 + n_live_tup / 10
ORDER BY relname
"""

_WORK = "auscult_work"
"""Channel on which PostgreSQL announces work."""
_ANNOUNCES = "auscult_announces"
"""Key of a connection to a file whose transaction announces work."""
_LISTEN_S = 0.25
"""So long a listener may go on after its worker was asked to end."""

_PATIENCE_S = 60.0
"""So long somebody waits for a connection that others have."""


class Dialect(Protocol):
    """Operations that differ by kind of database."""

    is_embedded: bool
    """Whether the database lives in this process, so that a read is no wait for anybody else."""

    can_await: bool
    """Whether ``open_awaited`` is of use."""

    begin_snapshot: str
    """Opens a transaction that sees one state of the data however many statements read."""

    snapshot_options: Mapping[str, str]
    """The same, as execution options of a connection."""

    reading_options: Mapping[str, str]
    """Execution options of a connection whose statements only read, each of the state of the data that it finds."""

    lost: tuple[type[Exception], ...]
    """Errors of the driver that may mean no more than that the connection has gone."""

    def engine(self, most: int) -> Engine:
        """Connections with everything set that must be set; of a server no more than ``most``."""
        ...

    def prepare(self, engine: Engine) -> None:
        """Ready a database that may be new for its first tables."""
        ...

    def lock_schema(self, connection: Connection) -> None:
        """Wait until no other process changes tables; holds to the end of the transaction."""
        ...

    def insert(self, table: Table) -> "sqlite.Insert | postgresql.Insert":
        """Return an insert that supports ON CONFLICT."""
        ...

    def insert_many(
        self, connection: Connection, table: Table, names: Sequence[str], rows: Rows, meets: str = ""
    ) -> None:
        """Write values of the columns of these names, by the quickest way there is.

        ``meets`` is a clause ON CONFLICT for rows that exist already; without it all must be new.
        """
        ...

    def count_on(self, connection: Connection, table: Table) -> None:
        """Let the database count on from the highest number that a table holds."""
        ...

    def announce_work(self, connection: Connection) -> None:
        """Wake who waits for work once this transaction is committed."""
        ...

    def arrivals(self, engine: Engine, pause: Callable[[], object]) -> AbstractContextManager[Callable[[], bool]]:
        """Yield what waits for a moment, and returns whether there may be new work.

        What the database does not announce is looked for after each pause.
        """
        ...

    def vacuum(self, engine: Engine) -> None:
        """Vacuum what was written in bulk."""
        ...

    def limited(
        self, connection: Connection, most_ms: int, error: Callable[[], Exception]
    ) -> AbstractContextManager[None]:
        """Let a transaction that reads take this long, each statement or all of them; raise what ``error`` returns."""
        ...

    def open_reader(self, engine: Engine) -> Driver:
        """A driver's own connection for nothing but reading, with no transaction open."""
        ...

    def fetch(self, connection: Driver, text: str, values: dict[str, Any]) -> Rows:
        """All rows of a query, through the driver alone."""
        ...

    async def open_awaited(self) -> Driver:
        """Open the same kind of connection for the event loop. Not for an embedded database, which never waits."""
        ...

    async def fetch_awaited(self, connection: Driver, text: str, values: dict[str, Any]) -> Rows:
        """All rows, while the event loop goes on."""
        ...


class Sqlite:
    """One file, many readers, one writer at a time; the log is written through at every commit."""

    is_embedded = True
    can_await = False
    begin_snapshot = "BEGIN"
    snapshot_options: Mapping[str, str] = {}
    reading_options: Mapping[str, str] = {}
    lost: tuple[type[Exception], ...] = ()

    def __init__(self, url: URL) -> None:
        """Raises ``SettingsError`` when the URL names no file, or Python's SQLite is too old for durable jobs."""
        if sys.version_info >= (3, 12) and sqlite3.sqlite_version_info < OLDEST_SQLITE_FOR_312:
            raise SettingsError(
                f"Python 3.12 and newer need SQLite 3.42 or newer, and this one has {sqlite3.sqlite_version}; "
                "use Python 3.11, or a database on PostgreSQL",
                code="database.unsupported",
                field="database",
            )
        if not url.database or url.database == ":memory:":
            raise SettingsError(
                "A database in memory would be another one for every connection; name a file: sqlite:///auscult.db",
                code="database.unsupported",
                field="database",
            )
        self._url = url.set(drivername="sqlite+pysqlite")
        self._path = Path(url.database)
        self._opened: tuple[int, int] | None = None

    def engine(self, most: int) -> Engine:  # noqa: ARG002  (those of a file cost nobody anything)
        """Connections with the pragmas of ``_set_up_sqlite``."""
        # The connection that was given back last is lent first: its cache is warm, and the others' stay small.
        options: dict[str, Any] = {"connect_args": {"timeout": _BUSY_S}, "pool_use_lifo": True, "hide_parameters": True}
        engine = sa.create_engine(self._url, paramstyle="named", **options)
        event.listen(engine, "do_connect", _make_private)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "connect", self._note_file)
        event.listen(engine, "begin", self._check_file)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "checkin", self._wake)
        return engine

    def _note_file(self, _connection: Driver, _record: object) -> None:
        self._opened = self._opened or identity_of(self._path)

    def _check_file(self, connection: Connection) -> None:
        """Refuse to write where the path no longer leads to the file that was opened first.

        Raises ``MovedFileError``.
        """
        if connection.get_execution_options().get(WRITES, False) and identity_of(self._path) != self._opened:
            raise MovedFileError(f"{self._path} is not the file that was opened; put that back, or restart")

    def prepare(self, engine: Engine) -> None:
        """Set the page size of a new file, and its write-ahead log. SQLite refuses the log while another is about to write."""
        with closing(engine.raw_connection()) as connection:
            cursor, ends = connection.cursor(), monotonic() + _BUSY_S
            while True:
                try:
                    if cursor.execute("PRAGMA journal_mode").fetchone() != ("wal",):  # pyright: ignore[reportOptionalMemberAccess,reportUnknownMemberType]
                        cursor.execute(f"PRAGMA page_size = {PAGE_BYTES}")
                        cursor.execute("PRAGMA journal_mode = WAL")
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > ends:
                        raise
                    sleep(_AGAIN_S)
                else:
                    return

    def lock_schema(self, connection: Connection) -> None:
        """Nothing: a transaction that writes is alone from its begin on."""

    def insert(self, table: Table) -> sqlite.Insert:
        """SQLite's."""
        return sqlite.insert(table)

    def insert_many(
        self, connection: Connection, table: Table, names: Sequence[str], rows: Rows, meets: str = ""
    ) -> None:
        """One statement, prepared once for all."""
        if rows:
            connection.exec_driver_sql(_insert(table, names, "?", meets), rows)

    def count_on(self, connection: Connection, table: Table) -> None:
        """It does so by itself."""

    def announce_work(self, connection: Connection) -> None:
        """Let the file be touched after the commit, when the connection returns to its pool, which wakes all that wait."""
        connection.info[_ANNOUNCES] = True

    def _wake(self, _connection: Driver, record: ConnectionPoolEntry) -> None:
        if record.info.pop(_ANNOUNCES, False):
            with suppress(OSError):  # the rows are committed; a worker that is not woken finds them a little later
                touch(self._path)

    @contextmanager
    def arrivals(self, engine: Engine, pause: Callable[[], object]) -> Generator[Callable[[], bool]]:
        """See the protocol. Where files cannot be watched, their count of commits is read, which takes microseconds."""
        watch = watch_of(self._path)
        if watch is not None:
            with watch:
                yield partial(watch.wait, _LISTEN_S)
            return
        connection = self.open_reader(engine)
        before = connection.execute("PRAGMA data_version").fetchone()

        def wait() -> bool:
            nonlocal before
            pause()
            last, before = before, connection.execute("PRAGMA data_version").fetchone()
            return before != last

        with closing(connection):
            yield wait

    def vacuum(self, engine: Engine) -> None:
        """Do nothing: SQLite needs no vacuum after writing."""

    @contextmanager
    def limited(self, connection: Connection, most_ms: int, error: Callable[[], Exception]) -> Generator[None]:
        """See the protocol."""
        driver: Any = connection.connection.driver_connection
        until = monotonic() + most_ms / 1_000
        driver.set_progress_handler(lambda: monotonic() > until, _STEPS)
        try:
            yield
        except OperationalError as failed:
            if getattr(failed.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
                raise error() from failed
            raise
        finally:
            driver.set_progress_handler(None, 0)

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

    async def open_awaited(self) -> Driver:
        """Never."""
        raise NotImplementedError

    async def fetch_awaited(self, connection: Driver, text: str, values: dict[str, Any]) -> Rows:
        """Never."""
        raise NotImplementedError


class Postgresql:
    """A server, any number of writers; two of one app take turns."""

    is_embedded = False
    # What is counted may be two rows or a million: that is planned by its values.
    begin_snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL plan_cache_mode = auto"
    snapshot_options: Mapping[str, str] = {"isolation_level": "REPEATABLE READ"}
    reading_options: Mapping[str, str] = {"isolation_level": "AUTOCOMMIT"}  # BEGIN and ROLLBACK are a round trip each

    def __init__(self, url: URL) -> None:
        """The user name, host and the rest are the driver's to understand."""
        # A server's drivers are not loaded for a file.
        import asyncpg  # noqa: PLC0415  # pyright: ignore[reportMissingTypeStubs]
        import psycopg  # noqa: PLC0415

        self.lost: tuple[type[Exception], ...] = (
            psycopg.OperationalError,
            psycopg.InterfaceError,
            asyncpg.InterfaceError,
            asyncpg.PostgresConnectionError,
            ConnectionError,
        )
        self._is_pooled = _is_pooled(url)
        url = url.difference_update_query([POOLER])
        # asyncpg prepares a statement and then runs it: a pooler may give each to another server.
        self.can_await = url.query.keys() <= _KNOWN_TO_BOTH and not self._is_pooled
        self._url = url.set(drivername="postgresql+psycopg")

    def engine(self, most: int) -> Engine:
        """Connections that are tried before they are used again. Behind a pooler they leave nothing prepared behind."""
        return sa.create_engine(
            self._url,
            pool_pre_ping=True,
            pool_size=most,
            max_overflow=0,
            pool_timeout=_PATIENCE_S,
            hide_parameters=True,
            connect_args={"prepare_threshold": None} if self._is_pooled else {},
        )

    def prepare(self, engine: Engine) -> None:
        """Nothing: the server has the database."""

    def lock_schema(self, connection: Connection) -> None:
        """Acquire the lock that every auscult acquires for this."""
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))

    def insert(self, table: Table) -> postgresql.Insert:
        """PostgreSQL's."""
        return postgresql.insert(table)

    def insert_many(
        self, connection: Connection, table: Table, names: Sequence[str], rows: Rows, meets: str = ""
    ) -> None:
        """COPY; where they may meet rows that are there, into a table of this transaction, and from there."""
        if not rows:
            return
        if meets and len(rows) < STAGED:
            connection.exec_driver_sql(_insert(table, names, "%s", meets), rows)
            return
        columns, target = _quoted(names), "incoming" if meets else table.name
        if meets:
            like = f"SELECT {columns} FROM {table.name} WITH NO DATA"  # noqa: S608  (our own names)
            connection.exec_driver_sql(f"CREATE TEMPORARY TABLE incoming ON COMMIT DROP AS {like}")
        cursor: Driver = connection.connection.cursor()
        with cursor.copy(f"COPY {target} ({columns}) FROM STDIN (FORMAT BINARY)") as into:
            into.set_types(_types(table, tuple(names)))
            for row in rows:
                into.write_row(row)
        if meets:
            kept = f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM incoming {meets}"  # noqa: S608
            connection.exec_driver_sql(kept)
            connection.exec_driver_sql("DROP TABLE incoming")

    def count_on(self, connection: Connection, table: Table) -> None:
        """Set the sequence of its key, where it has one."""
        key = table.autoincrement_column
        if key is None:
            return
        sequence = sa.func.pg_get_serial_sequence(table.name, key.name)
        highest = sa.select(sa.func.coalesce(sa.func.max(key), 0) + 1).scalar_subquery()
        connection.execute(sa.select(sa.func.setval(sequence, highest, sa.false())))

    def announce_work(self, connection: Connection) -> None:
        """Notify the workers that listen."""
        connection.exec_driver_sql(f"NOTIFY {_WORK}")

    @contextmanager
    def arrivals(self, engine: Engine, pause: Callable[[], object]) -> Generator[Callable[[], bool]]:
        """See the protocol. Behind a pooler a worker cannot listen."""
        if self._is_pooled:
            yield lambda: pause() is None or True
            return
        connection = self.open_reader(engine)
        with closing(connection):
            connection.execute(f"LISTEN {_WORK}")

            def wait() -> bool:
                # The driver's own wait looks ten times a second whether it was interrupted.
                is_readable = select.select([connection.fileno()], [], [], _LISTEN_S)[0]
                return bool(is_readable and list(connection.notifies(timeout=0)))

            yield wait

    def vacuum(self, engine: Engine) -> None:
        """Vacuum and analyse the tables with many new rows, for index-only scans and right plans.

        PostgreSQL skips the tables of another role, with a warning of its own.
        """
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in connection.scalars(sa.text(_MUCH_IS_NEW)).all():
                connection.exec_driver_sql(f"VACUUM (ANALYZE, SKIP_LOCKED) {table}")

    @contextmanager
    def limited(self, connection: Connection, most_ms: int, error: Callable[[], Exception]) -> Generator[None]:
        """See the protocol."""
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {most_ms}")
        try:
            yield
        except OperationalError as failed:
            if getattr(failed.orig, "sqlstate", None) == _CANCELED:
                raise error() from failed
            raise

    def open_reader(self, engine: Engine) -> Driver:
        """One that opens no transaction by itself."""
        lent = engine.raw_connection()
        lent.detach()
        connection: Driver = lent.dbapi_connection
        connection.autocommit = True
        if not self._is_pooled:
            connection.execute(_READ_LITTLE)
        return connection

    def fetch(self, connection: Driver, text: str, values: dict[str, Any]) -> Rows:
        """All rows, bytes as bytes, the statement planned once; behind a pooler every time."""
        return connection.cursor(binary=True).execute(text, values, prepare=True).fetchall()

    async def open_awaited(self) -> Driver:
        """One of asyncpg's, which hands out a page in half of psycopg's time."""
        import asyncpg  # noqa: PLC0415  # pyright: ignore[reportMissingTypeStubs]

        connect: Driver = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        url = self._url.set(drivername="postgresql")
        connection = await connect(url.render_as_string(hide_password=False))
        await connection.execute(_READ_LITTLE)
        return connection

    async def fetch_awaited(self, connection: Driver, text: str, values: dict[str, Any]) -> Rows:
        """All rows, bytes as bytes, the statement planned once."""
        numbered, names = numbered_values(text)
        return await connection.fetch(numbered, *[values[name] for name in names])


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _insert(table: Table, names: Sequence[str], mark: str, meets: str) -> str:
    marks = ", ".join([mark] * len(names))
    return f"INSERT INTO {table.name} ({_quoted(names)}) VALUES ({marks}) {meets}"  # noqa: S608  (our own names)


@lru_cache
def _types(table: Table, names: tuple[str, ...]) -> list[str]:
    """The types of columns as PostgreSQL calls them: a binary COPY converts nothing."""
    types = (table.columns[name].type.compile(dialect=postgresql.dialect()) for name in names)  # pyright: ignore[reportUnknownMemberType]
    return [each.partition(" COLLATE ")[0].lower() for each in types]


def _is_pooled(url: URL) -> bool:
    """Return whether a pooler assigns a server per transaction. Raises ``SettingsError`` for an unknown kind."""
    kind = url.query.get(POOLER)
    if kind not in (None, "transaction"):
        raise SettingsError(
            f"{POOLER}={kind} is no pooler that is known here; give {POOLER}=transaction, or leave it out",
            code="database.unsupported",
            field="database",
        )
    return kind is not None


def dialect_of(address: str) -> Dialect:
    """Return the dialect of a database by its URL as users write it. Raises ``SettingsError``."""
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


def identity_of(file: Path) -> tuple[int, int] | None:
    """Return device and number of a file; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _make_private(_dialect: object, _record: object, place: list[str], _options: object) -> None:
    """Make a new file so that its owner alone can read it; its log gets the same mode."""
    # Never a file that is there: closing any descriptor of it would drop the locks that this process has on it.
    with suppress(OSError):  # connecting reports what is wrong
        os.close(os.open(place[0], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _set_up_sqlite(connection: Driver, _record: object) -> None:
    """Disable its own transactions, and keep every commit through any crash."""
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
    """Acquire the write lock at once: a reader that wants to write later may be refused."""
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
