"""What the processes alongside a server or a command say when they cannot go on."""

import errno
import sqlite3
import threading

import pytest
from sqlalchemy.exc import OperationalError

from auscult.bootstrap import application
from auscult.config import Settings


def full() -> Exception:
    """Return what a write to a database on a full disk raises."""
    found = sqlite3.OperationalError("database or disk is full")
    found.sqlite_errorcode = sqlite3.SQLITE_FULL
    error = OperationalError("INSERT", None, found)
    error.__cause__ = found  # as SQLAlchemy raises it
    return error


def end(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be a worker whose work ends with an error."""

    def work(*_: object) -> None:
        raise error

    monkeypatch.setattr(application, "work", work)
    monkeypatch.setattr(application.os, "nice", lambda _: None)
    application.work_behind(Settings(database_url="sqlite://"), None, "", threading.Event())


@pytest.mark.parametrize("error", [full(), OSError(errno.ENOSPC, "No space left on device")])
def test_a_worker_on_a_full_disk_ends_with_a_sentence(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its process ends with 1, and prints no traceback."""
    with pytest.raises(SystemExit) as ended:
        end(error, monkeypatch)
    assert ended.value.code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: the disk of the database is full; make room")


def test_other_errors_of_a_worker_are_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is a fault of the program is hidden."""
    with pytest.raises(ZeroDivisionError):
        end(ZeroDivisionError(), monkeypatch)
