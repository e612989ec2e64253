"""Verdicts that rest on doubtful words say so."""

from auscult.domain.conversation import Turn
from auscult.domain.evaluation import Evidence, answered
from auscult.domain.questions.doubts import DOUBTFUL, doubted, is_doubtful
from auscult.domain.recordings.words import Word, turns_of
from tests.contract.storing import conversation

TURN = Turn("m1", "agent", "good morning ann speaking", None, 0, 900, ((5, 12),))


def test_evidence_on_doubtful_words_says_so() -> None:
    """And evidence on others of the same turn does not."""
    verdict = answered(
        "YES",
        (
            Evidence(turn_id="m1", text="good morning", why="says it"),
            Evidence(turn_id="m1", text="ann speaking", why="says it"),
            Evidence(turn_id="m2", text="good morning"),
        ),
    )
    found = doubted(verdict, conversation("c-1", turns=(TURN,)))
    assert [is_doubtful(each) for each in found.evidence] == [True, False, False]
    assert found.evidence[0].why == f"says it; {DOUBTFUL}"


def test_words_of_low_confidence_are_doubtful() -> None:
    """Their offsets in the turn are kept."""
    words = [
        Word(channel=0, text=text, start_ms=index * 300, end_ms=index * 300 + 200, confidence=confidence)
        for index, (text, confidence) in enumerate((("good", 0.9), ("morning", 0.2), ("ann", None)))
    ]
    (turn,) = turns_of(words, ("agent",))
    assert [turn.text[start:end] for start, end in turn.doubts] == ["morning"]
