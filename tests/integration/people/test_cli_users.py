"""``auscult users``, ``agents``, ``teams`` and ``queues``: added, shown, granted and ended as a user runs them."""

from pathlib import Path

import pytest

from tests.integration.program import TENANT, Result, auscult, conversation, write

pytestmark = pytest.mark.night

PASSWORD = "correct horse battery\n"


def add(folder: Path, email: str, *words: str) -> Result:
    """Add a user of the app, with a password."""
    return auscult(folder, "users", "add", email, *words, *TENANT, "--password-stdin", "--json", stdin=PASSWORD)


@pytest.mark.landing
def test_a_user_is_added_with_a_role_for_the_whole_app_or_for_queues(tmp_path: Path) -> None:
    """Without --queue and --agent a grant is for the whole app; a second add is a second grant of the same user."""
    added = add(tmp_path, "Ann@Example.com", "--name", "Ann", "--role", "auditor")
    assert (added.status, added.err) == (0, "")
    assert (added.last["email"], added.last["name"]) == ("ann@example.com", "Ann")
    assert [each["scope"] for each in added.last["grants"]] == [{"kind": "app", "names": []}]
    again = add(tmp_path, "ann@example.com", "--role", "supervisor", "--queue", "Billing", "--queue", "q-2").last
    assert again["user_id"] == added.last["user_id"]
    assert again["grants"][1]["scope"] == {"kind": "queues", "names": ["Billing", "q-2"]}
    agent = add(tmp_path, "bo@example.com", "--role", "agent", "--agent", "a-1").last
    assert (agent["agent_ids"], agent["grants"][0]["scope"]["kind"]) == (["a-1"], "own")
    kept = [path for path in tmp_path.iterdir() if b"correct horse" in path.read_bytes()]
    assert kept == []


def test_what_cannot_be_granted_adds_nobody(tmp_path: Path) -> None:
    """A slip in role, address or password leaves no user behind."""
    for words, reason in (
        (("eve@example.com", "--role", "boss"), "role.unknown"),
        (("eve", "--role", "auditor"), "email.invalid"),
    ):
        refused = add(tmp_path, *words)
        assert refused.status == 1
        assert f'"reason":"{reason}"' in refused.err
    for password in ("weakling", "password1234", "eve@example.com"):
        words = ("users", "add", "eve@example.com", *TENANT, "--role", "auditor", "--password-stdin", "--json")
        weak = auscult(tmp_path, *words, stdin=f"{password}\n")
        assert weak.status == 2
        assert '"reason":"password.guessable"' in weak.err
        assert password not in weak.err
    assert auscult(tmp_path, "users", "list").out == ""


def test_grants_end_and_are_kept(tmp_path: Path) -> None:
    """Granted until a day, revoked, disabled and made active again."""
    add(tmp_path, "ann@example.com", "--role", "auditor")
    auscult(
        tmp_path,
        "users",
        "grant",
        "ann@example.com",
        "--app",
        "st-1",
        "--permission",
        "log.read",
        "--until",
        "2126-01-01",
    )
    revoked = auscult(tmp_path, "users", "revoke", "ann@example.com", "--role", "auditor")
    assert (revoked.status, "auditor" in revoked.out) == (0, False)
    shown = auscult(tmp_path, "users", "show", "ann@example.com", "--json").last
    assert [(each["role"], each["state"]) for each in shown["grants"]] == [("auditor", "revoked"), (None, "in_force")]
    assert auscult(tmp_path, "users", "disable", "ann@example.com", *TENANT).out == "ann@example.com is disabled\n"
    assert auscult(tmp_path, "users", "list", "--json").last["state"] == "disabled"
    assert auscult(tmp_path, "users", "disable", "ann@example.com", "--account", "a-2").status == 1
    assert auscult(tmp_path, "users", "enable", "ann@example.com").status == 0
    token = auscult(tmp_path, "users", "token", "ann@example.com", "--days", "2", "--json").last
    assert token["token"].startswith("pat-")
    ended = auscult(tmp_path, "users", "token", "ann@example.com", "--revoke", token["token_id"])
    assert ended.out == f"{token['token_id']} is revoked\n"


def test_the_directory_is_filled_by_conversations_and_completed_by_files(tmp_path: Path) -> None:
    """A loaded file names agents and queues; imports add names, teams and dates; why explains by them."""
    queues = [{"id": "q-1", "name": "Billing"}]
    file = write(tmp_path / "one.ndjson", conversation("c-1", queues=queues, agents=[{"id": "a-1", "name": "Ada"}]))
    assert auscult(tmp_path, "load", file, *TENANT).status == 0
    agents = auscult(tmp_path, "agents", "list", "--app", "st-1", "--json").last["items"]
    assert [(each["agent_id"], each["name"], each["user"]) for each in agents] == [("a-1", "Ada", None)]
    teams = tmp_path / "teams.csv"
    teams.write_text("team_id,name,agent_id,since\nnorth,North,a-1,2026-03-01\n", encoding="utf-8")
    assert auscult(tmp_path, "teams", "import", teams, *TENANT, "--json").last["memberships"] == 1
    renamed = tmp_path / "queues.csv"
    renamed.write_text("queue_id,name\nq-1,Accounts\n", encoding="utf-8")
    assert auscult(tmp_path, "queues", "import", renamed, *TENANT).out == "1 queue and 0 memberships from 1 row\n"
    assert auscult(tmp_path, "queues", "show", "q-1", "--app", "st-1", "--json").last["name"] == "Accounts"

    slip = add(tmp_path, "bo@example.com", "--role", "agent", "--agent", "ada")
    assert (slip.status, "agent.unknown" in slip.err, "(a-1)" in slip.err) == (1, True, True)
    add(tmp_path, "bo@example.com", "--role", "agent", "--agent", "a-1")
    assert auscult(tmp_path, "agents", "show", "a-1", "--app", "st-1", "--json").last["user"] == "bo@example.com"
    add(tmp_path, "sue@example.com", "--role", "supervisor", "--team", "north")
    add(tmp_path, "cy@example.com", "--role", "supervisor", "--queue", "q-77")
    sees = auscult(tmp_path, "users", "why", "sue@example.com", "c-1", "--json")
    assert (sees.status, sees.last["sees"]) == (0, True)
    before = auscult(tmp_path, "users", "why", "sue@example.com", "c-1", "--at", "2020-01-01")
    assert (before.status, "was not in force" in before.out) == (1, True)
    blind = auscult(tmp_path, "users", "why", "cy@example.com", "c-1")
    assert (blind.status, "not in the directory: q-77" in blind.out) == (1, True)
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("agent_id,hired_on\na-1,soon\n", encoding="utf-8")
    refused = auscult(tmp_path, "agents", "import", wrong, *TENANT)
    assert (refused.status, "line 2" in refused.err) == (1, True)
