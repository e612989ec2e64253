"""Files of rows, one per UTC day, each whole or absent; the same export again rewrites only days that changed."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from auscult.tables._contract import Columns, Table

STATE = "_state"
"""The folder of the marks of finished days. It lies beside the tables, so that readers of a table find rows alone."""

_DAY = timedelta(days=1)


class Day(Struct, frozen=True, kw_only=True):
    """The outcome for one UTC day. ``is_new`` is false where its file was written before and nothing has changed."""

    path: str
    rows: int
    is_new: bool = True


class DayFiles:
    """Writes ``folder/name/date=YYYY-MM-DD/rows.*``."""

    def __init__(self, folder: Path, name: str, table: Table, columns: Columns) -> None:
        """Write nothing yet."""
        self._folder = folder / name
        self._marks = folder / STATE / name
        self._table = table
        self._columns = columns

    def kept(self, since: datetime, until: datetime, mark: object) -> Day | None:
        """Return the day when its file was written for this very mark; None when it must be written."""
        path, done = self._paths(since)
        found: Any = None
        with suppress(FileNotFoundError, msgspec.DecodeError):
            found = msgspec.json.decode(done.read_bytes())
        if not isinstance(found, dict) or not path.exists():
            return None
        rows: Any = found.pop("rows", None)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        is_same = found == self._mark(path, since, until, mark)
        return Day(path=str(path), rows=rows, is_new=False) if is_same and isinstance(rows, int) else None

    def write(self, since: datetime, until: datetime, mark: object, rows: Iterable[list[bytes]]) -> Day:
        """Write the rows, which are JSON objects, of one day; a day without rows has no file."""
        path, done = self._paths(since)
        done.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"_{path.name}.part")
        count = self._write(part, rows)
        if not count:
            part.unlink()
            path.unlink(missing_ok=True)  # erased, or moved to another day
            path.parent.rmdir()
            return Day(path=str(path), rows=0)
        part.replace(path)
        done.parent.mkdir(parents=True, exist_ok=True)
        done.write_bytes(msgspec.json.encode(self._mark(path, since, until, mark) | {"rows": count}))
        return Day(path=str(path), rows=count)

    def remove(self, since: datetime) -> None:
        """Remove the file of a day that has no rows any more."""
        path, done = self._paths(since)
        done.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        with suppress(FileNotFoundError, OSError):
            path.parent.rmdir()

    def _paths(self, since: datetime) -> tuple[Path, Path]:
        day = f"{since:%Y-%m-%d}"
        return self._folder / f"date={day}" / f"rows{self._table.suffix}", self._marks / f"{day}.json"

    def _mark(self, path: Path, since: datetime, until: datetime, mark: object) -> dict[str, object]:
        return {"file": path.name, "since": since.isoformat(), "until": until.isoformat(), "mark": mark}

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


def days_between(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Cut ``since`` <= t < ``until`` at midnight UTC."""
    start = since.astimezone(UTC)
    while start < until:
        end = min(datetime.combine(start.date(), time(), UTC) + _DAY, until)
        yield start, end
        start = end
