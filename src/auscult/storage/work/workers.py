"""Workers, how often each has beaten, and when it last did."""

import sqlalchemy as sa

from auscult.storage.core.instants import now_ms
from auscult.storage.core.repository import OfDatabase
from auscult.storage.core.tables.base import workers

LATELY_MS = 45_000
"""Milliseconds without a heartbeat after which a worker counts as stopped: it sends one every 5 s, and clocks differ."""


class Workers(OfDatabase):
    """The table of workers."""

    def beat(self, worker: str) -> None:
        """Add one to this worker's beats; the first beat makes it known."""
        beat = {"beat_at": now_ms()}
        first = self._database.dialect.insert(workers).values(worker=worker, beats=1, **beat)
        again = first.on_conflict_do_update(index_elements=["worker"], set_={"beats": workers.c.beats + 1, **beat})
        with self._database.writing(is_shown=False) as connection:
            connection.execute(again)

    def beats(self) -> dict[str, int]:
        """Return the number of heartbeats of each known worker."""
        return {row.worker: row.beats for row in self._database.rows(sa.select(workers))}

    def beats_lately(self, host: str | None = None) -> bool:
        """Return whether a worker, or one of this host, has beaten lately. Its name begins with the host."""
        query = sa.select(workers.c.worker).where(workers.c.beat_at > now_ms() - LATELY_MS).limit(1)
        if host is not None:
            query = query.where(workers.c.worker.startswith(f"{host}:", autoescape=True))
        with self._database.reading() as connection:
            return connection.execute(query).first() is not None

    def leave(self, worker: str) -> None:
        """Remove a worker: it ended without open work, or crashed. Unknown ones are no error."""
        with self._database.writing() as connection:
            connection.execute(sa.delete(workers).where(workers.c.worker == worker))
