"""The maker of databases that later versions migrate: ``python -m tests.integration.operations.upgrade.make 0.3.0``.

Run it once, in the commit that is released. Commands alone fill an SQLite and a PostgreSQL database with a little of
everything; both archives are next to this file.
"""

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.databases import database
from tests.e2e.sounding import wav
from tests.integration.program import Result, auscult, conversation

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[3] / "examples"
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
APP = ("--app", "st-1")
REDACTING = ("--account", "acc-1", "--org", "o-1", "--app", "st-2")
ANN, LEE, EVE, GONE = (f"{name}@example.com" for name in ("ann", "lee", "eve", "gone"))
AGENT = "a-1"
WORDS = (
    ("agent", "Hello, thank you for calling Lakeside Bank, this is Robert. How can I help you?"),
    ("customer", "Hi, I would like to know my balance."),
    ("agent", "May I have your account number please?"),
    ("customer", "It is 4711 0815, thank you."),
    ("agent", "I am sorry for the wait. Your balance is twelve dollars."),
    ("agent", "Thank you for calling, have a nice day. Goodbye!"),
)
FORM = """
id: ef-kept
name: Kept
channel: voice
pass_score: 60
metrics:
  - {id: em-hello, name: Greeting, type: by_question, weight: 40, question: Does the agent greet?,
     answer: {speaker: agent, any_of: [{phrases: ["hello"]}]}}
  - {id: em-sorry, name: Apology, type: by_question, weight: 30, question: Does the agent apologise?,
     answer: {speaker: agent, any_of: [{phrases: ["sorry"]}]}}
  - {id: em-done, name: Resolution, type: by_insight, weight: 30, insight: resolution}
"""
CONNECTOR = """
name: helpdesk
place: folder:/srv/helpdesk
format: native
every: 1h
"""
PLAN = """
name: March
form_id: ef-kept
frame: {since: 2026-03-01, until: 2026-04-01}
quota: {per: agent, count: 1}
auditors: [{user: ann@example.com, share: 100}]
"""


