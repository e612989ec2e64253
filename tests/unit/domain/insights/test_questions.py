"""Questions in words: what forty of a manager are read as, and what is refused."""

from collections import Counter
from datetime import date

import pytest

from auscult.domain.insights.questions import days_before, period, read_question
from auscult.services.insights.asking import vocabulary_of
from bench.quality.asked import outcomes

KNOWN = vocabulary_of(
    {"agent": {"Ann Lee": "Ann Lee", "Bo Lee": "Bo Lee"}, "queue": {"AI": "AI"}, "metric": {"Tone": "m-tone"}}
)
TODAY = date(2026, 11, 29)


def test_forty_questions_are_understood_or_refused() -> None:
    """At least 30 as they were meant; none is answered otherwise than it was meant."""
    found = Counter(verdict for _, verdict, _ in outcomes())
    assert found["right"] >= 30
    assert found["wrong"] == 0


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("how many calls of Ann", {"agent": ("Ann Lee",), "channel": ("voice",)}),
        ("unhappy customers of Lee", {"sentiment": ("negative",)}),
        ("how many chats in queue AI", {"queue": ("AI",), "channel": ("chat",)}),
        ("scores over 90 of the AI", {"score_from": ("91",), "handled_by": ("ai",)}),
        ("how often was tone missed", {"missed": ("m-tone",)}),
    ],
)
def test_words_become_filters(text: str, query: dict[str, tuple[str, ...]]) -> None:
    """A name of two people names neither, and is not understood; one that is a word needs its kind."""
    asked = read_question(text, KNOWN, TODAY)
    assert (dict(asked.query), asked.unknown) == (query, ("lee",) if text.endswith("of Lee") else ())


@pytest.mark.parametrize("text", ["hello", "refund", "delayed parcel", "Ann", "", "the of", "\x00?*"])
def test_other_searches_are_no_questions(text: str) -> None:
    """Words to be found in conversations stay a search."""
    assert not read_question(text, KNOWN, TODAY).is_question


def test_periods_and_those_before() -> None:
    """Of whole months the months before, over the end of a year; else as many days; a month to come is of last year."""
    assert period("month", 11, TODAY) == (date(2025, 12, 1), date(2025, 12, 31))
    assert days_before(date(2026, 1, 1), date(2026, 2, 28)) == (date(2025, 11, 1), date(2025, 12, 31))
    assert days_before(date(2026, 11, 23), TODAY) == (date(2026, 11, 16), date(2026, 11, 22))
    asked = read_question("how many chats in December", KNOWN, TODAY)
    assert (asked.since, asked.last) == (date(2025, 12, 1), date(2025, 12, 31))
