"""Places at the judge: how many questions all processes together may have under way at a time, on any host.

A place is a row, and a row is one holder's: so there are never more holders than places, whoever takes them at once.
Who dies leaves its row behind; it is free again when a worker sees that its holder is dead, or its lease has ended.
"""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.storage.database import Database
from auscult.storage.instants import now_ms
from auscult.storage.tables import judge_places


class Places:
    """The table of places."""

    def __init__(self, database: Database) -> None:
        """Nothing is read yet."""
        self._database = database

    def take(self, holder: str, most: int, lease_s: float) -> int | None:
        """Take one of so many places for at most so long; its number, or None when all are taken."""
        with self._database.reading() as connection:  # on a file, who finds none free holds nobody up
            if not self._free(connection, most):
                return None
        with self._database.writing() as connection:
            for place in self._free(connection, most):
                now = self._now(connection)
                mine = {"holder": holder, "until": now + round(lease_s * 1000)}
                first = self._database.dialect.insert(judge_places).values(place=place, **mine)
                taken = first.on_conflict_do_update(
                    index_elements=["place"], set_=mine, where=judge_places.c.until <= now
                )
                if connection.execute(taken.returning(judge_places.c.place)).one_or_none() is not None:
                    return place
        return None

    def leave(self, holder: str, place: int) -> None:
        """Give a place back. One that somebody else has got since then stays theirs."""
        mine = sa.delete(judge_places).where(judge_places.c.place == place, judge_places.c.holder == holder)
        with self._database.writing() as connection:
            connection.execute(mine)

    def holders(self) -> frozenset[str]:
        """Who has a place."""
        with self._database.reading() as connection:
            return frozenset(connection.scalars(sa.select(judge_places.c.holder)))

    def free(self, holders: Collection[str]) -> None:
        """Give back the places of those who are dead."""
        if holders:
            with self._database.writing() as connection:
                connection.execute(sa.delete(judge_places).where(judge_places.c.holder.in_(sorted(holders))))

    def _free(self, connection: Connection, most: int) -> list[int]:
        held = sa.select(judge_places.c.place).where(judge_places.c.until > self._now(connection))
        taken = set(connection.scalars(held))
        return [place for place in range(1, most + 1) if place not in taken]

    def _now(self, connection: Connection) -> int:
        """The time in ms, by one clock for all hosts."""
        if self._database.dialect.is_embedded:
            return now_ms()
        epoch = sa.extract("epoch", sa.func.clock_timestamp())
        return connection.execute(sa.select(sa.cast(epoch * 1000, sa.BigInteger))).scalar_one()
