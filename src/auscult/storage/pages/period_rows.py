"""Rows that filters leave in periods, read once for everything that a page counts of them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from auscult.storage.core.database import Reader
from auscult.storage.pages.facet_codes import BLOCK, FacetCodes
from auscult.storage.pages.row_filters import Selection, StatementCache

Numbers = npt.NDArray[np.int64]
Span = tuple[int, int]
"""Start and end of a period, in ms."""

NO_ROWS = np.empty(0, np.int64)
MONTHS_MS = 91 * 24 * 3_600_000
"""The longest period whose numbers of rows are joined to one text, of which databases allow one gigabyte."""
_MOST_ROWS = 500_000
"""Rows that are remembered."""


class PeriodRows:
    """Rows of one selection in one period: their numbers, in order, and by aspect the codes that were read of them."""

    def __init__(self, numbers: Numbers) -> None:
        """No codes are read yet."""
        self.numbers = numbers
        self.codes: dict[int, npt.NDArray[np.uint32]] = {}


RowsOfPeriods = dict[tuple[Selection, Span], PeriodRows]
"""Rows by selection and period, of one state of the data: a page counts the same ones by several groupings."""


class RowReading:
    """Reads rows of periods and their codes, each only once."""

    def __init__(self, phrases: StatementCache, codes: FacetCodes) -> None:
        """Nothing is read yet."""
        self._phrases = phrases
        self._codes = codes

    def rows(
        self, reader: Reader, known: RowsOfPeriods, selection: Selection, bounds: Sequence[int]
    ) -> list[list[PeriodRows]]:
        """Return the rows between each of the bounds (ms) and the next: as parts, since some may be known."""
        if sum(each.numbers.size for each in list(known.values())) > _MOST_ROWS:
            known.clear()
        return [
            [self._part(reader, known, selection, each) for each in _divided(span, _spans(known, selection))]
            for span in pairwise(bounds)
        ]

    def code(self, reader: Reader, rows: Iterable[PeriodRows], aspects: Sequence[int]) -> bool:
        """Read the codes of rows of one listing; return whether all have some, and the rows are not too few for it."""
        full = [each for each in rows if each.numbers.size]
        if not full:
            return True
        first, last = _range(full)
        if sum(each.numbers.size for each in full) < (last - first) // BLOCK:
            return False
        for aspect in aspects:
            missing = [each for each in full if aspect not in each.codes]
            if missing:
                found = self._codes.read(reader, aspect, _range(missing))
                for each in missing:
                    each.codes[aspect] = found.codes[each.numbers - found.first]
        return all(each.codes[aspect].all() for each in full for aspect in aspects)

    def _part(self, reader: Reader, known: RowsOfPeriods, selection: Selection, span: Span) -> PeriodRows:
        found = known.get((selection, span))
        if found is None:
            found = known[selection, span] = PeriodRows(self._numbers(reader, selection, span))
        return found

    def _numbers(self, reader: Reader, selection: Selection, span: Span) -> Numbers:
        text = self._phrases.texts(selection, 1).rows
        values = [{**selection.values, "at": at, "id": "", "until": until} for at, until in steps(*span)]
        return _distinct(np.concatenate([numbers_of(reader.fetch(text, each)[0][0]) for each in values]))


def steps(since: int, until: int) -> Iterator[Span]:
    """Divide a period (ms) into parts whose numbers of rows fit into one text."""
    return ((at, min(at + MONTHS_MS, until)) for at in range(since, until, MONTHS_MS))


def numbers_of(joined: str | None) -> Numbers:
    """Return the numbers of a text, separated by commas; None has none."""
    return np.fromstring(joined, np.int64, sep=",") if joined else NO_ROWS


def _distinct(numbers: Numbers) -> Numbers:
    """Return numbers in order, each once. They come nearly sorted, so this takes a twentieth of ``np.unique``."""
    ordered = np.sort(numbers)
    is_first = np.ones(ordered.size, np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    return ordered[is_first]


def _spans(known: RowsOfPeriods, selection: Selection) -> list[Span]:
    return sorted(span for each, span in list(known) if each == selection)


def _divided(span: Span, known: Sequence[Span]) -> Iterator[Span]:
    """Divide a period into known ones, in order, and what is between them; without any it is one part."""
    since, until = span
    if span in known:
        known = [span]
    for begin, end in known:
        if since <= begin < end <= until:
            if since < begin:
                yield since, begin
            yield begin, end
            since = end
    if since < until:
        yield since, until


def _range(rows: Sequence[PeriodRows]) -> tuple[int, int]:
    """Return the lowest and the highest number of rows."""
    return int(min(each.numbers[0] for each in rows)), int(max(each.numbers[-1] for each in rows))
