"""The access log in words: every action that the code records, and the names and values of details."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import auscult
from auscult.domain.privacy.log import Entry
from auscult.language import speaking
from auscult.server.console.frame.reader import Reader
from auscult.server.console.privacy.log_words import (
    ACTIONS,
    DETAILS,
    TARGETS,
    action_choices,
    action_in_words,
    details_in_words,
)
from auscult.server.console.privacy.views import entry_details, entry_target

READER = Reader(now=datetime(2026, 11, 25, 9, 30, tzinfo=UTC))
RECORDERS = {"record", "draft", "of", "append", "_report", "_log", "_record", "_save", "_step", "_entry", "_entry_of"}
"""Functions that append to the log, or make an entry for it."""
ACTION = re.compile(r"[a-z_]+\.[a-z_]+")


def calls(folder: str = ".") -> Iterator[tuple[ast.Call, str]]:
    """Yield every call in a folder that records something, with the action that it names."""
    for path in (Path(auscult.__file__).parent / folder).rglob("*.py"):
        text = path.read_text()
        if "log" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in RECORDERS:
                for given in node.args[:3]:
                    if (
                        isinstance(given, ast.Constant)
                        and isinstance(given.value, str)
                        and ACTION.fullmatch(given.value)
                    ):
                        yield node, given.value


def recorded() -> Iterator[str]:
    """Yield every action that a call in the sources names."""
    for _, action in calls():
        yield action


def entry(**changed: object) -> Entry:
    """An entry of a grant."""
    fields = {
        "number": 7,
        "at": 1_764_000_000_000,
        "app_id": "st-1",
        "principal": "user:ann@example.com",
        "action": "grant.added",
        "target": "user:ben@example.com",
        "details": '{"role":"qa-manager","scope":"queues","names":["Billing"],"permission":null}',
        "salt": b"s",
        "content_hash": b"c",
        "entry_hash": b"e",
    }
    return Entry(**{**fields, **changed})  # type: ignore[arg-type]


@pytest.mark.landing
def test_every_action_that_is_recorded_is_in_words() -> None:
    """The sources name no action that the page would show by its name."""
    found = set(recorded())
    assert {
        "session.opened",
        "connector.applied",
        "knowledge.added",
        "comment.added",
        "grant.revoked",
        "recordings.linked",
    } <= found
    assert found <= set(ACTIONS)


@pytest.mark.landing
@pytest.mark.parametrize("folder", ["server", "cli", "workers"])
def test_doors_record_nothing_themselves(folder: str) -> None:
    """Use cases record, so that what a door is made of does not decide what the log has."""
    assert [action for _, action in calls(folder)] == []


@pytest.mark.landing
def test_what_it_was_done_to_and_details_are_in_words() -> None:
    """No call names a kind of thing, or a detail, that the page would show by its name for programs."""
    kinds, details = set[str](), set[str]()
    for call, action in calls():
        if action not in ACTIONS:
            continue
        details |= {each.arg for each in call.keywords if each.arg}
        begin = (each.values[0] for each in call.args if isinstance(each, ast.JoinedStr))
        kinds |= {
            str(each.value).partition(":")[0] for each in begin if isinstance(each, ast.Constant) and ":" in each.value
        }
    assert {"collection", "conversation", "user"} <= kinds <= set(TARGETS)
    assert {"name", "country", "secrets"} <= details
    assert details - CALLED <= set(DETAILS)


CALLED = {"principal", "target", "details", "is_removed"}
"""Names of parameters of functions that record something, which are no details."""


def test_an_entry_in_words() -> None:
    """What, to what and how, in both languages."""
    row = entry()
    assert (action_in_words(row.action), entry_target(row)) == ("Role or permission granted", "User ben@example.com")
    assert entry_details(row, READER) == "role: QA manager; where: queues; only: Billing"
    with speaking("de"):
        assert (action_in_words(row.action), entry_target(row)) == (
            "Rolle oder Recht erteilt",
            "Benutzer ben@example.com",
        )
        assert entry_details(row, READER) == "Rolle: Qualitätsmanager; wo: Warteschlangen; nur: Billing"


def test_what_holds_nothing_is_left_out() -> None:
    """Filters that were none are no detail."""
    assert entry_details(entry(action="log.read", details='{"filters":{}}', target=None), READER) == ""


def test_what_the_log_was_filtered_by() -> None:
    """Values are read by their names, within others too."""
    named = {"filters": {"principal": "user:ann@example.com", "action": "log.read", "target": "conversation:c-1"}}
    said = "filtered by: who: ann@example.com; did what: Log read; to what: Conversation c-1"
    assert details_in_words(named, READER) == said


def test_words_that_are_not_ours_stay() -> None:
    """A reason that somebody typed, and an action and a detail of a newer version."""
    assert details_in_words({"reason": "recording", "new_thing": "app"}, READER) == "reason: recording; new thing: app"
    assert action_in_words("moon.seen") == "moon.seen"


def test_the_action_that_is_filtered_by_is_always_offered() -> None:
    """An address may name any action."""
    assert ("moon.seen", "moon.seen") in action_choices("moon.seen")
    assert ("log.read", "Log read") in action_choices("")
