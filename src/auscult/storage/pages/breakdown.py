"""Numbers of rows by property and by period: in one reading, where asking for one number after the other takes many.

Of all rows of a listing the tallies are added up: whole days between the bounds, hours up to them, and, where a bound
lies within an hour, its rows. Of rows that filters leave the codes of their facets are counted. Of a grouping without
codes the rows of each facet are compared with them. Where rows are few, each is read with the numbers of its facets.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy import BigInteger, ColumnElement, Integer, Text

from auscult.domain.record import Breakdown, Grouped, Grouping
from auscult.storage.core.database import AnySelect, Database, Reader, Row
from auscult.storage.core.tables.base import NUMBER
from auscult.storage.core.tables.pages import facet_rows, facets, report_rows, tallies
from auscult.storage.pages.facet_codes import BLOCK, Codes, FacetCodes
from auscult.storage.pages.faceting import ASPECTS
from auscult.storage.pages.rollups import HOUR, WIDTHS, bucket_of
from auscult.storage.pages.row_filters import Selection, StatementCache

_DAY = HOUR + 1
_MONTHS_MS = 91 * WIDTHS[_DAY]
"""The longest period whose numbers of rows are joined to one text, of which databases allow one gigabyte."""
_AT_ONCE = 500
_MOST_ROWS = 500_000
"""Numbers of rows that are remembered."""
_WORTH = 10
"""Entries of the index of facets that are read in the time of one row with its facets."""
_NUMBERS = msgspec.json.Decoder(list[int]).decode
_Rows = npt.NDArray[np.int64]
_NO_ROWS = np.empty(0, np.int64)
_FIRST, _LAST = sa.bindparam("first", type_=BigInteger), sa.bindparam("last", type_=BigInteger)


RowsOfPeriods = dict[tuple[Selection, tuple[int, int]], _Rows]
"""Numbers of rows by selection and period, of one state of the data: a page counts the same ones by several groupings."""


class Asked(NamedTuple):
    """Order to count rows of a selection of one listing. ``rows`` are those that were read before, and are added to."""

    listing: int
    selection: Selection
    by: Grouped
    rows: RowsOfPeriods


class Breakdowns:
    """Reads breakdowns."""

    def __init__(self, database: Database, phrases: StatementCache) -> None:
        """Nothing is compiled yet."""
        self._database = database
        self._phrases = phrases
        self._codes = FacetCodes(database)

    def read(self, reader: Reader, asked: Asked) -> Breakdown:
        """Return the numbers of rows, within one snapshot."""
        if asked.selection.is_empty:
            return {each: {} for each in asked.by.groupings}
        known = self._facets(reader, asked)
        counts = self._tallied(reader, asked, known) if _is_all(asked.selection) else self._passed(reader, asked, known)
        found: dict[Grouping, dict[str, tuple[int, ...]]] = {each: {} for each in asked.by.groupings}
        for facet, (name, value) in known.items():
            if any(counts[facet]):
                found[name][value] = tuple(counts[facet])
        return found

    def _facets(self, reader: Reader, asked: Asked) -> dict[int, tuple[Grouping, str]]:
        """Return every facet of the groupings by its number."""
        query = sa.select(facets.c.facet, facets.c.name, facets.c.value).where(
            facets.c.listing == sa.bindparam("listing", type_=NUMBER),
            facets.c.name.in_([sa.literal_column(f"'{each}'") for each in asked.by.groupings]),
        )
        values = {f"value_{n}": value for n, value in enumerate(asked.by.values)}
        if values:
            query = query.where(facets.c.value.in_([sa.bindparam(name, type_=Text) for name in values]))
        rows = reader.fetch(self._database.text(query), {"listing": asked.listing, **values})
        return {facet: (name, value) for facet, name, value in rows}

    def _tallied(self, reader: Reader, asked: Asked, known: Mapping[int, Any]) -> Mapping[int, list[int]]:
        """Add up tallies."""
        spans = len(asked.by.bounds) - 1
        counts: defaultdict[int, list[int]] = defaultdict(lambda: [0] * spans)
        if not known:
            return counts
        days = [round(bound / WIDTHS[_DAY]) for bound in asked.by.bounds]
        text = self._database.text(_by_day(sorted(known), asked.selection.cells))
        span = {"listing": asked.listing, "first": days[0], "last": days[-1]}
        for facet, day, n in reader.fetch(text, span):
            counts[facet][bisect_right(days, day, hi=spans) - 1] += n
        for index, (day, bound) in enumerate(zip(days, asked.by.bounds, strict=True)):
            for facet, more in self._beyond(reader, asked, sorted(known), (day * WIDTHS[_DAY], bound)).items():
                if index:
                    counts[facet][index - 1] += more
                if index < spans:
                    counts[facet][index] -= more
        return counts

    def _beyond(self, reader: Reader, asked: Asked, known: Sequence[int], span: tuple[int, int]) -> Counter[int]:
        """Count from the start of a day up to a bound; less than 0 where the bound lies before it."""
        begins, bound = span
        hour = bucket_of(HOUR, bound)
        first, last = sorted((begins // WIDTHS[HOUR], hour))
        found: Counter[int] = Counter()
        if first < last:
            text = self._database.text(_hours(known, asked.selection.cells))
            sign = 1 if begins <= bound else -1
            values = {"listing": asked.listing, "first": first, "last": last}
            for facet, n in reader.fetch(text, values):
                found[facet] += sign * n
        if bound % WIDTHS[HOUR]:
            text = self._database.text(_within_hour(known, asked.selection.cells))
            for facet, n in reader.fetch(text, {"first": hour * WIDTHS[HOUR], "last": bound}):
                found[facet] += n
        return found

    def _passed(self, reader: Reader, asked: Asked, known: Mapping[int, Any]) -> Mapping[int, list[int]]:
        """Count the facets of the rows that the filters leave."""
        spans = len(asked.by.bounds) - 1
        counts: defaultdict[int, list[int]] = defaultdict(lambda: [0] * spans)
        if not known:
            return counts
        is_coded = all(each in ASPECTS for each in asked.by.groupings)
        rows = self._rows(reader, asked)
        counted = self._coded(reader, asked, rows) if is_coded else self._compared(reader, asked, rows, sorted(known))
        for n, found in enumerate(counted or [self._of_few(reader, some) for some in rows]):
            for facet in found.keys() & known.keys():
                counts[facet][n] += found[facet]
        return counts

    def _coded(self, reader: Reader, asked: Asked, rows: Sequence[_Rows]) -> list[Mapping[int, int]] | None:
        """Count facets in each period by the codes of rows; None where rows without codes are among them, or few."""
        full = [some for some in rows if some.size]
        if not full:
            return [{} for _ in rows]
        span = int(min(some.min() for some in full)), int(max(some.max() for some in full))
        if sum(some.size for some in full) < (span[1] - span[0]) // BLOCK:
            return None
        aspects = tuple(sorted({aspect for each in asked.by.groupings for aspect in ASPECTS[each]}))
        read = self._codes.read(reader, aspects, span)
        coded = [[_codes_of(codes, some) for codes in read] for some in rows]
        sets = self._codes.facets(reader, {code for found in coded for codes in found for code in codes} - {0})
        if any(0 in codes for found in coded for codes in found):
            return None
        return [_facets_of(found, sets) for found in coded]

    def _compared(
        self, reader: Reader, asked: Asked, rows: Sequence[_Rows], known: Sequence[int]
    ) -> list[Mapping[int, int]] | None:
        """Count the rows of facets that are among those of each period; None where reading rows is less work."""
        within = {"listing": asked.listing, "first": asked.by.bounds[0], "last": asked.by.bounds[-1]}
        days = {**within, "first": within["first"] // WIDTHS[_DAY], "last": within["last"] // WIDTHS[_DAY] + 1}
        many = reader.fetch(self._database.text(_number_of(known)), days)[0][0] or 0
        if sum(some.size for some in rows) * _WORTH < many:
            return None
        text = self._database.text(_rows_of(known))
        found: list[Mapping[int, int]] = []
        for some, (since, until) in zip(rows, pairwise(asked.by.bounds), strict=True):
            counts: Counter[int] = Counter()
            for begin, end in _steps(since, until, _MONTHS_MS) if some.size else ():
                counts.update(_among_rows(reader.fetch(text, {"first": begin, "last": end}), some))
            found.append(counts)
        return found

    def _rows(self, reader: Reader, asked: Asked) -> list[_Rows]:
        """Return the numbers of the rows of each period."""
        if sum(some.size for some in asked.rows.values()) > _MOST_ROWS:
            asked.rows.clear()
        spans = list(pairwise(asked.by.bounds))
        for span in spans:
            if (asked.selection, span) not in asked.rows:
                asked.rows[asked.selection, span] = self._read_rows(reader, asked.selection, span)
        return [asked.rows[asked.selection, span] for span in spans]

    def _read_rows(self, reader: Reader, selection: Selection, span: tuple[int, int]) -> _Rows:
        text = self._phrases.texts(selection, 1).rows
        values = [{**selection.values, "at": at, "id": "", "until": until} for at, until in _steps(*span, _MONTHS_MS)]
        return np.unique(np.concatenate([_NO_ROWS, *(_numbers(reader.fetch(text, each)[0][0]) for each in values)]))

    def _of_few(self, reader: Reader, rows: _Rows) -> Mapping[int, int]:
        """Count the facets of rows by their numbers."""
        found: Counter[int] = Counter()
        for at in range(0, rows.size, _AT_ONCE):
            chosen = _among(report_rows.c.row, rows[at : at + _AT_ONCE].tolist())
            query = sa.select(report_rows.c.facets).where(chosen)
            found.update(_counted(",".join(facets for (facets,) in reader.fetch(self._database.text(query), {}))))
        return found


def _steps(since: int, until: int, most: int) -> Iterator[tuple[int, int]]:
    """Divide a period (ms) into parts of at most a length."""
    return ((at, min(at + most, until)) for at in range(since, until, most))


def _numbers(joined: str | None) -> _Rows:
    """Return the numbers of a text, separated by commas; None has none."""
    return np.fromstring(joined, np.int64, sep=",") if joined else _NO_ROWS


def _among_rows(joined: Sequence[Row], rows: _Rows) -> Mapping[int, int]:
    """Return how many rows of each facet are among some, given facets and the texts of their rows."""
    if not joined:
        return {}
    numbers = [_numbers(text) for _, text in joined]
    begins = np.cumsum([0, *(each.size for each in numbers[:-1])])
    found = np.add.reduceat(np.isin(np.concatenate(numbers), rows, kind="table"), begins, dtype=np.int64)
    return dict(zip([facet for facet, _ in joined], found.tolist(), strict=True))


def _codes_of(codes: Codes, rows: _Rows) -> Mapping[int, int]:
    """Count the codes of rows."""
    found, counts = np.unique(codes.codes[rows - codes.first], return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))


def _facets_of(found: Sequence[Mapping[int, int]], sets: Mapping[int, Sequence[int]]) -> Mapping[int, int]:
    """Count facets, each as often as the codes of sets that have it."""
    counts: defaultdict[int, int] = defaultdict(int)
    for codes in found:
        for code, n in codes.items():
            for facet in sets[code]:
                counts[facet] += n
    return counts


def _counted(joined: str) -> Counter[int]:
    """Count the numbers of joined JSON arrays, which a hundred thousand rows have millions of."""
    numbers = joined.replace("[]", "[0]").replace("[", "").replace("]", "")
    return Counter(_NUMBERS(f"[{numbers}]"))


def _is_all(selection: Selection) -> bool:
    """Return whether nothing but cells narrows a selection."""
    return selection.is_tallied and all(not part.groups for part in selection.parts)


def _by_day(numbers: Sequence[int], cells: tuple[int, ...] | None) -> AnySelect:
    """Tallies of some facets by day: facet, day, rows. ``first`` <= day < ``last``."""
    rows = sa.cast(sa.func.sum(tallies.c.n), BigInteger)
    chosen = sa.select(tallies.c.facet, tallies.c.bucket, rows).where(*_chosen(numbers, cells, _DAY))
    return chosen.group_by(tallies.c.facet, tallies.c.bucket)


def _hours(numbers: Sequence[int], cells: tuple[int, ...] | None) -> AnySelect:
    """Tallies of some facets over hours: facet, rows. ``first`` <= hour < ``last``."""
    rows = sa.cast(sa.func.sum(tallies.c.n), BigInteger)
    return sa.select(tallies.c.facet, rows).where(*_chosen(numbers, cells, HOUR)).group_by(tallies.c.facet)


def _chosen(numbers: Sequence[int], cells: tuple[int, ...] | None, level: int) -> list[ColumnElement[bool]]:
    return [
        tallies.c.listing == sa.bindparam("listing", type_=NUMBER),
        _among(tallies.c.facet, numbers),
        tallies.c.level == sa.literal_column(str(level), Integer),
        tallies.c.bucket >= _FIRST,
        tallies.c.bucket < _LAST,
        *([] if cells is None else [_among(tallies.c.cell, cells)]),
    ]


def _number_of(numbers: Sequence[int]) -> AnySelect:
    """Tallies of some facets by day, added up. ``first`` <= day < ``last``."""
    return sa.select(sa.cast(sa.func.sum(tallies.c.n), BigInteger)).where(*_chosen(numbers, None, _DAY))


def _rows_of(numbers: Sequence[int]) -> AnySelect:
    """Rows of some facets: facet, numbers of rows in one text. ``first`` <= start (ms) < ``last``."""
    of_it = (_among(facet_rows.c.facet, numbers), facet_rows.c.started_at >= _FIRST, facet_rows.c.started_at < _LAST)
    comma: Any = sa.literal_column("','", Text)  # texts have no values of their own
    joined = sa.func.aggregate_strings(sa.cast(facet_rows.c.row, Text), comma)
    return sa.select(facet_rows.c.facet, joined).where(*of_it).group_by(facet_rows.c.facet)


def _within_hour(numbers: Sequence[int], cells: tuple[int, ...] | None) -> AnySelect:
    """Rows of some facets: facet, rows. ``first`` <= start (ms) < ``last``."""
    of_it = [_among(facet_rows.c.facet, numbers), facet_rows.c.started_at >= _FIRST, facet_rows.c.started_at < _LAST]
    narrow = [] if cells is None else [_among(facet_rows.c.cell, cells)]
    return sa.select(facet_rows.c.facet, sa.func.count()).where(*of_it, *narrow).group_by(facet_rows.c.facet)


def _among(column: ColumnElement[int], numbers: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition on numbers, as literals: they are the database's own, and of facets there may be thousands."""
    return column.op("IN", is_comparison=True)(sa.literal_column(f"({', '.join(map(str, numbers))})"))
