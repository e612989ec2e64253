"""Our speech figures beside Amazon's own for the same two calls (docs/reference/metrics/by_speech.md)."""

from pathlib import Path

import msgspec
import pytest

from auscult.domain.conversation import Conversation
from auscult.domain.said.speech import cross_talk, pace, silences

CALLS = Path(__file__).parents[2] / "examples" / "conversations" / "acted_calls.ndjson"


@pytest.fixture(scope="module")
def calls() -> list[Conversation]:
    """The acted calls: one analysed by Transcribe Call Analytics, one by Bedrock Data Automation."""
    return [msgspec.json.decode(line, type=Conversation) for line in CALLS.read_bytes().splitlines()]


def test_words_are_those_amazon_counts(calls: list[Conversation]) -> None:
    """323 and 139 pronounced items of the first call by side, 737 words in all of the second."""
    words = [[said.words for side in ("agent", "customer") if (said := pace(call, side))] for call in calls]
    assert words[0] == [323, 139]
    assert sum(words[1]) == 737


def test_pace_is_near_amazons(calls: list[Conversation]) -> None:
    """Amazon takes the time of sentences, 193 and 135 words a minute; ours is that of turns, pauses between them too."""
    agent, customer = pace(calls[0], "agent"), pace(calls[0], "customer")
    assert agent is not None
    assert customer is not None
    assert 160 < agent.words_per_minute < 193
    assert 120 < customer.words_per_minute < 135
    assert agent.talk_ms > 104_349
    assert customer.talk_ms > 63_790


def test_amazons_interruptions_are_among_our_cross_talk(calls: list[Conversation]) -> None:
    """Two by the agent, at 18.740 s for 2.120 s and at 166.440 s for 2.220 s or more."""
    found = {one.start_ms: one for one in cross_talk(calls[0], 2_000)}
    assert found[18_740].duration_ms == 2_120
    assert found[166_440].duration_ms >= 2_220
    assert {one.begun_by for one in found.values()} == {"agent"}


def test_no_non_talk_time(calls: list[Conversation]) -> None:
    """Amazon tells silences from 3 s on, and tells none here."""
    assert silences(calls[0], 3_000) == []
