"""Tables of pages as files: what a reader sees, read back by a program of others."""

import csv
import io
import re

import openpyxl
import pytest

from tests.e2e.consoles import signed_in
from tests.e2e.serving import TENANT, Service

CONSOLE = {"weeks": 6}
PAGES = ("overview", "agents", "insights", "reasons", "metrics")


@pytest.mark.landing
@pytest.mark.parametrize("page", PAGES)
def test_the_tables_of_a_page_are_a_workbook(served: Service, page: str) -> None:
    """Each is a sheet with the rows of the page, numbers are numbers, and CSV has the same cells; a log says who had them."""
    with signed_in(served, "qa-manager") as me, signed_in(served, "auditor") as auditor:
        shown = me.get(f"/console/{page}").text
        links = [each.replace("&amp;", "&") for each in re.findall(r'href="([^"]+tables=[^"]+)"', shown)]
        assert [each.rpartition("=")[2] for each in links] == ["xlsx", "csv"]
        excel, plain = (me.get(each) for each in links)
        assert excel.headers["content-disposition"].endswith('.xlsx"')
        book = openpyxl.load_workbook(io.BytesIO(excel.content))
        assert len(book.sheetnames) == len(re.findall("<table", shown))
        assert sum(sheet.max_row for sheet in book) == sum(
            len(re.findall("<tr", table)) for table in re.findall("<table.*?</table>", shown, re.DOTALL)
        )
        cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
        assert any(isinstance(each, (int, float)) for each in cells)
        texts = {each for each in cells if isinstance(each, str)}
        assert texts <= {cell for row in csv.reader(io.StringIO(plain.content.decode("utf-8-sig"))) for cell in row}
        assert auditor.get(links[0]).status_code == 403
    log = served.store.within(TENANT).log.newest(None, 10)
    assert f"page:/console/{page}" in {each.target for each in log}


def test_numbers_of_a_german_page_are_numbers(served: Service) -> None:
    """A share is one in percent, whatever the reader's point."""
    with signed_in(served, "qa-manager") as me:
        me.post("/console/language", data={"language": "de", "back": "/console"})
        book = openpyxl.load_workbook(io.BytesIO(me.get("/console/reasons?tables=xlsx").content))
        shares = [row[2] for sheet in book for row in sheet.iter_rows(min_row=2)]
        assert all(isinstance(each.value, (int, float)) and each.number_format == "0.00%" for each in shares)
        assert any(each.value for each in shares)
        assert me.get("/console/schedules?tables=xlsx").status_code == 404