class Commands:
    """The program on one database. Recordings and files of the commands are in ``folder``."""

    def __init__(self, url: str, folder: Path) -> None:
        """Run commands on the database at ``url``."""
        self.url = url
        self._folder = folder
        self._settings = {
            "AUSCULT_DATABASE_URL": url,
            "AUSCULT_SECRET_KEY": KEY,
            "AUSCULT_RECORDINGS": str(folder / "recordings"),
        }

    def __call__(self, *words: str) -> Result:
        """Run a command, which must succeed."""
        done = auscult(self._folder, *words, settings=self._settings)
        assert done.status == 0, f"auscult {' '.join(words)}: {done.out}{done.err}"
        return done

    def json(self, *words: str) -> Any:
        """Run a command on the app; return its last line, read as JSON."""
        return self(*words, *APP, "--json").last

    def file(self, name: str, content: str | bytes) -> str:
        """Write a file for a command; return its name."""
        (self._folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return name


def call(number: int) -> str:
    """Return one conversation of half a minute, as a line of NDJSON."""
    native = conversation(
        f"c-{number}",
        WORDS[: 6 - number % 3],
        language="en",
        started_at=f"2026-03-{number + 1:02}T10:17:54Z",
        ended_at=f"2026-03-{number + 1:02}T10:18:34Z",
        queues=[{"id": f"q-{number % 2}", "name": ("Cards", "Loans")[number % 2]}],
        agents=[{"id": f"a-{number % 2 + 1}", "name": ("Robert", "Maria")[number % 2]}],
        customer={"id": f"customer-{number}"},
        custom_fields={"branch": "north"},
        events=[{"type": "tool:balance", "start_ms": 13000}, {"type": "hold", "start_ms": 12000, "end_ms": 13000}],
    )
    return json.dumps(native)


def fill(run: Commands) -> None:
    """Add conversations, users and everything that people do with them, each once or twice."""
    tenant = ("--account", "acc-1", "--org", "o-1", *APP)
    run("forms", "apply", run.file("form.yaml", FORM), *tenant, "--note", "the first")
    run("apps", "set", "--redaction", "token", *REDACTING)
    run("forms", "apply", "form.yaml", *REDACTING)
    private = call(20).replace("my balance", "to change my number, +1 415 555 2671")
    run("load", run.file("private.ndjson", private), *REDACTING)
    for email, role in ((ANN, "qa-manager"), (EVE, "qa-manager"), (GONE, "auditor")):
        run("users", "add", email, "--role", role, *APP)
    run("users", "add", LEE, "--role", "agent", "--agent", AGENT, *APP)
    run("load", run.file("first.ndjson", "\n".join(map(call, range(8)))), *APP)
    run("forms", "apply", run.file("form.yaml", FORM.replace("weight: 40", "weight: 50").replace("weight: 30, insight", "weight: 20, insight")), *APP, "--note", "greet")  # fmt: skip
    run("load", run.file("second.ndjson", "\n".join(map(call, range(8, 12)))), *APP)
    run("rescore", "--form", "ef-kept", "--since", "2026-03-03", "--until", "2026-03-06", "--by", ANN, *APP)
    _people(run)
    _audits(run)
    _definitions(run)
    run("corrections", "add", "c-7", "--kind", "queue", "--after", "q-0", "--reason", "wrong menu", "--as", ANN, *APP)
    run("corrections", "add", "c-9", "--kind", "excluded", "--reason", "a test call", "--as", ANN, *APP)
    run("erase", "--customer", "customer-6", "--run", *APP)
    run("holds", "place", "--kind", "customer", "--value", "customer-2", "--reason", "a lawsuit", *APP)
    run("retention", "set", "--days", "3650", *APP)
    run("users", "disable", GONE, *APP)
    run("log", "seal")
    run("verify")


def _people(run: Commands) -> None:
    """Add a recording, comments, a collection, coaching, an absence, a schedule, a team and a renamed queue."""
    run("recordings", "add", "c-1", run.file("c-1.wav", wav(bytes(2 * 8000))), *APP)
    thread = run.json("comments", "add", "c-1", "listen to this", "--turn", "m2", "--as", ANN)["thread_id"]
    run("comments", "reply", thread, "I did", "--as", EVE, *APP)
    collection = run.json("collections", "create", "Good greetings", "--as", ANN)["collection_id"]
    run("collections", "pin", collection, "warm", "--conversation", "c-1", "--turn", "m0", "--as", ANN, *APP)
    run("coaching", "create", "Apologise", "--agent", AGENT, "--metric", "em-sorry", "--form", "ef-kept", "--clip", "c-2#m0", *APP)  # fmt: skip
    run("absences", "add", "--since", "2026-12-24", "--until", "2026-12-26", "--person", EVE, *APP)
    run("schedules", "create", "Weekly", "--kind", "agent_performance", "--every", "week", *APP)
    run("teams", "import", run.file("teams.csv", f"team_id,name,agent_id\nt-1,First,{AGENT}\n"), *APP)
    run("directory", "rename", "queue", "q-0", "Bank cards", "--as", ANN, *APP)


def _audits(run: Commands) -> None:
    """Add three audits, two decided disputes, an accepted answer and a calibration."""
    run("disputes", "policy", run.file("policy.yaml", "rounds: 2\nwindow_days: 90\n"), *APP)
    assignments: list[str] = []
    for name, hello in (("c-0", "NO"), ("c-2", "NO"), ("c-4", "YES")):
        run("audits", "assign", name, "--auditor", ANN, *APP)
        run("audits", "submit", name, f"em-hello={hello}", "em-sorry=YES", "--as-machine", "--comment", "seen", *APP)
        assignments += [
            each["assignment_id"] for each in run.json("assignments", "list", "--conversation", name)["items"]
        ]
    for assignment, answer in zip(assignments, ("accept", "deny"), strict=False):
        raised = run.json("disputes", "raise", assignment, "em-hello", "--comment", "I said hello", "--proposed", "YES", "--as", LEE)  # fmt: skip
        run("disputes", "decide", raised["dispute_id"], answer, "--reason", "heard again", "--as", EVE, *APP)
    run("disputes", "accept", assignments[2], "em-hello", "--as", LEE, *APP)
    run("calibration", "create", "March", "--form", "ef-kept", "--conversation", "c-5", "--rater", ANN, "--rater", EVE, *APP)  # fmt: skip


def _definitions(run: Commands) -> None:
    """Add knowledge, a table, a taxonomy, a scorecard, an example, a draft, access, a connector, a plan and limits."""
    run("knowledge", "add", str(min((EXAMPLES / "knowledge").rglob("*.md"))), *APP)
    run("tables", "apply", run.file("plans.csv", "plan,fee\nbasic,10\n"), *APP)
    run("taxonomy", "apply", "starter", *APP)
    run("scorecards", "apply", str(min((EXAMPLES / "scorecards").glob("*.yaml"))), *APP)
    run("examples", "keep", "ef-kept", "--metric", "em-hello", "--wanted", "YES", "--conversation", "c-1", "--turn", "m0", "--as", ANN, *APP)  # fmt: skip
    run("forms", "draft", run.file("draft.yaml", FORM.replace("Kept", "Draft")), *APP)
    run("clients", "add", "--scope", "conversations:read", *APP)
    run("users", "token", EVE, "--name", "nightly")
    run("connectors", "apply", run.file("helpdesk.yaml", CONNECTOR), *APP)
    run("plans", "create", run.file("plan.yaml", PLAN), *APP)
    run("limits", "set", *APP, "--requests", "600")


def pack(folder: Path, file: str, archive: str) -> None:
    """Write the file of a database and the recordings into an archive."""
    with tarfile.open(HERE / archive, "w:xz", preset=9) as tar:
        for name in (file, "recordings"):
            tar.add(folder / name, arcname=name)


@contextmanager
def _working() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "recordings").mkdir()
        yield folder


def main(version: str) -> None:
    """Make both databases."""
    with _working() as folder:
        fill(Commands(f"sqlite:///{folder / 'auscult.db'}", folder))
        pack(folder, "auscult.db", f"auscult-{version}.sqlite.tar.xz")
    server = os.environ["AUSCULT_TEST_POSTGRESQL"]
    with _working() as folder, database("postgresql", server, folder, is_empty=True) as url:
        fill(Commands(url, folder))
        dump = ["pg_dump", "--no-owner", "--rows-per-insert=100", "--file", str(folder / "auscult.sql"), url]
        subprocess.run(dump, check=True)  # noqa: S603  (of PostgreSQL)
        pack(folder, "auscult.sql", f"auscult-{version}.postgresql.tar.xz")


if __name__ == "__main__":
    main(sys.argv[1])
