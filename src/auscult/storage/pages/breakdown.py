"""Numbers of rows by property and by period: in one reading, where asking for one number after the other takes many.

Of all rows of a listing the tallies are added up: whole days between the bounds, hours up to them where the day is
counted by hours, and the rows that neither counts. Of rows that filters leave the codes of their facets are counted. Of a grouping without
codes the rows of each facet are compared with them. Where rows are few, each is read with the numbers of its facets.

Outcomes of a queue or an intent are read from the codes of its rows, which are read once for their number and outcomes.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy import BigInteger, ColumnElement, Integer, Text

from auscult.domain.record import Breakdown, Grouped, Grouping
from auscult.storage.core.database import AnySelect, Database, Reader
from auscult.storage.core.tables.base import NUMBER
from auscult.storage.core.tables.pages import facet_rows, facets, report_rows, tallies
from auscult.storage.pages.facet_codes import FacetCodes
from auscult.storage.pages.faceting import ASPECTS, INTENT, INTENT_OUTCOME, OUTCOME, QUEUE, QUEUE_OUTCOME
from auscult.storage.pages.period_rows import NO_ROWS, Numbers, PeriodRows, RowReading, RowsOfPeriods, numbers_of, steps
from auscult.storage.pages.rollups import DAY, HOUR, WIDTHS, bucket_of, is_crowded
from auscult.storage.pages.row_filters import Selection, StatementCache, among_ids

_AT_ONCE = 500
_WORTH = 10
"""Entries of the index of facets that are read in the time of one row with its facets."""
_WIDEST = 1 << 20
"""Range of codes that are counted in a table, of eight bytes for each."""
_NUMBERS = msgspec.json.Decoder(list[int]).decode
_FIRST, _LAST = sa.bindparam("first", type_=BigInteger), sa.bindparam("last", type_=BigInteger)
_NAMED: Mapping[str, str] = {QUEUE_OUTCOME: QUEUE, INTENT_OUTCOME: INTENT}
"""Facets of an outcome and a name, and those of the name alone."""
_OUTCOMES = ASPECTS["outcome"]
_Periods = Sequence[Sequence[PeriodRows]]
"""Rows of each period, in parts."""


class Asked(NamedTuple):
    """Order to count rows of a selection of one listing. ``rows`` are those that were read before, and are added to."""

    listing: int
    selection: Selection
    by: Grouped
    rows: RowsOfPeriods


class _Source(NamedTuple):
    """Rows that a facet is counted by: those of a facet, or of them the ones that have an outcome (a facet) as well."""

    facet: int
    outcome: int | None = None


class Breakdowns:
    """Reads breakdowns."""

    def __init__(self, database: Database, phrases: StatementCache) -> None:
        """Nothing is compiled yet."""
        self._database = database
        self._codes = FacetCodes(database)
        self._reading = RowReading(phrases, self._codes)

    def read(self, reader: Reader, asked: Asked) -> Breakdown:
        """Return the numbers of rows, within one snapshot."""
        if asked.selection.is_empty:
            return {each: {} for each in asked.by.groupings}
        known = self._facets(reader, asked.listing, asked.by.groupings, asked.by.values)
        counts = self._tallied(reader, asked, known) if _is_all(asked.selection) else self._passed(reader, asked, known)
        found: dict[Grouping, dict[str, tuple[int, ...]]] = {each: {} for each in asked.by.groupings}
        for facet, (name, value) in known.items():
            if any(counts[facet]):
                found[name][value] = tuple(counts[facet])
        return found

    def _facets(
        self, reader: Reader, listing: int, names: Sequence[str], some: Sequence[str]
    ) -> dict[int, tuple[Any, str]]:
        """Return the name and value of every facet of these names by its number; only of some values, where there are any."""
        query = sa.select(facets.c.facet, facets.c.name, facets.c.value).where(
            facets.c.listing == sa.bindparam("listing", type_=NUMBER),
            facets.c.name.in_([sa.literal_column(f"'{each}'") for each in names]),
        )
        values = {"among": msgspec.json.encode(some).decode()} if some else {}
        if values:
            query = query.where(facets.c.value.in_(among_ids(self._database.dialect.is_embedded)))
        rows = reader.fetch(self._database.text(query), {"listing": listing, **values})
        return {facet: (name, value) for facet, name, value in rows}

    def _tallied(self, reader: Reader, asked: Asked, known: Mapping[int, Any]) -> Mapping[int, list[int]]:
        """Add up tallies."""
        spans = len(asked.by.bounds) - 1
        counts: defaultdict[int, list[int]] = defaultdict(lambda: [0] * spans)
        if not known:
            return counts
        days = [round(bound / WIDTHS[DAY]) for bound in asked.by.bounds]
        of_bounds: dict[int, dict[int, int]] = {bucket_of(DAY, bound): {} for bound in asked.by.bounds}
        text = self._database.text(_by_day(sorted(known), asked.selection.cells))
        span = {"listing": asked.listing, "first": min(of_bounds), "last": max(of_bounds) + 1}
        for facet, day, n, in_all in reader.fetch(text, span):
            if days[0] <= day < days[-1]:
                counts[facet][bisect_right(days, day, hi=spans) - 1] += n
            if day in of_bounds:
                of_bounds[day][facet] = in_all
        for index, (day, bound) in enumerate(zip(days, asked.by.bounds, strict=True)):
            its = of_bounds[bucket_of(DAY, bound)]
            for facet, more in self._beyond(reader, asked, its, (day * WIDTHS[DAY], bound)).items():
                if index:
                    counts[facet][index - 1] += more
                if index < spans:
                    counts[facet][index] -= more
        return counts

    def _beyond(self, reader: Reader, asked: Asked, known: Mapping[int, int], span: tuple[int, int]) -> Counter[int]:
        """Count from the start of a day up to a bound; less than 0 where the bound lies before it.

        ``known`` has the facets of the day that the bound lies in, each with its rows on it.
        """
        begins, bound = span
        cells, found = asked.selection.cells, Counter[int]()

        def count(query: AnySelect, first: int, last: int) -> None:
            values = {"listing": asked.listing, "first": min(first, last), "last": max(first, last)}
            for facet, n in reader.fetch(self._database.text(query), values):
                found[facet] += n if first < last else -n

        by_hours = [facet for facet, n in known.items() if is_crowded(DAY, n)]
        walked = [facet for facet in known if facet not in by_hours]
        hour = bucket_of(HOUR, bound)
        if by_hours and begins // WIDTHS[HOUR] != hour:
            count(_hours(by_hours, cells), begins // WIDTHS[HOUR], hour)
        if by_hours and bound % WIDTHS[HOUR]:
            count(_within(by_hours, cells), hour * WIDTHS[HOUR], bound)
        if walked and begins != bound:
            count(_within(walked, cells), begins, bound)
        return found

    def _passed(self, reader: Reader, asked: Asked, known: Mapping[int, tuple[str, str]]) -> Mapping[int, list[int]]:
        """Count the facets of the rows that the filters leave."""
        spans = len(asked.by.bounds) - 1
        counts: defaultdict[int, list[int]] = defaultdict(lambda: [0] * spans)
        if not known:
            return counts
        is_coded = all(each in ASPECTS for each in asked.by.groupings)
        rows = self._reading.rows(reader, asked.rows, asked.selection, asked.by.bounds)
        counted = self._coded(reader, asked, rows) if is_coded else self._compared(reader, asked, rows, known)
        for n, found in enumerate(counted or [self._of_few(reader, parts) for parts in rows]):
            for facet in found.keys() & known.keys():
                counts[facet][n] += found[facet]
        return counts

    def _coded(self, reader: Reader, asked: Asked, rows: _Periods) -> list[Mapping[int, int]] | None:
        """Count facets in each period by the codes of rows; None where rows without codes are among them, or few."""
        aspects = tuple(sorted({aspect for each in asked.by.groupings for aspect in ASPECTS[each]}))
        full = [[part for part in parts if part.numbers.size] for parts in rows]
        if not self._reading.code(reader, [part for parts in full for part in parts], aspects):
            return None
        coded = [[_counted_codes(part.codes[each]) for part in parts for each in aspects] for parts in full]
        sets = self._codes.facets(reader, {code for found in coded for codes in found for code in codes})
        return [_facets_of(found, sets) for found in coded]

    def _compared(
        self, reader: Reader, asked: Asked, rows: _Periods, known: Mapping[int, tuple[str, str]]
    ) -> list[Mapping[int, int]] | None:
        """Count the rows of facets that are among those of each period; None where reading rows is less work."""
        sources = self._sources(reader, asked, known)
        within = {"listing": asked.listing, "first": asked.by.bounds[0], "last": asked.by.bounds[-1]}
        days = {**within, "first": within["first"] // WIDTHS[DAY], "last": within["last"] // WIDTHS[DAY] + 1}
        many = reader.fetch(self._database.text(_number_of(_facets_in(sources))), days)[0][0] or 0
        full = [[part for part in parts if part.numbers.size] for parts in rows]
        if sum(part.numbers.size for parts in full for part in parts) * _WORTH < many:
            return None
        needs_codes = any(source.outcome is not None for source in sources.values())
        if needs_codes and not self._reading.code(reader, [part for parts in full for part in parts], _OUTCOMES):
            sources = {facet: _Source(facet) for facet in known}
        text = self._database.text(_rows_of(_facets_in(sources)))
        found: list[Mapping[int, int]] = []
        for parts, (since, until) in zip(full, pairwise(asked.by.bounds), strict=True):
            counts: Counter[_Source] = Counter()
            for begin, end in steps(since, until) if parts else ():
                joined = reader.fetch(text, {"first": begin, "last": end})
                of_facets = [(facet, numbers_of(numbers)) for facet, numbers in joined]
                for part in parts:
                    counts.update(self._among(reader, of_facets, part, set(sources.values())))
            found.append({facet: counts[source] for facet, source in sources.items()})
        return found

    def _sources(self, reader: Reader, asked: Asked, known: Mapping[int, tuple[str, str]]) -> dict[int, _Source]:
        """Return the rows that each facet is counted by: of an outcome and a name those of the name, if it has a facet."""
        split = {facet: value.partition(" ")[::2] for facet, (name, value) in known.items() if name in _NAMED}
        if not split or not asked.by.values:
            return {facet: _Source(facet) for facet in known}
        values = sorted({each for pair in split.values() for each in pair})
        found = self._facets(reader, asked.listing, sorted({OUTCOME, *_NAMED.values()}), values)
        numbers = {facet: number for number, facet in found.items()}
        sources: dict[int, _Source] = {}
        for facet, (name, _) in known.items():
            outcome, of_name = split.get(facet, ("", ""))
            base, decided = numbers.get((_NAMED.get(name, ""), of_name)), numbers.get((OUTCOME, outcome))
            sources[facet] = _Source(facet) if base is None or decided is None else _Source(base, decided)
        return sources

    def _among(
        self, reader: Reader, of_facets: Sequence[tuple[int, Numbers]], part: PeriodRows, sources: Collection[_Source]
    ) -> Mapping[_Source, int]:
        """Count the rows of facets that are among some, by source."""
        if not of_facets:
            return {}
        rows = np.concatenate([numbers for _, numbers in of_facets])
        index = np.minimum(np.searchsorted(part.numbers, rows), part.numbers.size - 1)
        is_among = part.numbers[index] == rows
        facet = np.repeat(np.arange(len(of_facets)), [numbers.size for _, numbers in of_facets])[is_among]
        found: dict[_Source, int] = {}
        for outcome in {each.outcome for each in sources}:
            chosen = facet if outcome is None else facet[self._have(reader, part.codes[0][index[is_among]], outcome)]
            counts = np.bincount(chosen, minlength=len(of_facets)).tolist()
            found.update({_Source(number, outcome): counts[n] for n, (number, _) in enumerate(of_facets)})
        return found

    def _have(self, reader: Reader, codes: npt.NDArray[np.uint32], facet: int) -> npt.NDArray[np.bool_]:
        """Return for each of some codes whether its set has a facet."""
        distinct, inverse = np.unique(codes, return_inverse=True)
        sets = self._codes.facets(reader, set(distinct.tolist()))
        return np.array([facet in sets[code] for code in distinct.tolist()], np.bool_)[inverse]

    def _of_few(self, reader: Reader, rows: Sequence[PeriodRows]) -> Mapping[int, int]:
        """Count the facets of rows by their numbers."""
        found: Counter[int] = Counter()
        numbers = np.concatenate([NO_ROWS, *(part.numbers for part in rows)]).tolist()
        for at in range(0, len(numbers), _AT_ONCE):
            query = sa.select(report_rows.c.facets).where(_among(report_rows.c.row, numbers[at : at + _AT_ONCE]))
            found.update(_counted(",".join(facets for (facets,) in reader.fetch(self._database.text(query), {}))))
        return found


def _facets_in(sources: Mapping[int, _Source]) -> list[int]:
    """Return the facets whose rows are read."""
    return sorted({source.facet for source in sources.values()})


def _counted_codes(codes: npt.NDArray[np.uint32]) -> Mapping[int, int]:
    """Count codes, each by how often it is there; in a table unless they are far apart, since that needs no sorting."""
    lowest = codes.min()
    if codes.max() - lowest < _WIDEST:
        numbers = np.bincount(codes - lowest)
        found = np.flatnonzero(numbers)
        return dict(zip((found + int(lowest)).tolist(), numbers[found].tolist(), strict=True))
    found, numbers = np.unique(codes, return_counts=True)
    return dict(zip(found.tolist(), numbers.tolist(), strict=True))


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
    """Tallies of some facets by day: facet, day, rows, and rows in all cells. ``first`` <= day < ``last``."""
    zero = sa.literal_column("0", Integer)
    n = tallies.c.n if cells is None else sa.case((_among(tallies.c.cell, cells), tallies.c.n), else_=zero)
    rows = (sa.cast(sa.func.sum(each), BigInteger) for each in (n, tallies.c.n))
    chosen = sa.select(tallies.c.facet, tallies.c.bucket, *rows).where(*_chosen(numbers, None, DAY))
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
    return sa.select(sa.cast(sa.func.sum(tallies.c.n), BigInteger)).where(*_chosen(numbers, None, DAY))


def _rows_of(numbers: Sequence[int]) -> AnySelect:
    """Rows of some facets: facet, numbers of rows in one text. ``first`` <= start (ms) < ``last``."""
    of_it = (_among(facet_rows.c.facet, numbers), facet_rows.c.started_at >= _FIRST, facet_rows.c.started_at < _LAST)
    comma: Any = sa.literal_column("','", Text)  # texts have no values of their own
    joined = sa.func.aggregate_strings(sa.cast(facet_rows.c.row, Text), comma)
    return sa.select(facet_rows.c.facet, joined).where(*of_it).group_by(facet_rows.c.facet)


def _within(numbers: Sequence[int], cells: tuple[int, ...] | None) -> AnySelect:
    """Rows of some facets: facet, rows. ``first`` <= start (ms) < ``last``."""
    of_it = [_among(facet_rows.c.facet, numbers), facet_rows.c.started_at >= _FIRST, facet_rows.c.started_at < _LAST]
    narrow = [] if cells is None else [_among(facet_rows.c.cell, cells)]
    return sa.select(facet_rows.c.facet, sa.func.count()).where(*of_it, *narrow).group_by(facet_rows.c.facet)


def _among(column: ColumnElement[int], numbers: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition on numbers, as literals: they are the database's own, and of facets there may be thousands."""
    return column.op("IN", is_comparison=True)(sa.literal_column(f"({', '.join(map(str, numbers))})"))
