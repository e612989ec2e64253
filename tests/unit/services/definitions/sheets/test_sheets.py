"""Forms as spreadsheets: what is exported is imported as the same form, and every fault has its cell."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from auscult.domain.errors import FormError
from auscult.domain.form import Form
from auscult.services.definitions.forms.reading import read_form, starter_documents
from auscult.services.definitions.sheets.cells import cell_name
from auscult.services.definitions.sheets.columns import as_json
from auscult.services.definitions.sheets.exporting import export_form
from auscult.services.definitions.sheets.importing import Imported, import_form
from tests.data_files import data_of

ROOT = Path(__file__).parents[5]
DOCUMENTS = {
    **{path.name: path.read_bytes() for path in sorted((ROOT / "examples" / "forms").glob("*.yaml"))},
    **{path.name: path.read_bytes() for path in sorted((ROOT / "tests" / "golden").glob("*.yaml"))},
    **{f"starter {channel}": document for channel, document in starter_documents().items()},
}


def form_of(imported: Imported) -> Form:
    """The form that was imported without a fault."""
    assert imported.faults == ()
    return read_form(imported.document)


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_importing_an_export_gives_the_same_form(name: str, kind: Any) -> None:
    """Of every example, starter and golden form, in both kinds of file, and nothing is left behind."""
    sheet = export_form(DOCUMENTS[name], kind)
    found = import_form(sheet, f"form.{kind}")
    assert form_of(found) == read_form(DOCUMENTS[name])
    assert found.notes == ()


words = st.text(min_size=1, max_size=12).filter(lambda text: text.strip() and text.isprintable())
WILD = st.sampled_from(["=1+1", "-5", "@a", "'x", "1e3", "yes", "null", "~", "a; b: c", " x", "0-5", "Total", "1.0"])


@given(
    name=words | WILD.filter(str.strip),
    guidance=st.text(max_size=20).filter(lambda text: "\x00" not in text),
    weight=st.decimals(0, 100, places=2),
    levels=st.lists(words | WILD, min_size=2, max_size=4, unique=True).filter(lambda some: all(map(str.strip, some))),
    comments=st.lists(words | WILD, max_size=2),
)
def test_any_text_survives_the_way_through_a_sheet(
    name: str, guidance: str, weight: Any, levels: list[str], comments: list[str]
) -> None:
    """Formulas, numbers and line ends as texts; exact weights."""
    shares = [{"name": level, "share": 100 * at // (len(levels) - 1)} for at, level in enumerate(levels)]
    metric = {"id": "em-1", "name": name, "type": "manual", "weight": int(weight), "levels": shares}
    metric |= {"guidance": guidance, "comments": comments}
    document = as_json(
        {"id": "ef-1", "name": name, "channel": "voice", "scoring": "points", "pass_score": 1, "metrics": [metric]}
    ).encode()
    try:
        form = read_form(document)
    except FormError:  # texts that no form may have
        return
    for kind in ("csv", "xlsx"):
        found = import_form(export_form(document, kind), f"form.{kind}")  # type: ignore[arg-type]
        assert form_of(found) == form


SHEET = data_of(__file__, "sheet")


def test_a_sheet_as_people_have_it_becomes_a_form() -> None:
    """Title, key rows, a table with sections, answers and a total; what has no place in a form is said."""
    found = import_form(SHEET.encode(), "collections.csv")
    form = form_of(found)
    assert (form.id, form.name, form.scoring) == ("ef-collections-scorecard", "Collections scorecard", "points")
    assert (form.channel, form.pass_score) == ("voice", 75)
    assert [(one.id, one.name) for one in form.sections] == [("se-opening", "Opening"), ("se-closing", "Closing")]
    first, second, third = form.metrics
    assert (first.name, first.weight, first.fatal, first.section) == (
        "Does the agent verify the identity?",
        30,
        True,
        "se-opening",
    )
    assert second.grades is not None
    assert len(second.grades.levels) == 6
    assert third.grades is not None
    assert [level.name for level in third.grades.levels] == ["None", "Offered", "Agreed"]
    assert [note.describe("c.csv") for note in found.notes] == [
        "c.csv:A5: column 'No' is not carried; it has no place in a form",
        "c.csv:G5: column 'Agent script' is not carried; it has no place in a form",
    ]


def test_headings_within_the_table_are_sections() -> None:
    """A row of one text; a subtotal is checked against the questions since."""
    sheet = "Criteria,Weight\nOpening,\nGreeting,10\nName,5\nSubtotal,15\nClosing,\nThanks,5\nSubtotal,6\nTotal,20\n"
    found = import_form(sheet.encode(), "s.csv", {"channel": "chat"})
    assert [fault.describe("s.csv") for fault in found.faults] == [
        "s.csv:B8: Subtotal is 6, and the weights above it total 5"
    ]
    form = read_form(found.document)
    assert [one.section for one in form.metrics] == ["se-opening", "se-opening", "se-closing"]


def test_every_fault_has_its_cell_all_at_once() -> None:
    """Merged cells, formulas, a wrong total, and what a form's check finds."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in data_of(__file__, "every_fault_has_its_cell_all_at_once"):
        sheet.append(row)
    sheet.merge_cells("A4:A5")
    sheet["B4"].comment = openpyxl.comments.Comment("why", "me")
    book.create_sheet("Calibration")
    stream = io.BytesIO()
    book.save(stream)
    found = import_form(stream.getvalue(), "s.xlsx")
    assert [fault.describe("s.xlsx") for fault in found.faults] == [
        "s.xlsx:B1: channel: must be voice or chat, not 'phone'; did you mean voice?",
        "s.xlsx:A4:A5: is merged; unmerge it, and write the value into each cell",
        "s.xlsx:C5: is a formula, =5+5; paste its value",
        "s.xlsx:C6: metrics[2].weight: 5.5 must be a whole number on a points form",
        "s.xlsx:D6: answers: 'Good/Bad' has no shares; write them like Poor=0; Fair=50; Good=100, or a scale like 0-5",
    ]
    assert [note.describe("s.xlsx") for note in found.notes] == [
        "s.xlsx: sheet 'Calibration' is not carried; only the first sheet is read",
        "s.xlsx:B4: its comment is not carried",
    ]


