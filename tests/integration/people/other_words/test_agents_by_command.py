"""Agents that a user is given, in other words than the fault was found with: the commands."""

from pathlib import Path

import pytest

from tests.integration.program import TENANT, Result, auscult, conversation, write

pytestmark = pytest.mark.night

APP = ("--app", "st-1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A database with the agents a-1 and a-2 in conversations and a-3 imported; in another app, a-4."""
    agents = [{"id": "a-1", "name": "Ann Archer"}], [{"id": "a-2", "name": "Bo Baker"}]
    write(tmp_path / "calls.ndjson", *(conversation(f"c-{n}", agents=each) for n, each in enumerate(agents)))
    write(tmp_path / "other.ndjson", conversation("c-9", agents=[{"id": "a-4", "name": "Di Dean"}]))
    (tmp_path / "hired.csv").write_text("agent_id,name,emails,hired_on\na-3,Cy Cole,cy@example.com,2026-01-05\n")
    other = ("--account", "a-1", "--org", "o-1", "--app", "st-other")
    for words in (
        ("load", "calls.ndjson", *TENANT),
        ("load", "other.ndjson", *other),
        ("agents", "import", "hired.csv", *TENANT),
        ("users", "add", "old@example.com", "--role", "auditor", *APP),
    ):
        done = auscult(tmp_path, *words)
        assert done.status == 0, (words, done.err)
    return tmp_path


def refused(done: Result, wanted: str) -> None:
    """A command that has failed because of this agent."""
    assert done.status != 0, done.out
    assert not done.out
    assert f"unknown agent {wanted!r}" in done.err


def test_no_command_gives_a_user_an_unknown_agent(folder: Path) -> None:
    """For the user as themselves, for whom they see, and for a single permission; and nothing is left of the try."""
    listed = auscult(folder, "users", "list", "--json").out
    for wanted in ("a-9", "A-1", "a-1 ", "Ann Archer", "cy@example.com", "a-4", "a-1,a-2", ""):
        agents = ("--agent", "a-3", "--agent", wanted, *APP)
        refused(auscult(folder, "users", "add", "new@example.com", "--role", "supervisor", *agents), wanted)
        refused(auscult(folder, "users", "grant", "old@example.com", "--role", "agent", *agents), wanted)
    alone = ("--agent", "a-9", *APP)
    refused(auscult(folder, "users", "add", "new@example.com", "--role", "agent", *alone), "a-9")
    refused(auscult(folder, "users", "grant", "old@example.com", "--permission", "conversation.read", *alone), "a-9")
    assert auscult(folder, "users", "list", "--json").out == listed


def test_an_agent_who_is_imported_may_be_given_from_then_on(folder: Path) -> None:
    """What was refused is taken as soon as the directory has the agent; the same for one of a first conversation."""
    wanted = ("users", "add", "new@example.com", "--role", "agent", "--agent", "a-5", *APP)
    refused(auscult(folder, *wanted), "a-5")
    (folder / "more.csv").write_text("agent_id,name,emails,hired_on\na-5,Ed Eden,,\n")
    assert auscult(folder, "agents", "import", "more.csv", *APP).status == 0
    assert auscult(folder, *wanted).status == 0
    six = ("users", "grant", "new@example.com", "--role", "agent", "--agent", "a-6", *APP)
    refused(auscult(folder, *six), "a-6")
    write(folder / "six.ndjson", conversation("c-6", agents=[{"id": "a-6"}]))
    assert auscult(folder, "load", "six.ndjson", *APP).status == 0
    assert set(auscult(folder, *six, "--json").last["agent_ids"]) == {"a-5", "a-6"}


def test_people_may_be_set_up_before_the_first_conversation(tmp_path: Path) -> None:
    """A directory without any agent takes any id, as the documentation has it."""
    done = auscult(tmp_path, "users", "add", "x@example.com", "--role", "agent", "--agent", "a-77", *TENANT, "--json")
    assert done.last["agent_ids"] == ["a-77"]
