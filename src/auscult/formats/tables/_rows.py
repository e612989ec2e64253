"""Tables of one's own: rows of a CSV with their lines, merged cells, and how their dates and numbers are written."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Literal, NamedTuple, cast
from zoneinfo import ZoneInfo

from auscult.domain.connectors import Refused
from auscult.formats._faults import not_utf8
from auscult.formats._instants import COMPACT
from auscult.formats._records import Fields, MissingError

DateOrder = Literal["day", "month"]
Decimal = Literal["comma", "point"]
TIMES = ("started_at", "ended_at", "at")
"""Fields whose columns hold points in time."""
NUMBERS = ("start_ms", "start_s")
"""Fields whose columns hold numbers."""
MERGED = ("id", "started_at", "ended_at", "channel", "language", "agent", "queue")
"""Fields of a whole conversation, whose cells a spreadsheet merges over its rows."""

_ISO_DAY = len("2026-03-23")
_LOCAL = re.compile(
    r"(?P<first>\d{1,4})(?P<mark>[/.-])(?P<second>\d{1,2})(?P=mark)(?P<third>\d{1,4})"
    r",?[T ]\s*(?P<hour>\d{1,2}):(?P<rest>\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(?:(?P<half>[ap])\.?m\.?)?\s*"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII | re.IGNORECASE,
)
_DAY = re.compile(r"\d{1,4}([/.-])\d{1,2}\1\d{1,4}", re.ASCII)
_LONGEST = 50
"""Characters of the longest time or number that is read; the search for one takes the square of its length."""
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f\udc80-\udcff]")
"""A character that bytes of UTF-8 have shown, where others may be no UTF-8."""
_YEAR_DIGITS = 4
_MONTHS_OF_A_YEAR = 12
_EITHER = re.compile(r"[+-]?\d{1,3},\d{3}", re.ASCII)
"""A number with one comma, which may divide decimals or thousands."""


def _decided(mark: str, other: str) -> re.Pattern[str]:
    """Match numbers that show which mark is the decimal one."""
    decimals = rf"\d+{mark}(?:\d{{1,2}}|\d{{4,}})|(?:0|\d{{4,}}){mark}\d+"
    return re.compile(rf"[+-]?(?:{decimals}|\d{{1,3}}(?:{other}\d{{3}})+(?:{other}\d{{3}}|{mark}\d+))", re.ASCII)


_DECIDED = (_decided(",", r"\."), _decided(r"\.", ","))
"""Numbers with a decimal comma, and with a decimal point."""


def rows_of(data: bytes) -> Iterator[tuple[int, dict[str, str] | Refused]]:
    """Yield the rows of a CSV, or the reason why one is refused, with the line on which each begins.

    Raises ``MissingError`` where the file is no UTF-8 or its header is broken.
    """
    lines = list(io.StringIO(_decoded(data), newline=""))
    at = next((each for each, line in enumerate(lines) if line.strip()), len(lines))
    if at == len(lines):
        return
    rows = _rows_from(lines, at, delimiter_of(lines[at]))
    header, behind, fault = next(rows)
    if broken := fault or _not_utf8(header):
        raise MissingError(f"line {at + 1}", broken)
    for cells, after, fault in rows:
        where, first, behind = f"line {behind + 1}", behind + 1, after
        if broken := fault or _not_utf8(cells):
            yield first, Refused(broken, where)
        elif len(cells) == len(header):
            yield first, dict(zip(header, cells, strict=True))
        elif cells:
            many = "more" if len(cells) > len(header) else "fewer"
            until = "" if after == first else f" (lines {first} to {after})"
            reason = f"this row has {many} cells than the header; quote cells that hold commas{until}"
            yield first, Refused(reason, where)


def _decoded(data: bytes) -> str:
    """Return a text, in which bytes that are no UTF-8 are lone surrogates, if others beyond ASCII are UTF-8.

    Raises ``MissingError`` where none is: the text is of another encoding.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = data.decode("utf-8-sig", "surrogateescape")
        if not _BEYOND_ASCII.search(text):
            raise MissingError("", f"{not_utf8('this', error)}; save the CSV as UTF-8") from error
        return text


def _not_utf8(cells: Sequence[str]) -> str:
    """Return the fault of a row with a byte that is no UTF-8; empty for none."""
    try:
        "".join(cells).encode()
    except UnicodeEncodeError as error:
        return f"this row is not UTF-8: byte 0x{ord(error.object[error.start]) - 0xDC00:02x}; save the CSV as UTF-8"
    return ""


