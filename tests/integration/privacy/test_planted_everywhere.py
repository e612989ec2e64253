"""A card number that comes in by every way that there is: found in no file, answer, log or request that leaves."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import jwt
import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

from auscult.storage.core.database import Database
from auscult.storage.core.tables.conversations import conversations, insights
from auscult.storage.core.tables.pages import report_rows
from tests.integration.program import AUSCULT, TENANT, auscult, conversation, environment, write
from tests.scripted_judge import scripted_judge
from tests.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.night

CARD, GROUPS = "4539148803436467", "4539 1488 0343 6467"
SAID = "four five three nine one four double eight oh three four three six four six seven"
TRACES = (CARD, GROUPS, "4539 1488", "0343 6467", "four double eight oh", "Lovelace", "ada@example.com", "555-0143")
TALK = (
    ("agent", "Hello, my name is Robert, how can I help you?"),
    ("customer", "Hi, this is Ada Lovelace, my e-mail is ada@example.com and my phone 202-555-0143."),
    ("agent", "May I have your card number?"),
    ("customer", "4539 1488"),
    ("agent", "Go on."),
    ("customer", "0343 6467"),
    ("agent", f"So that is {GROUPS}?"),
    ("customer", f"Yes, {SAID}."),
)
FORM = """
id: ef-judged
name: Judged
channel: voice
pass_score: 50
metrics:
  - id: em-help
    name: Help
    type: by_question
    question: Does the agent help?
    weight: 100
    answer: {speaker: any, any_of: [{judge: "The agent asks for a card."}]}
"""
PACKED = (report_rows, conversations, insights)
LIVE = (
    ("AGENT", "May I have your card number?"),
    ("USER", "4539 1488"),
    ("AGENT", "Go on."),
    ("USER", "0343 6467, and my e-mail is ada@example.com"),
    ("AGENT", f"So that is {GROUPS}?"),
)


def planted(name: str) -> dict[str, Any]:
    """A native document with the card in talk, name and fields."""
    return conversation(
        name,
        TALK,
        customer={"id": "u-1", "name": f"Ada Lovelace {CARD}"},
        custom_fields={"paid_with": GROUPS, "note": f"card {CARD}"},
        calls=[{"id": "k1", "name": "pay", "arguments": {"card": GROUPS}, "result": {"note": f"card {GROUPS}"}}],
        ai={"instructions": f"Ada Lovelace, ada@example.com, pays with card {GROUPS}."},
        contact={"meta_info": {"card": int(CARD)}, "disposition_remarks": [f"card {GROUPS}"]},
    )


def vcon() -> dict[str, Any]:
    """A vCon with the card in a party's name and in its dialog."""
    said = [
        {
            "type": "text",
            "start": "2026-03-23T10:00:00Z",
            "parties": [0],
            "body": "may i have your card number",
            "encoding": "none",
        },
        {"type": "text", "start": "2026-03-23T10:00:09Z", "parties": [1], "body": f"sure {GROUPS}", "encoding": "none"},
    ]
    parties = [
        {"name": "Robert", "role": "agent"},
        {"name": f"Lovelace {CARD}", "role": "customer", "tel": "+12025550143"},
    ]
    return {"vcon": "0.0.1", "uuid": "0195c0ab-0000-8000-8000-000000000001", "created_at": "2026-03-23T10:00:00Z",
            "parties": parties, "dialog": said}  # fmt: skip


