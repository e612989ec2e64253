"""Database of DBOS: on PostgreSQL a schema of its own, for an SQLite file a second file next to it.

That file may be deleted whenever nothing runs: the work itself is in the store (docs/decisions/0010-jobs.md).
"""

import sqlite3
from contextlib import closing

SQLITE = "sqlite:///"
SUFFIX = "-jobs"


def jobs_url(database_url: str) -> str:
    """The address of the database for the jobs of this one."""
    return database_url.partition("?")[0] + SUFFIX if database_url.startswith(SQLITE) else database_url


def prepare(url: str) -> None:
    """Let the file of an SQLite database be read while it is written; the file remembers it."""
    if url.startswith(SQLITE):
        with closing(sqlite3.connect(url.removeprefix(SQLITE), timeout=30)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
