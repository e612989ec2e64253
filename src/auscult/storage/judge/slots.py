"""Slots at the judge: how many questions all processes together may have in progress, on any host.

A slot is a row with one holder: so there are never more holders than slots, even under concurrent claims.
A crashed holder leaves its row behind; it is free again when a worker detects the crash, or its lease has ended.
"""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.storage.core.instants import now_ms
from auscult.storage.core.repository import OfDatabase
from auscult.storage.core.tables.judge import judge_places


class JudgeSlots(OfDatabase):
    """The table of slots at the judge."""

    def claim(self, holder: str, most: int, lease_s: float) -> int | None:
        """Claim one of ``most`` slots for at most ``lease_s`` seconds; return its number, or None when all are held."""
        with self._database.reading() as connection:  # on a file, who finds none free holds nobody up
            if not self._free(connection, most):
                return None
        with self._database.writing() as connection:
            for slot in self._free(connection, most):
                now = self._now(connection)
                mine = {"holder": holder, "until": now + round(lease_s * 1000)}
                first = self._database.dialect.insert(judge_places).values(place=slot, **mine)
                claimed = first.on_conflict_do_update(
                    index_elements=["place"], set_=mine, where=judge_places.c.until <= now
                )
                if connection.execute(claimed.returning(judge_places.c.place)).one_or_none() is not None:
                    return slot
        return None

    def release(self, holder: str, slot: int) -> None:
        """Release a slot. One that another process has claimed since then stays theirs."""
        mine = sa.delete(judge_places).where(judge_places.c.place == slot, judge_places.c.holder == holder)
        with self._database.writing() as connection:
            connection.execute(mine)

    def holders(self) -> frozenset[str]:
        """Return the holders of slots."""
        return frozenset(self._database.values(sa.select(judge_places.c.holder)))

    def release_all(self, holders: Collection[str]) -> None:
        """Release the slots of crashed holders."""
        if holders:
            with self._database.writing() as connection:
                connection.execute(sa.delete(judge_places).where(judge_places.c.holder.in_(sorted(holders))))

    def _free(self, connection: Connection, most: int) -> list[int]:
        held = sa.select(judge_places.c.place).where(judge_places.c.until > self._now(connection))
        claimed = set(connection.scalars(held))
        return [slot for slot in range(1, most + 1) if slot not in claimed]

    def _now(self, connection: Connection) -> int:
        """The time in ms, by one clock for all hosts."""
        if self._database.dialect.is_embedded:
            return now_ms()
        epoch = sa.extract("epoch", sa.func.clock_timestamp())
        return connection.execute(sa.select(sa.cast(epoch * 1000, sa.BigInteger))).scalar_one()
