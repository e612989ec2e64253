"""Sets of patterns: one pass shows the same as a search of each."""

from pathlib import Path

import pytest

from auscult.redactors._patterns import PatternSet, searcher
from auscult.redactors.builtin import SHOWN
from bench.redaction.labelled import read

LABELLED = Path(__file__).parents[3] / "bench" / "redaction"


def test_a_set_shows_the_patterns_that_are_in_a_text() -> None:
    """Each pattern by itself, in any order; of a text with none of them nothing."""
    digit, word, end = searcher(r"\d"), searcher(r"\bcard\b"), searcher(r"(?m)at$")
    patterns = PatternSet(digit, word, end)
    assert set(map(id, patterns.within("my card is 4, at"))) == {id(digit), id(word), id(end)}
    assert list(patterns.within("a postcard é")) == []


def test_the_set_of_the_redactor_shows_what_each_pattern_finds() -> None:
    """No pattern of the redactor is in a labelled utterance unless the set shows it there, and the set shows no other."""
    for case in read(LABELLED / "unseen_8.txt"):
        for _, text in case.utterances:
            line = text.lower()
            assert set(map(id, SHOWN.within(line))) == {id(each) for each in SHOWN.patterns if each.search(f"{line}\n")}


def test_a_set_without_memory_shows_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A set that cannot hold its states falls back to a search of each pattern."""
    patterns = [searcher(rf"\b{word}(?: [a-z]+){{0,8}} (?:end|card)\b") for word in ("my", "your", "his", "her")]
    small = PatternSet(*patterns)
    monkeypatch.setattr(small, "_match", lambda _text: [])
    assert small.within("is it your new blue card") == [patterns[1]]
    assert list(small.within("is it your new blue car")) == []