def test_percent_cells_are_percent() -> None:
    """25 % is 25, as a number with that format and as a text."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["question", "weight", "type", "settings"], ["One?", 0.25], ["Two?", "75 %"]):
        sheet.append(row)
    sheet["B2"].number_format = "0%"
    stream = io.BytesIO()
    book.save(stream)
    form = form_of(import_form(stream.getvalue(), "s.xlsx", {"channel": "voice"}))
    assert [metric.weight for metric in form.metrics] == [25, 75]


@pytest.mark.parametrize(("sheet", "told"), data_of(__file__, "what_cannot_be_read_is_a_fault"))
def test_what_cannot_be_read_is_a_fault(sheet: str, told: str) -> None:
    """With its cell, and what would be right."""
    found = import_form(sheet.encode(), "s.csv", {"channel": "voice"})
    assert any(told in fault.describe("s.csv") for fault in found.faults)


@pytest.mark.parametrize("sheet", [b"\xff\xfe\x00a", b"PK\x03\x04nothing", b"x" * (10 * 1024 * 1024 + 1)])
def test_what_is_no_sheet_is_refused(sheet: bytes) -> None:
    """Another encoding, a broken workbook, too large a file."""
    with pytest.raises(FormError, match="the sheet cannot be read"):
        import_form(sheet, "s.xlsx")


def test_semicolons_and_tabs_separate_too() -> None:
    """As spreadsheets of other languages write CSV."""
    for delimiter in ";\t":
        sheet = f"question{delimiter}weight\nOne?{delimiter}10\n"
        form = form_of(import_form(sheet.encode(), "s.csv", {"channel": "voice", "id": "ef-9"}))
        assert (form.id, form.metrics[0].weight) == ("ef-9", 10)
        assert replace(form, id="x").name == "s"


def test_cells_are_named_as_in_spreadsheets() -> None:
    """A to Z, then AA."""
    assert [cell_name(position) for position in ((0, 0), (9, 25), (0, 26), (0, 701), (0, 702))] == [
        "A1",
        "Z10",
        "AA1",
        "ZZ1",
        "AAA1",
    ]
