"""Every way out that writes CSV, with an agent, a form and a customer whose names are formulas in some language's Excel."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from auscult.bootstrap.people import list_exporting
from auscult.domain.conversation import Agent
from auscult.domain.schedules.schedule import ReportKind, Schedule
from auscult.services.conversations.latest import Sought
from auscult.services.definitions.sheets.exporting import export_form
from auscult.services.delivery.list_exports import request_export
from auscult.services.schedules.scheduling import Scheduling
from auscult.storage import Store
from tests.integration.conversations.test_list_exports import someone
from tests.unit.domain.delivery.test_csv_cells import HOSTILE, formulas
from tests.unit.services.audits.drawing import AT, FORM, TENANT, scored, talk

SOURCE = Path(__file__).parents[3] / "src" / "auscult"
NAMES = [each for each in HOSTILE if each.strip()]


def in_list(store: Store) -> bytes:
    """The list of conversations, as an export in the background writes it."""
    app, user = store.within(TENANT), someone(store, "qa-manager")
    export_id = request_export(app, user.user_id, user.email, Sought(), "csv")
    assert list_exporting(store).run_once()
    return b"".join(app.exports.content(export_id, user.user_id))


def in_reports(store: Store) -> bytes:
    """Every kind of scheduled report."""
    service, found = Scheduling(store, TENANT, lambda: AT), b""
    for kind in get_args(ReportKind):
        one = Schedule(schedule_id="", name="=1", kind=kind, every="demand", created_by="", created_at=AT, days=60)
        created = service.create(one, "cs-1")
        content = store.within(TENANT).schedules.content(created.schedule_id, service.run(created)[0].number)
        assert content is not None
        found += content[1]
    return found


def in_form(_store: Store) -> bytes:
    """A form as a sheet."""
    return export_form(FORM.replace(b"name: Hello", b'name: "Anna;=1+1"'), "csv")


DOORS: dict[str, tuple[Callable[[Store], bytes], ...]] = {
    "services/definitions/sheets/files.py": (in_form,),
    "services/delivery/spreadsheets.py": (in_reports,),
    "tables/csv_file.py": (in_list,),
}
"""Modules that write CSV, with the ways out that use each."""


@pytest.mark.parametrize("door", [each for ways in DOORS.values() for each in ways])
def test_a_hostile_name_is_no_formula(store: Store, door: Callable[[Store], bytes]) -> None:
    """Not at the beginning of a cell, and not behind a semicolon, a tab or the end of a line."""
    scored(store, (talk(n, agents=(Agent(f"a-{n}", name=name),), custom_id=name) for n, name in enumerate(NAMES)))
    written = door(store).decode("utf-8-sig")
    assert "1+1" in written
    assert not formulas(written)


def test_one_place_writes_cells() -> None:
    """No other module has a writer of CSV, but the one that makes a table of a workbook for this program itself."""
    writing, using = set[str](), set[str]()
    for path in SOURCE.rglob("*.py"):
        text = path.read_text()
        for node in ast.walk(ast.parse(text)) if "csv" in text else ():
            name = ast.unparse(node) if isinstance(node, ast.Attribute | ast.Name) else ""
            if name in ("csv.writer", "csv.DictWriter"):
                writing.add(str(path.relative_to(SOURCE)))
            elif name == "csv_lines":
                using.add(str(path.relative_to(SOURCE)))
    assert writing == {"services/directory/table.py"}
    assert using == set(DOORS)
