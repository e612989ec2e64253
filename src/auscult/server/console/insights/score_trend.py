"""The trend of the mean score: a chart within its limits, and its weeks as a table."""

from collections.abc import Sequence

from markupsafe import Markup
from msgspec import Struct

from auscult.domain.statistics.charts import Mean, mean_chart
from auscult.language import gettext as _
from auscult.server.console.frame.charts.control import Centre, control
from auscult.server.console.frame.charts.trend import series
from auscult.server.console.frame.counts import WITH_SCORE, CountView, Leads
from auscult.server.console.insights.weeks import WeekLead, week_points
from auscult.services.insights.sentences import limits

_WHOLE = 100


class ScoreRow(Struct, frozen=True, kw_only=True):
    """One line of the table next to the chart."""

    name: str
    scored: CountView
    mean: str
    limits: str


class ScoreTrend(Struct, frozen=True, kw_only=True):
    """The card. ``series`` are the figures of ``chart`` for the script that zooms; ``said`` is its meaning in words."""

    chart: Markup
    series: str
    rows: tuple[ScoreRow, ...]
    mean: str
    said: str


def score_trend(means: Sequence[Mean], weeks: dict[str, WeekLead], leads: Leads) -> ScoreTrend | None:
    """Show the mean scores of weeks, the oldest first, with the weeks by name; None without a score."""
    chart, reader = mean_chart(means), leads.reader
    if chart is None:
        return None

    def shown(share: float) -> str:
        return reader.number(share * _WHOLE, 1)

    around = Centre(
        value=chart.centre,
        shown=_("mean {share}").format(share=shown(chart.centre)),
        label=_("Mean score by week, around {score}. {said}").format(score=shown(chart.centre), said=limits(chart)),
        unit="",
    )
    points = week_points(chart, weeks, shown, reader)
    return ScoreTrend(
        chart=control(points, around),
        series=series(points, around),
        rows=tuple(
            ScoreRow(
                name=point.name,
                scored=leads.number(point.n, weeks[point.name].span, outcome=WITH_SCORE),
                mean=shown(point.value),
                limits=_("{low} to {high}").format(low=shown(point.low), high=shown(point.high)),
            )
            for point in reversed(chart.points)
        ),
        mean=around.shown,
        said=limits(chart),
    )
