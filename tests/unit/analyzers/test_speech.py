"""How the time of a call was spent."""

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from auscult.analyzers._contract import Unknown
from auscult.analyzers.speech.speech import Speech, score_of
from auscult.domain.conversation import Agent, Conversation, Customer, Event, Turn
from auscult.domain.insight import Insights
from auscult.domain.insight import Speech as Found
from tests.strategies import conversations, talk, timed


def found_in(conversation: Conversation) -> Found | Unknown:
    """What the analyzer says: times need no answers."""
    return Speech().analyze(conversation, {}, Insights())


def speech_of(conversation: Conversation) -> Found:
    """The figures of a call that has times."""
    found = found_in(conversation)
    assert isinstance(found, Found)
    return found


@given(conversations())
def test_shares_total_100(conversation: Conversation) -> None:
    """Talk ratios and silence are whole percents that total 100 (rule 12); what cannot be known has a reason."""
    found = found_in(conversation)
    if isinstance(found, Unknown):
        assert found.reason
    else:
        assert found.customer_talk_ratio + found.agent_talk_ratio + found.silence == 100
        assert min(found.customer_talk_ratio, found.agent_talk_ratio, found.silence) >= 0


@given(conversations(), st.integers(0, 1_000_000), st.randoms(use_true_random=False))
def test_neither_order_nor_the_clock_matters(conversation: Conversation, later_ms: int, chance: random.Random) -> None:
    """Shares do not depend on where turns stand in the document, nor on when the call's clock began."""

    def times_of(each: Turn | Event) -> dict[str, int]:
        given = {"start_ms": each.start_ms, "end_ms": each.end_ms}
        return {name: at + later_ms for name, at in given.items() if at is not None}

    turns = [replace(turn, **times_of(turn)) for turn in conversation.turns]
    chance.shuffle(turns)
    events = [replace(event, **times_of(event)) for event in conversation.events]
    first, second = found_in(conversation), found_in(replace(conversation, turns=tuple(turns), events=tuple(events)))
    assert isinstance(first, Found) == isinstance(second, Found)
    if isinstance(first, Found) and isinstance(second, Found):
        for name in ("customer_talk_ratio", "agent_talk_ratio", "silence"):
            assert getattr(first, name) == getattr(second, name)
        assert len(first.cross_talk) == len(second.cross_talk)
        assert len(first.dead_air) == len(second.dead_air)


@given(conversations())
def test_moments_point_at_turns_and_last_long_enough(conversation: Conversation) -> None:
    """Cross talk of 2 s and silence of 30 s are moments, each with the turn that shows it (domain: by speech)."""
    found = found_in(conversation)
    if isinstance(found, Found):
        ids = {turn.id for turn in conversation.turns}
        assert all(one.end_ms - one.start_ms >= 2_000 and one.turn_id in ids for one in found.cross_talk)
        assert all(one.end_ms - one.start_ms >= 30_000 and one.turn_id in ids for one in found.dead_air)


def test_shares_of_talk_and_silence() -> None:
    """Of 20 s the customer talks 8, the agent 6, and 6 are silent."""
    found = speech_of(timed(("customer", 1_000, 9_000), ("agent", 12_000, 18_000), ("customer", 21_000, 21_000)))
    assert (found.customer_talk_ratio, found.agent_talk_ratio, found.silence) == (40, 30, 30)


def test_a_hold_is_no_silence() -> None:
    """Holds are left out of the whole (domain: silence percent excludes hold)."""
    found = speech_of(timed(("customer", 0, 10_000), ("agent", 60_000, 70_000), holds=((10_000, 60_000),)))
    assert (found.customer_talk_ratio, found.agent_talk_ratio, found.silence) == (50, 50, 0)
    assert found.dead_air == ()


def test_a_bots_talk_is_neither_talk_nor_silence() -> None:
    """An announcement leaves customer and agent their shares."""
    found = speech_of(timed(("bot", 0, 50_000), ("customer", 50_000, 60_000), ("agent", 60_000, 70_000)))
    assert (found.customer_talk_ratio, found.agent_talk_ratio, found.silence) == (50, 50, 0)


