"""A copy of the whole database as a file, of one state of the data: SQLite's online copy, or PostgreSQL's own dump.

Servers and workers go on meanwhile. The tables of the durable engine are left out: they may be lost at any time.
"""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import URL, Connection

from auscult.domain.errors import ConflictError, SettingsError
from auscult.domain.operations.backups import BackedUpRecording, BackedUpTable
from auscult.storage.core.baseline import all_tables
from auscult.storage.core.database import Database
from auscult.storage.core.dialect import POOLER
from auscult.storage.core.migrations import UNFINISHED
from auscult.storage.core.tables.operations import backups
from auscult.storage.core.tables.recordings import recordings
from auscult.storage.upkeep.copy import LIVE_TABLES, RowDigest, read_chunks

SQLITE_FILE = "database.sqlite"
POSTGRESQL_FILE = "database.dump"
_JOBS_SCHEMA = "dbos"
_BEGIN = f"CREATE TABLE {UNFINISHED} (at BIGINT)"


def database_file(url: str) -> str:
    """Return the name of a backup's file for this kind of database."""
    return SQLITE_FILE if url.startswith("sqlite") else POSTGRESQL_FILE


def write_backup(url: str, target: Path, listing: Callable[[Iterable[BackedUpRecording]], None]) -> list[BackedUpTable]:
    """Write the database at ``url`` to a new file, and return the digests of that state of its tables.

    ``listing`` gets the recordings of the same state.

    Raises ``SettingsError`` where pg_dump is missing or fails.
    """
    if url.startswith("sqlite"):
        _copy_sqlite(Path(sa.make_url(url).database or ""), target)
        copied = Database(f"sqlite:///{target}")
        try:
            with copied.comparing() as connection:
                listing(_recordings(connection))
                return digests(connection)
        finally:
            copied.close()
            _drop_log(target)
    database = Database(url)
    try:
        with database.comparing() as connection:
            snapshot = connection.scalar(sa.select(sa.func.pg_export_snapshot()))
            address, variables = _client_address(url)
            words = ["--format=custom", f"--exclude-schema={_JOBS_SCHEMA}", f"--snapshot={snapshot}"]
            _run("pg_dump", [*words, f"--file={target}", f"--dbname={address}"], variables)
            listing(_recordings(connection))
            return digests(connection)
    finally:
        database.close()


def load_backup(source: Path, url: str) -> None:
    """Fill the empty database at ``url`` from a file of the same kind. Nothing else opens it before ``finish_restore``.

    Raises ``ConflictError`` where the database is not empty, ``SettingsError`` where pg_restore is missing or fails.
    """
    if url.startswith("sqlite"):
        target = Path(sa.make_url(url).database or "")
        if target.exists():
            raise _not_empty(str(target))
        unfinished = target.with_name(f"{target.name}.restoring")
        unfinished.unlink(missing_ok=True)
        _copy_sqlite(source, unfinished)
        with closing(sqlite3.connect(unfinished)) as connection, connection:
            connection.execute(_BEGIN)
        _drop_log(unfinished)
        unfinished.rename(target)
        return
    database = Database(url)
    try:
        with database.writing(is_shown=False) as connection:
            if sa.inspect(connection).get_table_names():
                raise _not_empty(str(sa.make_url(url).database))
            connection.execute(sa.text(_BEGIN))
    finally:
        database.close()
    address, variables = _client_address(url)
    words = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    _run("pg_restore", [*words, f"--dbname={address}", str(source)], variables)


def finish_restore(url: str) -> None:
    """Let a restored database be opened."""
    database = Database(url)
    try:
        with database.writing(is_shown=False) as connection:
            connection.execute(sa.text(f"DROP TABLE {UNFINISHED}"))
    finally:
        database.close()


def read_digests(url: str) -> list[BackedUpTable]:
    """Return the digests of a database's tables as they are now."""
    database = Database(url)
    try:
        with database.comparing() as connection:
            return digests(connection)
    finally:
        database.close()


def digests(connection: Connection) -> list[BackedUpTable]:
    """Return the digest of every table, those that show who is at work left out."""
    found: list[BackedUpTable] = []
    for table in all_tables():
        if table in LIVE_TABLES:
            continue
        digest = RowDigest()
        for rows in read_chunks(connection, table):
            digest.add(rows)
        found.append(BackedUpTable(table=str(table.name), rows=digest.rows, digest=digest.digest.hex()))
    return found


def _recordings(connection: Connection) -> Iterator[BackedUpRecording]:
    """Yield every recording whose sound is stored, by location."""
    query = sa.select(recordings.c.location, recordings.c.size, recordings.c.sha256).where(recordings.c.size > 0)
    for row in connection.execute(query.order_by(recordings.c.location).distinct()):
        yield BackedUpRecording(location=row.location, bytes=row.size, sha256=row.sha256)


def note_backup(url: str, made_at: int, size: int, place: str, removed: Sequence[str] = ()) -> None:
    """Record in the database that a backup was made (ms since the epoch), its size in bytes, and which were removed for it."""
    database = Database(url)
    try:
        with database.writing() as connection:
            connection.execute(sa.insert(backups).values(made_at=made_at, size=size, place=place))
            connection.execute(sa.update(backups).where(backups.c.place.in_(removed)).values(is_removed=1))
    finally:
        database.close()


def backup_versions(url: str) -> tuple[int | None, int]:
    """Return the major versions of pg_dump here, None where it is not installed, and of a PostgreSQL server."""
    database = Database(url)
    try:
        with database.reading() as connection:
            server = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000
    finally:
        database.close()
    path = shutil.which("pg_dump")
    if path is None:
        return None, server
    shown = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    found = re.search(r"\) (\d+)", shown)
    return (int(found[1]) if found else None), server


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy a file while others write to it: in one step, so that all of it is of one moment."""
    target.touch(mode=0o600)
    address = f"{source.resolve().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True, timeout=60)) as here,
        closing(sqlite3.connect(target)) as there,
    ):
        here.backup(there)
    _drop_log(target)


def _drop_log(path: Path) -> None:
    """Fold the log into a file that no other process has open, so that it is complete by itself."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _client_address(url: str) -> tuple[str, Mapping[str, str]]:
    """Return the address for PostgreSQL's own programs, and an environment with the password, which no list shows."""
    address: URL = sa.make_url(url).set(drivername="postgresql").difference_update_query([POOLER])
    password = {"PGPASSWORD": str(address.password)} if address.password else {}
    variables = {**os.environ, "LC_ALL": "C", **password}
    return URL.create(
        "postgresql", address.username, None, address.host, address.port, address.database, address.query
    ).render_as_string(hide_password=False), variables


def _run(program: str, words: Sequence[str], variables: Mapping[str, str]) -> None:
    path = shutil.which(program)
    if path is None:
        raise SettingsError(
            f"{program} is not installed; install PostgreSQL's client programs (Debian: apt install postgresql-client)",
            code="backup.no_client",
            field="database",
            value=program,
        )
    done = subprocess.run([path, *words], env=dict(variables), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        reason = next((line for line in done.stderr.splitlines() if "error" in line), f"exit status {done.returncode}")
        raise SettingsError(f"{program} failed: {reason}", code="backup.client_failed", field="database")


def _not_empty(name: str) -> ConflictError:
    return ConflictError(
        "{name} is not empty; name a new SQLite file, or an empty PostgreSQL database",
        name=name,
        code="backup.target_not_empty",
        field="--database",
    )
