"""Exports: what was asked for, and how far it is."""

from collections.abc import Sequence

from markupsafe import Markup
from msgspec import Struct

from auscult.domain.delivery.exports import Export
from auscult.server.console.charts.progress import progress
from auscult.server.console.reader import Reader

_STATES = {
    "waiting": ("Waiting", "due"),
    "running": ("Being written", "go"),
    "done": ("Ready", "done"),
    "failed": ("Not written", "late"),
    "withdrawn": ("Gone", ""),
}
_KINDS = {"csv": "CSV, for spreadsheets", "ndjson": "NDJSON, for programs"}


class ExportRow(Struct, frozen=True, kw_only=True):
    """One export. ``href`` leads to its file, empty where there is none; ``why`` says why."""

    when: str
    at: str
    kind: str
    count: str
    state: str
    tag: str
    bar: Markup
    href: str
    why: str


class ExportsView(Struct, frozen=True, kw_only=True):
    """The page. ``is_open``: something is still being written."""

    rows: tuple[ExportRow, ...]
    is_open: bool


def exports_view(found: Sequence[Export], reader: Reader, base: str) -> ExportsView:
    """Show exports, the newest first."""
    return ExportsView(
        rows=tuple(_row(each, reader, base) for each in found),
        is_open=any(each.state in ("waiting", "running") for each in found),
    )


def _row(export: Export, reader: Reader, base: str) -> ExportRow:
    state, tag = _STATES[export.state]
    whole = max(export.total, export.done)
    why = {
        "failed": (export.reason or "").capitalize(),
        "withdrawn": "Kept seven days at most, and removed when a conversation is erased. Ask for it again.",
    }
    return ExportRow(
        when=reader.lately(export.created_at),
        at=export.created_at.isoformat(),
        kind=_KINDS[export.kind],
        count=f"{reader.number(export.done)} of {reader.number(whole)}",
        state=state,
        tag=tag,
        bar=progress(export.done, whole, f"{export.done} of {whole} written"),
        href=f"{base}/exports/{export.export_id}/file" if export.state == "done" else "",
        why=why.get(export.state, ""),
    )
