"""Exports of the list that the visitor requested."""

from collections.abc import Iterator
from typing import Any

from litestar import Controller, Response, get
from litestar.params import FromPath

from auscult.server.console.frame.charts.progress import progress
from auscult.server.console.frame.visit import TheVisit, file_response, missing
from auscult.services.delivery.spreadsheets import MOST_ROWS, TYPES, xlsx_of_csv

_TYPES = {**TYPES, "ndjson": "application/x-ndjson"}


class ExportsPage(Controller):
    """The visitor's own exports."""

    path = "/exports"

    @get(sync_to_thread=True)
    def show(self, visit: TheVisit) -> Response[str]:
        """List the exports, the newest first, with the progress of each."""
        visit.require("report.export")
        found = visit.app.exports.of_user(visit.principal.principal_id)
        return visit.page("delivery/exports", "Conversations", exports=found, progress=progress, most_rows=MOST_ROWS)

    @get("/{export_id:str}/file", sync_to_thread=True)
    def file(self, export_id: FromPath[str], visit: TheVisit) -> Response[Any]:
        """Return the file of an export; of CSV also ``as`` XLSX."""
        visit.require("report.export")
        user, app = visit.principal.principal_id, visit.app
        found = app.exports.get(export_id, user)
        if found.state != "done":
            raise missing("file", export_id)

        is_excel = found.kind == "csv" and "xlsx" in visit.query.get("as", ())

        def content() -> Iterator[bytes]:
            parts = app.exports.content(export_id, user)
            yield from xlsx_of_csv(parts) if is_excel else parts

        kind = "xlsx" if is_excel else found.kind
        return file_response(content, f"conversations-{found.created_at:%Y-%m-%d-%H%M}.{kind}", _TYPES[kind])
