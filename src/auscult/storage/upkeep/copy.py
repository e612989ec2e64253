"""Copy of a whole store into another database, of the same kind or the other, compared afterwards row by row.

Every table is read in the order of its key and written in parts, each in a transaction of its own. The content of
the target is always the beginning of the source's, so that an interrupted copy can be continued.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from itertools import zip_longest
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, Table

from auscult.domain.errors import ConflictError
from auscult.storage.core.baseline import all_tables
from auscult.storage.core.database import AnyRow, Database
from auscult.storage.core.tables.base import apps, change_counts, workers
from auscult.storage.core.tables.judge import judge_places

ROWS_AT_ONCE = 2_000

LIVE_TABLES = {workers, judge_places, change_counts}
"""Tables that describe the processes at work on a database, not its content: copies leave them out."""

Progress = Callable[[int, int], None]


class Copied(Struct, frozen=True, kw_only=True):
    """One table after the copy: how many rows it has on each side, and whether all of them are equal."""

    table: str
    rows: int
    rows_there: int
    is_equal: bool


def copy(source: Database, target: Database, progress: Progress) -> list[Copied]:
    """Copy every table, then compare them. Both databases must have been migrated, and have no other writer.

    A table that has more or fewer rows in the end than were copied is not equal.
    ``progress`` receives rows done and rows in all. Raises ``ConflictError`` when the target has other content.
    """
    with source.comparing() as reading:
        tables = [table for table in all_tables() if table not in LIVE_TABLES]
        _refuse_another(reading, target)
        total = 2 * sum(_count(reading, table) for table in tables)  # each row is copied, and each compared
        done = 0

        def report(rows: int) -> None:
            nonlocal done
            done += rows
            progress(done, total)

        for table in tables:
            _copy(table, reading, target, report)
        with target.writing() as writing:
            for table in tables:
                target.dialect.count_on(writing, table)
        target.vacuum()
        with target.comparing() as there:
            compared = [_compared(table, reading, there, report) for table in tables]
    with source.comparing() as later:
        return [_unless_written(each, _count(later, table)) for table, each in zip(tables, compared, strict=True)]


def _copy(table: Table, reading: Connection, target: Database, report: Callable[[int], None]) -> None:
    """Copy what is not there yet of one table; ``tell`` how many rows more are."""
    with target.reading() as there:
        after = _last(there, table)
        report(_count(there, table))
    for rows in read_chunks(reading, table, after):
        with target.writing() as writing:
            target.dialect.insert_many(writing, table, table.columns.keys(), [tuple(row) for row in rows])
        report(len(rows))


def _refuse_another(reading: Connection, target: Database) -> None:
    """See that the apps of the target, if it has any, are the first of the source's."""
    with target.reading() as there:
        known = list(there.execute(sa.select(apps).order_by(apps.c.app)))
    ours = list(reading.execute(sa.select(apps).order_by(apps.c.app)))
    if known != ours[: len(known)]:
        raise ConflictError(
            "the target holds other apps than the source ({app_id}, …): copy into an empty database",
            app_id=known[0].app_id,
            code="copy.target_not_empty",
            field="--to",
        )


def _key(table: Table) -> Sequence[sa.Column[Any]]:
    """Columns by which its rows differ."""
    unique = (each for each in table.constraints if isinstance(each, sa.UniqueConstraint))
    return list(table.primary_key.columns or next(unique).columns)


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def _last(connection: Connection, table: Table) -> AnyRow | None:
    """The key of the last row, if there is one."""
    key = _key(table)
    return connection.execute(sa.select(*key).order_by(*(column.desc() for column in key)).limit(1)).first()


def read_chunks(connection: Connection, table: Table, after: Sequence[Any] | None = None) -> Iterator[Sequence[AnyRow]]:
    """Rows by key, after one, some at a time."""
    key = _key(table)
    while True:
        query = sa.select(*map(_as_stored, table.columns)).order_by(*key).limit(ROWS_AT_ONCE)
        if after is not None:
            query = query.where(
                sa.tuple_(*key) > sa.tuple_(*(sa.literal(v, c.type) for v, c in zip(after, key, strict=True)))
            )
        rows = connection.execute(query).all()
        if rows:
            yield rows
        if len(rows) < ROWS_AT_ONCE:
            return
        after = [getattr(rows[-1], column.name) for column in key]


def _as_stored(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """Return a column whose values are not made into others when they are read."""
    kind = column.type
    return (
        sa.type_coerce(column, kind.impl_instance).label(column.name) if isinstance(kind, sa.TypeDecorator) else column
    )


class RowDigest:
    """Number of rows, and a digest of all of them in their order."""

    def __init__(self) -> None:
        """Of none."""
        self.rows = 0
        self._blake = blake2b()

    @property
    def digest(self) -> bytes:
        """The same for the same rows."""
        return self._blake.digest()

    def add(self, rows: Sequence[AnyRow]) -> None:
        """Count what comes next."""
        self.rows += len(rows)
        for row in rows:
            self._blake.update(msgspec.msgpack.encode(tuple(row)))


def _compared(table: Table, here: Connection, there: Connection, report: Callable[[int], None]) -> Copied:
    """Read a table on both sides, some rows at a time; ``tell`` how many of ours those are."""
    ours, theirs = RowDigest(), RowDigest()
    for rows, rows_there in zip_longest(read_chunks(here, table), read_chunks(there, table), fillvalue=()):
        ours.add(rows)
        theirs.add(rows_there)
        report(len(rows))
    is_equal = (ours.rows, ours.digest) == (theirs.rows, theirs.digest)
    return Copied(table=str(table.name), rows=ours.rows, rows_there=theirs.rows, is_equal=is_equal)


def _unless_written(copied: Copied, rows: int) -> Copied:
    """Return the same where the table still has this many rows: what was read is one state of the data."""
    return copied if rows == copied.rows else replace(copied, rows=rows, is_equal=False)
