"""Numbers as the reader of a page writes them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from auscult.domain.statistics.intervals import Figure, wilson_figure
from auscult.language import speaking
from auscult.server.console.frame.reader import Reader


@pytest.mark.parametrize(
    ("figure", "english", "german"),
    [
        (wilson_figure(29, 29), "88 to 100", "88 bis 100"),
        (wilson_figure(0, 29), "0 to 12", "0 bis 12"),
        (Figure(value=0.967, low=0.833, high=0.994), "83 to 99", "83 bis 99"),
        (Figure(value=0.92, low=0.899, high=0.941), "\u00b1\u202f2.1", "\u00b1\u202f2,1"),
    ],
)
def test_no_interval_passes_0_or_100_percent(figure: Figure, english: str, german: str) -> None:
    """Where half its width on either side would, both ends are written instead."""
    now = datetime(2026, 3, 30, tzinfo=UTC)
    assert Reader(now=now).interval(figure) == english
    with speaking("de"):
        assert Reader(language="de", now=now).interval(figure) == german


def test_ends_that_read_alike_are_one_number() -> None:
    """There is no "100 to 100", and no end beyond 0 or 100 percent."""
    reader = Reader(now=datetime(2026, 3, 30, tzinfo=UTC))
    assert reader.ends(0.998, 1.004) == "100"
    assert reader.ends(-0.02, 0.31, with_sign=True) == "0% to 31%"
    assert reader.interval(Figure(value=1.0, low=0.998, high=1.0)) == "100"


@pytest.mark.parametrize(("now", "days"), [("2026-04-10", 28), ("2026-10-29", 7)])
def test_days_before_the_end_of_today_begin_at_midnight(now: str, days: int) -> None:
    """Also across a change of the clocks: else a period begins and ends an hour within a day."""
    reader = Reader(timezone=ZoneInfo("Europe/Berlin"), now=datetime.fromisoformat(f"{now}T12:00:00+00:00"))
    local = reader.local((reader.end_of_today - timedelta(days=days)).astimezone(UTC))
    assert (local.hour, local.date()) == (0, reader.today - timedelta(days=days - 1))
