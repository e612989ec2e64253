"""The sentence of the insights page on what made the difference, and where it leads."""

from datetime import UTC, datetime, timedelta

import pytest

from auscult.domain.insights.drivers import Drivers
from auscult.server.console.frame.filters import FilterView
from auscult.server.console.frame.reader import Reader
from auscult.server.console.insights.contact_reasons_view import Compare, InsightsPageView, insights_page
from auscult.server.console.insights.failures import Answered, Failures
from auscult.services.insights.changes import Compared
from auscult.services.insights.overview import AllDrivers, Mean
from auscult.services.insights.quality import Passed

UNTIL = datetime(2026, 3, 29, tzinfo=UTC)
MONTH = timedelta(days=28)
NONE = Mean(n=0, mean=None)


def page(now: tuple[int, int], before: tuple[int, int]) -> InsightsPageView:
    """Return the page of two months, of which each has so many conversations, and so many that passed."""

    def month(until: datetime, counted: tuple[int, int]) -> Passed:
        return Passed(since=until - MONTH, until=until, scored=counted[0], passed=counted[1])

    drivers = AllDrivers(sentiment=Drivers(), score=Drivers(), csat=Drivers(), nps=Drivers())
    failures = Failures(weeks=[], queues={}, agents={}, names={}, answered=Answered(NONE, NONE, drivers))
    compared = Compared(since=UNTIL - MONTH, until=UNTIL, before=MONTH)
    found = Compare(compared, month(UNTIL, now), month(UNTIL - MONTH, before), [], [], failures)
    filters = FilterView(words="", chips=(), groups=(), orders=(), kept=(), all_href="")
    return insights_page(found, filters, {}, Reader(now=UNTIL), "/console")


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ((40, 40), (20, 20), "100.0% pass, as before."),
        ((40, 39), (20, 20), "97.5% pass. The change of 2.5 points could still be chance."),
        ((400, 200), (400, 380), "50.0% pass, 45.0 points fewer than before."),
    ],
)
def test_what_moved_is_said(now: tuple[int, int], before: tuple[int, int], said: str) -> None:
    """Nothing that moved is not called chance."""
    assert page(now, before).headline == said


def test_failures_are_offered_where_there_are_any() -> None:
    """Nobody is led to an empty list."""
    assert page((40, 40), (20, 20)).failed_href == ""
    assert "outcome=failed" in page((40, 39), (20, 20)).failed_href
