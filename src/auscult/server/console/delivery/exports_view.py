"""Exports: the requested files and their progress."""

from collections.abc import Sequence

from markupsafe import Markup
from msgspec import Struct

from auscult.domain.delivery.exports import Export
from auscult.language import gettext as _
from auscult.language import later, ngettext
from auscult.server.console.frame.charts.progress import progress
from auscult.server.console.frame.reader import Reader
from auscult.services.delivery.spreadsheets import MOST_ROWS

_STATES = {
    "waiting": (later("Waiting"), "due"),
    "running": (later("Being written"), "go"),
    "done": (later("Ready"), "done"),
    "failed": (later("Not written"), "late"),
    "withdrawn": (later("Gone"), ""),
}
_KINDS = {"csv": later("CSV or Excel, for spreadsheets"), "ndjson": later("NDJSON, for programs")}


class ExportRow(Struct, frozen=True, kw_only=True):
    """One export. ``href`` leads to its file, empty where there is none, and ``excel_href`` to a workbook of it; ``why`` gives the reason."""

    when: str
    at: str
    kind: str
    count: str
    state: str
    tag: str
    bar: Markup
    href: str
    excel_href: str
    why: str


class ExportsView(Struct, frozen=True, kw_only=True):
    """The page. ``is_open``: an export is still being written; ``said`` is the announcement for screen readers."""

    rows: tuple[ExportRow, ...]
    is_open: bool
    said: str


def exports_view(found: Sequence[Export], reader: Reader, base: str) -> ExportsView:
    """Show exports, the newest first."""
    unfinished = sum(each.state in ("waiting", "running") for each in found)
    return ExportsView(
        rows=tuple(_row(each, reader, base) for each in found),
        is_open=unfinished > 0,
        said=_said(unfinished) if found else "",
    )


def _said(unfinished: int) -> str:
    if not unfinished:
        return _("No export is being written.")
    return ngettext("{n} export is being written.", "{n} exports are being written.", unfinished).format(n=unfinished)


def _row(export: Export, reader: Reader, base: str) -> ExportRow:
    state, tag = _STATES[export.state]
    whole = max(export.total, export.done)
    href = f"{base}/exports/{export.export_id}/file" if export.state == "done" else ""
    why = {
        "failed": (export.reason or "").capitalize(),
        "withdrawn": _(
            "Kept for at most seven days, and removed when one of its conversations is erased. Export it again."
        ),
    }
    return ExportRow(
        when=reader.lately(export.created_at),
        at=export.created_at.isoformat(),
        kind=_(_KINDS[export.kind]),
        count=_("{n} of {whole}").format(n=reader.number(export.done), whole=reader.number(whole)),
        state=_(state),
        tag=tag,
        bar=progress(export.done, whole, _("{n} of {whole} written").format(n=export.done, whole=whole)),
        href=href,
        excel_href=f"{href}?as=xlsx" if href and export.kind == "csv" and export.done < MOST_ROWS else "",
        why=why.get(export.state, ""),
    )
