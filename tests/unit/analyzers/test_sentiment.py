"""How customers sound, turn by turn and over the whole."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from auscult.analyzers import ANALYZERS
from auscult.analyzers.sentiment._scale import label_of, overall, scaled
from auscult.domain.insight import Insights, Outcome
from auscult.domain.insight import Sentiment as Found
from auscult.domain.probe import Classification, ClassificationAnswer
from auscult.engines._contract import Engine
from tests.data_files import data_of, tuples_of
from tests.unit.analyzers.conversations import analyzed, answered, conversations, talk
from tests.waiting import existing

VALENCES = st.lists(st.floats(-1, 1).map(lambda value: round(value, 4)), min_size=1, max_size=30)
OUTCOMES = st.sampled_from([None, Outcome(resolution="YES"), Outcome(resolution="NO"), Outcome(resolution="NA")])


@given(asked=conversations())
def test_scores_and_labels_agree(engines: Mapping[type, Engine], asked: Any) -> None:
    """Scores go from 1 to 10 with one decimal; below 4 is negative, above 6 positive, between is neutral (rule 12)."""
    sentiment = analyzed(asked, engines).sentiment
    if sentiment is None:
        return
    for one in (sentiment, *sentiment.turns):
        assert 1 <= one.score <= 10
        assert one.score == one.score.quantize(Decimal("0.1"))
        assert one.label == label_of(one.score)


@given(asked=conversations())
def test_ratio_totals_100(engines: Mapping[type, Engine], asked: Any) -> None:
    """Shares of customer turns are whole percents that total 100 (rule 12), one for each turn that says something."""
    sentiment = analyzed(asked, engines).sentiment
    spoken = [turn.id for turn in asked.turns if turn.speaker == "customer" and turn.text.strip()]
    assert spoken or sentiment is None
    if sentiment is not None:
        assert sentiment.positive + sentiment.neutral + sentiment.negative == 100
        assert [turn.turn_id for turn in sentiment.turns] == spoken


@pytest.mark.parametrize(
    ("score", "label"),
    [("1.0", "negative"), ("3.9", "negative"), ("4.0", "neutral"), ("6.0", "neutral"), ("6.1", "positive")],
)
def test_bands_end_where_they_should(score: str, label: str) -> None:
    """4 and 6 themselves are neutral."""
    assert label_of(Decimal(score)) == label


def test_scale_has_its_ends_and_its_middle() -> None:
    """-1 is 1, 0 is 5, 1 is 10."""
    assert [scaled(balance) for balance in (-1, 0, 1)] == [Decimal("1.0"), Decimal("5.0"), Decimal("10.0")]


@given(valences=VALENCES, index=st.integers(0, 29), better=st.floats(0, 2), outcome=OUTCOMES)
def test_a_better_turn_never_lowers_the_score(
    valences: list[float], index: int, better: float, outcome: Outcome | None
) -> None:
    """Raising one turn, all else equal, cannot make the whole worse."""
    known = Insights(resolution=outcome)
    at = index % len(valences)
    raised = [*valences[:at], min(1.0, valences[at] + better), *valences[at + 1 :]]
    assert overall(raised, known) >= overall(valences, known)


@given(valences=VALENCES, outcome=OUTCOMES)
def test_only_feeling_moves_the_score(valences: list[float], outcome: Outcome | None) -> None:
    """A conversation without feeling scores 5; one of good turns alone is never below, one of bad ones never above."""
    known = Insights(resolution=outcome)
    assert overall([0.0] * len(valences), known) == 5
    assert overall([abs(valence) for valence in valences], known) >= 5
    assert overall([-abs(valence) for valence in valences], known) <= 5


@given(count=st.integers(1, 20), at=st.integers(0, 19), later=st.integers(0, 19), valence=st.floats(0.3, 1))
def test_the_end_weighs_more(count: int, at: int, later: int, valence: float) -> None:
    """The same feeling moves the score at least as far when it comes later."""
    early, late = sorted((at % count, later % count))
    for one, compare in ((valence, max), (-valence, min)):
        scores = [
            overall([one if index == here else 0.0 for index in range(count)], Insights()) for here in (early, late)
        ]
        assert compare(scores) == scores[1]


@pytest.mark.parametrize(
    ("lines", "label"),
    tuples_of(__file__, "reads_the_tone"),
)
def test_reads_the_tone(lines: Sequence[str], label: str, engines: Mapping[type, Engine]) -> None:
    """Plain thanks is neutral, warm thanks positive, lasting anger negative, irony no praise."""
    assert existing(analyzed(talk(*lines), engines).sentiment).label == label


def test_pattern_goes_from_start_to_end(engines: Mapping[type, Engine]) -> None:
    """An angry opening and a happy end."""
    sentiment = analyzed(
        talk(
            "C: this is a disgrace",
            "A: sorry, fixed now",
            "C: let me see",
            "A: sure",
            "C: wow, you're a star, thank you!",
        ),
        engines,
    ).sentiment
    assert sentiment is not None
    assert (sentiment.start, sentiment.end) == ("negative", "positive")


@pytest.mark.parametrize(("text", "label"), data_of(__file__, "a_turn_has_a_label_of_its_own"))
def test_a_turn_has_a_label_of_its_own(text: str, label: str, engines: Mapping[type, Engine]) -> None:
    """Where no telling phrase decides, the head's, if it is sure; mere politeness and a plain no are neutral."""
    assert existing(analyzed(talk(f"C: {text}", "A: okay"), engines).sentiment).turns[0].label == label


@given(asked=conversations())
def test_the_head_moves_turns_but_not_the_whole(engines: Mapping[type, Engine], asked: Any) -> None:
    """A conversation's score is that of what phrases tell: the head's moods only colour single turns."""
    answers = answered(asked, engines)
    deaf = {probe: answer for probe, answer in answers.items() if getattr(probe, "head", "") != "sentiment"}
    deaf |= {
        probe: replace(answer, probabilities=tuple((0.0, 1.0, 0.0) for _ in probe.texts))
        for probe, answer in answers.items()
        if isinstance(probe, Classification) and isinstance(answer, ClassificationAnswer) and probe.head == "sentiment"
    }
    known = analyzed(asked, engines)
    one, other = (ANALYZERS["sentiment"].analyze(asked, each, known) for each in (answers, deaf))
    if isinstance(one, Found) and isinstance(other, Found):
        assert (one.score, one.start, one.end) == (other.score, other.start, other.end)
