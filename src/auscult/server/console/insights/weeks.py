"""The weeks of a control chart: their links and points."""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from auscult.domain.statistics.charts import BEYOND, Chart
from auscult.language import gettext as _
from auscult.server.console.frame.charts.control import ControlPoint
from auscult.server.console.frame.reader import Reader
from auscult.services.insights.quality import Passed


class WeekLead(Struct, frozen=True, kw_only=True):
    """A week, and the address of its conversations with a score."""

    span: Passed
    href: str

    @property
    def since(self) -> datetime:
        """When it begins."""
        return self.span.since


def week_points(
    chart: Chart, leads: dict[str, WeekLead], shown: Callable[[float], str], reader: Reader
) -> tuple[ControlPoint, ...]:
    """Return the points of a chart. ``leads`` has every week by name, the last one last; ``shown`` formats a value."""
    last = next(reversed(leads), None)
    points: list[ControlPoint] = []
    month = ""
    for point in chart.points:
        lead = leads[point.name]
        begins, day = reader.month(lead.since), reader.short_day(lead.since)
        is_out = BEYOND in point.signals
        points.append(
            ControlPoint(
                name=point.name,
                value=point.value,
                shown=shown(point.value),
                low=point.low,
                high=point.high,
                href=lead.href,
                at=int(lead.since.timestamp()),
                day=day,
                month=begins if begins != month else "",
                signal=(_("last week") if point.name == last else day) if is_out else "",
            )
        )
        month = begins
    return tuple(points)
