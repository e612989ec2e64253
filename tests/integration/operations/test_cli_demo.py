"""``auscult demo --once``: everything a newcomer sees, and nothing left running."""

import json
import re
import shlex
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer.main

from auscult.cli import build
from auscult.cli.operations import demo
from auscult.config import Settings
from tests.databases import client_of
from tests.integration.program import auscult, conversation, environment, write
from tests.waiting import PATIENCE_S, fixed_port, wait_until

pytestmark = pytest.mark.night

SERVE = re.compile(r"^\S*auscult serve .*$", re.MULTILINE)
CURL = re.compile(r"^curl -s (?:.*\\\n)*.*$", re.MULTILINE)
RUDE = (("agent", "What is it?"), ("customer", "My card was stolen, I am very worried."), ("agent", "So what."))


def printed(text: str) -> tuple[list[str], urllib.request.Request]:
    """Read what a demo printed: the command that serves again, and then the request for it."""
    serve = SERVE.search(text)
    assert serve, text
    curl = CURL.search(text, serve.end())
    assert curl, text
    _, _, url, *options = shlex.split(curl[0].replace("\\\n", ""))
    headers = dict(value.split(": ", 1) for flag, value in pairwise(options) if flag == "-H")
    return shlex.split(serve[0]), urllib.request.Request(url, options[-1].encode(), headers)  # noqa: S310


def ask(request: urllib.request.Request) -> Any:
    """Send a request; return the answer, or None where nobody listens."""
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.URLError:
        return None


def test_demo_makes_its_own_database_again(tmp_path: Path) -> None:
    """Where the tables are of an earlier version; a database with another app in it is refused and left alone."""
    write(tmp_path / "calls.ndjson", conversation("c-polite"))
    words = ("demo", "--once", "--conversations", ".", "--folder", "demo")
    assert auscult(tmp_path, *words).status == 0
    file = tmp_path / "demo" / "auscult.db"

    def put_back(*more: str) -> None:
        with closing(sqlite3.connect(file)) as connection, connection:
            for statement in ("UPDATE alembic_version SET version_num = '0149'", *more):
                connection.execute(statement)

    put_back("DELETE FROM users")
    again = auscult(tmp_path, *words)
    assert (again.status, again.err) == (
        0,
        "demo/auscult.db was made by the demo of an earlier version; it is made again\n\n",
    )
    assert "1 loaded, 1 scored" in again.out
    put_back("INSERT INTO apps (app, app_id, account_id, org_id, created_at) VALUES (9, 'st-9', 'a-9', 'o-9', 0)")
    refused = auscult(tmp_path, *words)
    assert (refused.status, "tables of version 0149" in refused.err) == (1, True)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM apps").fetchone() == (2,)


