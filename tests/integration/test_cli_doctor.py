"""``auscult doctor``, ``verify`` and ``rebuild``: what keeps an installation well."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.integration.program import TENANT, auscult, conversation, write
from tests.integration.test_cli_score import FORM


def test_doctor_of_a_new_folder_makes_nothing(tmp_path: Path) -> None:
    """All is well before the first command, and nothing is made by looking."""
    looked = auscult(tmp_path, "doctor", settings={"AUSCULT_PORT": "0"})
    assert (looked.status, looked.err) == (0, "")
    assert {line[:4] for line in looked.out.splitlines()} == {"ok  "}
    assert list(tmp_path.iterdir()) == []


def test_doctor_finds_a_key_that_others_can_read(tmp_path: Path) -> None:
    """A fault fails, and comes with what mends it."""
    auscult(tmp_path, "clients", "add", *TENANT, "--scope", "Quality AI")
    key = next(tmp_path.glob("*.key"))
    key.chmod(0o644)
    looked = auscult(tmp_path, "doctor", "--json", settings={"AUSCULT_PORT": "0"})
    failed = [finding for finding in looked.lines if finding["state"] == "fail"]
    assert looked.status == 1
    assert [finding["fix"] for finding in failed] == [f"chmod 600 {key.name}"]


def test_doctor_warns_of_a_setting_that_nothing_reads(tmp_path: Path) -> None:
    """A slip of the pen in a variable is found; a warning is no failure."""
    looked = auscult(tmp_path, "doctor", settings={"AUSCULT_PORT": "0", "AUSCULT_DATABSE_URL": "sqlite:///x.db"})
    assert looked.status == 0
    assert any(line.startswith("warn") and "AUSCULT_DATABSE_URL" in line for line in looked.out.splitlines())


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/none", "sqlite:///text.db", "sqlite:///no/where.db"])
def test_doctor_names_a_database_that_does_not_open(tmp_path: Path, url: str) -> None:
    """Nothing answers, no database, no folder: one line that fails, and no traceback."""
    (tmp_path / "text.db").write_text("This is a text, and no database, of more than a few words. " * 20)
    looked = auscult(tmp_path, "doctor", "--database", url, settings={"AUSCULT_PORT": "0"})
    assert (looked.status, looked.err) == (1, "")
    assert sum(line.startswith("fail") for line in looked.out.splitlines()) == 1


def test_verify_finds_a_difference_and_rebuild_mends_it(tmp_path: Path) -> None:
    """Rows are disposable: what was damaged behind our back is found, and rendered again from the evaluations."""
    (tmp_path / "form.yaml").write_text(FORM)
    write(tmp_path / "two.ndjson", conversation("c-1"), conversation("c-2"))
    auscult(tmp_path, "forms", "apply", "form.yaml", *TENANT)
    assert auscult(tmp_path, "load", "two.ndjson", *TENANT).status == 0
    assert auscult(tmp_path, "verify").out == "tallies, rows and jobs agree\n"

    with sqlite3.connect(tmp_path / "test.db") as database:
        database.execute("DELETE FROM tallies")
    database.close()
    found = auscult(tmp_path, "verify")
    assert (found.status, found.out != "") == (1, True)
    assert "auscult rebuild" in found.err
    assert auscult(tmp_path, "rebuild").out == "2 rendered\n"
    assert auscult(tmp_path, "verify").status == 0


def test_errors_of_commands_without_json_are_one_line(tmp_path: Path) -> None:
    """``--json`` decides how an error looks."""
    wrong = ("--database", "postgresql://nobody@127.0.0.1:1/none")
    for_people = auscult(tmp_path, "clients", "list", *wrong)
    for_programs = auscult(tmp_path, "clients", "list", "--json", *wrong)
    assert (for_people.status, for_people.err.count("\n")) == (1, 1)
    assert (for_programs.status, json.loads(for_programs.err)["error"]["reason"]) == (1, "database.unreachable")
