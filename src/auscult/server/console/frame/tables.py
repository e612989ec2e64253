"""Tables of a page as a file: what a reader sees, cell by cell, for a spreadsheet."""

from collections.abc import Mapping
from html.parser import HTMLParser

from babel.numbers import get_decimal_symbol, get_group_symbol
from msgspec import Struct

from auscult.domain.delivery.csv_cells import CsvCell
from auscult.domain.schedules.schedule import FileFormat
from auscult.server.console.frame.reader import Reader
from auscult.services.delivery.spreadsheets import NUMBER, Percentage, write_rows, xlsx

_EMPTY_ELEMENTS = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr"})


class PageTable(Struct, kw_only=True):
    """A table: its caption, and the text of its cells by row."""

    caption: str = ""
    rows: list[list[str]] = []


def file_of(page: str, kind: FileFormat, reader: Reader) -> bytes | None:
    """Return the tables of a page as a file, None where it has none: each a sheet, or one below the other as CSV."""
    found = [each for each in tables_of(page) if each.rows]
    if not found:
        return None
    if kind == "csv":
        rows = [row for each in found for row in ([each.caption], *each.rows, [])]
        return write_rows(rows[1:-1] if len(found) == 1 else rows, "csv")
    sheets = [(each.caption, [[_value(cell, reader) for cell in row] for row in each.rows]) for each in found]
    return b"".join(xlsx(sheets))


def tables_of(page: str) -> list[PageTable]:
    """Return the tables of a page. Text for screen readers alone counts where a cell has no other."""
    read = _Tables()
    read.feed(page)
    read.close()
    return read.found


class _Tables(HTMLParser):
    """Collects tables; ``_within`` counts the open elements of something that is not shown."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[PageTable] = []
        self._shown: list[str] | None = None
        self._unseen: list[str] = []
        self._within = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _EMPTY_ELEMENTS:
            return
        if self._within:
            self._within += 1
        elif self._shown is not None and (tag == "svg" or "vh" in _classes(dict(attrs))):
            self._within = 1
        elif tag == "table":
            self.found.append(PageTable())
        elif tag == "tr" and self.found:
            self.found[-1].rows.append([])
        elif tag in {"td", "th", "caption"} and self.found:
            self._shown, self._unseen = [], []
        elif self._shown is not None:
            self._shown.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if self._within:
            self._within -= 1
        elif tag in {"td", "th", "caption"} and self._shown is not None:
            text = " ".join("".join(self._shown).split()) or " ".join("".join(self._unseen).split())
            self._shown = None
            if tag == "caption":
                self.found[-1].caption = text
            else:
                self.found[-1].rows[-1].append(text)

    def handle_data(self, data: str) -> None:
        if self._shown is not None:
            (self._unseen if self._within else self._shown).append(data)


def _classes(attributes: Mapping[str, str | None]) -> list[str]:
    return (attributes.get("class") or "").split()


def _value(text: str, reader: Reader) -> CsvCell:
    """Return the number that a cell shows in the reader's language, else its text; None of an empty cell or a dash."""
    if text in {"", "\u2013"}:
        return None
    group, point = get_group_symbol(reader.locale), get_decimal_symbol(reader.locale)
    plain = text.replace("\u2212", "-").replace(group, "").replace(point, ".")
    share = plain.removesuffix("%").rstrip() if plain.endswith("%") else None
    if share is not None and NUMBER.fullmatch(share):
        return Percentage(f"{float(share) / 100:.6g}")
    return float(plain) if NUMBER.fullmatch(plain) else text