def test_moments_have_times_and_who_came_in() -> None:
    """One talk at once, begun by the agent, and one silence."""
    found = speech_of(timed(("customer", 0, 6_000), ("agent", 3_000, 9_000), ("customer", 40_000, 41_000)))
    assert [(one.start_ms, one.end_ms, one.turn_id, one.begun_by) for one in found.cross_talk] == [
        (3_000, 6_000, "m2", "agent")
    ]
    assert [(one.start_ms, one.end_ms, one.turn_id, one.begun_by) for one in found.dead_air] == [
        (9_000, 40_000, "m2", None)
    ]


def test_everybody_who_speaks_has_a_rate() -> None:
    """The customer, then each agent in the order in which they come in."""
    turns = (
        Turn("m1", "agent", "one two three", "a-1", 0, 1_000),
        Turn("m2", "customer", "one", None, 1_000, 3_000),
        Turn("m3", "agent", "one two", "a-2", 3_000, 4_500),
        Turn("m4", "agent", "one", "a-1", 4_500, 5_000),
        Turn("m5", "agent", "[noise]", "a-3", 5_000, 5_500),
    )
    call = replace(timed(), turns=turns, customer=Customer("u-1"))
    rows = [(one.source, one.source_id, one.words, one.seconds) for one in speech_of(call).rates]
    assert rows == [("customer", "u-1", 1, 2), ("agent", "a-1", 4, 1), ("agent", "a-2", 2, 1)]


def test_a_turn_that_names_no_agent_is_the_only_ones() -> None:
    """With one agent listed there is nobody else; with two it stays open."""
    call = timed(("agent", 0, 1_000))
    for agents, known in (((Agent("a-1"),), "a-1"), ((Agent("a-1"), Agent("a-2")), None)):
        assert [one.source_id for one in speech_of(replace(call, agents=agents)).rates] == [known]


def test_a_rate_reads_as_the_vendors_sample() -> None:
    """72 words in 21.56 s are 200.38 a minute, 21 s and 10 points (rule 12: nWords, timeTaken, average, score)."""
    turn = Turn("m1", "agent", " ".join(["word"] * 72), "a-1", 0, 21_559)
    (row,) = speech_of(replace(timed(), turns=(turn,))).rates
    assert (row.words, row.seconds, row.words_a_minute, row.score) == (72, 21, Decimal("200.38"), 10)


@pytest.mark.parametrize(
    ("words_a_minute", "score"),
    [("110", 10), ("200", 10), ("100", 9), ("210", 9), ("60", 5), ("250", 5), ("10", 0), ("300", 0), ("1000", 0)],
)
def test_scores_fall_with_each_ten_words_beyond_the_range(words_a_minute: str, score: int) -> None:
    """10 is best, 0 worst."""
    assert score_of(Decimal(words_a_minute)) == score


def test_japanese_words_count_in_a_rate() -> None:
    """私|は|学生|です are four words; a language without spaces has a rate too."""
    turn = Turn("m1", "agent", "私は学生です", "a-1", 0, 2_000)
    (row,) = speech_of(replace(timed(), turns=(turn,), language="ja")).rates
    assert (row.words, row.words_a_minute) == (4, Decimal("120.00"))


@pytest.mark.parametrize(
    ("conversation", "reason"),
    [
        (talk("agent: hello", channel="chat"), "nobody speaks in a chat"),
        (talk("system: hello"), "neither customer nor agent speaks"),
        (talk("agent: hello", "customer: hi", step_ms=None), "no times are known of what the customer says"),
        (timed(("customer", 0, 1_000), ("agent", 2_000, None)), "no times are known of what the agent says"),
    ],
)
def test_says_why_it_cannot_know(conversation: Conversation, reason: str) -> None:
    """Chat, nobody, no times: null with a reason, never 0 (rule 12)."""
    assert found_in(conversation) == Unknown(reason)
