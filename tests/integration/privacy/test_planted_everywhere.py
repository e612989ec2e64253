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
from tests.data_files import data_of
from tests.e2e.sounding import tone
from tests.http_servers import QuietHandler, listening
from tests.integration.program import AUSCULT, TENANT, auscult, conversation, environment, write
from tests.scripted_judge import scripted_judge
from tests.waiting import PATIENCE_S, existing, wait_until

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
FORM = data_of(__file__, "form")
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
            said = (word for line in existing(process.stdout) for word in line.split())
            yield next(word for word in said if word.startswith("http"))
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(PATIENCE_S)


def client(folder: Path, settings: dict[str, str], *scopes: str) -> dict[str, str]:
    """Add a client, and return its token's header for our API and for the hook."""
    words = [word for scope in scopes for word in ("--scope", scope)]
    made = auscult(folder, "clients", "add", *TENANT, *words, "--json", settings=settings).last
    token = jwt.encode({"appId": made["client_id"]}, made["client_secret"], algorithm="HS256")
    return {"Authorization": f"Bearer {token}", "token": token}


@contextmanager
def transcriber() -> Iterator[str]:
    """A recogniser that hears a card and a name in every sound; yields its address."""
    words = f"my card is {GROUPS} this is Ada Lovelace".split()
    found = [{"word": each, "start": 0.1 * at, "end": 0.1 * at + 0.08} for at, each in enumerate(words)]

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.reply(200, json.dumps({"text": " ".join(words), "words": found}).encode())

    with listening(Handler) as address:
        yield f"{address}/v1"


class Planting:
    """An app of which everything is asked that takes words, and all that it left behind."""

    def __init__(self, folder: Path, url: str, judge: str, recogniser: str, redaction: str) -> None:
        """``redaction`` is what the app does with the words as they come."""
        self.folder, self.url = folder, url
        self.settings = {
            "AUSCULT_DATABASE_URL": url,
            "AUSCULT_STATE_DIR": str(folder / "state"),
            "AUSCULT_RATE_LIMIT": "0",
            "AUSCULT_JUDGE_URL": judge,
            "AUSCULT_JUDGE_MODEL": "m-1",
            "AUSCULT_JUDGE_SUMMARIES": "none",
            "AUSCULT_LOG_FORMAT": "json",
            "AUSCULT_TRANSCRIBER_URL": recogniser,
            "AUSCULT_RECORDINGS": str(folder / "sound"),
        }
        self.run("apps", "set", "--redaction", redaction, *TENANT)
        (folder / "form.yaml").write_text(FORM)
        self.run("forms", "apply", "form.yaml", *TENANT)
        scopes = ("conversations:write", "assist:write", "knowledge:write", "log:write", "recordings:write")
        self.headers = client(folder, self.settings, *scopes)

    def run(self, *words: str, status: int = 0) -> Any:
        """Run a command."""
        done = auscult(self.folder, *words, settings=self.settings)
        assert done.status == status, (words, done.out, done.err)
        return done

    def left(self, *but: str) -> list[tuple[str, str]]:
        """Return the traces in all files, after exports and a backup; those in the folders ``but`` are left out."""
        for table in ("conversations", "verdicts", "evidence", "insights", "comments", "calls"):
            self.run("export", table, "--app", "st-1", "--out", "out", "--format", "ndjson")
        self.run("backup", "backup")
        (self.folder / "log.ndjson").write_text(self.run("log", "export").out)
        write_stored(self.folder, self.url)
        left = [path for path in self.folder.rglob("*") if path.is_file() and path.parent.name not in but]
        assert len(left) > 6
        return [(trace, str(path)) for trace in TRACES for path in left if trace.encode() in path.read_bytes()]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_card_that_came_in_by_every_way_is_nowhere(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Over HTTP, as a refused line, by vCon, live, as sound and from files: database, backup, exports, log, judge are clean."""
    url = "sqlite:///test.db" if kind == "sqlite" else request.getfixturevalue("postgresql_url")
    with scripted_judge() as judge, transcriber() as recogniser:
        app = Planting(tmp_path, url, judge.url, recogniser, "token")
        answers = _send_everything(tmp_path, app.settings, app.headers)
        told = "\n".join(asked.text for asked in judge.requests)
        (tmp_path / "in").mkdir()
        write(tmp_path / "in" / "calls.ndjson", planted("c-2"), "{broken " + json.dumps(planted("c-3")))
        app.run("load", "in/calls.ndjson", "--app", "st-1", "--no-wait", status=1)
        assert told
        assert [trace for trace in TRACES if trace in told + answers] == []
        assert app.left("in") == []


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_is_stored_is_nowhere_once_a_stricter_policy_masks_it(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """After a redaction of what is stored, only the backup that its certificate lists still has the secrets, and verify passes."""
    url = "sqlite:///test.db" if kind == "sqlite" else request.getfixturevalue("postgresql_url")
    with scripted_judge() as judge, transcriber() as recogniser:
        app = Planting(tmp_path, url, judge.url, recogniser, "off")
        answers = _send_everything(tmp_path, app.settings, app.headers)
        assert [trace for trace in TRACES if trace not in answers] == []
        app.run("backup", "old")
        app.run("apps", "set", "--redaction", "mask", *TENANT)
        begun, asked = app.run("redactions", "begin", "--app", "st-1", "--json").last["id"], len(judge.requests)
        with (
            serving(tmp_path, app.settings) as address,
            httpx.Client(timeout=PATIENCE_S, headers=app.headers, base_url=f"{address}/api/v1") as http,
        ):
            wait_until(lambda: http.get(f"/redactions/{begun}").json()["state"] == "done")
            done = http.get(f"/redactions/{begun}").json()
            paths = ("conversations/c-1", "live/c-live", "conversations/c-1/comments", "log")
            shown = "".join(http.get(f"/{path}").text for path in paths)
        assert (done["looked"], [each["name"] for each in done["backups"]]) == (done["total"], ["old"])
        assert len(judge.requests) == asked
        assert [trace for trace in TRACES if trace in shown] == []
        app.run("verify")
        app.run("verify", "--log")
        assert app.left("old") == []


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
        sound = {**headers, "Content-Type": "audio/wav"}
        sent = http.post(f"{api}/conversations/c-1/recordings", content=tone(4_000), headers=sound)
        words = f"{api}/recordings/{sent.json()['recording_id']}/transcription"
        wait_until(lambda: http.get(words, headers=headers).json()["state"] == "done")
        answers.append(http.get(words, headers=headers).text)
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
