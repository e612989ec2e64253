"""Exports of the list that the visitor requested."""

from collections.abc import Iterator

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Stream

from auscult.server.console.frame.charts.progress import progress
from auscult.server.console.frame.visit import Visit, missing

_TYPES = {"csv": "text/csv", "ndjson": "application/x-ndjson"}


class ExportsPage(Controller):
    """The visitor's own exports."""

    path = "/exports"

    @get(sync_to_thread=True)
    def show(self, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """List the exports, the newest first, with the progress of each."""
        visit.require("report.export")
        found = visit.app.exports.of_user(visit.principal.principal_id)
        return visit.page("delivery/exports", "Conversations", exports=found, progress=progress)

    @get("/{export_id:str}/file", sync_to_thread=True)
    def file(self, export_id: FromPath[str], visit: NamedDependency[SkipValidation[Visit]]) -> Stream:
        """Return the file of an export."""
        visit.require("report.export")
        user, app = visit.principal.principal_id, visit.app
        found = app.exports.get(export_id, user)
        if found.state != "done":
            raise missing("file", export_id)

        def content() -> Iterator[bytes]:
            yield from app.exports.content(export_id, user)

        name = f"conversations-{found.created_at:%Y-%m-%d-%H%M}.{found.kind}"
        headers = {
            "content-disposition": f'attachment; filename="{name}"',
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        }
        return Stream(content, media_type=_TYPES[found.kind], headers=headers)
