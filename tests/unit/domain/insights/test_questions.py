"""Questions in words: what forty of a manager are read as, and what is refused."""

from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest

from auscult.domain.insights.periods import days_before, period
from auscult.domain.insights.questions import Asked, read_question
from auscult.services.insights.asking import vocabulary_of
from bench.quality.asked import TRADE, outcomes, unseen
from tests.data_files import tuples_of

KNOWN = vocabulary_of(
    {
        "agent": {"Ann Lee": "Ann Lee", "Bo Lee": "Bo Lee"},
        "queue": {"AI": "AI", "Desk": "Desk"},
        "metric": {"Tone": "m-tone"},
        "intent": {each: each for each in ("check refund status", "lost card", "replace card")},
    }
)
TODAY = date(2026, 11, 29)


def test_twenty_questions_of_another_trade_are_understood() -> None:
    """Or refused, where they ask for what no data has."""
    assert {verdict for _, verdict, _ in unseen("trade", TRADE)} == {"right"}


@pytest.mark.parametrize(("answered", "most_wrong"), [(outcomes, 0), (unseen, 1)])
def test_forty_questions_are_understood_or_refused(
    answered: Callable[[], list[tuple[str, str, Asked]]], most_wrong: int
) -> None:
    """At least 30 as they were meant; of our own none is answered otherwise, of those of others at most one."""
    found = Counter(verdict for _, verdict, _ in answered())
    assert found["right"] >= 30
    assert found["wrong"] <= most_wrong


@pytest.mark.parametrize(("text", "query"), tuples_of(__file__, "filters"))
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


@pytest.mark.parametrize(("text", "days"), tuples_of(__file__, "days"))
def test_days_in_words(text: str, days: tuple[str, str]) -> None:
    """Rolling, whole, and between two; every word of them has its meaning."""
    asked = read_question(text, KNOWN, TODAY)
    assert (asked.since, asked.last) == tuple(map(date.fromisoformat, days))
    assert (asked.unknown, asked.missing) == ((), ())


@pytest.mark.parametrize(
    "text",
    [
        "pass rate in March and November",
        "compare August with November",
        "pass rate from September to February",
        "pass rate from Friday to Monday",
    ],
)
def test_periods_apart_are_refused(text: str) -> None:
    """They are neither one period nor one and that before it; of a range the later end would be the earlier one."""
    assert read_question(text, KNOWN, TODAY).missing == ("several periods",)


@pytest.mark.parametrize(("text", "figure", "by"), tuples_of(__file__, "groups"))
def test_groups_are_counted_where_an_outcome_is_asked_for(text: str, figure: str, by: str) -> None:
    """Else they have their pass rate."""
    asked = read_question(text, KNOWN, TODAY)
    assert (asked.figure, asked.by, asked.unknown, asked.missing) == (figure, by, (), ())


def test_a_word_that_one_reason_has_is_that_reason() -> None:
    """One that several have is none of them."""
    assert read_question("how many refund questions", KNOWN, TODAY).query == {"intent": ("check refund status",)}
    assert read_question("how many card questions", KNOWN, TODAY).unknown == ("card",)


@pytest.mark.parametrize(("text", "query", "figure"), tuples_of(__file__, "slips"))
def test_slips_short_forms_and_negations(text: str, query: dict[str, tuple[str, ...]], figure: str) -> None:
    """A slip of the keyboard is the one word that it can be; a ``not`` is of a metric, or of what has an opposite."""
    asked = read_question(text, KNOWN, TODAY)
    assert dict(asked.query) == query
    assert asked.figure == figure


def test_a_negation_of_anything_else_is_not_understood() -> None:
    """So that nothing is counted the other way round."""
    assert "not" in read_question("how many chats were not escalated", KNOWN, TODAY).unknown
    assert "not" in read_question("how many customers are not unhappy", KNOWN, TODAY).unknown


def test_a_trend_without_days_is_that_of_four_weeks() -> None:
    """And the words of an ordinary search stay one, also where a slip could make them another."""
    asked = read_question("escalation trend", KNOWN, TODAY)
    assert (asked.since, asked.last, asked.is_question) == (date(2026, 11, 2), TODAY, True)
    assert not read_question("thank you", KNOWN, TODAY).is_question
