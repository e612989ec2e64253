"""The numbers of Home."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from auscult.domain.insights.changes import Group, share
from auscult.server.console.frame.counts import Leads
from auscult.server.console.frame.reader import Reader
from auscult.server.console.insights.home.home_view import NumberView, pass_number
from tests.data_files import tuples_of
from tests.unit.server.console.insights.compared import compared

NOW = datetime(2026, 3, 29, tzinfo=UTC)
WEEK = timedelta(days=7)


def number(now: tuple[int, int], before: tuple[int, int], *groups: Group) -> NumberView:
    """Show the share that passes of a week and four before, each as conversations that were scored and that passed."""
    leads = Leads(Reader(now=NOW), {}, "/console/conversations")
    return pass_number(compared(NOW, (WEEK, 4 * WEEK), (now, before), groups), leads, "", names_cause=True)


@pytest.mark.parametrize(
    ("now", "before", "figure", "sentence"), tuples_of(__file__, "few_conversations_have_no_share")
)
def test_few_conversations_have_no_share(
    now: tuple[int, int], before: tuple[int, int], figure: str, sentence: str
) -> None:
    """Below ten conversations there is neither a percentage with its margin nor a comparison with it."""
    found = number(now, before)
    assert (found.figure, re.sub(r"<[^>]*>", "", found.sentence)) == (figure, sentence)
    assert bool(found.beside) is (found.chart is not None) is figure.endswith("%")


def test_the_group_that_moved_it_is_named() -> None:
    """As Insights and Overview do: a reader of Home need not open them to know."""
    groups = [
        Group(kind="queue", id=name, name=name, before=share(*before), now=share(*now))
        for name, before, now in (("store", (0, 0), (0, 70)), ("desk", (600, 680), (240, 280)))
    ]
    found = number((350, 240), (680, 600), *groups)
    assert "19.7 points fewer than in the four weeks before." in found.sentence
    assert "17.5 of the 19.7 points come from Store, which is new: 0 of 70 pass." in found.sentence
