"""Tables of a page as a file: what a reader sees, cell by cell and with all its pages, for a spreadsheet."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from html.parser import HTMLParser
from itertools import chain

from babel.numbers import get_decimal_symbol, get_group_symbol
from msgspec import Struct

from auscult.domain.delivery.csv_cells import CsvCell
from auscult.domain.schedules.schedule import FileFormat
from auscult.server.console.frame.reader import Reader
from auscult.services.delivery.spreadsheets import NUMBER, Percentage, csv_parts, xlsx

_EMPTY_ELEMENTS = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr"})
_ACTIONS = frozenset({"button", "form", "select", "textarea"})
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")

Pages = Iterator[list[list[CsvCell]]]


class PageTable(Struct, kw_only=True):
    """A table: its caption, and the text of its cells by row, of which ``heads`` are headings.

    ``unseen`` are the columns whose heading is for screen readers alone; ``following`` is the address of its next page,
    empty on the last.
    """

    caption: str = ""
    rows: list[list[str]] = []
    heads: int = 0
    unseen: set[int] = set()
    following: str = ""


def file_of(page: str, kind: FileFormat, reader: Reader, follow: Callable[[str], str]) -> Iterator[bytes] | None:
    """Return the parts of a file with the tables of a page, None where it has none: each a sheet, or one below the other.

    ``follow`` returns the page at an address. The rows of one page are in memory at a time.
    """
    found = [(each.caption, _pages(each, reader, follow)) for each in tables_of(page) if each.rows]
    if not found:
        return None
    if kind == "csv":
        return csv_parts(_one_below_the_other(found))
    return xlsx([(name, chain.from_iterable(pages)) for name, pages in found])


def tables_of(page: str) -> list[PageTable]:
    """Return the tables of a page without their buttons. Text for screen readers alone counts where a cell has no other."""
    read = _Tables()
    read.feed(page)
    read.close()
    return read.found


def _pages(table: PageTable, reader: Reader, follow: Callable[[str], str]) -> Pages:
    """Yield the rows of a table, page by page. A column of buttons alone is left out."""
    width = max(map(len, table.rows))
    left = {n for n in table.unseen if not any(row[n:] and row[n] for row in table.rows[table.heads :])}
    kept = [n for n in range(width) if n not in left]
    yield [_values(row, kept, reader) for row in table.rows]
    while table.following:
        same = (each for each in tables_of(follow(table.following)) if each.caption == table.caption)
        table = next(same, PageTable())
        yield [_values(row, kept, reader) for row in table.rows[table.heads :]]


def _one_below_the_other(tables: Sequence[tuple[str, Pages]]) -> Pages:
    """Yield the rows of tables, behind their captions where there are several."""
    for number, (caption, pages) in enumerate(tables):
        if len(tables) > 1:
            yield [[], [caption]] if number else [[caption]]
        yield from pages


class _Tables(HTMLParser):
    """Collects tables; ``_within`` counts the open elements of something that is not shown, or a button."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[PageTable] = []
        self._shown: list[str] | None = None
        self._unseen: list[str] = []
        self._within = 0
        self._is_action = False
        self._span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "a" and attributes.get("rel") == "next" and self.found:
            self.found[-1].following = attributes.get("href") or ""
        if tag in _EMPTY_ELEMENTS:
            return
        classes = _classes(attributes)
        is_action = tag in _ACTIONS or "btn" in classes
        if self._within:
            self._within += 1
        elif self._shown is not None and (is_action or tag == "svg" or "vh" in classes):
            self._within, self._is_action = 1, is_action
        elif tag == "table":
            self.found.append(PageTable())
        elif tag == "tr" and self.found:
            self.found[-1].rows.append([])
        elif tag in {"td", "th", "caption"} and self.found:
            self._shown, self._unseen, self._span = [], [], int(attributes.get("colspan") or 1)
        elif self._shown is not None:
            self._shown.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if self._within:
            self._within -= 1
        elif tag == "thead":
            self.found[-1].heads = len(self.found[-1].rows)
        elif tag in {"td", "th", "caption"} and self._shown is not None:
            shown, unseen = (" ".join("".join(each).split()) for each in (self._shown, self._unseen))
            self._shown, table = None, self.found[-1]
            if tag == "caption":
                table.caption = shown or unseen
                return
            if not shown and len(table.rows) == 1:
                table.unseen.add(len(table.rows[-1]))
            table.rows[-1] += [shown or unseen, *[""] * (self._span - 1)]

    def handle_data(self, data: str) -> None:
        if self._shown is not None and not (self._within and self._is_action):
            (self._unseen if self._within else self._shown).append(data)


def _classes(attributes: Mapping[str, str | None]) -> list[str]:
    return (attributes.get("class") or "").split()


def _values(row: list[str], kept: Sequence[int], reader: Reader) -> list[CsvCell]:
    return [_value(row[n], reader) for n in kept if n < len(row)]


def _value(text: str, reader: Reader) -> CsvCell:
    """Return the number or date that a cell shows to a reader, else its text; None of an empty cell or a dash."""
    if text in {"", "\u2013"}:
        return None
    if _INSTANT.fullmatch(text):
        return datetime.fromisoformat(text)
    if _DAY.fullmatch(text):
        return date.fromisoformat(text)
    group, point = get_group_symbol(reader.locale), get_decimal_symbol(reader.locale)
    plain = text.replace("\u2212", "-").replace(group, "").replace(point, ".")
    share = plain.removesuffix("%").rstrip() if plain.endswith("%") else None
    if share is not None and NUMBER.fullmatch(share):
        return Percentage(f"{float(share) / 100:.6g}")
    if not NUMBER.fullmatch(plain):
        return text
    return float(plain) if "." in plain else int(plain)
