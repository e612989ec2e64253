"""Emotions by side, their shares and how long they lasted."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from auscult.analyzers.sentiment.emotions import AGENT, CUSTOMER, agent_emotion
from auscult.domain.conversation import Turn
from auscult.engines._contract import Engine
from tests.data_files import data_of
from tests.unit.analyzers.conversations import analyzed, conversation, conversations, talk


@given(asked=conversations())
def test_shares_total_100_and_the_most_frequent_comes_first(engines: Mapping[type, Engine], asked: Any) -> None:
    """Proportion is by count, two decimals (rule 12), and each side's total 100 where it feels anything."""
    emotions = analyzed(asked, engines).emotions
    if emotions is None:
        return
    for side, names in ((emotions.customer, CUSTOMER), (emotions.agent, AGENT)):
        assert not side or sum(one.proportion for one in side) == 100
        assert [len(one.turns) for one in side] == sorted((len(one.turns) for one in side), reverse=True)
        assert len({turn for one in side for turn in one.turns}) == sum(len(one.turns) for one in side)
        assert {one.emotion for one in side} <= set(names)
        assert all(one.proportion == one.proportion.quantize(Decimal("0.01")) for one in side)


def test_duration_is_zero_for_chat_and_unknown_without_times(engines: Mapping[type, Engine]) -> None:
    """Ms for voice, 0 for chat (rule 12), null where no times are known."""
    angry = Turn(id="m1", speaker="customer", text="this is a disgrace", start_ms=1_000, end_ms=4_500)
    untimed = Turn(id="m1", speaker="customer", text="this is a disgrace")
    found = [
        analyzed(conversation([turn], channel=channel), engines).emotions
        for turn, channel in ((angry, "voice"), (angry, "chat"), (untimed, "voice"))
    ]
    assert [one.customer[0].duration_ms for one in found if one] == [3_500, 0, None]


def test_two_of_three_are_66_67_percent(engines: Mapping[type, Engine]) -> None:
    """As in the vendor's sample."""
    emotions = analyzed(
        talk("C: this is ridiculous", "A: sorry to hear that", "C: i'm furious", "A: let me see", "C: i'm so confused"),
        engines,
    ).emotions
    assert emotions is not None
    assert [(one.emotion, one.proportion) for one in emotions.customer] == [
        ("anger", Decimal("66.67")),
        ("confusion", Decimal("33.33")),
    ]
    assert [one.emotion for one in emotions.agent] == ["empathy"]


@pytest.mark.parametrize(("text", "emotion"), data_of(__file__, "agents_feel_too"))
def test_agents_feel_too(text: str, emotion: str | None) -> None:
    """Politeness is no feeling."""
    assert agent_emotion(text) == emotion
