"""New databases for tests: copies of one that was migrated, and perhaps filled, once for each test process; and clients."""

import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, LiteralString, NamedTuple

import psycopg
from psycopg import sql

from auscult.domain.tenancy import Client, Tenant, new_client_id, new_client_secret
from auscult.storage import migrate, new_secret_key

KEY = new_secret_key()
"""The key to the secrets of the stores of this test process, whose databases are copies of few."""
_templates = ExitStack()


def remove_templates() -> None:
    """Remove what was migrated to be copied."""
    _templates.close()


class Content(NamedTuple):
    """What a database has in it from the start: a name, the function that adds it at a URL, and what is there before it."""

    name: str
    fill: Callable[[str], None]
    base: "Content | None" = None


class Place(NamedTuple):
    """The URL of a database, and a folder."""

    url: str
    folder: Path


@contextmanager
def database(
    kind: str, server: str, folder: Path, *, is_empty: bool = False, content: Content | None = None
) -> Iterator[str]:
    """URL of a new database of this kind, migrated unless it is to be empty; dropped afterwards."""
    if kind == "postgresql":
        with postgresql(server, "" if is_empty else postgresql_template(server, content)) as name:
            yield f"{server.rpartition('/')[0]}/{name}"
        return
    file = folder / "auscult.db"
    if not is_empty:
        copy_tables(file, content)
    yield f"sqlite:///{file}"


def copy_tables(file: Path, content: Content | None = None) -> None:
    """Make a migrated SQLite database, with this content if there is one."""
    shutil.copyfile(_sqlite_template(content), file)


@contextmanager
def postgresql(server: str, template: str = "") -> Iterator[str]:
    """Name of a new database on the server, a copy of ``template`` if there is one."""
    name = f"auscult_test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}" + _strategy(server))
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(template or "template1")))
        try:
            yield name
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@cache
def _strategy(server: str) -> LiteralString:
    """How PostgreSQL copies a database: by its files where it never waits for a disk, which takes half as long."""
    with psycopg.connect(server) as connection:
        version, (is_safe,) = connection.info.server_version, connection.execute("SHOW fsync").fetchone() or ("on",)
    return " STRATEGY FILE_COPY" if version >= 150_000 and is_safe == "off" else ""


@cache
def _sqlite_template(content: Content | None) -> Path:
    folder = _templates.enter_context(tempfile.TemporaryDirectory(prefix="auscult-test-"))
    file = Path(folder) / "template.db"
    if content is None:
        migrate(f"sqlite:///{file}")
        return file
    copy_tables(file, content.base)
    content.fill(f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0  # all is in the one file
    return file


@cache
def postgresql_template(server: str, content: Content | None = None) -> str:
    """Name of the migrated database on the server that is copied, with this content if there is one."""
    base = "" if content is None else postgresql_template(server, content.base)
    name = _templates.enter_context(postgresql(server, base))
    url = f"{server.rpartition('/')[0]}/{name}"
    if content is None:
        migrate(url)
    else:
        content.fill(url)
    with psycopg.connect(server, autocommit=True) as connection:  # nothing else may be connected to what is copied
        connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
    return name


def client_of(*tenants: Tenant, scopes: Iterable[str] = ("Quality AI",), **changed: Any) -> Client:
    """Return a new client that may use the apps of these tenants, which are of one account."""
    given = {
        "client_id": new_client_id(),
        "secret": new_client_secret(),
        "account_id": tenants[0].account_id,
        "app_ids": frozenset(each.app_id for each in tenants),
        "created_at": datetime(2026, 3, 1, tzinfo=UTC),
    }
    return Client(scopes=frozenset(scopes), **given | changed)
