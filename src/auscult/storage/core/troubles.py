"""Faults of a database, recognised by errors of its driver: a cut connection, a full disk."""

import sqlite3
from typing import Literal

from sqlalchemy.exc import DBAPIError


class MovedFileError(sqlite3.OperationalError):
    """The path of a database leads to another file, or to none: what is written to the open one would be lost."""


Trouble = Literal["away", "full"]
"""What keeps a database from its work for a while: its connection is cut, or its disk has no room."""

_STATES_OF_FULL_DISK = frozenset({"53100"})
_STATES_OF_CUT_CONNECTIONS = ("08", "57P")
"""Beginnings of SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html."""


def trouble_of(error: BaseException, lost: tuple[type[Exception], ...]) -> Trouble | None:
    """Return the trouble behind an error, whatever was raised from it; None where the fault is elsewhere.

    ``lost`` are errors of the driver that may mean that the connection has gone.
    """
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        found = _of_driver(cause, lost)
        if found or (isinstance(cause, DBAPIError) and cause.connection_invalidated):
            return found or "away"
        cause = cause.__cause__ or cause.__context__
    return None


def _of_driver(error: BaseException, lost: tuple[type[Exception], ...]) -> Trouble | None:
    if isinstance(error, MovedFileError):
        return "away"
    if isinstance(error, sqlite3.Error):
        code: int | None = getattr(error, "sqlite_errorcode", None)
        return "full" if code is not None and code & 0xFF == sqlite3.SQLITE_FULL else None
    state: str | None = getattr(error, "sqlstate", None)
    if state is None:
        return "away" if isinstance(error, lost) else None
    if state in _STATES_OF_FULL_DISK:
        return "full"
    return "away" if state.startswith(_STATES_OF_CUT_CONNECTIONS) else None
