"""``auscult doctor``, ``verify`` and ``rebuild``: what keeps an installation well."""

import json
import sqlite3
from pathlib import Path

import pytest

from auscult.cli.operations.doctor import examine
from auscult.config import Settings
from auscult.storage.core.database import Database
from auscult.storage.work.workers import Workers
from auscult.workers.heartbeat import BULK, WorkerName
from tests.integration.program import TENANT, auscult, conversation, write
from tests.integration.scoring.test_cli_score import FORM

pytestmark = pytest.mark.night


@pytest.mark.landing
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


def test_doctor_warns_of_trust_in_every_client(tmp_path: Path) -> None:
    """Each would state an address of its own, and no limit on sign-in would apply."""
    trusting = {"AUSCULT_PORT": "0", "FORWARDED_ALLOW_IPS": "10.0.0.1, *"}
    looked = auscult(tmp_path, "doctor", settings=trusting)
    assert looked.status == 0
    assert "warn FORWARDED_ALLOW_IPS is 10.0.0.1, *" in looked.out


def test_every_command_warns_of_a_variable_that_nothing_reads(tmp_path: Path) -> None:
    """A slip of the pen is told on stderr, with what was meant; it is no failure, and what reads stdout sees nothing."""
    settings = {"AUSCULT_PORT": "0", "AUSCULT_DATBASE_URL": "sqlite:///x.db", "AUSCULT_CLIENT_SECRET": "s"}
    told = "AUSCULT_DATBASE_URL is no setting; did you mean AUSCULT_DATABASE_URL?"
    migrated = auscult(tmp_path, "migrate", settings=settings)
    assert (migrated.status, migrated.err) == (0, f"warning: {told}\n")
    looked = auscult(tmp_path, "doctor", settings=settings)
    assert (looked.status, looked.err) == (0, f"warning: {told}\n")
    assert [line for line in looked.out.splitlines() if line.startswith("warn")] == [f"warn {told}"]


def test_doctor_looks_at_the_hosts_that_may_be_asked(tmp_path: Path) -> None:
    """Named when they can be read; what is wrong in them is told with its line, and is no fault of the engines."""
    file = tmp_path / "hosts.yaml"
    settings = {"AUSCULT_PORT": "0", "AUSCULT_HOSTS_FILE": str(file)}
    file.write_text(
        "hosts:\n  - {url: https://crm.example.com, headers: [{name: X-Key, value: k}]}\n  - {url: https://example.org:8443}\n"
    )
    file.chmod(0o600)
    well = auscult(tmp_path, "doctor", settings=settings)
    assert well.status == 0
    assert "ok   may be asked by metrics: https://crm.example.com, https://example.org:8443\n" in well.out
    file.chmod(0o644)
    open_to_others = auscult(tmp_path, "doctor", "--json", settings=settings)
    assert [one["fix"] for one in open_to_others.lines if one["state"] == "fail"] == [f"chmod 600 {file}"]
    file.write_text("hosts:\n  - {url: crm}\n")
    wrong = auscult(tmp_path, "doctor", "--json", settings=settings)
    (fault,) = (one for one in wrong.lines if one["state"] == "fail")
    assert f"{file}:2: hosts[0].url" in fault["what"]
    assert (wrong.status, any("embedding engine answers" in one["what"] for one in wrong.lines)) == (1, True)


@pytest.mark.landing
def test_doctor_counts_the_workers_of_live_work_and_of_loads_alone(tmp_path: Path) -> None:
    """Those that sent a heartbeat lately; without any there is no line about them."""
    settings = {"AUSCULT_PORT": "0", "AUSCULT_DATABASE_URL": f"sqlite:///{tmp_path / 'auscult.db'}"}
    assert auscult(tmp_path, "migrate", settings=settings).status == 0
    assert "workers run" not in auscult(tmp_path, "doctor", settings=settings).out
    workers = Workers(Database(settings["AUSCULT_DATABASE_URL"]))
    for pid, kind in enumerate(("", BULK, BULK), 1):
        workers.beat(str(WorkerName.mine(kind)._replace(pid=str(pid))))
    looked = auscult(tmp_path, "doctor", settings=settings)
    assert "ok   workers run: 1 for what is live and for loads, 2 for loads alone\n" in looked.out


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/none", "sqlite:///text.db", "sqlite:///no/where.db"])
def test_doctor_names_a_database_that_does_not_open(tmp_path: Path, url: str) -> None:
    """Nothing answers, no database, no folder: one line that fails, and no traceback."""
    (tmp_path / "text.db").write_text("This is a text, and no database, of more than a few words. " * 20)
    looked = auscult(tmp_path, "doctor", "--database", url, settings={"AUSCULT_PORT": "0"})
    assert (looked.status, looked.err) == (1, "")
    assert sum(line.startswith("fail") for line in looked.out.splitlines()) == 1


@pytest.mark.parametrize(
    ("version", "expected"),
    [(None, "pg_dump is not installed"), (9, "pg_dump 9 cannot back up PostgreSQL"), (99, "pg_dump 99 can back up")],
)
def test_doctor_compares_the_client_with_the_server(
    postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int | None, expected: str
) -> None:
    """An older pg_dump refuses to copy a newer server, so that it is named before the first backup fails."""
    if version is not None:
        program = tmp_path / "pg_dump"
        program.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}.1 (Debian {version}.1-1)'\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    findings = examine(Settings(database_url=postgresql_url, state_dir=str(tmp_path), port=0))
    (found,) = (each for each in findings if "pg_dump" in each.what)
    assert found.what.startswith(expected)
    assert (found.state, bool(found.fix)) == (("ok", False) if version == 99 else ("warn", True))


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
    assert "auscult verify --repair" in found.err
    assert auscult(tmp_path, "rebuild").out == "2 rendered\n"
    assert auscult(tmp_path, "verify").status == 0

    with sqlite3.connect(tmp_path / "test.db") as database:
        database.execute("DELETE FROM tallies")
        database.execute("UPDATE report_rows SET started_at = started_at + 1 WHERE conversation_id = 'c-1'")
        database.execute("UPDATE conversations SET status = 'odd' WHERE conversation_id = 'c-2'")
    database.close()
    assert auscult(tmp_path, "verify").status == 1
    mended = auscult(tmp_path, "verify", "--repair")
    assert (mended.status, mended.out) == (0, "tallies, rows and jobs agree\n"), mended
    assert mended.err.endswith("differences found, 0 left\n")


def test_errors_of_commands_without_json_are_one_line(tmp_path: Path) -> None:
    """``--json`` decides how an error looks."""
    wrong = ("--database", "postgresql://nobody@127.0.0.1:1/none")
    for_people = auscult(tmp_path, "clients", "list", *wrong)
    for_programs = auscult(tmp_path, "clients", "list", "--json", *wrong)
    assert (for_people.status, for_people.err.count("\n")) == (1, 1)
    assert (for_programs.status, json.loads(for_programs.err)["error"]["reason"]) == (1, "database.unreachable")
