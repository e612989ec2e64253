"""Measures of talk from the times of turns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from auscult.domain.conversation import Conversation, Event, Turn
from auscult.domain.said.speech import Span, cross_talk, pace, silences, talk_spans, talk_time_ms
from tests.strategies import conversations, timed


def test_cross_talk_is_told_with_who_came_in() -> None:
    """The side whose stretch of talk began later came in, with the turn that begins there."""
    found = cross_talk(timed(("customer", 0, 5_000), ("agent", 3_000, 9_000), ("customer", 8_500, 12_000)), 0)
    assert [(one.start_ms, one.end_ms, one.begun_by, one.turn.id) for one in found] == [
        (3_000, 5_000, "agent", "m2"),
        (8_500, 9_000, "customer", "m3"),
    ]


def test_cross_talk_shorter_than_asked_for_does_not_count() -> None:
    """The limit itself counts, one ms less does not."""
    conversation = timed(("customer", 0, 5_000), ("agent", 3_000, 9_000))
    assert len(cross_talk(conversation, 2_000)) == 1
    assert cross_talk(conversation, 2_001) == []


def test_who_begins_together_came_in_on_nobody() -> None:
    """No side is blamed for what both began."""
    (one,) = cross_talk(timed(("customer", 1_000, 4_000), ("agent", 1_000, 3_000)), 0)
    assert one.begun_by is None
    assert one.duration_ms == 2_000


def test_turns_that_touch_are_one_stretch() -> None:
    """A speaker whose talk was cut into turns did not come in anew, and one overlap is not two."""
    found = cross_talk(timed(("customer", 0, 4_000), ("customer", 4_000, 8_000), ("agent", 2_000, 6_000)), 0)
    assert [(one.start_ms, one.end_ms, one.begun_by) for one in found] == [(2_000, 6_000, "agent")]


def test_bots_and_systems_take_no_part_in_cross_talk() -> None:
    """An announcement under which somebody talks is no rudeness."""
    assert cross_talk(timed(("bot", 0, 9_000), ("agent", 1_000, 5_000), ("system", 0, 9_000)), 0) == []


def test_silence_lies_between_turns() -> None:
    """Neither before the first word nor behind the last."""
    found = silences(timed(("agent", 50_000, 51_000), ("customer", 60_000, 61_000)), 1_000)
    assert [(one.start_ms, one.end_ms, one.after.id) for one in found] == [(51_000, 60_000, "m1")]


def test_silence_as_long_as_asked_for_counts() -> None:
    """The limit itself counts, one ms less does not."""
    conversation = timed(("agent", 0, 1_000), ("customer", 31_000, 32_000))
    assert len(silences(conversation, 30_000)) == 1
    assert silences(conversation, 30_001) == []


@pytest.mark.parametrize(
    ("holds", "left"),
    [
        (((10_000, 20_000),), [(1_000, 10_000), (20_000, 31_000)]),
        (((0, 40_000),), []),
        (((10_000, 20_000), (15_000, 25_000)), [(1_000, 10_000), (25_000, 31_000)]),
        (((10_000, None),), [(1_000, 10_000)]),
        (((31_500, 33_000),), [(1_000, 31_000)]),
    ],
)
def test_hold_is_no_silence(holds: tuple[tuple[int, int | None], ...], left: list[tuple[int, int]]) -> None:
    """What lies in a hold is cut out; a hold without an end lasts until somebody talks."""
    conversation = timed(("agent", 0, 1_000), ("customer", 31_000, 32_000), holds=holds)
    assert [(one.start_ms, one.end_ms) for one in silences(conversation, 1)] == left


def test_a_turn_within_another_makes_no_silence() -> None:
    """Silence begins when the last of them ends, not the latest to begin."""
    found = silences(timed(("agent", 0, 9_000), ("customer", 1_000, 2_000), ("agent", 12_000, 13_000)), 1)
    assert [(one.start_ms, one.end_ms, one.after.id) for one in found] == [(9_000, 12_000, "m1")]


def test_a_turn_of_which_only_the_start_is_known_ends_a_silence() -> None:
    """Somebody said something there, however long it took."""
    found = silences(timed(("agent", 0, 1_000), ("customer", 5_000, None), ("agent", 9_000, 9_500)), 1)
    assert [(one.start_ms, one.end_ms) for one in found] == [(1_000, 5_000), (5_000, 9_000)]


def test_pace_is_words_by_time_of_talk() -> None:
    """Three words in each turn; talk that overlaps itself takes its time once; untimed turns are left out."""
    said = pace(
        timed(("agent", 0, 1_000), ("agent", 500, 2_000), ("agent", None, None), ("customer", 0, 9_000)), "agent"
    )
    assert said is not None
    assert (said.words, said.talk_ms, said.words_per_minute) == (6, 2_000, 180)


def test_pace_of_nobody_is_not_known() -> None:
    """Rule 12: what cannot be known is not 0."""
    assert pace(timed(("customer", 0, 1_000), ("agent", None, None), ("agent", 5_000, 5_000)), "agent") is None


@given(conversations())
def test_cross_talk_is_never_longer_than_either_talks(conversation: Conversation) -> None:
    """Each ms of it is one in which both talk."""
    total = sum(one.duration_ms for one in cross_talk(conversation, 0))
    assert total <= min(talk_time_ms(conversation, "agent"), talk_time_ms(conversation, "customer"))
    both = talk_time_ms(conversation, "agent", "customer")
    assert total == talk_time_ms(conversation, "agent") + talk_time_ms(conversation, "customer") - both


@given(conversations())
def test_silence_is_never_in_talk_nor_in_a_hold(conversation: Conversation) -> None:
    """Whoever listens there hears nobody, and is not waiting on hold."""
    busy = [*talk_spans(conversation)]
    busy += [
        Span(event.start_ms, event.end_ms)
        for event in conversation.events
        if event.type == "hold" and event.start_ms is not None and event.end_ms is not None
        if event.start_ms < event.end_ms
    ]
    for silence in silences(conversation, 1):
        assert silence.duration_ms >= 1
        assert not any(span.start_ms < silence.end_ms and silence.start_ms < span.end_ms for span in busy)


@given(conversations(), st.integers(0, 1_000_000))
def test_shifting_all_times_changes_nothing(conversation: Conversation, by_ms: int) -> None:
    """A measure knows how long things are, not when."""

    def later(time: int | None) -> int | None:
        return None if time is None else time + by_ms

    def moved(one: Turn | Event) -> Turn | Event:
        return replace(one, start_ms=later(one.start_ms), end_ms=later(one.end_ms))

    shifted = replace(
        conversation, turns=tuple(map(moved, conversation.turns)), events=tuple(map(moved, conversation.events))
    )
    assert [(one.duration_ms, one.begun_by) for one in cross_talk(shifted, 500)] == [
        (one.duration_ms, one.begun_by) for one in cross_talk(conversation, 500)
    ]
    assert [one.duration_ms for one in silences(shifted, 500)] == [
        one.duration_ms for one in silences(conversation, 500)
    ]
    assert pace(shifted, "agent") == pace(conversation, "agent")


@given(conversations(), st.randoms())
def test_order_of_the_turns_in_the_document_does_not_matter(conversation: Conversation, random: object) -> None:
    """Times say when, positions in a list do not."""
    turns = list(conversation.turns)
    random.shuffle(turns)  # type: ignore[attr-defined]
    shuffled = replace(conversation, turns=tuple(turns))
    assert [one[:3] for one in cross_talk(shuffled, 1)] == [one[:3] for one in cross_talk(conversation, 1)]
    assert [one[:2] for one in silences(shuffled, 1)] == [one[:2] for one in silences(conversation, 1)]
