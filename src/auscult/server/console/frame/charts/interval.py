"""One figure with its interval on a line: in a panel, with the value before; in a table, small."""

from markupsafe import Markup
from msgspec import Struct

from auscult.language import gettext as _
from auscult.server.console.frame.charts._svg import at, element, image, line, text
from auscult.server.console.frame.charts.scale import Scale

_WIDTH = 320.0


class Span(Struct, frozen=True, kw_only=True):
    """A figure with its interval, on an axis from ``first`` to ``last``, and the figure of last week if it is known."""

    value: float
    low: float
    high: float
    first: float
    last: float
    before: float | None = None


def figure_line(span: Span, first_shown: str, last_shown: str) -> Markup:
    """Draw the line of a panel, 320 by 40."""
    across = Scale(span.first, span.last, 0, _WIDTH)
    drawn = [
        line(f"M0 15H{at(_WIDTH)}", "axis"),
        line(f"M{at(across(max(span.low, span.first)))} 15H{at(across(min(span.high, span.last)))}", "ci", 9),
        element("circle", class_="dotacc", cx=across(span.value), cy=15, r=4.5),
        text(0, 37, first_shown),
        text(_WIDTH, 37, last_shown, anchor="end"),
    ]
    if span.before is not None and span.first <= span.before <= span.last:
        x = across(span.before)
        drawn += [
            line(f"M{at(x)} 8v14", "tick", 1.5),
            text(min(max(x, 60), 250), 37, _("before"), anchor="middle"),
        ]
    return image(_WIDTH, 40, *drawn, class_="chart figline")


def progress(share: float, pace: float | None, pace_shown: str) -> Markup:
    """Draw the share of work that is done, and the share that should be by now."""
    drawn = [
        element("rect", class_="barq", x=0, y=10.5, width=_WIDTH, height=9, opacity=0.5),
        element("rect", class_="dotacc", x=0, y=10.5, width=min(max(share, 0), 1) * _WIDTH, height=9),
    ]
    if pace is not None:
        x = min(max(pace, 0), 1) * _WIDTH
        drawn += [line(f"M{at(x)} 6v18", "tick", 1.5), text(x, 37, pace_shown, anchor="end" if x > 80 else "start")]  # noqa: PLR2004
    return image(_WIDTH, 40, *drawn, class_="chart figline")


def small(value: float, low: float, high: float, first: float = 0.0) -> Markup:
    """Draw a share with its interval for a table, 150 by 18."""
    across = Scale(first, 1.0, 0, 150)
    return image(
        150,
        18,
        line("M0 9H150", "hair"),
        line(f"M{at(across(max(low, first)))} 9H{at(across(high))}", "ciq", 7),
        element("circle", class_="dot", cx=across(max(value, first)), cy=9, r=3.5),
        class_="chart",
        width=150,
        height=18,
    )
