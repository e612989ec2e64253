"""Exports of whole reports: one file per day, in memory that does not grow with the range."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from auscult.client.wire import WIRE
from auscult.domain.record import RowKey
from auscult.reports._contract import PageLimits, Report, ReportRequest
from auscult.reports._wires import shown
from auscult.services.delivery.day_files import Day, DayFiles, days_between
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
        query = msgspec.structs.replace(query, since_ms=_ms(since), until_ms=_ms(until), after=RowKey(_ms(since), ""))
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
        query = msgspec.structs.replace(query, since_ms=_ms(since), until_ms=_ms(until), limit=0)
        return self._app.conversations.page(query).total


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
