"""Whole reports into files, a folder for each day, in memory that does not grow: what a warehouse takes in at once."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from auscult.client.wire import WIRE
from auscult.pipeline.ports import AppStore
from auscult.reports._contract import PageLimits, Report, ReportRequest
from auscult.tables._columns import columns_of
from auscult.tables._contract import Table

ROWS_AT_A_TIME = 1_000
DONE = "_done.json"
"""Stands beside the file of a finished day. Readers of partitioned tables pass over what begins with a line."""

_DAY = timedelta(days=1)
_LIMITS = PageLimits(default=ROWS_AT_A_TIME, maximum=ROWS_AT_A_TIME, ceiling=ROWS_AT_A_TIME)


class Day(Struct, frozen=True, kw_only=True):
    """What became of one UTC day. ``is_new`` is false where it was exported before and still has as many rows."""

    path: str
    rows: int
    is_new: bool = True


class Export:
    """Exports one report of one app into ``folder/report/date=YYYY-MM-DD/rows.*``."""

    def __init__(self, app: AppStore, report: Report, table: Table, folder: Path) -> None:
        """Nothing is written yet."""
        self._app = app
        self._report = report
        self._table = table
        self._folder = folder / report.name
        described = report.describe(report.limits)
        rows = described.answer["properties"][WIRE[report.name].rows]["items"]
        self._columns = columns_of(rows, described.schemas)

    def days(self, since: datetime, until: datetime, *, is_anew: bool = False) -> Iterator[Day]:
        """Export ``since`` <= start < ``until``, day by day; days without rows have no file.

        A day whose file stands there with as many rows as it has now is passed over unless ``is_anew``: so an export
        that was cut off goes on. A file is there whole or not at all.
        """
        start = since.astimezone(UTC)
        while start < until:
            end = min(datetime.combine(start.date(), time(), UTC) + _DAY, until)
            day = self._day(start, end, is_anew=is_anew)
            if day.rows:
                yield day
            start = end

    def _day(self, since: datetime, until: datetime, *, is_anew: bool) -> Day:
        folder = self._folder / f"date={since:%Y-%m-%d}"
        path, done = folder / f"rows{self._table.suffix}", folder / DONE
        total = self._total(since, until)
        kept: Any = None
        with suppress(FileNotFoundError, msgspec.DecodeError):
            kept = msgspec.json.decode(done.read_bytes())
        now = {"file": path.name, "since": since.isoformat(), "until": until.isoformat(), "rows": total}
        if not is_anew and kept == now and path.exists():
            return Day(path=str(path), rows=total, is_new=False)
        done.unlink(missing_ok=True)
        if not total:
            path.unlink(missing_ok=True)  # all of it was erased, or starts on another day now
            return Day(path=str(path), rows=0)
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f"_{path.name}.part"
        rows = self._write(part, since, until)
        part.replace(path)
        done.write_bytes(msgspec.json.encode(now | {"rows": rows}))
        return Day(path=str(path), rows=rows)

    def _write(self, part: Path, since: datetime, until: datetime) -> int:
        count = 0
        with part.open("wb") as stream:
            writer = self._table.open(stream, self._columns)
            for rows in self._rows(since, until):
                writer.write(rows)
                count += len(rows)
            writer.close()
            stream.flush()
            os.fsync(stream.fileno())
        return count

    def _rows(self, since: datetime, until: datetime) -> Iterator[list[bytes]]:
        """Rows as the report shows them: asked as a client would ask, without the way over the network."""
        wire = WIRE[self._report.name]
        body = {**wire.asks(since, until), "limit": ROWS_AT_A_TIME, "cursor": ""}
        path = {"streamId": self._app.tenant.app_id, "botId": self._app.tenant.app_id}
        request = ReportRequest(path=path, headers={}, query={}, body=body)
        query = self._report.query(request, (self._app.tenant.app_id,), _LIMITS)
        query = msgspec.structs.replace(query, since_ms=_ms(since), until_ms=_ms(until), after=(_ms(since), ""))
        while True:
            page = self._app.conversations.page(query)
            answer = msgspec.json.decode(self._report.page(request, query, page), type=dict[str, msgspec.Raw])
            yield [bytes(row) for row in msgspec.json.decode(answer[wire.rows], type=list[msgspec.Raw])]
            if not page.more or page.last is None:
                return
            query = msgspec.structs.replace(query, after=page.last)

    def _total(self, since: datetime, until: datetime) -> int:
        wire = WIRE[self._report.name]
        request = ReportRequest(path={}, headers={}, query={}, body=wire.asks(since, until))
        query = self._report.query(request, (self._app.tenant.app_id,), _LIMITS)
        query = msgspec.structs.replace(query, since_ms=_ms(since), until_ms=_ms(until), limit=0)
        return self._app.conversations.page(query).total


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
