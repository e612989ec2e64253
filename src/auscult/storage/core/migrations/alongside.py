"""Programs of the previous version on newer tables: each migration states how old they may be, and the database keeps it."""

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.storage.core.tables.privacy import counters

NAME = "tables_alongside"
"""Counter with the number of the oldest version whose programs may work on the tables."""

STATED = "ALONGSIDE"
"""Name in a migration's module: the oldest version of the tables whose programs may go on. Without it, none may."""


def keep_alongside(connection: Connection, migrations: list[object]) -> None:
    """Keep how old programs may be, after these modules of migrations were applied together."""
    stated = [getattr(each, STATED, None) for each in migrations]
    connection.execute(sa.delete(counters).where(counters.c.name == NAME))
    if stated and all(isinstance(each, str) for each in stated):
        oldest = max(number_of(str(each)) for each in stated)
        connection.execute(sa.insert(counters).values(name=NAME, value=oldest))


def may_run_alongside(connection: Connection, version: str, ours: str) -> bool:
    """Return whether programs that need ``ours`` may work on tables of a newer ``version``."""
    if number_of(version) <= number_of(ours):
        return False
    oldest = connection.scalar(sa.select(counters.c.value).where(counters.c.name == NAME))
    return oldest is not None and oldest <= number_of(ours)


def number_of(version: str) -> int:
    """Return the number that a version begins with."""
    return int(version[:4])