@pytest.mark.landing
def test_demo_shows_scores_words_and_one_answer(tmp_path: Path) -> None:
    """A table with the words that decided, a ready curl, the answer to it; and again without doubling anything."""
    write(tmp_path / "calls.ndjson", conversation("c-polite"), conversation("c-rude", RUDE))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        first = auscult(tmp_path, "demo", "--once", "--conversations", ".", "--folder", "demo", "--port", str(port))
    assert (first.status, first.err) == (0, "")
    rows = {line.split()[0]: line.split()[1:3] for line in first.out.splitlines() if line.startswith("c-")}
    assert rows["c-polite"][1] == "yes"
    assert rows["c-rude"][1] == "no"
    assert "2 loaded, 2 scored, 0 below threshold, 0 rejected" in first.out
    _, _, after = first.out.partition("2 loaded, 2 scored")
    assert "The score report of 2026-03-23, the last day loaded: 2 conversations." in after
    assert f"127.0.0.1:{port}/" not in first.out
    serving, request = printed(after)
    assert ask(request) is None
    with subprocess.Popen(serving, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        assert server.stdout
        assert server.stdout.readline().startswith("auscult serves http://127.0.0.1:")
        answer = ask(request)
        server.terminate()
    assert answer
    assert {row["conversationId"] for row in answer["results"]} == {"c-polite", "c-rude"}

    again = auscult(tmp_path, "demo", "--once", "--conversations", ".", "--folder", "demo")
    assert (again.status, again.err) == (0, "")
    assert "2 unchanged" in again.out
    clients = auscult(tmp_path, "clients", "list", "--database", "sqlite:///demo/auscult.db", "--json").lines
    assert len(clients) == 1


def test_demo_without_conversations_makes_nothing(tmp_path: Path) -> None:
    """The folder that was looked in is named."""
    refused = auscult(tmp_path, "demo", "--once", "--conversations", "calls")
    assert refused.status == 1
    assert "no conversation in calls; name a folder" in refused.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("given", ["option", "setting", "both"])
def test_demo_listens_where_it_is_told(tmp_path: Path, given: str) -> None:
    """The option comes before AUSCULT_PORT; either is named in what is printed."""
    write(tmp_path / "calls.ndjson", conversation("c-polite"))
    wanted, other = fixed_port(), fixed_port()
    words = [] if given == "setting" else ["--port", str(wanted)]
    settings = {"option": {}, "setting": {"AUSCULT_PORT": str(wanted)}, "both": {"AUSCULT_PORT": str(other)}}[given]
    shown = auscult(tmp_path, "demo", "--once", "--conversations", ".", *words, settings=settings)
    serving, request = printed(shown.out)
    assert serving[-2:] == ["--port", str(wanted)]
    assert request.full_url.startswith(f"http://127.0.0.1:{wanted}/")


def test_people_work_together_in_the_demo(tmp_path: Path) -> None:
    """It serves a chat that goes on, three languages, comments, coaching, disputes, moments to hear, teams, and calls with sound.

    An auditor is away, a call is put right, and the bell rings.
    """
    command = (sys.executable, "-m", "auscult", "demo", "--port", str(fixed_port()))
    with subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        assert server.stdout
        link = next(found[0] for line in server.stdout if (found := re.search(r"http\S+/console/link/\S+", line)))
        try:
            with httpx.Client(base_url=link.partition("/console/")[0], follow_redirects=True) as client:
                client.get(link)

                def items(path: str, **query: str) -> list[dict[str, Any]]:
                    found: list[dict[str, Any]] = (
                        client.get(f"/api/v1{path}", params=query).raise_for_status().json()["items"]
                    )
                    return found

                def heard() -> bool:
                    """Return whether the newest call of the family Bertram has its recording, which is added last."""
                    calls = items("/conversations", q="Bertram", queue="qu-kundenservice", sort="-started_at")
                    return bool(calls and items(f"/conversations/{calls[0]['id']}/recordings"))

                wait_until(lambda: "Noor Haddad" in client.get("/console/live").text)
                wait_until(heard)
                assert items("/conversations", queue="qu-atencion")[0]["score"] is not None
                oldest = datetime.fromisoformat(items("/conversations", sort="started_at")[0]["started_at"])
                assert datetime.now(UTC) - oldest < timedelta(weeks=28)  # no page has a day of years ago
                assert [len(each["comments"]) for each in items("/comments")] == [1, 2, 1]
                assert {each["state"] for each in items("/coaching")} == {"yet_to_start", "in_progress"}
                own = [each for each in items("/disputes") if each["agent_id"] == "a-elizabeth"]
                assert {each["state"] for each in own} == {"open", "accepted", "denied"}
                assert [each["person"] for each in items("/absences")] == ["tom@demo.example"]
                assert [each["kind"] for each in items("/corrections")] == ["excluded"]
                assert {each["kind"] for each in items("/notices")} >= {"to_decide", "mentioned"}
                assert [(each["name"], each["moments"]) for each in items("/collections")] == [("How we do it", 3)]
        finally:
            server.terminate()


def test_the_demo_says_how_to_see_agents_assisted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line that it prints can be pasted: this program, the demo's own app and client, and a file that is there."""
    monkeypatch.setattr(sys, "argv", [".venv/bin/auscult", "demo"])
    monkeypatch.setenv("PATH", "")
    client = client_of(demo.TENANT, scopes=demo.SCOPES)
    line = demo.as_simulation("http://127.0.0.1:1", client, demo.examples() / demo.CONVERSATIONS / demo.RECORDED)
    secret, program, command, *words = shlex.split(line.replace("\\\n", ""))
    assert (secret, program) == (f"AUSCULT_CLIENT_SECRET={client.secret}", ".venv/bin/auscult")
    known = typer.main.get_command(build()).commands[command]  # type: ignore[attr-defined]
    given = known.make_context(command, list(words)).params
    assert (given["client_id"], given["app"], given["account"]) == (client.client_id, "st-demo", "a-demo")
    assert "assist:write" in demo.SCOPES
    assert list((demo.examples() / demo.KNOWLEDGE).glob("*.md"))


def test_a_demo_run_as_a_module_prints_commands_of_that_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """``python -m auscult demo``: the file that runs is no program, so the interpreter is named with it."""
    monkeypatch.setattr(sys, "argv", [str(Path(demo.__file__).parents[3] / "__main__.py"), "demo"])
    line = demo.as_serving("http://127.0.0.1:8000", Settings(database_url="sqlite:///x.db"))
    assert shlex.split(line)[:4] == [sys.executable, "-m", "auscult", "serve"]


def test_the_example_conversations_have_their_licence_beside_them() -> None:
    """Each file of conversations that the demo loads carries its notice."""
    folder = Path(__file__).parents[3] / "examples" / "conversations"
    files = sorted(folder.glob("*.ndjson"))
    assert files
    for file in files:
        assert file.with_suffix(".LICENSE.txt").read_text(), file.name
        assert all(json.loads(line)["id"] for line in file.read_text().splitlines())
