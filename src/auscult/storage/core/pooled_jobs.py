"""Connections of DBOS where a pooler assigns a server per transaction.

By itself DBOS sets options on each of its connections for good, and holds a lock of the session while it makes its
tables. Both would stay with a server that others use next. So it gets connections that set nothing, and the lock
is held inside a transaction, for which the pooler keeps the server.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Engine, event

from auscult.storage.core.dialect import POOLER, dialect_of

_LOCK = "pg_try_advisory_lock"
_UNLOCK = "pg_advisory_unlock"


def pooled_jobs(url: str, connections: int) -> tuple[str, Engine] | None:
    """The URL without what it says of a pooler, and connections for DBOS; None where no pooler is named."""
    address = sa.make_url(url)
    if POOLER not in address.query:
        return None
    engine = dialect_of(url).engine(connections)
    event.listen(engine, "before_cursor_execute", _begin)
    event.listen(engine, "after_cursor_execute", _commit)
    return address.difference_update_query([POOLER]).render_as_string(hide_password=False), engine


def _begin(_: object, cursor: Any, statement: str, *_rest: object) -> None:  # noqa: ANN401  (the driver's)
    if _LOCK in statement:
        cursor.connection.execute("BEGIN")


def _commit(_: object, cursor: Any, statement: str, *_rest: object) -> None:  # noqa: ANN401  (the driver's)
    if _LOCK in statement:
        # Lets go of the result, and with it of its view of the data, for which indexes in the making would wait.
        cursor.connection.execute("SHOW transaction_isolation")
    if _UNLOCK in statement:
        cursor.connection.execute("COMMIT")
