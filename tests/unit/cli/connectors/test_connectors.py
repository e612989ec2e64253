"""The commands of connectors, run as a user runs them."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner, Result

from auscult import bootstrap
from auscult.cli import build
from auscult.config import Settings
from auscult.domain.errors import AuscultError
from tests.integration.connectors.placing import TENANT, document, fill


class Program(NamedTuple):
    """``auscult connectors`` on a database with one app, and a folder of two conversations and one broken file."""

    url: str
    folder: Path

    def __call__(self, *words: str, status: int = 0) -> Result:
        """Run a command, which exits with a status."""
        given = ["connectors", *words, "--app", TENANT.app_id, "--database", self.url]
        done = CliRunner().invoke(build(), given)
        assert done.exit_code == status, (done.output, done.exception)
        return done

    def refused(self, *words: str) -> AuscultError:
        """Return the error of a command that exits with 1."""
        error = self(*words, status=1).exception
        assert isinstance(error, AuscultError)
        return error

    def json(self, *words: str, status: int = 0) -> list[Any]:
        """Return the lines of a command with --json."""
        return [json.loads(line) for line in self(*words, "--json", status=status).stdout.splitlines()]

    def write(self, **more: Any) -> str:
        """Write a document on the folder, and return its path."""
        file = self.folder.parent / "inbox.yaml"
        file.write_bytes(document(f"folder:{self.folder}", **more))
        return str(file)


@pytest.fixture
def connectors(sqlite_url: str, tmp_path: Path) -> Program:
    """The program."""
    with bootstrap.open(Settings(database_url=sqlite_url)) as application:
        application.store.ensure(TENANT)
    fill(tmp_path / "in", 2)
    (tmp_path / "in" / "bad.json").write_bytes(b"{")
    return Program(sqlite_url, tmp_path / "in")


@pytest.mark.landing
def test_applied_tried_run_and_removed(connectors: Program) -> None:
    """Each command shows what the one before it did; refusals make a run end with 1."""
    file = connectors.write(every="1d")
    assert "access: ok\npath: ok\nformat: ok\n" in connectors("apply", file, "--dry-run").stdout
    assert connectors("list").stdout == ""
    assert connectors.json("apply", file) == [{"name": "inbox", "version": 1}]
    assert "version 1 is in force" in connectors("apply", file).stdout
    assert connectors("list").stdout.splitlines()[1].startswith("inbox  1        no         20")
    (tried,) = connectors.json("check", "inbox")
    assert ([row["where"] for row in tried["mapped"]], [row["key"] for row in tried["refused"]]) == (
        ["call-0", "call-1"],
        ["bad.json"],
    )
    (counted,) = connectors.json("run", "inbox", "--dry-run")
    assert (counted["counts"]["read"], counted["counts"]["new"], counted["counts"]["refused"]) == (3, 2, 1)
    assert connectors("log", "inbox").stdout == ""
    (run,) = connectors.json("run", "inbox", "--no-wait", status=1)
    assert (run["state"], run["counts"]["new"], run["counts"]["refused"]) == ("done", 2, 1)
    assert connectors.json("log", "inbox") == [{"items": [run]}]
    assert connectors("refused", "inbox").stdout.splitlines()[1].startswith("bad.json  ")
    assert connectors.json("refused", "inbox", "--run", str(run["number"] + 1)) == [{"items": []}]
    (shown,) = connectors.json("show", "inbox")
    assert (shown["items"], json.loads(shown["document"])["name"]) == (3, "inbox")
    assert connectors("show", "inbox").stdout.strip() == Path(file).read_text()
    connectors("remove", "inbox")
    assert connectors.refused("show", "inbox").reason == "connector.unknown"


@pytest.mark.landing
def test_a_pause_and_a_back_fill(connectors: Program) -> None:
    """Paused, it does not run; resumed, a range is read, by day and beginning of the key."""
    (connectors.folder / "bad.json").unlink()
    connectors("apply", connectors.write())
    connectors("pause", "inbox")
    assert connectors.json("list")[0]["items"][0]["is_paused"]
    assert connectors.refused("run", "inbox").reason == "connector.paused"
    connectors("resume", "inbox")
    assert connectors("backfill", "inbox", "--until", "2020-01-01", "--dry-run").stdout == "2 listed, 2 left_out\n"
    (counted,) = connectors.json("backfill", "inbox", "--prefix", "00001", "--dry-run")
    assert (counted["counts"]["read"], counted["counts"]["left_out"]) == (1, 1)
    done = connectors("backfill", "inbox", "--since", "2020-01-01", "--no-wait")
    assert "backfill  done  2 listed, 2 read" in done.stdout
    (again,) = connectors.json("backfill", "inbox", "--again", "--no-wait")
    assert (again["counts"]["known"], again["counts"]["unchanged"]) == (0, 2)
    assert connectors.json("log", "inbox", "--limit", "1")[0]["items"][0]["order"]["kind"] == "backfill"


def test_faults_of_a_document_and_of_secrets(connectors: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with what would be right, and nothing is stored; a secret is never on the command line."""
    file = connectors.write(format="fax", every="soon")
    error = connectors.refused("apply", file)
    assert error.code == "connector.invalid"
    assert "fax" in str(error)
    assert "soon" in str(error)
    plain = connectors.refused("apply", connectors.write(), "--secret", "password=secret")
    assert "give --secret password=env:VARIABLE" in plain.message
    monkeypatch.delenv("AUSCULT_TEST_NONE", raising=False)
    missing = connectors.refused("apply", file, "--secret", "password=env:AUSCULT_TEST_NONE")
    assert "there is no variable AUSCULT_TEST_NONE" in missing.message
    assert connectors("list").stdout == ""
