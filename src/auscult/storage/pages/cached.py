"""Cached values of pages, with the version of the data that they were computed from."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from auscult.domain.record import Breakdown, Grouped, RecordQuery, RowKey
from auscult.storage.core.database import Reader, Row
from auscult.storage.pages.period_rows import RowsOfPeriods
from auscult.storage.pages.rollups import Tree
from auscult.storage.pages.row_filters import Selection

MOST_REMEMBERED = 2_048
Key = tuple[int, str]
Position = tuple[int | None, int]
"""The number of rows of a selection before one, from the first of all (None) or from an instant on."""


class Plan(NamedTuple):
    """Plan of reading one page. Without ``text`` there is nothing to read. ``position`` is that of the first row, if known.

    ``last`` is the key of the last row, once the page was read: then ``again`` reads it, from its first row on.
    ``is_from_key``: the rows of the cursor's own key are read too: of several listings, more than one may have it.
    """

    total: int
    selection: Selection
    text: str | None = None
    values: dict[str, int | str] | None = None
    position: Position | None = None
    again: str | None = None
    last: RowKey | None = None
    is_from_key: bool = False


class Known:
    """Cached values of one selection."""

    def __init__(self) -> None:
        """Nothing is cached yet."""
        self.tree = Tree()
        self.counts: dict[tuple[int, int], dict[int, int]] = {}
        self.anchors: dict[Position, Key] = {}


class NotCachedError(Exception):
    """A value has to be read."""


class _NoReader(Reader):
    """Substitute for a reader where only cached values may be used."""

    def __init__(self) -> None:
        """There is no connection."""

    def fetch(self, text: str, values: dict[str, Any]) -> list[Row]:  # noqa: ARG002  (nothing is read)
        """Raise ``NotCachedError``: this value is not cached."""
        raise NotCachedError


NO_READER = _NoReader()


class View:
    """Cached values of some listings at one version of their data."""

    def __init__(self, version: int) -> None:
        """Nothing is cached yet for this version."""
        self.version = version
        self.plans: dict[RecordQuery, Plan] = {}
        self.facets: dict[tuple[int, str, str], int | None] = {}
        self.known: dict[Selection, Known] = {}
        self.stays: dict[str, Sequence[Row]] = {}
        self.breakdowns: dict[tuple[RecordQuery, Grouped], Breakdown] = {}
        self.rows: RowsOfPeriods = {}

    def of(self, selection: Selection) -> Known:
        """Return the cached values of a selection."""
        if len(self.known) >= MOST_REMEMBERED:
            self.known.clear()
        return self.known.setdefault(selection, Known())