@contextmanager
def serving(folder: Path, settings: dict[str, str]) -> Iterator[str]:
    """A server with its worker, whose output is kept in a file."""
    with (
        (folder / "server.log").open("wb") as log,
        subprocess.Popen(  # noqa: S603  (our own program)
            [str(AUSCULT), "serve", "--port", "0"],
            cwd=folder,
            env=environment(**settings),
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            while "http" not in line:
                line = process.stdout.readline()
            yield next(word for word in line.split() if word.startswith("http"))
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(PATIENCE_S)


def client(folder: Path, settings: dict[str, str], *scopes: str) -> dict[str, str]:
    """Add a client, and return its token's header for our API and for the hook."""
    words = [word for scope in scopes for word in ("--scope", scope)]
    made = auscult(folder, "clients", "add", *TENANT, *words, "--json", settings=settings).last
    token = jwt.encode({"appId": made["client_id"]}, made["client_secret"], algorithm="HS256")
    return {"Authorization": f"Bearer {token}", "token": token}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_card_that_came_in_by_every_way_is_nowhere(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Over HTTP, as a refused line, by vCon, live and from files: database, backup, exports, log, judge are clean."""
    url = "sqlite:///test.db" if kind == "sqlite" else request.getfixturevalue("postgresql_url")
    with scripted_judge() as judge:
        settings = {
            "AUSCULT_DATABASE_URL": url,
            "AUSCULT_STATE_DIR": str(tmp_path / "state"),
            "AUSCULT_RATE_LIMIT": "0",
            "AUSCULT_JUDGE_URL": judge.url,
            "AUSCULT_JUDGE_MODEL": "m-1",
            "AUSCULT_JUDGE_SUMMARIES": "none",
            "AUSCULT_LOG_FORMAT": "json",
        }
        assert auscult(tmp_path, "apps", "set", "--redaction", "token", *TENANT, settings=settings).status == 0
        (tmp_path / "form.yaml").write_text(FORM)
        assert auscult(tmp_path, "forms", "apply", "form.yaml", *TENANT, settings=settings).status == 0
        scopes = ("conversations:write", "assist:write", "knowledge:write", "log:write")
        headers = client(tmp_path, settings, *scopes)
        answers = _send_everything(tmp_path, settings, headers)
        told = "\n".join(asked.text for asked in judge.requests)
    (tmp_path / "in").mkdir()
    write(tmp_path / "in" / "calls.ndjson", planted("c-2"), "{broken " + json.dumps(planted("c-3")))
    auscult(tmp_path, "load", "in/calls.ndjson", "--app", "st-1", "--no-wait", settings=settings)
    for table in ("conversations", "verdicts", "evidence", "insights"):
        out = auscult(
            tmp_path, "export", table, "--app", "st-1", "--out", "out", "--format", "ndjson", settings=settings
        )
        assert out.status == 0, out
    assert auscult(tmp_path, "backup", "backup", settings=settings).status == 0
    exported = auscult(tmp_path, "log", "export", settings=settings).out
    write_stored(tmp_path, url)
    left = [path for path in tmp_path.rglob("*") if path.is_file() and path.parent.name != "in"]
    assert len(left) > 6
    assert told
    for trace in TRACES:
        assert trace not in told, ("judge", trace)
        assert trace not in exported
        assert trace not in answers, trace
        assert [path for path in left if trace.encode() in path.read_bytes()] == [], trace


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_is_stored_is_nowhere_once_a_stricter_policy_masks_it(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """By the commands and a server's worker: all but the backup that the certificate lists is clean, and verifies."""
    url = "sqlite:///test.db" if kind == "sqlite" else request.getfixturevalue("postgresql_url")
    settings = {"AUSCULT_DATABASE_URL": url, "AUSCULT_STATE_DIR": str(tmp_path / "state"), "AUSCULT_RATE_LIMIT": "0"}

    def run(*words: str) -> Any:
        done = auscult(tmp_path, *words, settings=settings)
        assert done.status == 0, (words, done.out, done.err)
        return done

    app = ("--app", "st-1")
    (tmp_path / "in").mkdir()
    write(tmp_path / "in" / "calls.ndjson", planted("c-1"), conversation("c-2"))
    run("forms", "apply", "starter", *TENANT)
    run("load", "in/calls.ndjson", *TENANT)
    run("comments", "add", "c-1", f"Ada Lovelace paid with {GROUPS}", *app)
    run("backup", "old")
    run("apps", "set", "--redaction", "mask", *TENANT)
    begun = run("redactions", "begin", *app, "--json").last["id"]
    headers = client(tmp_path, settings, "log:write", "conversations:read")
    with serving(tmp_path, settings) as address, httpx.Client(timeout=PATIENCE_S, headers=headers) as http:
        api = f"{address}/api/v1"
        wait_until(lambda: http.get(f"{api}/redactions/{begun}").json()["state"] == "done")
        done = http.get(f"{api}/redactions/{begun}").json()
        shown = http.get(f"{api}/conversations/c-1").text + http.get(f"{api}/log").text
    assert (done["total"], done["looked"], [each["name"] for each in done["backups"]]) == (2, 2, ["old"])
    run("verify")
    run("verify", "--log")
    for table in ("conversations", "verdicts", "evidence", "insights"):
        run("export", table, *app, "--out", "out", "--format", "ndjson")
    run("backup", "new")
    write_stored(tmp_path, url)
    left = [path for path in tmp_path.rglob("*") if path.is_file() and path.parent.name not in {"in", "old"}]
    found = [(trace, str(path)) for trace in TRACES for path in left if trace.encode() in path.read_bytes()]
    assert [*found, *(trace for trace in TRACES if trace in shown)] == []


def _send_everything(folder: Path, settings: dict[str, str], headers: dict[str, str]) -> str:
    """Send the card by every way of a server, and return all that it answered."""
    answers: list[str] = []
    with serving(folder, settings) as address, httpx.Client(timeout=PATIENCE_S) as http:
        api = f"{address}/api/v1"
        broken = "{broken " + json.dumps(planted("c-9"))
        body = "\n".join([json.dumps(planted("c-1")), broken, json.dumps({**planted("c-8"), "turns": CARD})])
        sent = http.post(f"{api}/conversations", content=body, headers=headers)
        assert sent.json()["accepted"] == 1, sent.text
        answers.append(sent.text)
        loaded = http.post(f"{api}/conversations", json=vcon(), headers=headers)
        answers.append(loaded.text)
        for number, (author, text) in enumerate(LIVE):
            said = {"query": text, "messageId": f"m-{number}", "author": {"type": author}, "experience": "chat"}
            hook = f"{address}/agentassist/api/v1/hooks/st-1"
            told = http.post(hook, json={"conversationId": "c-live", **said}, headers=headers)
            assert told.status_code == 200, told.text
            answers.append(told.text)
        http.get(f"{api}/conversations", params={"said": GROUPS}, headers=headers)
        answers.append(http.post(f"{api}/live/c-live/search", json={"query": f"card {GROUPS}"}, headers=headers).text)
        wait_until(lambda: _is_scored(http, api, headers))
        remark = {"text": f"Ada Lovelace paid with {GROUPS}, see ada@example.com"}
        answers.append(http.post(f"{api}/conversations/c-1/comments", json=remark, headers=headers).text)
        answers += [
            http.get(f"{api}/{path}", headers=headers).text for path in ("conversations/c-1", "live/c-live", "log")
        ]
    return "\n".join(answers)


def _is_scored(http: httpx.Client, api: str, headers: dict[str, str]) -> bool:
    return http.get(f"{api}/conversations/c-1", headers=headers).json().get("status") == "evaluated"


def write_stored(folder: Path, url: str) -> None:
    """Write what a database holds into files: the rows of one on PostgreSQL, and of both what is packed."""
    if url.startswith("postgresql"):
        (folder / "dump.sql").write_text(dump(url))
    with closing(Database(url.replace("sqlite:///", f"sqlite:///{folder}/"))) as database, database.reading() as rows:
        bodies = [body for table in PACKED for body in rows.scalars(sa.select(table.c.body))]
    assert bodies
    (folder / "unpacked").write_bytes(b"\n".join(bodies))


def dump(url: str) -> str:
    """Return every row of every table as text, after a VACUUM."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM FULL")
        query = (
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        rows: list[str] = []
        for table in connection.execute(query).fetchall():
            every = sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(*table))
            rows += [str(row) for row in connection.execute(every)]
    return "\n".join(rows)
