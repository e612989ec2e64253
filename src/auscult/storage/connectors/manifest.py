"""A run under way: its lease, the manifest, refusals and figures, written with the conversations that they are of."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.connectors.contract import Refused
from auscult.domain.connectors.drift import COMPARED_DAYS, hour_of
from auscult.domain.connectors.place import Found
from auscult.domain.connectors.run import Counts, Day
from auscult.domain.errors import ConflictError, from_store, kept
from auscult.domain.scoring.stored import Accepted
from auscult.storage.core.database import Database
from auscult.storage.core.instants import ms_of
from auscult.storage.core.tables.connectors import connector_hours, connector_items, connector_refusals, connector_runs
from auscult.storage.core.text_validation import is_storable

MOST_REFUSALS = 1_000
"""Refusals that are kept of one item; the others are counted."""

_DAY = msgspec.json.Decoder(Day)
_LONGEST = 2_000


class ReadItem(NamedTuple):
    """An item that was read, and its refusals; its conversations are accepted in the same transaction.

    One that is not ``is_done`` stays out of the manifest, so that the next run reads it.
    """

    found: Found
    refused: Sequence[Refused]
    is_done: bool = True


class LeaseLostError(ConflictError):
    """The run's lease ended and another run has begun; nothing was written."""

    code = "connector.lease_lost"


