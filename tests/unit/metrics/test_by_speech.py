"""How people talk: limits, instances, and what cannot be known."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Verdict
from auscult.metrics.by_speech import BySpeech, Settings
from tests.data_files import data_of
from tests.strategies import conversations, timed

METRIC = BySpeech()


def judge(conversation: Conversation, **written: Any) -> Verdict:
    """Judge by settings as a form writes them."""
    read = msgspec.convert(written, Settings, strict=False)
    assert METRIC.problems(read) == ()
    return METRIC.judge(read, conversation, {})


OVERLAPS = timed(
    ("customer", 0, 5_000), ("agent", 3_000, 9_000), ("customer", 6_500, 12_000), ("agent", 11_500, 13_000)
)


@pytest.mark.parametrize(("written", "qualification", "instances"), data_of(__file__, "cross_talk"))
def test_cross_talk(written: dict[str, Any], qualification: str, instances: list[list[int]]) -> None:
    """From 2 s by default, none allowed by default; of the agent alone on request."""
    verdict = judge(OVERLAPS, measure="cross_talk", **written)
    assert verdict.qualification == qualification
    assert [[one.start_ms, one.end_ms] for one in verdict.evidence] == (instances or [[None, None]])
    assert instances or verdict.evidence[0].why.startswith("0 × ")  # noqa: RUF001 a sign, not a letter


def test_cross_talk_evidence_names_the_turn_that_came_in() -> None:
    """The words that were said into the other's, and who said them."""
    first, second = judge(OVERLAPS, measure="cross_talk").evidence
    assert (first.turn_id, first.text, first.why) == ("m2", "one two three", "both talk for 2 s, the agent came in")
    assert (second.turn_id, second.why) == ("m3", "both talk for 2.5 s, the customer came in")


QUIET = timed(("agent", 0, 1_000), ("customer", 31_000, 32_000), ("agent", 72_000, 73_000), holds=((80_000, 90_000),))


@pytest.mark.parametrize(("written", "qualification", "instances"), data_of(__file__, "dead_air"))
def test_dead_air(written: dict[str, Any], qualification: str, instances: list[list[int]]) -> None:
    """From 30 s by default, none allowed by default; one beyond max_duration is one too many."""
    verdict = judge(QUIET, measure="dead_air", **written)
    assert verdict.qualification == qualification
    assert [[one.start_ms, one.end_ms] for one in verdict.evidence] == (instances or [[None, None]])
    assert instances or verdict.evidence[0].why.startswith("0 × ")  # noqa: RUF001 a sign, not a letter


def test_hold_is_not_dead_air() -> None:
    """Who was asked to wait is not left alone."""
    held = timed(("agent", 0, 1_000), ("customer", 61_000, 62_000), holds=((2_000, 60_000),))
    assert judge(held, measure="dead_air", min_duration="2s").qualification == "YES"


@pytest.mark.parametrize(("written", "qualification"), data_of(__file__, "speaking_rate"))
def test_speaking_rate(written: dict[str, Any], qualification: str) -> None:
    """The agent's by default: 6 words in 3 s are 120 a minute; the limits themselves are within."""
    conversation = timed(("agent", 0, 2_000), ("agent", 5_000, 6_000), ("customer", 10_000, 13_000))
    verdict = judge(conversation, measure="speaking_rate", **written)
    assert verdict.qualification == qualification
    assert " words a minute: " in verdict.evidence[0].why


@pytest.mark.parametrize(
    ("measure", "conversation", "reason"),
    [
        ("cross_talk", timed(("agent", 0, 9)), "the customer never speaks"),
        (
            "cross_talk",
            timed(("agent", 0, 9), ("customer", None, None)),
            "no times are known of what the customer says",
        ),
        ("cross_talk", timed(), "the agent never speaks"),
        ("dead_air", timed(), "nobody speaks"),
        ("dead_air", timed(("agent", 0, 9), ("customer", None, None)), "fewer than two turns have times"),
        ("dead_air", timed(("system", 0, 9), ("system", 90_000, 90_009)), "nobody speaks but a system"),
        ("speaking_rate", timed(("customer", 0, 9)), "the agent never speaks"),
        ("speaking_rate", timed(("agent", 5, 5)), "no times are known of what the agent says"),
    ],
)
def test_what_cannot_be_known_is_not_judged(measure: str, conversation: Conversation, reason: str) -> None:
    """Rule 12: NA with the reason, never a figure out of nothing."""
    limits = {"min_words_per_minute": 1} if measure == "speaking_rate" else {}
    verdict = judge(conversation, measure=measure, **limits)
    assert (verdict.qualification, verdict.reason) == ("NA", reason)


def test_turns_left_out_are_counted() -> None:
    """A verdict on part of the talk says so."""
    conversation = timed(("agent", 0, 9), ("customer", 20, 30), ("agent", None, None))
    assert judge(conversation, measure="dead_air").reason.endswith("(1 of 3 turns have no times and are left out)")


@pytest.mark.parametrize(
    ("written", "field", "reason"), data_of(__file__, "problems_say_where_and_what_would_be_right")
)
def test_problems_say_where_and_what_would_be_right(written: dict[str, Any], field: str, reason: str) -> None:
    """Every fault of the settings has its path and its remedy."""
    found = METRIC.problems(msgspec.convert(written, Settings, strict=False))
    assert [where for where, _ in found] == [field]
    assert reason in found[0][1]


@given(conversations(), st.integers(1, 60), st.integers(0, 3))
def test_asking_for_less_never_fails_more(conversation: Conversation, seconds: int, allowed: int) -> None:
    """A longer silence to begin with, or one more allowed, turns no YES into NO."""

    def passes(min_duration: int, max_instances: int) -> bool:
        written = {"measure": "dead_air", "min_duration": min_duration, "max_instances": max_instances}
        return judge(conversation, **written).qualification != "NO"

    assert passes(seconds + 1, allowed) >= passes(seconds, allowed)
    assert passes(seconds, allowed + 1) >= passes(seconds, allowed)
