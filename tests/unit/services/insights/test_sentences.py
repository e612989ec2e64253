"""Sentences on charts: which weeks lie outside their limits, or on one side of the mean."""

import pytest

from auscult.domain.statistics.charts import Period, laney_chart
from auscult.services.insights.sentences import limits


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        ([18, 17, 18, 19, 17], "All 5 weeks lie within their limits."),
        ([18, 17, 18, 19, 17, 18, 17, 18, 19, 18, 2], "One of 11 weeks lies outside its limits: w11."),
        (
            [*[18, 19] * 4, *[17, 16] * 4],
            "All 16 weeks lie within their limits, but at least 8 in a row, up to w16, lie on one side of the mean.",
        ),
    ],
)
def test_the_weeks_outside_are_named(passed: list[int], said: str) -> None:
    """And nothing is said of chance, which the comparison of the last week says."""
    chart = laney_chart([Period(f"w{n}", each, 20) for n, each in enumerate(passed, 1)])
    assert chart is not None
    assert limits(chart) == said