class RunRecord:
    """One run under way. Threads may share it."""

    def __init__(self, database: Database, connector: int, number: int) -> None:
        """Made by ``AppConnectors.begin``."""
        self._database = database
        self._connector = connector
        self.number = number

    def known(self, found: Sequence[Found]) -> set[str]:
        """Return the keys among these that were read already, with the same etag and size."""
        keys = [each.key for each in found]
        query = sa.select(connector_items).where(
            connector_items.c.connector == self._connector, connector_items.c.key.in_(keys)
        )
        rows = {row.key: (row.etag, row.size) for row in self._database.rows(query)}
        return {each.key for each in found if rows.get(each.key) == (each.etag, each.size)}

    def renew(self, at: datetime, lease: timedelta) -> None:
        """Extend the lease. Raises ``LeaseLostError``."""
        with self._database.writing() as connection:
            self._hold(connection, lease_until=ms_of(at + lease))

    def count(self, counts: Counts) -> None:
        """Write the counts of a dry run so far. Raises ``LeaseLostError``."""
        with self._database.writing() as connection:
            self._hold(connection, counts=msgspec.json.encode(counts))

    def store(  # noqa: PLR0913  (all that one transaction writes)
        self,
        connection: Connection,
        items: Sequence[ReadItem],
        *,
        counts: Counts,
        accepted: Accepted,
        figures: Day | None,
        at: datetime,
    ) -> None:
        """Write the manifest of items within the transaction that accepts their conversations.

        ``counts`` are those of the run so far, to which ``accepted`` is added. Raises ``LeaseLostError``, on which the
        transaction is rolled back: another run may have read the same.
        """
        counts.new += accepted.new
        counts.changed += accepted.changed
        counts.unchanged += accepted.unchanged
        counts.replaced += len(accepted.replaced)
        self._hold(connection, counts=msgspec.json.encode(counts))
        keys = [each.found.key for each in items]
        mine = connector_refusals.c.connector == self._connector, connector_refusals.c.key.in_(keys)
        connection.execute(sa.delete(connector_refusals).where(*mine))
        rows = [self._refusal(each, one, at) for each in items for one in each.refused[:MOST_REFUSALS]]
        if rows:
            connection.execute(sa.insert(connector_refusals), rows)
        self._write_items(connection, items)
        if figures is not None and figures.conversations:
            self._count(connection, figures, hour_of(at))

    def _write_items(self, connection: Connection, items: Sequence[ReadItem]) -> None:
        """Write what is done into the manifest, and take out what is not."""
        again = [each.found.key for each in items if not each.is_done]
        mine = connector_items.c.connector == self._connector, connector_items.c.key.in_(again)
        if again:
            connection.execute(sa.delete(connector_items).where(*mine))
        values = [
            {
                "connector": self._connector,
                "key": each.found.key,
                "etag": each.found.etag,
                "size": each.found.size,
                "run": self.number,
            }
            for each in {one.found.key: one for one in items if one.is_done}.values()
        ]
        if values:
            insert = self._database.dialect.insert(connector_items)
            updated = {name: insert.excluded[name] for name in ("etag", "size", "run")}
            connection.execute(insert.on_conflict_do_update(index_elements=["connector", "key"], set_=updated), values)

    def hours(self, at: datetime) -> dict[int, Day]:
        """Return the figures of the kept hours."""
        first = hour_of(at) - COMPARED_DAYS * 24
        query = sa.select(connector_hours.c.hour, connector_hours.c.body).where(
            connector_hours.c.connector == self._connector, connector_hours.c.hour >= first
        )
        return {row.hour: _DAY.decode(row.body) for row in self._database.rows(query)}

    def notes_since(self, at: datetime) -> set[str]:
        """Return what the drift watch has reported since an instant."""
        query = sa.select(connector_runs.c.notes).where(
            connector_runs.c.connector == self._connector, connector_runs.c.started_at >= ms_of(at)
        )
        every = (msgspec.json.decode(notes, type=list[str]) for notes in self._database.values(query))
        return {from_store(line) for lines in every for line in lines}

    def end(
        self, counts: Counts, *, at: datetime, error: str = "", notes: Sequence[str] = (), postponed: Sequence[str] = ()
    ) -> None:
        """End the run: done, or failed with an error. Raises ``LeaseLostError``."""
        values = {
            "state": "failed" if error else "done",
            "ended_at": ms_of(at),
            "counts": msgspec.json.encode(counts),
            "error": _storable(error),
            "notes": msgspec.json.encode([_storable(each) for each in notes], enc_hook=kept),
            "postponed": msgspec.json.encode([_storable(each) for each in postponed], enc_hook=kept),
        }
        with self._database.writing() as connection:
            self._hold(connection, **values)
            old = connector_hours.c.hour < hour_of(at) - (COMPARED_DAYS + 1) * 24
            connection.execute(sa.delete(connector_hours).where(connector_hours.c.connector == self._connector, old))

    def _hold(self, connection: Connection, **values: object) -> None:
        """Change the run's row, as long as it is the one that runs."""
        mine = connector_runs.c.run == self.number, connector_runs.c.state == "running"
        changed = connection.execute(sa.update(connector_runs).where(*mine).values(**values))
        if changed.rowcount != 1:
            raise LeaseLostError(
                "run {number} of this connector was taken for crashed, and another may have begun; what is not written yet is read by the next run",
                number=self.number,
            )

    def _refusal(self, item: ReadItem, one: Refused, at: datetime) -> dict[str, object]:
        return {
            "connector": self._connector,
            "key": item.found.key,
            "place": _storable(one.where),
            "reason": _storable(one.reason),
            "run": self.number,
            "at": ms_of(at),
        }

    def _count(self, connection: Connection, figures: Day, hour: int) -> None:
        mine = connector_hours.c.connector == self._connector, connector_hours.c.hour == hour
        body = connection.scalar(sa.select(connector_hours.c.body).where(*mine))
        if body is None:
            row = {"connector": self._connector, "hour": hour, "body": msgspec.json.encode(figures)}
            connection.execute(sa.insert(connector_hours).values(**row))
            return
        total = _DAY.decode(body)
        total.add(figures)
        connection.execute(sa.update(connector_hours).where(*mine).values(body=msgspec.json.encode(total)))


def _storable(text: str) -> str:
    """Return a text that a database can hold, and not a longer one than is read."""
    if len(text) <= _LONGEST and is_storable(text):
        return text
    text = text[:_LONGEST]
    return text if is_storable(text) else text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
