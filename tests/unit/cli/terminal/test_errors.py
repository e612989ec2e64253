"""How errors look on stderr."""

import errno
import json
import sqlite3

import pytest

from auscult.cli.terminal.errors import database_trouble, report, unusable_file
from auscult.domain.errors import AuscultError, FormatError, FormError, RequestError
from tests.waiting import existing

CASES = [
    (RequestError("give a number", field="--port", value="x"), "error: --port: give a number\n"),
    (RequestError("--port: give a number", field="--port"), "error: --port: give a number\n"),
    (
        FormatError("must be agent", line=3, field="turns[0].speaker"),
        "error: line 3: turns[0].speaker: must be agent\n",
    ),
    (
        FormError("the form has faults", ("f.yaml:3: weight: too much",)),
        "error: the form has faults\nf.yaml:3: weight: too much\n",
    ),
]


@pytest.mark.parametrize(("error", "shown"), CASES)
def test_for_people(capsys: pytest.CaptureFixture[str], error: AuscultError, shown: str) -> None:
    """One line that says where and what, and one for each problem; nothing on stdout."""
    report(error, as_json=False)
    assert capsys.readouterr() == ("", shown)


def test_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """One line of JSON with the stable reason; what is not known is left out."""
    report(FormatError("must be agent", line=3, field="turns[0].speaker", code="speaker.unknown"), as_json=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert json.loads(err) == {
        "error": {"message": "must be agent", "reason": "speaker.unknown", "field": "turns[0].speaker", "line": 3}
    }


def test_a_file_that_cannot_be_used_is_no_fault_of_ours() -> None:
    """Its name and why; what has neither name nor a full disk is a fault of ours, and keeps its trace."""
    missing = existing(unusable_file(FileNotFoundError(errno.ENOENT, "No such file or directory", "there/out.ndjson")))
    assert missing.message == "there/out.ndjson cannot be written or read: No such file or directory"
    full = existing(unusable_file(OSError(errno.ENOSPC, "No space left on device")))
    assert full.message == "the output cannot be written or read: No space left on device"
    assert unusable_file(ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")) is None


def test_a_full_disk_of_the_database_is_no_fault_of_the_program() -> None:
    """The reason is that of the API, with what to do; another error stays one of the program."""
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    wrapped = RuntimeError("no commit")
    wrapped.__cause__ = full
    found = existing(database_trouble(wrapped))
    assert (found.reason, "make room" in found.message) == ("database.full", True)
    assert database_trouble(ValueError("x")) is None
