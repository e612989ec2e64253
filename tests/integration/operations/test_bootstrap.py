"""Opening a database: its key, what is wrong with one, and what is not loaded to say so."""

import logging
import sqlite3
import stat
import subprocess
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from auscult import bootstrap
from auscult.bootstrap.processes import OnceAMinute
from auscult.config import Settings, read_settings
from auscult.domain.errors import SettingsError
from auscult.domain.insight import Insights
from auscult.domain.scoring.stored import PendingConversation
from auscult.storage import new_secret_key
from tests.databases import client_of
from tests.integration.working import TENANT, conversation, settings_for
from tests.waiting import existing

CLIENT = client_of(TENANT, client_id="cs-1", secret="hush")


def with_client(settings: Settings) -> None:
    """Make the database, with one client."""
    with bootstrap.open(settings) as application:
        application.store.ensure(TENANT)
        application.store.clients.add(CLIENT)


def the_key(folder: Path) -> Path:
    """The one key file there is."""
    (path,) = folder.glob("*.key")
    return path


def test_a_key_is_kept_for_each_database(database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Made with it, for its owner alone, and found again; where others may need it, it is said where it is."""
    settings = settings_for(database_url, tmp_path)
    with_client(settings)
    path = the_key(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    said = capsys.readouterr().err
    assert (str(path) in said) == database_url.startswith("postgresql")
    with bootstrap.open(settings) as application:
        assert application.store.clients.find("cs-1") == CLIENT
    assert capsys.readouterr().err == ""


def test_a_key_of_the_settings_goes_before_any_file(database_url: str, tmp_path: Path) -> None:
    """Several hosts share one, and none of them keeps a file."""
    settings = read_settings(
        {}, database_url=database_url, state_dir=str(tmp_path), secret_key=new_secret_key().decode()
    )
    with_client(settings)
    assert list(tmp_path.glob("*.key")) == []


def test_a_wrong_key_is_told_at_once(database_url: str, tmp_path: Path) -> None:
    """Not at the first request that needs a secret."""
    settings = settings_for(database_url, tmp_path)
    with_client(settings)
    the_key(tmp_path).write_bytes(new_secret_key())
    with pytest.raises(SettingsError) as caught, bootstrap.open(settings):
        pass
    assert caught.value.reason == "secret_key.wrong"


def test_a_lost_key_is_not_made_anew(database_url: str, tmp_path: Path) -> None:
    """A new one would open nothing, and hide what is missing."""
    settings = settings_for(database_url, tmp_path)
    with_client(settings)
    the_key(tmp_path).unlink()
    for _ in range(2):
        with pytest.raises(SettingsError, match="put that file back") as caught, bootstrap.open(settings):
            pass
        assert caught.value.reason == "secret_key.missing"
    assert list(tmp_path.glob("*.key")) == []


def test_who_has_nothing_to_do_with_secrets_needs_no_key(database_url: str, tmp_path: Path) -> None:
    """A recount goes where the key does not; and none is made."""
    settings = settings_for(database_url, tmp_path)
    with_client(settings)
    the_key(tmp_path).unlink()
    with bootstrap.open(settings, with_secrets=False) as application:
        assert application.verify() == []
    assert list(tmp_path.glob("*.key")) == []


def test_databases_of_one_name_on_two_servers_have_two_keys(tmp_path: Path) -> None:
    """The file's name tells servers, ports and names apart, and shows no password."""
    urls = ["postgresql://m:hush@a:1/x", "postgresql://m@a:2/x", "postgresql://m@b:1/x", "postgresql://m@a:1/y"]
    paths = {bootstrap.key_path(settings_for(url, tmp_path)) for url in urls}
    assert len(paths) == 4
    assert {path.parent for path in paths} == {tmp_path}
    assert not any("hush" in path.name for path in paths)
    assert bootstrap.key_path(settings_for("postgresql://other@a:1/x?sslmode=require", tmp_path)) in paths


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Nobody has to guess what an open error means."""
    settings = settings_for(f"sqlite:///{tmp_path}/none/auscult.db", tmp_path)
    with pytest.raises(SettingsError, match="none does not exist") as caught, bootstrap.open(settings):
        pass
    assert caught.value.reason == "database.no_folder"


def test_nothing_heavy_is_loaded_before_it_is_needed() -> None:
    """``auscult --help`` stays quick: neither database, nor web, nor numbers come with the builder."""
    heavy = {"sqlalchemy", "alembic", "litestar", "uvicorn", "numpy", "dbos", "tokenizers", "re2", "yaml"}
    script = f"import sys, auscult.bootstrap; assert not {heavy!r} & sys.modules.keys(), sys.modules.keys() & {heavy!r}"
    subprocess.run([sys.executable, "-c", script], check=True)  # noqa: S603  (our own words)


def found_out(analyzers: str) -> Insights | None:
    """What is found out about a conversation when these analyzers are chosen."""
    evaluator = bootstrap.evaluator(read_settings({"AUSCULT_ANALYZERS": analyzers}))
    (judged,) = evaluator.evaluate(
        [PendingConversation(conversation=conversation("c-1", "Hello there, my parcel has not arrived."), revision=1)],
        [],
        datetime.now(UTC),
    )
    return judged.insights


def test_analyzers_are_chosen() -> None:
    """All of them unless said; what is left out says that it is; with none there is nothing but the score."""
    everything = existing(found_out("all"))
    assert everything.escalation is not None
    assert everything.sentiment is not None
    some = existing(found_out("language, escalation"))
    assert some.escalation == everything.escalation
    assert some.sentiment is None
    assert "switched off" in some.unknown["sentiment"]
    assert [engine.partition(" ")[0] for engine in some.engines] == ["acts"]  # which vote on escalation
    assert found_out("none") is None


def test_an_analyzer_that_there_is_not() -> None:
    """It is named, with what may have been meant."""
    with pytest.raises(SettingsError, match="did you mean sentiment") as raised:
        found_out("sentimnt")
    assert (raised.value.reason, raised.value.field) == ("analyzer.unknown", "AUSCULT_ANALYZERS")


def logged(once: OnceAMinute, text: str, at: float, **given: Any) -> str | None:
    """Return what the log has of a warning at a time in seconds; None where it is left out."""
    fields = {"levelno": logging.WARNING, "name": "auscult.workers.worker", "lineno": 1, "msg": text, "created": at}
    record = logging.makeLogRecord(fields | given)
    return logging.Formatter().format(record) if once.filter(record) else None


def test_a_warning_is_logged_once_a_minute() -> None:
    """Who looks for a database that is away does so ten times a second: the log says so, and does not fill the disk."""
    once = OnceAMinute()
    away = "a trace\nConnection refused"
    passed = [logged(once, away, at) is not None for at in (1000.0, 1000.1, 1059.9, 1060.0, 1060.1)]
    assert passed == [True, False, False, True, False]
    assert logged(once, "a trace\nsomething else", 1060.2)
    assert logged(once, away, 1060.2, lineno=2)
    assert all(logged(once, away, 1060.3, levelno=logging.ERROR) for _ in range(3))


def test_the_next_warning_has_the_number_of_those_that_were_left_out() -> None:
    """On its first line; a warning that was alone in its minute has none."""
    once = OnceAMinute()
    lines = [logged(once, "a trace\nrefused", at) for at in (0.0, 1.0, 2.0, 61.0, 121.0)]
    assert lines == [
        "a trace\nrefused",
        None,
        None,
        "a trace (2 more since the last such line)\nrefused",
        "a trace\nrefused",
    ]


@pytest.mark.parametrize("disk_is_full", [True, False])
def test_a_full_disk_is_named_without_a_traceback(disk_is_full: bool) -> None:
    """Every thread of a worker meets it; a fault of the program keeps its traceback."""
    found = sqlite3.OperationalError("database or disk is full" if disk_is_full else "no such table: turns")
    found.sqlite_errorcode = sqlite3.SQLITE_FULL if disk_is_full else sqlite3.SQLITE_ERROR
    try:
        raise found
    except sqlite3.Error:
        line = logged(OnceAMinute(), "_enqueue: will try again", 0.0, exc_info=sys.exc_info()) or ""
    assert line.startswith("_enqueue: will try again")
    assert str(found) in line
    assert ("Traceback" in line) == (not disk_is_full)


@pytest.mark.parametrize("is_away", [True, False])
def test_a_lost_connection_is_named_without_a_traceback(is_away: bool) -> None:
    """Also one that DBOS writes into its message; the database names the address that does not answer."""
    psycopg = pytest.importorskip("psycopg")
    cause = psycopg.OperationalError("connection refused\n\tIs it running?") if is_away else ValueError("refused")
    try:
        raise cause
    except (psycopg.OperationalError, ValueError):
        exc_info, trace = sys.exc_info(), traceback.format_exc()
    for line in (
        logged(OnceAMinute(), "webhooks: will look again", 0.0, exc_info=exc_info),
        logged(OnceAMinute(), f"Exception polling: {trace}\n(Background on this error)", 0.0),
    ):
        assert line is not None
        assert str(cause).partition("\n")[0] in line
        assert ("Traceback" in line) == (not is_away)
