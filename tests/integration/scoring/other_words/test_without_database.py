"""Found faults of scoring without a database, in other words than they were found with."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.data_files import data_of
from tests.integration.program import POLITE, TENANT, auscult, conversation, undated, write

pytestmark = pytest.mark.night

FORM = data_of(__file__, "form")
SHORT = (("agent", "Hello there."), ("customer", "Thank you, goodbye."))
"""Turns in which the agent says none of it."""


def calls(n: int) -> list[dict[str, Any]]:
    """Calls of three queues, every fourth of them a short one."""
    return [
        conversation(
            f"c-{at}",
            POLITE if at % 4 else SHORT,
            queues=[{"id": f"qu-{'abc'[at % 3]}"}],
            direction="inbound" if at % 2 else "outbound",
        )
        for at in range(n)
    ]


def rows(folder: Path, database: str) -> list[tuple[Any, ...]]:
    """Return every row of every report of a database, but for when it was evaluated."""
    with closing(sqlite3.connect(folder / database)) as connection:
        query = "SELECT started_at, conversation_id, body FROM report_rows ORDER BY listing, conversation_id"
        found = connection.execute(query).fetchall()
    return [(*row, undated(body)) for *row, body in found]


@pytest.mark.parametrize("n", [199, 431])
def test_scored_elsewhere_is_as_if_scored_here(tmp_path: Path, n: int) -> None:
    """Whatever the form has and however many there are in a file (E-1): the rows are those of a load that judges."""
    write(tmp_path / "calls.ndjson", *calls(n))
    (tmp_path / "far.yaml").write_text(FORM)
    (tmp_path / "shards").mkdir()
    (tmp_path / "calls.ndjson").rename(tmp_path / "shards/calls.ndjson")
    scored = auscult(tmp_path, "score", "shards", "--form", "far.yaml", "--out", "scored")
    assert scored.status == 0, scored.err
    found = {}
    for name, words in (("here", ["shards/calls.ndjson"]), ("far", ["--scored", "scored"])):
        settings = {"AUSCULT_DATABASE_URL": f"sqlite:///{name}.db"}
        for command in (("forms", "draft", "far.yaml", *TENANT), ("forms", "publish", "ef-far", "--app", "st-1")):
            done = auscult(tmp_path, *command, settings=settings)
            assert done.status == 0, (command, done.err)
        done = auscult(tmp_path, "load", *words, *TENANT, settings=settings)
        assert done.status == 0, done.err
        found[name] = rows(tmp_path, f"{name}.db")
    assert len(found["here"]) >= n
    assert found["far"] == found["here"]


def test_every_form_that_is_named_is_used(tmp_path: Path) -> None:
    """Three forms in one command (E-4): each conversation has the score of its own, in whatever order they are named."""
    names = ("voice", "chat", "email")
    for name in names:
        form = {
            "id": f"ef-{name}",
            "name": name,
            "channel": name if name != "email" else "voice",
            "assignments": [{"queue": "qu-post" if name == "email" else "*", "direction": "both"}],
            "metrics": [
                {"id": "em-1", "name": "Thanks", "type": "by_question", "weight": 100}
                | {"answer": {"any_of": [{"phrases": ["thank you"]}]}}
            ],
        }
        (tmp_path / f"{name}.json").write_text(json.dumps(form))
    write(
        tmp_path / "all.ndjson",
        conversation("c-voice"),
        conversation("c-chat", channel="chat"),
        conversation("c-email", queues=[{"id": "qu-post"}]),
    )
    for order in (names, names[::-1]):
        words = [word for name in order for word in ("--form", f"{name}.json")]
        done = auscult(tmp_path, "score", "all.ndjson", *words)
        assert done.status == 0, done.err
        forms = {line["id"]: line["form"]["id"] for line in done.lines}
        assert forms == {f"c-{name}": f"ef-{name}" for name in names}


def test_a_form_that_would_win_in_silence_is_refused(tmp_path: Path) -> None:
    """Two forms for one queue, or two texts of one form (E-4): nothing is scored. The same file twice is one form."""
    write(tmp_path / "one.ndjson", conversation("c-1"))
    first = FORM.replace("ef-far", "ef-first")
    for name, text in (("first", first), ("second", FORM), ("twin", first.replace("bonus_cap: 3", "bonus_cap: 5"))):
        (tmp_path / f"{name}.yaml").write_text(text)
    for other in ("second", "twin"):
        done = auscult(tmp_path, "score", "one.ndjson", "--form", "first.yaml", "--form", f"{other}.yaml")
        assert done.status != 0, done.out
        assert not done.out
        assert "first.yaml" in done.err
        assert f"{other}.yaml" in done.err
    same = auscult(tmp_path, "score", "one.ndjson", "--form", "first.yaml", "--form", "first.yaml")
    assert same.last["form"]["id"] == "ef-first"
