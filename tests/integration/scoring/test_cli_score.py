"""``auscult score``: conversations and a form in, NDJSON out, no database."""

from pathlib import Path

import pytest

from tests.data_files import data_of
from tests.integration.program import auscult, conversation, write

pytestmark = pytest.mark.landing

FORM = data_of(__file__, "form")


def test_score_with_a_form_of_ones_own(tmp_path: Path) -> None:
    """The shape of docs/reference/output.md, evidence included; and no database is made."""
    (tmp_path / "form.yaml").write_text(FORM)
    write(tmp_path / "one.ndjson", conversation("c-1"))
    scored = auscult(tmp_path, "score", "one.ndjson", "--form", "form.yaml")
    assert (scored.status, scored.err) == (0, "")
    line = scored.last
    assert (line["id"], line["form"]) == ("c-1", {"id": "ef-small", "version": 1})
    assert (line["status"], line["score"], line["passed"], line["fatal_errors"]) == ("evaluated", 60, True, 0)
    hello, sorry = line["metrics"]
    assert (hello["id"], hello["qualification"], hello["adhered"]) == ("em-hello", "YES", True)
    assert (sorry["id"], sorry["qualification"], sorry["adhered"]) == ("em-sorry", "NO", False)
    evidence = hello["evidence"][0]
    assert (evidence["turn_id"], evidence["start_ms"], evidence["end_ms"]) == ("m0", 0, 3500)
    assert "hello" in evidence["text"].lower()
    assert evidence["why"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["form.yaml", "one.ndjson"]


def test_starter_takes_the_form_of_the_channel_and_out_a_file(tmp_path: Path) -> None:
    """--form starter fits each conversation's channel; --out writes there and nothing to stdout."""
    chat = conversation("c-2", channel="chat")
    write(tmp_path / "two.ndjson", conversation("c-1"), chat)
    scored = auscult(tmp_path, "score", "two.ndjson", "--form", "starter", "--out", "scored.ndjson")
    assert (scored.status, scored.out) == (0, "")
    by_channel = auscult(tmp_path, "score", "two.ndjson", "--form", "starter").lines
    assert [line["form"]["id"] for line in by_channel] == ["ef-starter-voice", "ef-starter-chat"]
    assert (tmp_path / "scored.ndjson").read_text().count("\n") == 2


def test_too_short_is_judged_and_has_no_score(tmp_path: Path) -> None:
    """Rules 4 and 11: below the form's minimum there is no score; the metrics are judged all the same."""
    (tmp_path / "form.yaml").write_text(FORM)
    write(tmp_path / "one.ndjson", conversation("c-1", ended_at="2026-03-23T10:17:56Z"))
    line = auscult(tmp_path, "score", "one.ndjson", "--form", "form.yaml").last
    assert (line["status"], line["score"], line["passed"]) == ("below_threshold", None, None)
    assert line["metrics"][0]["qualification"] == "YES"


def test_no_form_fits(tmp_path: Path) -> None:
    """A conversation that no form is for is listed, without form, score and metrics."""
    (tmp_path / "form.yaml").write_text(FORM)
    write(tmp_path / "one.ndjson", conversation("c-1", channel="chat"))
    line = auscult(tmp_path, "score", "one.ndjson", "--form", "form.yaml").last
    assert (line["status"], line["form"], line["score"], line["metrics"]) == ("not_evaluated", None, None, [])


def test_bad_lines_are_named_and_the_good_ones_scored(tmp_path: Path) -> None:
    """A refusal goes to stderr with its line; the exit status is 1, and the rest is there."""
    write(tmp_path / "mixed.ndjson", conversation("c-1"), "{not json", conversation("c-3"))
    scored = auscult(tmp_path, "score", "mixed.ndjson", "--form", "starter")
    assert scored.status == 1
    assert [line["id"] for line in scored.lines] == ["c-1", "c-3"]
    assert "mixed.ndjson:2: " in scored.err


def test_a_form_with_faults_is_refused(tmp_path: Path) -> None:
    """Every fault is told with its line."""
    (tmp_path / "form.yaml").write_text(FORM.replace("weight: 60", "weight: 50"))
    write(tmp_path / "one.ndjson", conversation("c-1"))
    scored = auscult(tmp_path, "score", "one.ndjson", "--form", "form.yaml")
    assert (scored.status, scored.out) == (1, "")
    assert "form.yaml:7: metrics: " in scored.err


def test_standard_input_is_a_file_too(tmp_path: Path) -> None:
    """``-`` reads stdin, so that it can stand in a pipe."""
    line = write(tmp_path / "one.ndjson", conversation("c-1")).read_text()
    scored = auscult(tmp_path, "score", "-", "--form", "starter", stdin=line)
    assert (scored.status, scored.last["id"]) == (0, "c-1")


@pytest.mark.parametrize("target", ["missing/out.ndjson", "calls.ndjson/out.ndjson"])
def test_what_cannot_be_written_is_said_and_not_traced(tmp_path: Path, target: str) -> None:
    """A folder that is not there, and one that is none: one line with the name, as for every mistake."""
    write(tmp_path / "calls.ndjson", conversation("c-1"))
    scored = auscult(tmp_path, "score", "calls.ndjson", "--out", target)
    assert (scored.status, scored.out) == (1, "")
    assert scored.err.startswith(f"error: {target} cannot be written or read: ")
    assert len(scored.err.splitlines()) == 1


def test_a_rejects_file_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """What was refused would be lost: the command ends."""
    (tmp_path / "calls.ndjson").write_text("nothing\n")
    (tmp_path / "calls.ndjson.rejects.ndjson").mkdir()
    scored = auscult(tmp_path, "score", "calls.ndjson")
    assert scored.status == 1
    assert "error: calls.ndjson.rejects.ndjson cannot be written or read: Is a directory" in scored.err
    assert "Traceback" not in scored.err


def test_each_conversation_takes_the_form_that_it_is_assigned_to(tmp_path: Path) -> None:
    """All of several forms are used, in any order of naming; the closest assignment decides (rule 10)."""
    forms = {"sales": "[{queue: Sales}]", "care": "[{queue: Care}]", "rest": '[{queue: "*"}]'}
    for name, assignments in forms.items():
        text = FORM.replace("ef-small", f"ef-{name}") + f"assignments: {assignments}\n"
        (tmp_path / f"{name}.yaml").write_text(text)
    (tmp_path / "chat.yaml").write_text(FORM.replace("ef-small", "ef-chat").replace("channel: voice", "channel: chat"))
    queues = {"c-1": "Care", "c-2": "Sales", "c-3": "Other"}
    calls = [conversation(name, queues=[{"id": "q", "name": queue}]) for name, queue in queues.items()]
    write(tmp_path / "calls.ndjson", *calls, conversation("c-4", channel="chat"))
    expected = {"c-1": "ef-care", "c-2": "ef-sales", "c-3": "ef-rest", "c-4": "ef-chat"}
    for order in (("sales", "care", "rest", "chat"), ("chat", "rest", "care", "sales")):
        named = [word for name in order for word in ("--form", f"{name}.yaml")]
        scored = auscult(tmp_path, "score", "calls.ndjson", *named)
        assert {line["id"]: line["form"]["id"] for line in scored.lines} == expected
    (tmp_path / "in").mkdir()
    (tmp_path / "calls.ndjson").rename(tmp_path / "in" / "calls.ndjson")
    one = ("score", "in", "--out", "out", "--form", "rest.yaml")
    assert "1 scored" in auscult(tmp_path, *one).out
    assert "1 scored" in auscult(tmp_path, *one, "--form", "care.yaml").out
    assert "1 finished before" in auscult(tmp_path, *one, "--form", "care.yaml").out


@pytest.mark.parametrize("other", ["id: ef-other", "id: ef-small"])
def test_two_forms_for_the_same_conversations_are_refused(tmp_path: Path, other: str) -> None:
    """Both are named, and nothing is scored."""
    (tmp_path / "a.yaml").write_text(FORM)
    (tmp_path / "b.yaml").write_text(FORM.replace("id: ef-small", other).replace("name: Small", "name: Other"))
    write(tmp_path / "calls.ndjson", conversation("c-1"))
    refused = auscult(tmp_path, "score", "calls.ndjson", "--form", "a.yaml", "--form", "b.yaml")
    assert (refused.status != 0, refused.out) == (True, "")
    assert "b.yaml" in refused.err
    assert "a.yaml" in refused.err
    assert ("has the form ef-small" if "other" in other else "is the id of the form in") in refused.err
