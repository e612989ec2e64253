"""Exports of the tables of ``services/delivery/tables``: one file per day and table, rewritten when the day changed."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.delivery.day_files import STATE, Day, DayFiles, days_between
from auscult.services.delivery.tables import KINDS, SCHEMA_VERSION
from auscult.storage.store import AppStore
from auscult.tables._contract import Table

CONVERSATIONS_AT_A_TIME = 250
MANIFEST = "manifest.json"


class TableExport:
    """Exports one table of one app into ``folder/table/date=YYYY-MM-DD/rows.*``."""

    def __init__(self, app: AppStore, name: str, table: Table, folder: Path) -> None:
        """Store the name of a table in ``KINDS`` and its folder. Nothing is written yet."""
        self._app = app
        self._name = name
        self._kind = KINDS[name]
        self._table = table
        self._folder = folder
        self._files = DayFiles(folder, name, table, self._kind.columns)
        self._encode = msgspec.json.Encoder(decimal_format="number").encode

    def days(
        self, since: datetime | None = None, until: datetime | None = None, *, is_anew: bool = False
    ) -> Iterator[Day]:
        """Export ``since`` <= start < ``until`` (None: everything), day by day.

        A day is written again when a conversation of it was added, erased, evaluated or audited since, or ``is_anew``.
        """
        bounds = self._app.timeline.bounds()
        if bounds is None:
            return
        first, last = bounds
        midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
        for start, end in days_between(since or midnight, until or _end_of_day(last)):
            mark = {"schema": SCHEMA_VERSION, "state": self._app.timeline.state(start, end)}
            if not mark["state"]:
                self._files.remove(start)
                continue
            kept = None if is_anew else self._files.kept(start, end, mark)
            day = kept or self._files.write(start, end, mark, self._rows(start, end))
            if day.rows:
                yield day
        self._write_manifest()

    def _rows(self, since: datetime, until: datetime) -> Iterator[list[bytes]]:
        after: tuple[datetime, str] | None = None
        while found := self._app.timeline.evaluated(since, until, after, CONVERSATIONS_AT_A_TIME):
            yield self._encoded(found)
            after = (found[-1].conversation.started_at, found[-1].conversation.id)

    def _encoded(self, found: Sequence[EvaluatedConversation]) -> list[bytes]:
        rows: Iterable[msgspec.Struct] = (row for each in found for row in self._kind.rows(each))
        return [self._encode(row) for row in rows]

    def _write_manifest(self) -> None:
        """Name the files of this table with their rows, for readers that load only new files."""
        marks = sorted((self._folder / STATE / self._name).glob("*-*-*.json"))
        days: dict[str, Any] = {path.stem: msgspec.json.decode(path.read_bytes()) for path in marks}
        manifest = {"table": self._name, "schema_version": SCHEMA_VERSION, "app": self._app.tenant.app_id, "days": days}
        part = self._folder / STATE / self._name / f"{MANIFEST}.part"
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
        part.replace(part.with_name(MANIFEST))


def _end_of_day(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
