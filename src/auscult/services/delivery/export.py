"""Exports of reports and tables: one file per day, in memory that does not grow with the range.

A file of a table is written again when its day changed.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

import msgspec

from auscult.client.wire import WIRE
from auscult.domain.errors import sent
from auscult.domain.record import RowKey
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.reports._contract import PageLimits, Report, ReportRequest
from auscult.reports._wires import shown
from auscult.services.delivery.day_files import Day, DayFiles, days_between, midnight_of
from auscult.services.delivery.tables import KINDS, SCHEMA_VERSION
from auscult.services.scoring.intake.times import UTC_NAME, timezone_of
from auscult.storage.core.instants import ms_of
from auscult.storage.delivery.export_folders import ExportFolder
from auscult.storage.store import AppStore
from auscult.tables._columns import columns_of
from auscult.tables._contract import Table

ROWS_AT_A_TIME = 1_000

_LIMITS = PageLimits(default=ROWS_AT_A_TIME, maximum=ROWS_AT_A_TIME, ceiling=ROWS_AT_A_TIME)


class Export:
    """Exports one report of one app into ``folder/report/date=YYYY-MM-DD/rows.*``."""

    def __init__(self, app: AppStore, report: Report, table: Table, folder: ExportFolder) -> None:
        """Nothing is written yet."""
        self._app = app
        self._report = report
        described = report.describe(report.limits)
        rows = described.answer["properties"][WIRE[report.name].rows]["items"]
        self._files = DayFiles(folder, report.name, table, columns_of(rows, described.schemas))

    def days(self, since: datetime, until: datetime, *, is_forced: bool = False) -> Iterator[Day]:
        """Export ``since`` <= start < ``until``, day by day; days without rows have no file.

        A day whose file has as many rows as the day has now is skipped unless ``is_forced``: so an interrupted
        export can be continued. A file is complete or absent.
        """
        for start, end in days_between(since, until):
            total = self._total(start, end)
            if not total:
                self._files.remove(start)
                continue
            kept = None if is_forced else self._files.kept(start, end, total)
            yield kept or self._files.write(start, end, total, self._rows(start, end))

    def _rows(self, since: datetime, until: datetime) -> Iterator[list[bytes]]:
        """Rows as the report shows them: asked as a client would ask, without the way over the network."""
        wire = WIRE[self._report.name]
        body = {**wire.asks(since, until), "limit": ROWS_AT_A_TIME, "cursor": ""}
        path = {"streamId": self._app.tenant.app_id, "botId": self._app.tenant.app_id}
        request = ReportRequest(path=path, headers={}, query={}, body=body)
        query = self._report.query(request, (self._app.tenant.app_id,), _LIMITS)
        query = msgspec.structs.replace(
            query, since_ms=ms_of(since), until_ms=ms_of(until), after=RowKey(ms_of(since), "")
        )
        while True:
            page = shown(self._app.conversations.page(query), "off")
            answer = msgspec.json.decode(self._report.page(request, query, page), type=dict[str, msgspec.Raw])
            yield [bytes(row) for row in msgspec.json.decode(answer[wire.rows], type=list[msgspec.Raw])]
            if not page.more or page.last is None:
                return
            query = msgspec.structs.replace(query, after=page.last)

    def _total(self, since: datetime, until: datetime) -> int:
        wire = WIRE[self._report.name]
        request = ReportRequest(path={}, headers={}, query={}, body=wire.asks(since, until))
        query = self._report.query(request, (self._app.tenant.app_id,), _LIMITS)
        query = msgspec.structs.replace(query, since_ms=ms_of(since), until_ms=ms_of(until), limit=0)
        return self._app.conversations.page(query).total


CONVERSATIONS_AT_A_TIME = 250


class TableExport:
    """Exports one table of one app into ``folder/table/date=YYYY-MM-DD/rows.*``."""

    def __init__(self, app: AppStore, name: str, table: Table, folder: ExportFolder) -> None:
        """Store the name of a table in ``KINDS`` and its folder. Nothing is written yet."""
        self._app = app
        self._name = name
        self._kind = KINDS[name]
        self._table = table
        self._files = DayFiles(folder, name, table, self._kind.columns)
        self._encode = msgspec.json.Encoder(decimal_format="number", enc_hook=sent).encode

    def days(
        self, since: datetime | None = None, until: datetime | None = None, *, is_forced: bool = False
    ) -> Iterator[Day]:
        """Export ``since`` <= start < ``until`` (None: everything), day by day.

        A day is written again when a conversation of it was added, erased, evaluated or audited since, or ``is_forced``.
        """
        bounds = self._app.timeline.bounds()
        timezone = timezone_of(self._app)
        zone = ZoneInfo(timezone)
        if self._kind.day_of is not None:
            self._files.begin(timezone)
            yield from self._dated(self._kind.day_of, since, until, zone, is_forced=is_forced)
            self._write_manifest()
            return
        if bounds is None:
            return
        first, last = bounds
        self._files.begin(timezone)
        for start, end in days_between(
            since or midnight_of(first, zone), until or midnight_of(last, zone, days=1), zone
        ):
            state = self._app.timeline.state(start, end)
            if not state:
                self._files.remove(start)
                continue
            mark = _mark(state, timezone)
            mark |= {"more": self._kind.state(self._app)(start, end)} if self._kind.state else {}
            kept = None if is_forced else self._files.kept(start, end, mark)
            day = kept or self._files.write(start, end, mark, self._rows(start, end))
            if day.rows:
                yield day
        self._write_manifest()

    def _dated(
        self, column: str, since: datetime | None, until: datetime | None, zone: ZoneInfo, *, is_forced: bool
    ) -> Iterator[Day]:
        """Export rows that are about no conversation, each on its own day; days that lost all of theirs are removed."""
        by_day: defaultdict[datetime, list[bytes]] = defaultdict(list)
        for row in self._kind.rows(self._app, ()):
            by_day[midnight_of(getattr(row, column), zone)].append(self._encode(row))
        earlier = (datetime.fromisoformat(name).replace(tzinfo=zone) for name in self._files.marks())
        for start in sorted({*by_day, *earlier}):
            end = midnight_of(start, zone, days=1)
            if (since is not None and end <= since) or (until is not None and start >= until):
                continue
            rows = by_day.get(start)
            if not rows:
                self._files.remove(start)
                continue
            mark = _mark(sha256(b"\n".join(rows)).hexdigest(), zone.key)
            kept = None if is_forced else self._files.kept(start, end, mark)
            yield kept or self._files.write(start, end, mark, [rows])

    def _rows(self, since: datetime, until: datetime) -> Iterator[list[bytes]]:
        after: tuple[datetime, str] | None = None
        while found := self._app.timeline.evaluated(since, until, after, CONVERSATIONS_AT_A_TIME):
            yield self._encoded(found)
            after = (found[-1].conversation.started_at, found[-1].conversation.id)

    def _encoded(self, found: Sequence[EvaluatedConversation]) -> list[bytes]:
        return [self._encode(row) for row in self._kind.rows(self._app, found)]

    def _write_manifest(self) -> None:
        """Name the files of this table with their rows, for readers that load only new files."""
        named = {"table": self._name, "schema_version": SCHEMA_VERSION, "app": self._app.tenant.app_id}
        self._files.write_manifest(named | {"days": self._files.marks()})


def _mark(state: str, timezone: str) -> dict[str, object]:
    """Return what a day's file is marked with: a changed mark means that it is written again."""
    mark: dict[str, object] = {"schema": SCHEMA_VERSION, "state": state}
    return mark | ({} if timezone == UTC_NAME else {"timezone": timezone})
