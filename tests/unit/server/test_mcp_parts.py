"""Answers of the assistants' tools in parts: each is short enough, and all of them together are the whole."""

from typing import Any

import pytest

from auscult.server.mcp.parts import MOST_CHARACTERS, fitting, length, with_document, with_metrics, with_turns


@pytest.mark.parametrize(
    "sizes", [(5,), (9_990,), (70_000, 3, 0, 25_000), (30_000, 30_000, 30_000), (10,) * 250, (65_536,)]
)
@pytest.mark.parametrize("letter", ["a", "ä", '"'])
def test_the_parts_of_a_conversation_are_the_whole(sizes: tuple[int, ...], letter: str) -> None:
    """Turns of any length, also one that is longer than an answer, and letters that JSON writes as two."""
    turns = [{"id": f"m{n}", "text": letter * size, "doubts": [[0, 1]]} for n, size in enumerate(sizes)]
    said = {each["id"]: "" for each in turns}
    turn: int | None = 0
    character = 0
    while turn is not None:
        part = with_turns({"id": "c-1", "turns": turns}, turn, character)
        assert length(part) <= MOST_CHARACTERS
        assert part["turns_total"] == len(turns)
        for each in part["turns"]:
            said[each["id"]] += each["text"]
            assert ("doubts" in each) == (each["text"] == letter * sizes[int(each["id"][1:])])
        turn, character = part["next_from_turn"], part["next_from_character"] or 0
    assert said == {each["id"]: each["text"] for each in turns}


@pytest.mark.parametrize(("number", "size"), [(1, 60_000), (3, 20), (500, 60_000)])
def test_calls_are_with_the_turns_that_they_follow(number: int, size: int) -> None:
    """Those before the first turn too; what is long is cut, and their number is there."""
    turns = [{"id": f"m{n}", "text": "x" * 9_000} for n in range(12)]
    calls = [
        {"id": f"c{n}-{turn}", "name": "look", "after_turn": turn, "result": {"a": '"' * size}}
        for turn in (None, "m3", "m11")
        for n in range(number)
    ]
    seen: list[str] = []
    at: int | None = 0
    while at is not None:
        part = with_turns({"id": "c-1", "turns": turns, "calls": list(calls)}, at, 0)
        assert length(part) <= MOST_CHARACTERS
        assert len(part["calls"]) <= part["calls_total"]
        seen += [each["id"] for each in part["calls"]]
        assert all(isinstance(each["result"], str) == (size > 20) for each in part["calls"])
        at = part["next_from_turn"]
    assert seen[0] == "c0-None"
    assert "c0-m11" in seen
    assert number > 3 or len(seen) == len(calls)


def test_a_conversation_without_turns() -> None:
    """It is whole at once."""
    part = with_turns({"id": "c-1", "turns": []}, 0, 0)
    assert (part["turns"], part["next_from_turn"], part["next_from_character"]) == ([], None, None)


def test_the_parts_of_a_document_are_the_whole() -> None:
    """A part ends with a line, where there is one: a document of one line is cut anywhere."""
    for document in ("id: ef-1\n" * 9_000, "x" * 100_000, "short"):
        read: list[str] = []
        start: int | None = 0
        while start is not None:
            part = with_document({"id": "ef-1", "document": document}, start)
            assert length(part) <= MOST_CHARACTERS
            assert part["characters_total"] == len(document)
            read.append(part["document"])
            start = part["next_from_character"]
        assert "".join(read) == document
        if "\n" in document:
            assert all(each.endswith("\n") for each in read)


def test_the_parts_of_verdicts_are_the_whole() -> None:
    """One verdict at least in each part, whatever its length."""
    metrics: list[Any] = [{"id": f"em-{n}", "evidence": ["x" * (n * 50)]} for n in range(100)]
    read: list[Any] = []
    start: int | None = 0
    while start is not None:
        part = with_metrics({"score": 5, "metrics": metrics}, start, 20_000)
        assert (part["score"], part["metrics_total"]) == (5, 100)
        assert length(part["metrics"]) <= 20_000
        read += part["metrics"]
        start = part["next_from_metric"]
    assert read == metrics
    assert fitting([{"text": "x" * 500}, {}], 0, 100) == ([{"text": "x" * 500}], 1)
    assert fitting([], 0, 100) == ([], None)
