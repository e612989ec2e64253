"""Sets of patterns: one pass shows the same as a search of each."""

from pathlib import Path

import pytest

from auscult.domain.privacy.redaction import Utterance
from auscult.redactors._patterns import PatternSet, Turns, searcher
from auscult.redactors.builtin import FREQUENT, SELDOM
from bench.redaction.labelled import read

LABELLED = Path(__file__).parents[3] / "bench" / "redaction"


def test_a_set_shows_the_patterns_that_are_in_a_text() -> None:
    """Each pattern by itself, in any order; of a text with none of them nothing."""
    digit, word, end = searcher(r"\d"), searcher(r"\bcard\b"), searcher(r"(?m)at$")
    patterns = PatternSet(digit, word, end)
    lines = [b"my card is 4, at\n", b"\n", "a postcard é\n".encode(), b"no card\n"]
    assert sorted((line, id(each)) for line, each in patterns.within(lines)) == [
        *sorted((0, id(each)) for each in (digit, word, end)),
        (3, id(word)),
    ]


@pytest.mark.parametrize("patterns", [FREQUENT, *SELDOM])
def test_a_set_of_the_redactor_shows_what_each_pattern_finds(patterns: PatternSet) -> None:
    """No pattern of the redactor is in a labelled utterance unless its set shows it there, and the set shows no other."""
    for case in read(LABELLED / "unseen_8.txt"):
        for _, text in case.utterances:
            line = f"{text.lower()}\n"
            assert {id(each) for _, each in patterns.within([line.encode()])} == {
                id(each) for each in patterns.patterns if each.search(line)
            }


def test_a_turn_has_a_pattern_whatever_else_is_in_its_conversation() -> None:
    """Seldom patterns are searched in a conversation as a whole first, which hides none that a turn has."""
    utterances = [one for case in read(LABELLED / "unseen_8.txt") for one in (*case.utterances, Utterance("agent", ""))]
    for start in range(0, len(utterances), 9):
        its = utterances[start : start + 9]
        lows = [text.lower() for _, text in its]
        turns = Turns(its, lows, FREQUENT, SELDOM)
        for pattern in (each for patterns in (FREQUENT, *SELDOM) for each in patterns.patterns):
            own = [turn for turn, low in enumerate(lows) if low and pattern.search(f"{low}\n")]
            assert list(turns.of(pattern)) == own


def test_a_seldom_pattern_does_not_reach_from_one_turn_into_the_next() -> None:
    """A conversation has the pattern as a whole, and none of its turns."""
    apart = searcher(r"card\s+number")
    its = [Utterance("agent", "your card"), Utterance("agent", "number"), Utterance("customer", "my card number")]
    assert list(Turns(its[:2], ["your card", "number"], PatternSet(), [PatternSet(apart)]).of(apart)) == []
    lows = [text for _, text in its]
    assert list(Turns(its, lows, PatternSet(), [PatternSet(apart)]).of(apart)) == [2]


def test_the_turns_after_one_are_those_of_others() -> None:
    """An answer is one of the two turns behind a question, by who did not ask."""
    asks = searcher(r"\?")
    its = [Utterance(speaker, text) for speaker, text in [("a", "who?"), ("a", "sorry"), ("c", "I am"), ("c", "Ivo")]]
    assert Turns(its, [text for _, text in its], PatternSet(asks), ()).after(asks) == [2]


def test_a_set_without_memory_shows_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A set that cannot hold its states falls back to a search of each pattern."""
    patterns = [searcher(rf"\b{word}(?: [a-z]+){{0,8}} (?:end|card)\b") for word in ("my", "your", "his", "her")]
    small = PatternSet(*patterns)
    monkeypatch.setattr(small, "_match", lambda _text: [])
    lines = [b"is it your new blue card\n", b"is it your new blue car\n"]
    assert list(small.within(lines)) == [(0, patterns[1])]
