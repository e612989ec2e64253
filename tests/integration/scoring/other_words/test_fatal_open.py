"""Fatal questions without an answer, in other words than the fault was found with: by command, from the file to the report."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from auscult.storage.core.packing import unpack
from tests.data_files import data_of
from tests.integration.program import POLITE, TENANT, auscult, conversation, write
from tests.scripted_judge import Scripted, scripted_judge

pytestmark = pytest.mark.night

GREETS = "{id: em-hello, name: Hello, type: by_question, weight: 90, answer: {any_of: [{phrases: [hello]}]}}"
FORM = data_of(__file__, "form")
APP = ("--app", "st-1")
REFUSALS = {
    "the model refuses": Scripted(refusal="I will not judge people", text=""),
    "no JSON": Scripted(text="I believe so"),
    "words that nobody said": Scripted(
        edit=lambda all_of_them: [
            one.update(answer="YES", evidence=[{"turn": 1, "quote": "a zebra, a zebra"}])
            for one in all_of_them.values()
        ]
    ),
}


def given(folder: Path, channel: str) -> dict[str, Any]:
    """Write a form with a fatal question for a judge, and a conversation that reaches its pass score without it."""
    (folder / "form.yaml").write_text(FORM.format(channel=channel, greets=GREETS))
    one = conversation("c-1", POLITE, channel=channel)
    write(folder / "one.ndjson", one)
    return one


def check(scored: dict[str, Any]) -> None:
    """Check that a scored conversation has its score, neither passed nor failed, and the reason."""
    (fatal,) = [each for each in scored["metrics"] if each["id"] == "em-fatal"]
    assert fatal["qualification"] == "-"
    assert scored["score"] == 100
    assert scored["passed"] is None
    assert scored["fatal_errors"] == 0
    assert "em-fatal" in scored["reason"]


@pytest.mark.parametrize("channel", ["voice", "chat"])
@pytest.mark.parametrize("why", REFUSALS)
def test_a_judge_without_a_usable_answer_lets_nothing_pass(tmp_path: Path, channel: str, why: str) -> None:
    """As `score` prints it and as `load` stores it; no report has the key, and the list finds it as undecided."""
    given(tmp_path, channel)
    with scripted_judge() as judge:
        judge.always = REFUSALS[why]
        settings = {"AUSCULT_JUDGE_URL": judge.url, "AUSCULT_JUDGE_MODEL": "m", "AUSCULT_JUDGE_RETRIES": "0"}
        check(auscult(tmp_path, "score", "one.ndjson", "--form", "form.yaml", settings=settings).last)
        for words in (("draft", "form.yaml", *TENANT), ("publish", f"ef-{channel}", *APP)):
            assert auscult(tmp_path, "forms", *words, settings=settings).status == 0
        done = auscult(tmp_path, "load", "one.ndjson", *TENANT, settings=settings)
        assert done.status == 0, done.err
    with closing(sqlite3.connect(tmp_path / "test.db")) as connection:
        assert connection.execute("SELECT score, passed FROM evaluations").fetchall() == [(100, None)]
        rows = connection.execute("SELECT report, body FROM report_rows JOIN listings USING (listing)").fetchall()
    assert {report for report, _ in rows} > {"conversations", "rawdata"}
    for report, body in rows:
        shown = json.loads(unpack(body).splitlines()[0])  # what another wire adds follows
        if report == "conversations":
            assert shown["passed"] is None
        else:
            assert not [key for key in keys(shown) if key.lower() == "ispassed"], (report, shown)


def keys(value: Any) -> list[str]:
    """Every key of a document, at any depth."""
    if isinstance(value, dict):
        return [*value, *(key for one in value.values() for key in keys(one))]
    return [key for one in value for key in keys(one)] if isinstance(value, list) else []


def test_the_same_conversation_passes_and_fails_once_there_is_an_answer(tmp_path: Path) -> None:
    """So that undecided is no word for everything: the judge says YES, and it passes; NO, and it is 0."""
    for text, expected in (("There is a zebra.", (100, True)), ("There is a horse.", (0, False))):
        given(tmp_path, "voice")
        write(tmp_path / "one.ndjson", conversation("c-1", (*POLITE, ("agent", text))))
        with scripted_judge() as judge:
            settings = {"AUSCULT_JUDGE_URL": judge.url, "AUSCULT_JUDGE_MODEL": "m"}
            scored = auscult(tmp_path, "score", "one.ndjson", "--form", "form.yaml", settings=settings).last
        assert (scored["score"], scored["passed"]) == expected


def test_a_fatal_miss_decides_whatever_else_is_open(tmp_path: Path) -> None:
    """Two fatal questions, one of them failed: the conversation fails, in whatever order they are on the form."""
    given(tmp_path, "voice")
    failed = "{id: em-no, name: No, type: by_question, weight: 5, fatal: true, answer: {any_of: [{phrases: [walrus]}]}}"
    text = (tmp_path / "form.yaml").read_text().replace("weight: 10", "weight: 5")
    for both in (text.replace("  - {id: em-hello", f"  - {failed}\n  - {{id: em-hello"), f"{text}  - {failed}\n"):
        (tmp_path / "form.yaml").write_text(both)
        with scripted_judge() as judge:
            judge.always = REFUSALS["no JSON"]
            settings = {"AUSCULT_JUDGE_URL": judge.url, "AUSCULT_JUDGE_MODEL": "m", "AUSCULT_JUDGE_RETRIES": "0"}
            scored = auscult(tmp_path, "score", "one.ndjson", "--form", "form.yaml", settings=settings).last
        assert (scored["score"], scored["passed"], scored["fatal_errors"]) == (0, False, 1)


POINTS = data_of(__file__, "points")


@pytest.mark.parametrize(("answer", "expected"), [("", (None, 100)), ("YES", (True, 100)), ("NO", (False, 0))])
def test_a_fatal_question_for_people_is_open_until_they_answer(tmp_path: Path, answer: str, expected: Any) -> None:
    """The machine's score does not wait for it; the audit's does: without the answer it is submitted undecided, or not."""
    (tmp_path / "points.yaml").write_text(POINTS)
    write(tmp_path / "one.ndjson", conversation("c-1", POLITE))
    name = None
    for words in (
        ("forms", "draft", "points.yaml", *TENANT),
        ("forms", "publish", "ef-points", *APP),
        ("load", "one.ndjson", *TENANT),
    ):
        assert auscult(tmp_path, *words).status == 0
    with closing(sqlite3.connect(tmp_path / "test.db")) as connection:
        ((name, passed),) = connection.execute(
            "SELECT conversation_id, passed FROM conversations JOIN evaluations USING (conversation)"
        ).fetchall()
    assert passed == 1
    assert auscult(tmp_path, "audits", "assign", name, "--auditor", "ann@example.com", *APP).status == 0
    given_answers = ["em-hello=YES", *([f"em-hand={answer}"] if answer else [])]
    done = auscult(tmp_path, "audits", "submit", name, *given_answers, *APP, "--json")
    if done.status != 0:
        assert not answer
        assert "em-hand" in done.err
        return
    assert (done.last["result"]["passed"], done.last["result"]["score"]) == expected
