"""``auscult serve``: one line when ready, answers with a token, ends cleanly on SIGTERM."""

import json
import os
import pty
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE
from typing import IO

import httpx
import pytest

from auscult.storage.core.database import Database
from auscult.storage.work.workers import Workers
from tests.integration.program import AUSCULT, TENANT, auscult, conversation, environment, write
from tests.waiting import PATIENCE_S, existing

pytestmark = pytest.mark.night

READY = re.compile(r"auscult serves (http://127\.0\.0\.1:\d+) \(docs \1/docs\)\n")
PATH = "/qualityai/api/v1/public/qualitymanagement/app/st-1/scorereporting"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A server on a database with one scored conversation, on a free port."""
    assert auscult(tmp_path, "forms", "apply", "starter", *TENANT).status == 0
    write(tmp_path / "one.ndjson", conversation("c-1"))
    assert auscult(tmp_path, "load", "one.ndjson", *TENANT).status == 0
    command = [str(AUSCULT), "serve", "--database", "sqlite:///test.db", "--port", "0"]
    with subprocess.Popen(  # noqa: S603  (our own program)
        command, cwd=tmp_path, env=environment(), stdout=PIPE, stderr=PIPE, text=True, start_new_session=True
    ) as process:
        yield process
        process.kill()


@pytest.mark.landing
def test_serves_with_a_token_and_ends_on_sigterm(tmp_path: Path, server: subprocess.Popen[str]) -> None:
    """The ready line carries the address; what was loaded is readable; nothing is left behind, and no listener waits."""
    assert server.stdout
    ready = READY.fullmatch(server.stdout.readline())
    assert ready, server.stderr and server.stderr.read()
    assert server.stdout.readline() == (
        "No user can sign in yet: auscult users link EMAIL prints a link for the first administrator\n"
    )
    client = auscult(
        tmp_path, "clients", "add", *TENANT, "--scope", "Quality AI", "--scope", "assist:write", "--json"
    ).last
    keys = ("--client-id", client["client_id"], "--client-secret", client["client_secret"])
    token = auscult(tmp_path, "token", *keys).out.strip()
    headers = {"auth": token, "accountId": "a-1", "orgId": "o-1"}
    body = {"startDate": "2026-03-23", "endDate": "2026-03-23"}

    answer = httpx.post(ready[1] + PATH, headers=headers, json=body, timeout=PATIENCE_S)
    assert answer.status_code == 200
    assert [row["conversationId"] for row in answer.json()["results"]] == ["c-1"]
    assert httpx.post(ready[1] + PATH, json=body, timeout=PATIENCE_S).status_code == 401
    assert httpx.get(f"{ready[1]}/docs", timeout=PATIENCE_S).status_code == 200

    said = {"conversationId": "c-2", "query": "hello", "author": {"type": "USER"}}
    hook = f"{ready[1]}/agentassist/api/v1/hooks/st-1"
    assert httpx.post(hook, headers=headers, json=said, timeout=PATIENCE_S).status_code == 200
    stream = f"{ready[1]}/api/v1/live/conversations/c-2/stream"
    with httpx.stream("GET", stream, headers=headers, timeout=PATIENCE_S) as answer:
        lines = answer.iter_lines()
        assert next(lines) == ": listening"
        os.killpg(server.pid, signal.SIGTERM)  # as systemd does
        assert "event: message" in list(lines)
    server.wait(PATIENCE_S)
    assert not Workers(Database(f"sqlite:///{tmp_path}/test.db")).beats()
    out, err = server.communicate(timeout=PATIENCE_S)
    assert (server.returncode, out, err) == (0, "", "")


def test_the_link_of_the_first_administrator_is_printed_at_a_terminal_alone(tmp_path: Path) -> None:
    """A pipe, as a log is, gets no secret, and neither does a terminal with JSON logs; no user is added for it."""
    command = [str(AUSCULT), "serve", "--database", "sqlite:///test.db", "--port", "0"]
    for is_terminal, settings in ((False, {}), (True, {"AUSCULT_LOG_FORMAT": "json"}), (True, {})):
        shown = is_terminal and not settings
        ours, theirs = pty.openpty() if is_terminal else os.pipe()
        with subprocess.Popen(command, cwd=tmp_path, env=environment(**settings), stdout=theirs) as process:  # noqa: S603
            os.close(theirs)
            with open(ours, "rb", buffering=0) as out:  # noqa: PTH123  (a descriptor)
                lines = [_line(out) for _ in range(2 + shown)]  # all lines: a closed terminal ends the server
            process.terminate()
            assert process.wait(PATIENCE_S) == 0
        assert ("/console/link/" in lines[1]) is shown
        assert ("auscult users link EMAIL" in lines[1]) is not shown
        assert len({*re.findall(r"(?:[0-9A-Z]{5}-){3}[0-9A-Z]{5}", "".join(lines))}) == shown
    assert '"user_id"' in auscult(tmp_path, "users", "list", "--json").out


def _line(out: IO[bytes]) -> str:
    line = b""
    while not line.endswith(b"\n"):
        line += out.read(1)
    return line.decode()


def test_a_command_prints_a_link_that_signs_in(tmp_path: Path, server: subprocess.Popen[str]) -> None:
    """It adds the first administrator, works once, and for another user later; the log of access has it."""
    ready = existing(READY.fullmatch(existing(server.stdout).readline()))
    made = auscult(tmp_path, "users", "link", "ann@example.com", "--url", ready[1])
    url = made.out.strip()
    assert url.startswith(f"{ready[1]}/console/link/")
    for location in ("/console/welcome", None):
        answer = httpx.get(url, timeout=PATIENCE_S)
        assert answer.headers.get("location") == location
    assert answer.status_code == 401
    (user,) = auscult(tmp_path, "users", "list", "--json").lines
    assert user["email"] == "ann@example.com"
    assert auscult(tmp_path, "users", "link", "bo@example.com").status != 0

    def printed(**settings: str) -> str:
        words = ("users", "link", "ann@example.com", "--json")
        return auscult(tmp_path, *words, settings=settings).last["url"].partition("/console")[0]

    assert printed() == ready[1]
    assert printed(AUSCULT_PUBLIC_URL="https://quality.example.com") == "https://quality.example.com"
    server.send_signal(signal.SIGTERM)
    server.wait(PATIENCE_S)
    assert printed() == "http://127.0.0.1:8484"
    assert "--url" in auscult(tmp_path, "users", "link", "ann@example.com").err
    assert auscult(tmp_path, "verify", "--log").status == 0


def test_a_port_that_is_taken_is_an_error_of_one_line(tmp_path: Path) -> None:
    """No traceback, and what would help."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = auscult(tmp_path, "serve", "--port", str(taken.getsockname()[1]))
    assert refused.status == 1
    assert refused.err.startswith("error: ")
    assert "--port" in refused.err
    assert "Traceback" not in refused.err


