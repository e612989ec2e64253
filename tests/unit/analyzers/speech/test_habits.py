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
    [
        (("C: i lost my card", "A: oh no i'm sorry to hear that", "C: thanks"), 1, 1),
        (("C: i lost my card", "A: what is your name", "C: ann", "A: that must be stressful ann"), 1, 1),
        (("C: i lost my card", "A: name", "C: ann", "A: born", "C: may", "A: city", "C: bath", "A: so sorry"), 1, 1),
        (("C: i lost my card", "A: name please"), 1, 0),
        (("C: my parcel never came", "C: and it's my son's birthday", "A: okay"), 1, 0),
        (("C: it's broken", "A: sorry to hear that", "C: it still doesn't work", "A: try again"), 2, 1),
        (("C: i'm really worried about my mother", "A: i can imagine how you feel"), 1, 1),
        (("C: the engineer had mud on his boots", "A: that's not on"), 1, 1),
        (("C: i'd like to book a table", "A: sorry i didn't catch that", "C: a table for two"), 0, 0),
        (("C: i'd like to book a table", "A: sorry for the wait", "C: no problem at all"), 0, 0),
        (("A: hello", "C: i lost my card"), 1, 0),
        (("C: i'd like to book a table", "A: i'm so sorry to hear that"), 1, 1),
        (("C: no i don't need the insurance", "A: okay"), 0, 0),
    ],
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
    [
        ("Um, so, uh, let me see", {"um": 1, "so": 1, "uh": 1}),
        ("ummm erm uhm er", {"um": 2, "er": 2}),
        ("it was, like, two weeks, you know", {"like": 1, "you know": 1}),
        ("and like i don't know it's like really slow", {"like": 2}),
        ("I mean, it's basically literally kind of sort of done", {
            "i mean": 1, "basically": 1, "literally": 1, "kind of": 1, "sort of": 1,
        }),
        ("y'know what i mean? you know what i mean", {"you know": 2}),
        ("So um that's it. So, bye", {"so": 2, "um": 1}),
    ],
)  # fmt: skip
def test_counts_crutch_words(text: str, counts: dict[str, int]) -> None:
    """Hesitation, and words that only fill."""
    assert crutch_words(text) == counts


@pytest.mark.parametrize(
    "text",
    [
        "do you know your number? let me know if you know what it is, I'll let you know",
        "what kind of car is it, that kind of thing, this sort of thing, that's so kind of you",
        "would you like that? it looks like rain, just like I said, something like that, I like it",
        "what the weather is like in Leeds",
        "so sorry, so much, so that we can help, so what's your name",
        "uh-huh uh huh uh oh um-hum",
        "what do you mean, what I mean is this, I mean it",
        "your er-2 form, her number, error",
        "only so you know",
    ],
)
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