def _rows_from(lines: Sequence[str], at: int, delimiter: str) -> Iterator[tuple[list[str], int, str]]:
    """Yield the cells of each row from a line on, the number of lines behind it, and its fault.

    A row with a fault is its first line alone: a quote that is never closed would take all others.
    """
    while at < len(lines):
        begin = behind = at
        reader = csv.reader(map(lines.__getitem__, range(at, len(lines))), strict=True, delimiter=delimiter)
        try:
            for cells in reader:
                yield cells, (behind := begin + reader.line_num), ""
        except csv.Error as error:
            at = behind + 1
            yield [], at, f"this is no CSV ({error}); quote cells that hold quotes"
        else:
            return


def delimiter_of(header: str) -> str:
    """Return what divides the cells of a header: a comma, or a semicolon, tab or bar where there are more of these."""
    return max(",;\t|", key=header.count)


def without_merged_cells(rows: Iterable[Fields | Refused], columns: Mapping[str, str]) -> Iterator[Fields | Refused]:
    """Yield rows whose blank cells of the conversation are filled from the row above; rows without any cell are left out.

    A row continues the one above if both its id and its start are blank. The start may be there where every id is
    in one row only and most rows have none. Below a refused row nothing is filled: it may begin a conversation.
    """
    rows = [row for row in rows if isinstance(row, Refused) or any(_text(value) for _, value in row.items())]
    ids = [_text(row.get(columns["id"])) for row in rows if isinstance(row, Fields)]
    named = [each for each in ids if each]
    is_merged = bool(ids and ids[0]) and len(set(named)) == len(named) and 2 * len(named) < len(ids)
    start = columns.get("started_at")
    above: Fields | None = None
    for row in rows:
        if isinstance(row, Refused):
            above = None
        elif _text(row.get(columns["id"])):
            above = row
        elif above is not None and (is_merged or (start and not _text(row.get(start)))):
            blank = [columns[what] for what in MERGED if what in columns and not _text(row.get(columns[what]))]
            above = Fields(dict(row.items()) | {name: above.get(name) for name in blank}, row.where)
            yield above
            continue
        yield row


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else "" if value is None else "x"


class Writing(NamedTuple):
    """Spelling of dates and numbers of a file. None is found from all rows; times without a zone are in ``zone``, else UTC."""

    order: DateOrder | None = None
    decimal: Decimal | None = None
    zone: ZoneInfo | None = None
    takes_days: bool = False
    """Whether a day without a time is its midnight."""

    def found(self, rows: Sequence[tuple[Fields, Mapping[str, str]]]) -> "Writing":
        """Return it with the order of dates and the decimal mark that rows show, each with its columns.

        Raises ``MissingError`` with the question where no row decides, or rows contradict each other.
        """
        cells = [(where, self._with_time(text)) for where, text in _cells(rows, TIMES)]
        order = self.order or _order_of(cells)
        return self._replace(order=order, decimal=self.decimal or _decimal_of(_cells(rows, NUMBERS)))

    def plain(self, row: Fields, columns: Mapping[str, str]) -> Fields:
        """Return a row whose dates are ISO 8601 and whose numbers have a point, as far as they can be read."""
        changed: dict[str, str] = {}
        for fields, read in ((TIMES, _time), (NUMBERS, _number)):
            for name in (columns[what] for what in fields if what in columns):
                value = row.get(name)
                if isinstance(value, str) and len(value) <= _LONGEST and (text := read(self, value)) != value:
                    changed[name] = text
        return Fields(dict(row.items()) | changed, row.where) if changed else row

    def time(self, written: str) -> str:
        """Return a time as ISO 8601; as it is where it is none."""
        local = _LOCAL.fullmatch(text := self._with_time(written.strip()))
        iso = text if local is None or _is_iso(text) else self._iso(local)
        if self.zone is None or len(iso) <= _ISO_DAY:
            return iso
        try:
            read = datetime.fromisoformat(iso)
        except ValueError:
            return iso
        return iso if read.tzinfo else read.replace(tzinfo=self.zone).isoformat()

    def _with_time(self, text: str) -> str:
        if compact := COMPACT.fullmatch(text):
            return f"{compact['day']}T{compact['time']}"
        return f"{text} 00:00" if self.takes_days and _DAY.fullmatch(text) else text

    def _iso(self, local: re.Match[str]) -> str:
        """Return a local time as ISO 8601; as it is where there is no such time."""
        year, month, day = self._day(local)
        hour = int(local["hour"])
        if local["half"]:
            if not 1 <= hour <= _MONTHS_OF_A_YEAR:
                return local[0]
            hour = hour % 12 + 12 * (local["half"].lower() == "p")
        iso = f"{year}-{month:0>2}-{day:0>2}T{hour:02}:{local['rest']}{local['zone'] or ''}"
        try:
            datetime.fromisoformat(iso)
        except ValueError:
            return local[0]
        return iso

    def _day(self, local: re.Match[str]) -> tuple[str, str, str]:
        first, second, third = local["first"], local["second"], local["third"]
        if len(first) == _YEAR_DIGITS:
            return first, second, third
        is_day_first = local["mark"] == "." or self.order == "day" or (self.order is None and first == second)
        return (third, second, first) if is_day_first else (third, first, second)

    def number(self, written: str) -> str:
        """Return a number with a decimal point; as it is where it is none."""
        text = written.strip()
        decimal, thousands = (",", r"\.") if self.decimal == "comma" else (".", ",")
        bare = re.sub(rf"(?<=\d){thousands}(?=\d{{3}}(?!\d))", "", text).replace(decimal, ".")
        try:
            float(bare)
        except ValueError:
            return text
        return bare


