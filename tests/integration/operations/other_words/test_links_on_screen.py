"""Sign-in links where no terminal reads them, in other words than the fault was found with: many ways to start a server."""

import os
import pty
import re
import select
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.integration.program import AUSCULT, TENANT, auscult, environment
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.night

SERVE = (str(AUSCULT), "serve", "--database", "sqlite:///test.db", "--port", "0")
READY = re.compile(r"auscult serves http://\S+")
SECRET = re.compile(r"/console/link/|(?:[0-9A-Z]{5}-){3}[0-9A-Z]{5}")
HINT = "auscult users link EMAIL"


def links(folder: Path) -> int:
    """Links that were made and not used."""
    with closing(sqlite3.connect(folder / "test.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM sign_in_links").fetchone()[0])


@contextmanager
def ended(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """End a server whatever happens."""
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(PATIENCE_S) == 0


def printed_to_file(folder: Path, *command: str, **settings: str) -> str:
    """All that a server prints until it is ready and a moment later, to a file."""
    path = folder / "server.log"
    with path.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  (our own program)
            command or SERVE,
            cwd=folder,
            env=environment(**settings),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        with ended(process):
            until = time.monotonic() + PATIENCE_S
            while not READY.search(path.read_text()):
                assert process.poll() is None, path.read_text()
                assert time.monotonic() < until
                time.sleep(0.05)
            time.sleep(0.5)
    return path.read_text()


def printed_to_terminal(folder: Path, *command: str, wanted: str, **settings: str) -> str:
    """All that a server prints to a terminal until something is there."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(  # noqa: S603  (our own program)
        command or SERVE, cwd=folder, env=environment(**settings), stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    found, until = "", time.monotonic() + PATIENCE_S
    with ended(process):
        while wanted not in found:
            assert time.monotonic() < until, found
            if select.select([ours], [], [], 0.1)[0]:
                found += os.read(ours, 10_000).decode()
    os.close(ours)
    return found


WAYS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "plainly": ((), {}),
    "with JSON logs": ((), {"AUSCULT_LOG_FORMAT": "json"}),
    "for other machines": ((*SERVE, "--host", "0.0.0.0"), {}),  # noqa: S104  (this is what is tried)
    "in two processes": ((*SERVE, "--processes", "2"), {}),
    "with colours wanted": ((*SERVE,), {"TERM": "xterm-256color", "FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_log_gets_no_secret(tmp_path: Path, way: str) -> None:
    """However it is started, with its output in a file: no link, no code, none made; the hint is there."""
    command, settings = WAYS[way]
    text = printed_to_file(tmp_path, *command, **settings)
    assert not SECRET.search(text), text
    assert HINT in text
    assert links(tmp_path) == 0


def test_a_server_that_has_users_prints_nothing_of_links(tmp_path: Path) -> None:
    """With an administrator who may sign in, neither a file nor a terminal gets a link, nor a hint."""
    words = ("users", "add", "ann@example.com", "--role", "administrator", "--password-stdin", *TENANT)
    assert auscult(tmp_path, *words, stdin="correct horse battery\n").status == 0
    text = printed_to_file(tmp_path) + printed_to_terminal(tmp_path, wanted="/docs)")
    assert not SECRET.search(text), text
    assert "link" not in text
    assert links(tmp_path) == 0


def test_a_terminal_gets_the_link_and_a_later_log_does_not(tmp_path: Path) -> None:
    """One who reads gets it; the same database served again, into a file, prints nothing of it."""
    shown = printed_to_terminal(tmp_path, wanted="setup code in a browser: ")
    assert "/console/link/" in shown
    assert links(tmp_path) == 1
    text = printed_to_file(tmp_path)
    assert not SECRET.search(text), text
    assert HINT in text
    assert links(tmp_path) == 1
