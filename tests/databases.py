"""New databases for tests. Those with tables are copies of one that was migrated once for each test process."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql

from auscult.storage import migrate

_templates = ExitStack()


def remove_templates() -> None:
    """Remove what was migrated to be copied."""
    _templates.close()


@contextmanager
def database(kind: str, server: str, folder: Path, *, is_empty: bool = False) -> Iterator[str]:
    """URL of a new database of this kind, migrated unless it is to be empty; dropped afterwards."""
    if kind == "postgresql":
        with postgresql(server, "" if is_empty else postgresql_template(server)) as name:
            yield f"{server.rpartition('/')[0]}/{name}"
        return
    file = folder / "auscult.db"
    if not is_empty:
        copy_tables(file)
    yield f"sqlite:///{file}"


def copy_tables(file: Path) -> None:
    """Make a migrated SQLite database."""
    shutil.copyfile(_sqlite_template(), file)


@contextmanager
def postgresql(server: str, template: str = "") -> Iterator[str]:
    """Name of a new database on the server, a copy of ``template`` if there is one."""
    name = f"auscult_test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(template or "template1")))
        try:
            yield name
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@cache
def _sqlite_template() -> Path:
    folder = _templates.enter_context(tempfile.TemporaryDirectory(prefix="auscult-test-"))
    file = Path(folder) / "template.db"
    migrate(f"sqlite:///{file}")
    return file


@cache
def postgresql_template(server: str) -> str:
    """Name of the migrated database on the server that is copied."""
    name = _templates.enter_context(postgresql(server))
    migrate(f"{server.rpartition('/')[0]}/{name}")
    with psycopg.connect(server, autocommit=True) as connection:  # nothing else may be connected to what is copied
        connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
    return name
