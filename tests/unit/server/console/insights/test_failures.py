"""Failures and drivers of satisfaction on the insights page, as a reader sees them."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from auscult.domain.insights.drivers import Driver, Drivers
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.templating import make_environment
from auscult.server.console.insights.failures import Answered, Failures, failures_view
from auscult.services.insights.overview import AllDrivers, Mean
from auscult.services.insights.quality import Passed

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=7)
WAIT = Driver(
    kind="wait",
    name="over 2 min",
    conversations=40,
    mean=Decimal("1.98"),
    baseline=Decimal("3.59"),
    impact=Decimal("-64.60"),
    points=Decimal("-0.32"),
    points_low=Decimal("-0.37"),
    points_high=Decimal("-0.28"),
    share=Decimal(20),
    examples=("c-1", "c-2"),
)


def counted(scored: int, failed: int) -> Passed:
    """A week in which so many failed."""
    return Passed(since=SINCE, until=UNTIL, scored=scored, passed=scored - failed)


def shown(answered: int, *drivers: Driver) -> str:
    """Return the sections."""
    none = Drivers()
    found = Failures(
        weeks=[counted(40, 10)],
        queues={"Claims": counted(20, 2), "Billing": counted(20, 8), "New": counted(9, 1), "Empty": counted(0, 0)},
        agents={"a-1": counted(10, 1), "a-2": counted(10, 4)},
        ai_agents={},
        names={"a-1": "Robert …a-1", "a-2": "Robert …a-2"},
        answered=Answered(
            Mean(n=answered, mean=Decimal("3.59") if answered else None),
            Mean(n=0, mean=None),
            AllDrivers(sentiment=none, score=none, csat=Drivers(low=drivers), nps=none),
        ),
    )
    view = failures_view(found, {"channel": ["chat"]}, Reader(now=UNTIL), "/console")
    return make_environment().get_template("insights/parts/failures.html").render(failures=view)


def words(page: str) -> str:
    """Return the words alone."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_the_most_failures_come_first_and_lead_to_their_conversations() -> None:
    """By week, queue and agent; two agents of one name have their ids' ends; a queue without scores is left out."""
    html = shown(0)
    page = words(html)
    assert page.index("Billing") < page.index("Claims")
    assert page.index("Robert …a-2") < page.index("Robert …a-1")
    assert "Empty" not in page
    assert ("40%" in page, "1 of 9" in page, "11%" in page) == (True, True, False)
    assert "1 Mar \u2013 7 Mar 10 40 25%" in page
    assert "/console/conversations?channel=chat&amp;outcome=failed&amp;agent=a-2&amp;since=2026-03-01" in html
    assert "No customer answered a survey in this period." in page


def test_a_driver_has_its_interval_and_its_conversations() -> None:
    """In points of the mean, with the share; what is chance is said so."""
    html = shown(200, WAIT)
    page = words(html)
    assert "CSAT 3.59 of 200 answers." in page
    assert "Wait: over 2 min CSAT \u22120.32 \u22120.37 to \u22120.28 1.98 40 20%" in page
    assert "/console/conversations/c-2" in html
    assert "Nothing differs by more than chance" in shown(200)
