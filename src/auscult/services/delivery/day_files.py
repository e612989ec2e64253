"""Files of rows, one per day, each whole or absent; the same export again rewrites only days that changed."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from auscult.storage.delivery.export_folders import ExportFolder
from auscult.tables._contract import Columns, Table

STATE = "_state"
"""The folder of the marks of finished days. It lies beside the tables, so that readers of a table find rows alone."""

MANIFEST = "manifest"

_DAY = timedelta(days=1)


class Day(Struct, frozen=True, kw_only=True):
    """The outcome for one day. ``is_new`` is false where its file was written before and nothing has changed."""

    path: str
    rows: int
    is_new: bool = True


class DayFiles:
    """Writes ``folder/name/date=YYYY-MM-DD/rows.*``."""

    def __init__(self, folder: ExportFolder, name: str, table: Table, columns: Columns) -> None:
        """Write nothing yet."""
        self._folder = folder
        self._name = name
        self._table = table
        self._columns = columns
        self._known: dict[str, bytes] = {}

    def kept(self, since: datetime, until: datetime, mark: object) -> Day | None:
        """Return the day when its file was written for this very mark; None when it must be written."""
        key, done = self._keys(since)
        content = self._folder.read(done)
        found: Any = None
        with suppress(msgspec.DecodeError):
            found = msgspec.json.decode(content or b"")
        if content is None or not isinstance(found, dict) or not self._folder.has(key):
            return None
        rows: Any = found.pop("rows", None)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        if found != self._mark(since, until, mark) or not isinstance(rows, int):
            return None
        self._known[done] = content
        return Day(path=self._folder.shown(key), rows=rows, is_new=False)

    def write(self, since: datetime, until: datetime, mark: object, rows: Iterable[list[bytes]]) -> Day:
        """Write the rows, which are JSON objects, of one day; a day without rows has no file."""
        key, done = self._keys(since)
        self._forget(done)
        part = self._folder.begin(key)
        try:
            count = self._write(part, rows)
        except BaseException:
            self._folder.abandon(part)
            raise
        if not count:
            self._folder.remove(key)  # erased, or moved to another day
            self._folder.abandon(part)
            return Day(path=self._folder.shown(key), rows=0)
        self._folder.finish(key, part)
        self._known[done] = msgspec.json.encode(self._mark(since, until, mark) | {"rows": count})
        self._folder.put(done, self._known[done])
        return Day(path=self._folder.shown(key), rows=count)

    def remove(self, since: datetime) -> None:
        """Remove the file of a day that has no rows any more."""
        self._remove(f"{since:%Y-%m-%d}")

    def begin(self, timezone: str) -> None:
        """Remove all files where they are of the days of another time zone: its days would overlap with these."""
        content = self._folder.read(f"{STATE}/{self._name}/{MANIFEST}.json")
        days: Any = self.marks() if content is None else msgspec.json.decode(content).get("days", {})
        for day, found in days.items():
            mark = found.get("mark")
            if isinstance(mark, dict) and mark.get("timezone", "UTC") != timezone:  # pyright: ignore[reportUnknownMemberType]
                self._remove(day)

    def marks(self) -> dict[str, Any]:
        """Return the marks of all finished days, by day, those of earlier exports included."""
        folder = f"{STATE}/{self._name}"
        found: dict[str, Any] = {}
        for name in sorted(self._folder.names(folder)):
            day, _, suffix = name.partition(".")
            key = f"{folder}/{name}"
            if suffix == "json" and day != MANIFEST and (content := self._known.get(key) or self._folder.read(key)):
                found[day] = msgspec.json.decode(content)
        return found

    def write_manifest(self, manifest: Mapping[str, object]) -> None:
        """Write what names the files of a table, for readers that load only new files."""
        content = msgspec.json.format(msgspec.json.encode(manifest))
        self._folder.put(f"{STATE}/{self._name}/{MANIFEST}.json", content)

    def _remove(self, day: str) -> None:
        key, done = self._keys_of(day)
        self._forget(done)
        self._folder.remove(key)

    def _forget(self, done: str) -> None:
        self._known.pop(done, None)
        self._folder.remove(done)

    def _keys(self, since: datetime) -> tuple[str, str]:
        return self._keys_of(f"{since:%Y-%m-%d}")

    def _keys_of(self, day: str) -> tuple[str, str]:
        return f"{self._name}/date={day}/{self._file}", f"{STATE}/{self._name}/{day}.json"

    @property
    def _file(self) -> str:
        return f"rows{self._table.suffix}"

    def _mark(self, since: datetime, until: datetime, mark: object) -> dict[str, object]:
        return {"file": self._file, "since": since.isoformat(), "until": until.isoformat(), "mark": mark}

    def _write(self, part: Path, rows: Iterable[list[bytes]]) -> int:
        count = 0
        with part.open("wb") as stream:
            writer = self._table.open(stream, self._columns)
            for some in rows:
                writer.write(some)
                count += len(some)
            writer.close()
            stream.flush()
            os.fsync(stream.fileno())
        return count


def days_between(since: datetime, until: datetime, zone: tzinfo = UTC) -> Iterator[tuple[datetime, datetime]]:
    """Cut ``since`` <= t < ``until`` at midnight of a time zone, in which the results are."""
    start = since.astimezone(zone)
    until = until.astimezone(UTC)  # within one zone, Python compares what clocks show and not instants
    while start.astimezone(UTC) < until:
        midnight = datetime.combine(start.date() + _DAY, time(), zone).astimezone(UTC)
        end = min(midnight, until)
        yield start, end.astimezone(zone)
        start = end.astimezone(zone)


def midnight_of(at: datetime, zone: tzinfo, *, days: int = 0) -> datetime:
    """Return the beginning of the day of an instant, or of a later day."""
    return datetime.combine(at.astimezone(zone).date() + days * _DAY, time(), zone)