def test_a_setting_that_cannot_be_is_an_error_of_one_line(tmp_path: Path) -> None:
    """The variable, its value, and what would be right."""
    refused = auscult(tmp_path, "serve", settings={"AUSCULT_PORT": "eighty"})
    assert refused.status == 1
    assert refused.err.startswith("error: AUSCULT_PORT cannot be 'eighty'")
    assert json.loads(auscult(tmp_path, "clients", "list", "--json", settings={"AUSCULT_WORKERS": "-1"}).err)["error"]


HIDDEN = """
import sys
from importlib.machinery import PathFinder

class Hiding(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] == "openai" else PathFinder.find_spec(name, path, target)

sys.meta_path = [Hiding if each is PathFinder else each for each in sys.meta_path]
"""


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_judge_without_its_client_is_an_error_of_one_line(tmp_path: Path, processes: str) -> None:
    """However many processes would serve, one says what to install, before any other is started."""
    (tmp_path / "sitecustomize.py").write_text(HIDDEN)
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    settings = {"PYTHONPATH": path, "AUSCULT_JUDGE_URL": "http://127.0.0.1:1/v1", "AUSCULT_JUDGE_MODEL": "m-1"}
    refused = auscult(tmp_path, "serve", "--processes", processes, settings=settings)
    assert refused.status == 1
    assert refused.err == (
        "error: AUSCULT_JUDGE_URL: a judge is configured, and its client is not installed: pip install 'auscult[judge]'\n"
    )
