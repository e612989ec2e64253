"""The numbers of Home."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from auscult.server.console.frame.counts import Leads
from auscult.server.console.frame.reader import Reader
from auscult.server.console.insights.home.home_view import NumberView, pass_number
from auscult.services.insights.quality import Passed

NOW = datetime(2026, 3, 29, tzinfo=UTC)
WEEK = timedelta(days=7)


def number(now: tuple[int, int], before: tuple[int, int]) -> NumberView:
    """Show the share that passes of two weeks, each as conversations that passed and that were scored."""

    def week(until: datetime, counted: tuple[int, int]) -> Passed:
        return Passed(since=until - WEEK, until=until, passed=counted[0], scored=counted[1])

    leads = Leads(Reader(now=NOW), {}, "/console/conversations")
    return pass_number(week(NOW, now), week(NOW - WEEK, before), leads, "")


@pytest.mark.parametrize(
    ("now", "before", "figure", "sentence"),
    [
        ((3, 3), (40, 40), "3 of 3", "3 of 3 passed. Too few for a share."),
        ((9, 9), (0, 0), "9 of 9", "9 of 9 passed. Too few for a share."),
        ((0, 0), (40, 40), "\u2013", "Nothing was scored in 7 days."),
        ((19, 20), (9, 9), "95.0%", "19 of 20 passed. Too few were scored the week before to compare."),
        ((19, 20), (20, 20), "95.0%", "19 of 20 passed. Down 5.0 points, could still be chance."),
    ],
)
def test_few_conversations_have_no_share(
    now: tuple[int, int], before: tuple[int, int], figure: str, sentence: str
) -> None:
    """Below ten conversations there is neither a percentage with its margin nor a comparison with it."""
    found = number(now, before)
    assert (found.figure, re.sub(r"<[^>]*>", "", found.sentence)) == (figure, sentence)
    assert bool(found.beside) is (found.chart is not None) is figure.endswith("%")
