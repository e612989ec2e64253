"""``auscult audits`` on a form with levels, numbers and coded reasons."""

import json
from pathlib import Path

import pytest

from tests.data_files import data_of
from tests.integration.definitions.test_cli_form_versions import auscult
from tests.integration.program import TENANT

pytestmark = pytest.mark.night

FORM = data_of(__file__, "form")
CALL = data_of(__file__, "call")


def test_levels_are_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number and a level by name, a reason with the NO, and all of it shown."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUSCULT_DATABASE_URL", "sqlite:///test.db")
    Path("form.yaml").write_text(FORM, encoding="utf-8")
    Path("calls.ndjson").write_text(json.dumps(CALL), encoding="utf-8")
    assert auscult("forms", "apply", "form.yaml", *TENANT).status == 0
    assert auscult("load", "calls.ndjson", *TENANT).status == 0
    app = ("--app", "st-1")
    assert auscult("audits", "assign", "c-1", "--auditor", "Ann", *app).status == 0
    assert "unknown level '9' of em-tone" in auscult("audits", "answer", "c-1", "em-tone=9", *app).err
    assert "a reason code is missing" in auscult("audits", "submit", "c-1", "em-tone=4", "em-late=In part", *app).err
    done = auscult("audits", "submit", "c-1", "em-tone=4", "em-late=In part", "--reason", "em-late=late", *app)
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert {"state audited", "auditor Ann", "score 65", "passed yes"} <= set(lines)
    shown = auscult("audits", "show", "c-1", *app, "--json").last
    assert shown["metrics"][0]["machine"] == "-"
    assert [(each["answer"], each["level"], each.get("reason_code")) for each in shown["result"]["answers"]] == [
        ("YES", "4", None),
        ("NO", "In part", "late"),
    ]
