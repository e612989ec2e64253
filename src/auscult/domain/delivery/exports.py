"""Exports of the list of conversations, and views of it that people saved."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

ExportKind = Literal["csv", "ndjson"]
ExportState = Literal["waiting", "running", "done", "failed", "withdrawn"]
"""``withdrawn``: something in it was erased, or it was kept long enough; the file is gone."""

LONGEST_VIEW_NAME = 80


class Export(Struct, frozen=True, kw_only=True):
    """Export of a list. ``query`` selects the conversations, as JSON; ``done`` of ``total`` are written."""

    export_id: str
    user_id: str
    query: bytes
    kind: ExportKind
    state: ExportState
    total: int
    done: int
    created_at: datetime
    ended_at: datetime | None = None
    reason: str | None = None


class SavedView(Struct, frozen=True, kw_only=True):
    """Filters and columns of the list under a name. ``query`` is the part after ``?`` in its address."""

    view_id: str
    owner: str
    name: str
    query: str
    is_shared: bool
