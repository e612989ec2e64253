"""Connections: transactions that write, transactions that read, and the short way for pages."""

import logging
from asyncio import Semaphore, sleep, to_thread
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from threading import BoundedSemaphore, Lock
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy import BigInteger, Connection, Executable, UpdateBase
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.util.concurrency import await_, greenlet_spawn, in_greenlet

from auscult.storage.core.change_count import CHANGES, counted
from auscult.storage.core.dialect import WRITES, dialect_of
from auscult.storage.core.instants import now_ms
from auscult.storage.core.result_seals import ResultSeals
from auscult.storage.core.text_validation import is_storable
from auscult.storage.core.troubles import Trouble, trouble_of


class Connections(NamedTuple):
    """Limit of connections of a process to a server; a further request waits. Of a file any number."""

    shared: int = 8
    """For transactions."""

    reading: int = 4
    """For threads that read through readers."""

    awaited: int = 8
    """For the event loop, which reads through readers too. Where it cannot, these are for threads as well."""


A_FEW = Connections()

LOG = logging.getLogger(__name__)

Row = tuple[Any, ...]
T = TypeVar("T")

NOW = sa.bindparam("now", type_=BigInteger)
"""Time of a query that a module makes once (``Database.is_due``)."""

AnyRow = sa.Row[*tuple[Any, ...]]
AnySelect = sa.Select[*tuple[Any, ...]]


