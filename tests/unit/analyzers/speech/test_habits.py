"""How agents speak: empathy where it was sought, and crutch words."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from auscult.analyzers.speech._crutch_words import crutch_words
from auscult.analyzers.speech.habits import crutch_score
from auscult.domain.conversation import Agent, Turn
from auscult.domain.insight import AgentHabits
from auscult.engines._contract import Engine
from tests.data_files import data_of, tuples_of
from tests.strategies import accepted_conversations
from tests.unit.analyzers.conversations import analyzed, conversation, conversations, talk

PIECES = (
    *("um", "uhm", "uh", "er", "like", "you know", "y'know", "what i mean", "i mean", "so", "basically", "literally"),
    *("kinda", "kind of", "sort of", "it's like", "was like", "do", "that", "\u0663", "12", "\u00e9", "ten"),
    *(" ", " ", " ", " ", ", ", ". ", "-", "'", "\u2019", "!"),
)
"""What crutch words are made of, and what stands around them."""


def habits_of(lines: Sequence[str], engines: Mapping[type, Engine]) -> AgentHabits:
    """The habits of the only agent of a talk."""
    (row,) = analyzed(talk(*lines), engines).habits or ()
    return row


@given(asked=conversations() | accepted_conversations())
def test_scores_come_from_their_counts(engines: Mapping[type, Engine], asked: Any) -> None:
    """Rule 12: 0 to 10, 10 best, one decimal, beside what they are made of; None where nothing was measured."""
    for row in analyzed(asked, engines).habits or ():
        assert 0 <= row.empathy_shown <= row.empathy_sought
        assert (row.empathy is None) == (row.empathy_sought == 0)
        if row.empathy is not None:
            assert abs(row.empathy - Decimal(10 * row.empathy_shown) / row.empathy_sought) <= Decimal("0.05")
        assert (row.crutch_words is None) == (row.words < 20)
        if row.crutch_words is not None:
            assert row.crutch_words == crutch_score(sum(row.crutch_counts.values()), row.words)
            assert 0 <= row.crutch_words <= 10
        assert all(count > 0 for count in row.crutch_counts.values())


@given(asked=conversations() | accepted_conversations())
def test_every_agent_who_speaks_has_one_row(engines: Mapping[type, Engine], asked: Any) -> None:
    """Agents stand in the order in which they first speak."""
    habits = analyzed(asked, engines).habits
    if habits is not None:
        only = asked.agents[0].id if len(asked.agents) == 1 else None
        spoken = [turn.agent_id or only for turn in asked.turns if turn.speaker == "agent" and turn.text.strip()]
        assert [row.agent_id for row in habits] == list(dict.fromkeys(spoken))


@pytest.mark.parametrize(
    ("lines", "sought", "shown"),
    tuples_of(__file__, "empathy_is_sought_by_trouble_and_shown_by_an_answer"),
)
def test_empathy_is_sought_by_trouble_and_shown_by_an_answer(
    lines: Sequence[str], sought: int, shown: int, engines: Mapping[type, Engine]
) -> None:
    """Domain: score = the share of utterances that seek empathy and are answered with it, before the next of them."""
    row = habits_of(lines, engines)
    assert (row.empathy_sought, row.empathy_shown) == (sought, shown)


def test_trouble_is_for_the_agent_who_replies(engines: Mapping[type, Engine]) -> None:
    """Two agents: each by what they were told; who feels with a customer that another left alone has answered too."""
    turns = (
        Turn("m1", "customer", "my boiler is leaking"),
        Turn("m2", "agent", "i'll pass you on", "a-1"),
        Turn("m3", "agent", "i'm so sorry to hear that", "a-2"),
        Turn("m4", "customer", "and it has ruined my carpet"),
        Turn("m5", "agent", "that must be awful", "a-2"),
    )
    asked = replace(conversation(turns), agents=(Agent("a-1"), Agent("a-2")))
    rows = analyzed(asked, engines).habits or ()
    assert [(row.agent_id, row.empathy_sought, row.empathy_shown) for row in rows] == [("a-1", 1, 0), ("a-2", 2, 2)]


def test_evidence_says_what_was_sought_and_what_was_said(engines: Mapping[type, Engine]) -> None:
    """The turn that answers, or the turn that nobody answered, and the turns with crutch words, in words."""
    lines = (
        "C: my card was stolen",
        "A: um okay uh your name",
        "C: it's ann and i'm locked out",
        "A: so sorry about that",
    )
    whys = [(piece.turn_id, piece.why) for piece in habits_of(lines, engines).evidence]
    assert whys == [
        ("m1", "reports trouble ('my card was stolen'), and empathy does not answer it"),
        ("m4", "answers trouble with empathy: 'so sorry'"),
        ("m2", "crutch words: um, uh"),
    ]


@pytest.mark.parametrize(
    ("text", "counts"),
    data_of(__file__, "counts_crutch_words")
)  # fmt: skip
def test_counts_crutch_words(text: str, counts: dict[str, int]) -> None:
    """Hesitation, and words that only fill."""
    assert crutch_words(text) == counts


@pytest.mark.parametrize("text", data_of(__file__, "words_that_mean_something_are_no_crutches"))
def test_words_that_mean_something_are_no_crutches(text: str) -> None:
    """Where the same words are said because they are meant."""
    assert crutch_words(text) == {}


@given(words=st.integers(20, 2_000), crutches=st.integers(0, 300))
def test_each_crutch_word_in_a_hundred_costs_a_point(words: int, crutches: int) -> None:
    """None is 10, one in a hundred words 9, ten in a hundred 0; more of them never help."""
    assert crutch_score(0, words) == 10
    assert crutch_score(words // 10 + 1, words) <= Decimal("0.5")
    assert crutch_score(crutches + 1, words) <= crutch_score(crutches, words)
    assert crutch_score(1, 100) == 9


def test_nothing_is_said_of_few_words(engines: Mapping[type, Engine]) -> None:
    """One "um" in five words tells nothing of an agent: None, not 0 (rule 12)."""
    row = habits_of(("C: hello", "A: um hello how are you"), engines)
    assert (row.crutch_words, row.crutch_counts, row.empathy) == (None, {"um": 1}, None)


@given(text=st.text(alphabet="you knowkindoflikesm,.' \u2019", max_size=80))
def test_any_text_has_no_more_crutch_words_than_words(text: str) -> None:
    """Counting is total, whatever is said."""
    assert sum(crutch_words(text).values()) <= max(1, len(text))


@given(text=st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_no_crutch_word_is_passed_over(text: str) -> None:
    """A text is told in one look to have none; one with a crutch word in front has one more, and is read in full."""
    alone, led = crutch_words(text), crutch_words(f"basically. {text}")
    assert {**alone, "basically": alone.get("basically", 0) + 1} == led