def is_local_time(text: str) -> bool:
    """Return whether a text is a time as spreadsheets write it, such as 15/04/2026 10:00."""
    return len(text) <= _LONGEST and _LOCAL.fullmatch(text.strip()) is not None


@lru_cache(maxsize=4096)
def _time(writing: Writing, written: str) -> str:
    return writing.time(written)


@lru_cache(maxsize=4096)
def _number(writing: Writing, written: str) -> str:
    return writing.number(written)


def _is_iso(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _cells(rows: Sequence[tuple[Fields, Mapping[str, str]]], fields: Sequence[str]) -> list[tuple[str, str]]:
    """Return the texts of the columns of some fields, each with its place."""
    found: list[tuple[str, str]] = []
    for row, columns in rows:
        for name in (columns[what] for what in fields if what in columns):
            value = row.get(name)
            if isinstance(value, str) and len(value) <= _LONGEST and value.strip():
                found.append((row.path_of(name), value.strip()))
    return found


def _order_of(cells: Sequence[tuple[str, str]]) -> DateOrder | None:
    """Return whether dates with slashes or dashes begin with the day or the month; None where it makes no difference."""
    shown: dict[str, tuple[str, str]] = {}
    for where, text in cells:
        local = _LOCAL.fullmatch(text)
        if local is None or local["mark"] == "." or len(local["third"]) != _YEAR_DIGITS:
            continue
        first, second = int(local["first"]), int(local["second"])
        if first == second:
            continue
        kind = "day" if first > _MONTHS_OF_A_YEAR else "month" if second > _MONTHS_OF_A_YEAR else "either"
        shown.setdefault(kind, (where, text))
    if "day" in shown and "month" in shown:
        (where, text), (other, month_first) = shown["day"], shown["month"]
        reason = f"this is {text!r}, with the day first, and {other} is {month_first!r}, with the month first"
        raise MissingError(where, f"{reason}; write all dates in one order, or choose date_order: day or month")
    if "either" in shown and len(shown) == 1:
        where, text = shown["either"]
        reason = f"this is {text!r}, which may begin with the day or the month, and no row decides"
        raise MissingError(where, f"{reason}; choose date_order: day, or date_order: month")
    return cast("DateOrder", next(iter(shown.keys() - {"either"}))) if shown else None


def _decimal_of(cells: Sequence[tuple[str, str]]) -> Decimal:
    """Return the decimal mark of numbers."""
    comma, point = (next((each for each in cells if decided.fullmatch(each[1])), None) for decided in _DECIDED)
    either = next((each for each in cells if _EITHER.fullmatch(each[1])), None)
    if comma and point:
        reason = f"this is {comma[1]!r}, and {point[0]} is {point[1]!r}"
        raise MissingError(comma[0], f"{reason}; write all numbers with one mark, or choose decimal: comma or point")
    if either and not comma and not point:
        reason = f"this is {either[1]!r}, whose comma may divide decimals or thousands, and no row decides"
        raise MissingError(either[0], f"{reason}; choose decimal: comma, or decimal: point")
    return "comma" if comma else "point"
