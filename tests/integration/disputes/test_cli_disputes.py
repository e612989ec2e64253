"""``auscult disputes``, ``calibration``, ``coaching`` and ``schedules``: every command, from an audit to what follows it."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from auscult.cli import build
from auscult.domain.errors import AuscultError
from auscult.domain.people.principal import operator
from auscult.services.people.users import Access, Users
from auscult.storage import migrate, new_secret_key, open_store
from tests.unit.services.audits.drawing import ANN, BOB, TENANT, scored, talk

pytestmark = pytest.mark.landing

LEE, EVE, AGENT = "lee@example.com", "eve@example.com", "a-1"
SHEET = ("em-hello=YES", "em-bye=NO")


class Program:
    """The commands on an app of one database, in this process."""

    def __init__(self, url: str) -> None:
        """Use this database."""
        self.url = url
        self.commands = build()

    def __call__(self, *words: str) -> str:
        """Run a command, which must end well; what it prints."""
        given = [*words, "--app", TENANT.app_id, "--database", self.url]
        done = CliRunner().invoke(self.commands, given, catch_exceptions=False)
        assert done.exit_code == 0, (words, done.output)
        return done.output

    def json(self, *words: str) -> Any:
        """Run a command; the last line of what it prints, read as JSON."""
        return msgspec.json.decode(self(*words, "--json").splitlines()[-1])

    def assignment(self, conversation_id: str) -> str:
        """The id of the one assignment of a conversation."""
        (found,) = self.json("assignments", "list", "--conversation", conversation_id)["items"]
        return found["assignment_id"]

    def refuses(self, reason: str, *words: str) -> None:
        """Run a command, which must be refused for this reason."""
        with pytest.raises(AuscultError, check=lambda error: error.reason == reason):
            self(*words)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """An app with eight scored conversations; the first two of agent a-1 are audited, their greeting as missed."""
    url = f"sqlite:///{tmp_path / 'auscult.db'}"
    migrate(url)
    store = open_store(url, new_secret_key())
    scored(store, (talk(number) for number in range(8)))
    users = Users(store, operator(TENANT.account_id))
    for email, access in ((LEE, Access(role="agent", agents=(AGENT,))), (ANN, None), (BOB, None), (EVE, None)):
        user = users.add(email, email, TENANT.account_id, "correct horse battery")
        users.grant(user, TENANT, access or Access(role="qa-manager"))
    store.close()
    found = Program(url)
    for name in ("c-0001", "c-0007"):
        found("audits", "assign", name, "--auditor", ANN)
        found("audits", "submit", name, "em-hello=NO", "em-bye=YES")
    return found


def test_disputes_from_release_to_examples(program: Program, tmp_path: Path) -> None:
    """A policy, a second look, acceptance, a dispute, its decision and withdrawal, figures, and labelled examples."""
    (tmp_path / "policy.yaml").write_text("rounds: 2\nwindow_days: 10\n", encoding="utf-8")
    assert program.json("disputes", "policy", str(tmp_path / "policy.yaml"))["rounds"] == 2
    assert "window_days  10" in program("disputes", "policy")
    first, second = map(program.assignment, ("c-0001", "c-0007"))
    assert "pending_agent_review" in program("disputes", "review", first)
    program("disputes", "accept", first, "em-bye", "--as", LEE)
    assert program.json("disputes", "undo-accept", first, "em-bye", "--as", LEE)["final_at"] is None
    program("disputes", "accept", first, "em-bye", "--as", LEE)
    made = ("--comment", "I said it.", "--proposed", "YES", "--as", LEE)
    raised = program.json("disputes", "raise", first, "em-hello", *made)["dispute_id"]
    program.refuses("dispute.own_audit", "disputes", "decide", raised, "accept", "--reason", "So.", "--as", ANN)
    decided = program.json("disputes", "decide", raised, "accept", "--reason", "It is there.", "--as", BOB)
    assert (decided["state"], decided["decided_answer"]) == ("accepted", "YES")
    other = program.json("disputes", "raise", second, "em-hello", *made)["dispute_id"]
    assert program.json("disputes", "withdraw", other, "--as", LEE)["state"] == "withdrawn"
    assert raised in program("disputes", "list", "--state", "accepted", "--metric", "em-hello", "--auditor", ANN)
    shown = program("disputes", "show", raised)
    assert all(
        f"{name.ljust(15)}  {value}" in shown for name, value in (("decided_by", BOB), ("reason", "It is there."))
    )
    assert program.json("disputes", "statistics")["all"]["overturned"] == 1
    example = msgspec.json.decode(program("disputes", "examples").splitlines()[0])
    assert "c-0001" in msgspec.json.encode(example).decode()


def test_a_calibration_from_suggestion_to_report(program: Program) -> None:
    """Suggested, opened, rated by two and left by a third, a reference, closed, and its figures."""
    assert "c-0001" in program("calibration", "suggest", "--form", "ef-1")
    raters = [word for rater in (ANN, BOB, EVE) for word in ("--rater", rater)]
    made = ("calibration", "create", "April", "--form", "ef-1", "--conversation", "c-0001", "--others", "all", *raters)
    session = program.json(*made)["session_id"]
    program("calibration", "activate", session)
    program("calibration", "leave", session, "--as", EVE)
    for rater, sheet in ((ANN, SHEET), (BOB, ("em-hello=NO", "em-bye=NO"))):
        program("calibration", "rate", session, "1", *sheet, "--as", rater)
        program("calibration", "submit", session, "--as", rater)
    why = ("--reason", "Hello is enough.", "--kind", "expert")
    program("calibration", "reference", session, "1", "em-hello", "YES", *why)
    program("calibration", "close", session)
    report = program.json("calibration", "report", session)
    split = next(each for each in report["splits"] if each["metric_id"] == "em-hello")
    assert (report["agreement"], split["answers"], split["reference"]) == (1, {ANN: "YES", BOB: "NO"}, "YES")
    assert "c-0001" in program("calibration", "show", session)
    assert session in program("calibration", "list")
    program.refuses("calibration.unknown", "calibration", "show", "ca-none")
    program.refuses("calibration.unknown", "calibration", "take", "ca-none", "--as", ANN)


def test_coaching_from_its_goal_to_its_end(program: Program) -> None:
    """Created, started, done, returned once with a remark, completed; measured before and after."""
    about = ("--agent", AGENT, "--metric", "em-hello", "--form", "ef-1", "--clip", "c-0001#m1")
    item = program.json("coaching", "create", "Greet by name", *about, "--as", BOB)["items"][0]["coaching_id"]
    program("coaching", "acknowledge", item, "--as", LEE)
    program("coaching", "finish", item, "--as", LEE, "--comment", "I tried.")
    program("coaching", "review", item, "--no-is-done", "--comment", "Once more.", "--as", BOB)
    program("coaching", "acknowledge", item, "--as", LEE)
    program("coaching", "finish", item, "--as", LEE)
    assert program.json("coaching", "review", item, "--is-done", "--as", BOB)["state"] == "completed"
    shown = program.json("coaching", "show", item)
    assert [each["metric_id"] for each in shown["measured"]] == ["em-hello"]
    assert (BOB, "Once more.") in {(each["by"], each["text"]) for each in shown["notes"]}
    assert item in program("coaching", "list", "--agent", AGENT)
    assert program("coaching", "new-colleagues") == "none found\n"
    program.refuses("coaching.not_yours", "coaching", "acknowledge", item, "--as", BOB)


def test_schedules_and_their_files(program: Program) -> None:
    """A report is made, run, written as a file and removed; an unknown kind is refused before anything is stored."""
    made = ("schedules", "create", "All calls", "--kind", "view", "--as", BOB, "--days", "366")
    one = program.json(*made)["schedule_id"]
    (ran,) = program.json("schedules", "run", one, "--as", BOB)["runs"]
    file = program("schedules", "file", one, str(ran["number"]), "--as", BOB)
    assert file.lstrip("\ufeff").startswith("id,custom_id,started_at")
    assert one in program("schedules", "list")
    program.refuses("schedule.unknown", "schedules", "run", one, "--as", ANN)
    program("schedules", "remove", one)
    program.refuses("view.unknown", *made, "--view", "Nobody's")
    wrong = CliRunner().invoke(program.commands, ["schedules", "create", "x", "--kind", "wish", "--app", "b"])
    assert (wrong.exit_code, "invalid kind 'wish'" in wrong.output) == (2, True)
    assert program("schedules", "list") == "none found\n"


def test_what_cannot_be_judged(program: Program) -> None:
    """With a code, with words, and refused with neither or with a code that is none."""
    assert program("audits", "assign", "c-0002", "--auditor", ANN)
    item = program.assignment("c-0002")
    program.refuses("reason.missing", "assignments", "decline", item, "--as", ANN)
    assert program.json("assignments", "decline", item, "--as", ANN, "--code", "language")["reason_code"] == "language"
