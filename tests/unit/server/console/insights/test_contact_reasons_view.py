"""The sentence of the insights page on what made the difference, and where it leads."""

from datetime import UTC, datetime, timedelta

import pytest

from auscult.domain.insights.changes import Group, Kind, share
from auscult.domain.insights.drivers import Drivers
from auscult.server.console.frame.filters import FilterView
from auscult.server.console.frame.reader import Reader
from auscult.server.console.insights.contact_reasons import Compare, InsightsPageView, insights_page
from auscult.server.console.insights.failures import Answered, Failures
from auscult.services.insights.drivers import FormChange
from auscult.services.insights.overview import AllDrivers, Mean
from tests.data_files import tuples_of
from tests.unit.server.console.insights.compared import compared

UNTIL = datetime(2026, 3, 29, tzinfo=UTC)
MONTH = timedelta(days=28)
NONE = Mean(n=0, mean=None)


def page(
    now: tuple[int, int], before: tuple[int, int], *groups: Group, forms: tuple[FormChange, ...] = ()
) -> InsightsPageView:
    """Return the page of two months, of which each has so many conversations, and so many that passed."""
    drivers = AllDrivers(sentiment=Drivers(), score=Drivers(), csat=Drivers(), nps=Drivers())
    failures = Failures(weeks=[], queues={}, agents={}, ai_agents={}, names={}, answered=Answered(NONE, NONE, drivers))
    passed = compared(UNTIL, (MONTH, MONTH), (now, before), groups, forms)
    found = Compare(passed, [], failures)
    filters = FilterView(words="", chips=(), groups=(), orders=(), kept=(), all_href="")
    return insights_page(found, filters, {}, Reader(now=UNTIL), "/console")


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ((40, 40), (20, 20), "100.0% pass, as before."),
        ((40, 39), (20, 20), "97.5% pass, 2.5 points fewer than before, which could still be chance."),
        ((400, 200), (400, 380), "50.0% pass, 45.0 points fewer than before."),
    ],
)
def test_what_moved_is_said(now: tuple[int, int], before: tuple[int, int], said: str) -> None:
    """Nothing that moved is not called chance."""
    assert page(now, before).headline == said


@pytest.mark.parametrize(("groups", "said"), tuples_of(__file__, "the_group_that_moved_the_share_is_named"))
def test_the_group_that_moved_the_share_is_named(
    groups: tuple[tuple[Kind, str, tuple[int, int], tuple[int, int]], ...], said: str
) -> None:
    """With its part of the change, and with the counts behind it."""
    made = [
        Group(kind=kind, id=name, name=name, before=share(*before), now=share(*now))
        for kind, name, before, now in groups
    ]
    assert page((350, 240), (680, 600), *made).detail == said


def test_a_changed_form_is_named_first() -> None:
    """Other questions may be the whole difference."""
    detail = page((40, 39), (20, 20), forms=(FormChange(form_id="ef-a", name="Support", version=3),)).detail
    assert detail.startswith("The questions changed in between (Support, version 3):")


def test_failures_are_offered_where_there_are_any() -> None:
    """Nobody is led to an empty list."""
    assert page((40, 40), (20, 20)).failed_href == ""
    assert "outcome=failed" in page((40, 39), (20, 20)).failed_href