def write_many(connection: Connection, statement: UpdateBase, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows by one statement, all of whose values they name, through the driver alone: in half the time."""
    if rows:
        compiled = statement.compile(dialect=connection.dialect, column_keys=list(rows[0]))
        connection.exec_driver_sql(str(compiled), rows)


class Reader:
    """One connection of the driver's, for nothing but reading. Each statement sees one state of the data."""

    def __init__(self, database: "Database") -> None:
        """Connect."""
        self._dialect = database.dialect
        self._connection = database.dialect.open_reader(database.engine)

    def fetch(self, text: str, values: dict[str, Any]) -> list[Row]:
        """All rows of a query that ``Database.text`` made."""
        return self._dialect.fetch(self._connection, text, values)

    @contextmanager
    def snapshot(self) -> Generator[None, None, None]:
        """Let all statements inside see the same state of the data."""
        self._run(self._dialect.begin_snapshot)
        try:
            yield
        finally:
            self._run("ROLLBACK")

    def close(self) -> None:
        """Let the connection go."""
        self._connection.close()

    def _run(self, text: str) -> None:
        self._connection.execute(text)


class AwaitedReader(Reader):
    """The same for code that runs inside ``Database.awaited``: the event loop goes on while the database answers."""

    def __init__(self, database: "Database") -> None:
        """Connect."""
        self._dialect = database.dialect
        self._connection = await_(database.dialect.open_awaited())

    def fetch(self, text: str, values: dict[str, Any]) -> list[Row]:
        """All rows of a query that ``Database.text`` made."""
        return await_(self._dialect.fetch_awaited(self._connection, text, values))

    def close(self) -> None:
        """Let the connection go."""
        self._connection.terminate()

    def _run(self, text: str) -> None:
        await_(self._connection.execute(text))


class Database:
    """One database, by its URL as users write it."""

    def __init__(self, url: str, connections: Connections = A_FEW, seals: ResultSeals | None = None) -> None:
        """Nothing is opened before it is needed. Without ``seals`` no results can be written.

        Raises ``SettingsError`` when the URL is of no known kind.
        """
        self.dialect = dialect_of(url)
        self._seals = seals
        self.engine = self.dialect.engine(connections.shared)
        self._texts: dict[AnySelect, str] = {}
        self._plain = self.engine.execution_options(**self.dialect.reading_options)
        self._writer = self.engine.execution_options(**{WRITES: True})
        # Within a process writers of a file queue here, first come first served; the file's own lock is polled.
        self._turn = Lock() if self.dialect.is_embedded else nullcontext()
        self._readers: deque[Reader] = deque()
        self._awaited_readers: deque[Reader] = deque()
        self._awaited_turns = Semaphore(connections.awaited)
        threads = connections.reading + (0 if self.dialect.can_await else connections.awaited)
        self._reading_turns = nullcontext() if self.dialect.is_embedded else BoundedSemaphore(threads)

    @property
    def seals(self) -> ResultSeals:
        """Return what seals results."""
        assert self._seals is not None  # noqa: S101  (a store has them)
        return self._seals

    @contextmanager
    def writing(self, *, is_shown: bool = True) -> Generator[Connection, None, None]:
        """Yield a transaction that writes: all of it or none. On a file it is the only one.

        It is counted (``changes``), unless no page of the console shows what it writes.
        """
        count = partial(counted, is_embedded=self.dialect.is_embedded) if is_shown else nullcontext
        with self._turn, self._writer.begin() as connection, count(connection):
            yield connection

    def changes(self) -> int:
        """Return how many transactions have written what pages show. While it is the same, so are the pages."""
        return self.fetch(CHANGES)[0][0]

    @contextmanager
    def reading(self) -> Generator[Connection, None, None]:
        """Yield a connection that reads."""
        with self._plain.connect() as connection:
            yield connection

    def rows(self, query: Executable) -> Sequence[AnyRow]:
        """Return all rows of a query."""
        with self.reading() as connection:
            return connection.execute(query).all()

    def row(self, query: Executable) -> AnyRow | None:
        """Return the one row of a query; None where it has none."""
        with self.reading() as connection:
            return connection.execute(query).one_or_none()

    def named(self, query: Executable, name: str, read: Callable[[AnyRow], T]) -> T | None:
        """Return the record of the one row that a query finds by a name; None where it has none, or none can have it."""
        row = self.row(query) if is_storable(name) else None
        return None if row is None else read(row)

    def values(self, query: Executable) -> Sequence[Any]:
        """Return the first column of all rows of a query."""
        with self.reading() as connection:
            return connection.scalars(query).all()

    def value(self, query: Executable) -> Any:  # noqa: ANN401  (whatever the column has)
        """Return the first column of the first row of a query; None without a row."""
        with self.reading() as connection:
            return connection.scalar(query)

    @contextmanager
    def comparing(self) -> Generator[Connection, None, None]:
        """Yield a transaction that reads, all its statements of the same state of the data."""
        with self.engine.connect().execution_options(**self.dialect.snapshot_options) as connection:
            yield connection

    @contextmanager
    def reader(self) -> Generator[Reader, None, None]:
        """Lend a reader to one caller. It is reused unless it failed."""
        is_awaited = in_greenlet()  # then ``awaited`` has waited for its turn
        idle = self._awaited_readers if is_awaited else self._readers
        with nullcontext() if is_awaited else self._reading_turns:
            try:
                reader = idle.pop()
            except IndexError:
                reader = AwaitedReader(self) if is_awaited else Reader(self)
            try:
                yield reader
            except BaseException:
                reader.close()
                raise
            idle.append(reader)

    def fetch(self, query: AnySelect, **values: object) -> list[Row]:
        """All rows of a query that a module makes once, in one round trip. It has named values, and no constants."""
        text = self._texts.get(query) or self._texts.setdefault(query, self.text(query))
        return self.read(lambda reader: reader.fetch(text, values))

    def is_due(self, query: AnySelect) -> bool:
        """Return whether such a query finds anything at ``NOW``: background threads ask each second, mostly in vain."""
        return bool(self.fetch(query, now=now_ms()))

    def read(self, act: Callable[[Reader], T]) -> T:
        """Read something with a reader; once more, with a new one, where the connection had gone meanwhile."""
        try:
            with self.reader() as reader:
                return act(reader)
        except self.dialect.lost:
            self._close_readers()
            with self.reader() as reader:
                return act(reader)

    async def awaited(self, act: Callable[[], T]) -> T:
        """Do what reads through readers on the event loop, which goes on meanwhile: threads would take turns at it."""
        if not self.dialect.can_await:
            return await to_thread(act)
        async with self._awaited_turns:
            return await greenlet_spawn(act)

    async def leave_loop(self) -> None:
        """Let the connections go that belong to this event loop, which cannot end before."""
        while self._awaited_readers:
            self._awaited_readers.pop().close()
        await sleep(0)

    def text(self, statement: AnySelect | sa.TextClause) -> str:
        """Compile a query for this database, with named values, so that it is compiled only once."""
        compiled = statement.compile(dialect=self.engine.dialect, compile_kwargs={"render_postcompile": True})
        return str(compiled)

    def answers(self) -> bool:
        """Return whether the database answers a query."""
        try:
            with self.reading() as connection:
                connection.execute(sa.select(1))
        except SQLAlchemyError:
            return False
        return True

    def trouble_of(self, error: BaseException) -> Trouble | None:
        """Return the trouble that is behind an error, whatever was raised from it; None where there is none."""
        return trouble_of(error, self.dialect.lost)

    def vacuum(self) -> None:
        """Vacuum what was written in bulk. A failure is logged, and loses nothing."""
        try:
            self.dialect.vacuum(self.engine)
        except DBAPIError:
            LOG.warning("what was written could not be vacuumed; the database does so by itself later", exc_info=True)

    def close(self) -> None:
        """Close every connection that is not lent."""
        self._close_readers()
        self.engine.dispose()

    def _close_readers(self) -> None:
        idle: deque[Reader]
        for idle in (self._readers, self._awaited_readers):
            while idle:
                idle.pop().close()
