"""Rule 12, samples rawdata and account_rawdata: what analysis finds, from the words of a call to the rows of both raw-data reports."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.conversation import Agent, Conversation, Turn
from auscult.storage import Store
from tests.golden.storing import TENANT, process, rows

START = datetime(2026, 3, 23, 10, tzinfo=UTC)
DAY = {"startDate": "2026-03-23", "endDate": "2026-03-23"}
SAID = (
    ("agent", "Thank you for calling, how can I help you?"),
    ("customer", "My parcel has not arrived."),
    ("agent", "I am afraid it is lost, and I cannot send another."),
    ("customer", "That is absolutely disgusting, I want to speak to your manager."),
    ("agent", "He is not available."),
    ("customer", "Then I am cancelling my contract. Goodbye."),
)
CALL = Conversation(
    id="c-unhappy",
    channel="voice",
    started_at=START,
    ended_at=datetime(2026, 3, 23, 10, 1, tzinfo=UTC),
    agents=(Agent("a-1", "Robert"),),
    turns=tuple(
        Turn(f"m{at}", speaker, text, start_ms=10_000 * at, end_ms=10_000 * at + 4_000, agent_id=None)  # type: ignore[arg-type]
        for at, (speaker, text) in enumerate(SAID)
    ),
)
FOREIGN = replace(CALL, id="c-zz-foreign", turns=(Turn("m1", "customer", "ひどいです、解約します"),))


@pytest.fixture(scope="module")
def loaded(store: Store) -> Store:
    """An unhappy call and one in Japanese, analysed; nobody has a form for them."""
    store.ensure(TENANT)
    process(store, [CALL, FOREIGN], bootstrap.evaluator(read_settings({})))
    return store


def of(store: Store, report: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The rows of the unhappy call and of the foreign one."""
    first, second = rows(store, report, **DAY)
    return first, second


def test_rawdata(loaded: Store) -> None:
    """Sample rawdata's table: the label, the score, pattern, ratio, emotions with proportion and ms."""
    found, foreign = of(loaded, "rawdata")
    assert found["sentiment"] == "negative"
    assert 1 <= found["sentimentScore"] < 4
    assert found["sentimentPattern"] == {"start": "neutral", "end": "negative"}
    assert found["sentimentRatio"] == {"positive": 0, "neutral": 33, "negative": 67}
    anger = {"emotion": "anger", "duration": 4_000, "proportion": 100, "source": "customer"}
    assert [each for each in found["emotions"] if each["source"] == "customer"] == [anger]
    assert [row["Language"] for row in (found, foreign)] == ["English", "Japanese"]
    assert foreign["sentimentScore"] is None
    assert not foreign.keys() & {"sentiment", "sentimentPattern", "sentimentRatio", "emotions"}


def test_account_rawdata(loaded: Store) -> None:
    """Sample account_rawdata: a whole score and both flags; null, and not false, where the language is not understood."""
    found, foreign = of(loaded, "account_rawdata")
    keys = ("Sentiment Score", "IsChurnRiskObserved", "IsEscalationObserved")
    assert [found[key] for key in keys[1:]] == [True, True]
    assert found["Sentiment Score"] in {2, 3}
    assert [foreign[key] for key in keys] == [None] * 3
