"""Count of changes: how many transactions have written what pages show. While it is the same, so are the pages.

A transaction counts itself, as the last thing it does, so its changes and the new count become visible at once, to
every process. It adds 1 to one of ``STRIPES`` rows, chosen by its connection: two transactions rarely wait for each
other. The count is the sum of the rows.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, Connection

from auscult.storage.core.tables.base import change_counts

STRIPES = 64

CHANGES = sa.select(sa.cast(sa.func.coalesce(sa.func.sum(change_counts.c.n), sa.literal_column("0")), BigInteger))
"""The count."""

_ADD = "ON CONFLICT (stripe) DO UPDATE SET n = change_counts.n + 1"
_IN_FILE = f"INSERT INTO change_counts (stripe, n) VALUES (0, 1) {_ADD}"  # noqa: S608  (our own names)
_ON_SERVER = (
    f"INSERT INTO change_counts (stripe, n) SELECT mod(pg_backend_pid(), {STRIPES}), 1 "
    f"WHERE pg_current_xact_id_if_assigned() IS NOT NULL {_ADD}"
)
"""A transaction has an id once it has written or locked something."""


@contextmanager
def counted(connection: Connection, *, is_embedded: bool) -> Generator[None, None, None]:
    """Count a transaction that writes anything."""
    before = _rows_written(connection) if is_embedded else 0
    yield
    if not is_embedded:
        connection.exec_driver_sql(_ON_SERVER)
    elif _rows_written(connection) > before:
        connection.exec_driver_sql(_IN_FILE)


def _rows_written(connection: Connection) -> int:
    """Return how many rows a connection to a file has written since it was opened."""
    driver: Any = connection.connection.dbapi_connection
    return driver.total_changes
