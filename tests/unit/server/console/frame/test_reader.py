"""Numbers as the reader of a page writes them."""

from datetime import UTC, datetime

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
