"""Tables of pages as files: what a reader sees, read back by a program of others."""

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

import auscult.server.console
from auscult.server.console.frame import visit
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.tables import file_of
from tests.data_files import data_of, rows_of
from tests.e2e.consoles import signed_in
from tests.e2e.serving import TENANT, Service

CONSOLE = {"weeks": 6}
TEMPLATES = Path(auscult.server.console.__file__).parent
WITHOUT = ("", "/conversations", "/plans/new", "/forms/ef-starter-voice")
"""Pages of ``pages.csv`` with a table that is no data, or that they export otherwise."""
NO_FILES = data_of(__file__, "without")


def test_each_table_is_offered_as_a_file() -> None:
    """Or its template is listed with the reason, and with no other."""
    with_table = {path: text for path in TEMPLATES.rglob("*.html") if "<table" in (text := path.read_text())}
    without = [str(path.relative_to(TEMPLATES)) for path, text in with_table.items() if "{{ table_files(" not in text]
    assert sorted(without) == sorted(each for paths in NO_FILES.values() for each in paths)


@pytest.mark.landing
def test_pages_with_tables_offer_files_and_others_do_not(served: Service) -> None:
    """Each link leads to a file; a page without one leads to none."""
    with signed_in(served, "administrator") as me:
        for page in [each["page"] for each in rows_of(Path(__file__).parents[1] / "pages.csv")]:
            text = me.get(f"/console{page}", follow_redirects=True).text
            links = re.findall(r'href="([^"]+tables=xlsx)"', text)
            assert bool(links) == ("<table" in text and page not in WITHOUT), page
            for link in dict.fromkeys(links):
                assert openpyxl.load_workbook(io.BytesIO(me.get(link.replace("&amp;", "&")).content)).sheetnames, page


@pytest.mark.landing
def test_a_file_has_the_rows_of_all_pages(served: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each once, in the order of the list, under one row of headings; days are days, and buttons are left out."""
    monkeypatch.setattr(visit, "_ROWS_OF_FILE", 3)
    with signed_in(served, "administrator") as me:
        me.post("/console/language", data={"language": "de", "back": "/console"})
        for _ in range(7):
            me.get("/console/administration/log")
        known = len(served.store.within(TENANT).log.newest(None, 10_000))
        book = openpyxl.load_workbook(io.BytesIO(me.get("/console/administration/log?tables=xlsx").content))
    (head, *rows) = book.worksheets[0].iter_rows(values_only=True)
    days = [row[0] for row in rows if isinstance(row[0], datetime)]
    assert (head[0], len(days), days) == ("Wann", known + 1, sorted(days, reverse=True))


def test_cells_of_a_table() -> None:
    """Numbers and days as such, spans fill their columns, a column of buttons is gone, and no text begins a formula."""
    page = """<table><caption>Some</caption><thead><tr><th>Day</th><th>n</th><th>Share</th><th>Who</th>
    <th><span class="vh">Lift</span></th></tr></thead><tr><td>2026-11-19</td><td>1,204</td><td>3.5%</td><td>=1+1</td>
    <td><form><button>Lift</button></form></td></tr><tr><td colspan="2">all</td><td>007</td><td></td><td></td></tr></table>"""
    reader = Reader(now=datetime(2026, 11, 29, tzinfo=UTC), for_file=True)
    made = {kind: b"".join(file_of(page, kind, reader, str) or ()) for kind in ("csv", "xlsx")}
    assert made["csv"].decode("utf-8-sig").splitlines() == [
        "Day,n,Share,Who", "2026-11-19,1204,0.035,'=1+1", "all,,007,",
    ]  # fmt: skip
    sheet = openpyxl.load_workbook(io.BytesIO(made["xlsx"])).worksheets[0]
    assert [each.value for each in sheet[2]] == [datetime(2026, 11, 19), 1204, 0.035, "=1+1"]  # noqa: DTZ001
    assert sheet["D2"].data_type == "s"


@pytest.mark.landing
def test_the_tables_of_a_page_are_a_workbook(served: Service) -> None:
    """Each is a sheet with the rows of the page, numbers are numbers, and CSV has the same cells; a log says who had them."""
    with signed_in(served, "qa-manager") as me, signed_in(served, "auditor") as auditor:
        shown = me.get("/console/insights").text
        links = [each.replace("&amp;", "&") for each in re.findall(r'href="([^"]+tables=[^"]+)"', shown)]
        excel, plain = (me.get(each) for each in links)
        book = openpyxl.load_workbook(io.BytesIO(excel.content))
        assert len(book.sheetnames) == len(re.findall("<table", shown))
        assert sum(sheet.max_row for sheet in book) == sum(
            len(re.findall("<tr", table)) for table in re.findall("<table.*?</table>", shown, re.DOTALL)
        )
        cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
        assert any(isinstance(each, (int, float)) for each in cells)
        texts = {each for each in cells if isinstance(each, str) and not each.startswith(("=", "+", "-", "@"))}
        assert texts <= {cell for row in csv.reader(io.StringIO(plain.content.decode("utf-8-sig"))) for cell in row}
        assert auditor.get(links[0]).status_code == 403
    log = served.store.within(TENANT).log.newest(None, 10)
    assert "page:/console/insights" in {each.target for each in log}


def test_numbers_of_a_german_page_are_numbers(served: Service) -> None:
    """A share is one in percent, whatever the reader's point."""
    with signed_in(served, "qa-manager") as me:
        me.post("/console/language", data={"language": "de", "back": "/console"})
        book = openpyxl.load_workbook(io.BytesIO(me.get("/console/reasons?tables=xlsx").content))
        shares = [row[2] for sheet in book for row in sheet.iter_rows(min_row=2)]
        assert all(isinstance(each.value, (int, float)) and each.number_format == "0.00%" for each in shares)
        assert any(each.value for each in shares)
        assert me.get("/console/schedules?tables=xlsx").status_code == 404
