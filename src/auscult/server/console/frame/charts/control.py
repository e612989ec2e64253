"""A control chart: a share by period within its limits, points outside in red with their value."""

from collections.abc import Sequence

from markupsafe import Markup
from msgspec import Struct

from auscult.language import gettext as _
from auscult.server.console.frame.charts._svg import at, element, group, image, line, link, text
from auscult.server.console.frame.charts.scale import Scale, ticks
from auscult.server.console.frame.reader import mark


class ControlPoint(Struct, frozen=True, kw_only=True):
    """One period: its name, its share, its limits (shares of 1), its link, and the month that begins with it.

    ``at`` is its beginning in seconds since the epoch, ``day`` its short name on an axis with room for each period.
    ``signal`` is the text at a point outside its limits; ``marker`` names a change that took effect with this period.
    """

    name: str
    value: float
    shown: str
    low: float
    high: float
    href: str
    at: int = 0
    day: str = ""
    month: str = ""
    signal: str = ""
    marker: str = ""


class _Frame(Struct, frozen=True):
    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float


_WIDE = _Frame(760, 270, 44, 664, 18, 236)
_NARROW = _Frame(320, 230, 44, 254, 18, 196)
_NARROW_POINTS = 12
_LEAST_SPAN = 0.04


class Centre(Struct, frozen=True, kw_only=True):
    """The centre line of the points: a share of 1, and its words; ``label`` describes the chart in words.

    ``unit`` follows the highest number of the axis.
    """

    value: float
    shown: str
    label: str
    unit: str = "%"


def control(points: Sequence[ControlPoint], around: Centre) -> Markup:
    """Draw the chart twice: for a wide window, and the last twelve periods for a narrow one."""
    if not points:
        return Markup("")
    return group((_draw(points, around, _WIDE), _draw(points[-_NARROW_POINTS:], around, _NARROW)))


def _draw(points: Sequence[ControlPoint], around: Centre, frame: _Frame) -> Markup:
    centre = around.value
    marks = _marks(points)
    up = Scale(marks[0], marks[-1], frame.bottom, frame.top)
    across = Scale(0, max(len(points) - 1, 1), frame.left, frame.right)
    points_at = [(across(n), up(point.value * 100)) for n, point in enumerate(points)]
    end = frame.right + 10
    said = [text(end, up(points[-1].high * 100) + 4, _("limits"))]
    if frame is _WIDE:
        said.append(text(end, up(centre * 100) + 4, around.shown, "t2 halo"))
    return image(
        frame.width,
        frame.height,
        _band(points, across, up),
        _grid(marks, frame, up, around.unit),
        line(f"M{at(frame.left)} {at(up(centre * 100))}H{at(frame.right)}", "dash"),
        _markers(points, across, frame),
        line("M" + "L".join(f"{at(x)} {at(y)}" for x, y in points_at), "ln"),
        line(f"M{at(frame.left)} {at(frame.bottom)}H{at(frame.right)}", "axis"),
        _months(points, across, frame),
        group(_dot(point, x, y, frame) for point, (x, y) in zip(points, points_at, strict=True)),
        group(said),
        label=around.label,
        class_="chart wide" if frame is _WIDE else "chart narrow",
        role="group",
    )


def _marks(points: Sequence[ControlPoint]) -> list[float]:
    low = min(min(point.value, point.low) for point in points)
    high = max(max(point.value, point.high) for point in points)
    if high - low < _LEAST_SPAN:
        low, high = max(low - _LEAST_SPAN / 2, 0), min(high + _LEAST_SPAN / 2, 1)
    return ticks(low * 100, high * 100)


def _band(points: Sequence[ControlPoint], across: Scale, up: Scale) -> Markup:
    above = [f"{at(across(n))} {at(up(point.high * 100))}" for n, point in enumerate(points)]
    below = [f"{at(across(n))} {at(up(point.low * 100))}" for n, point in enumerate(points)]
    return line("M" + "L".join([*above, *reversed(below)]) + "Z", "band")


def _grid(marks: Sequence[float], frame: _Frame, up: Scale, unit: str) -> Markup:
    lines = [line(f"M{at(frame.left)} {at(up(each))}H{at(frame.right)}", "hair") for each in marks[1:]]
    names = [
        text(frame.left - 8, up(each) + 4, mark(each, unit if each == marks[-1] else ""), anchor="end")
        for each in marks
    ]
    return group([*lines, *names])


def _markers(points: Sequence[ControlPoint], across: Scale, frame: _Frame) -> Markup:
    found = [
        group(
            (
                line(f"M{at(across(n))} {at(frame.top)}V{at(frame.bottom)}", "dash"),
                text(across(n) + 6, frame.top + 11, point.marker, "t2 halo"),
            )
        )
        for n, point in enumerate(points)
        if point.marker
    ]
    return group(found)


def _months(points: Sequence[ControlPoint], across: Scale, frame: _Frame) -> Markup:
    found = [
        group(
            (
                line(f"M{at(across(n))} {at(frame.bottom)}v5", "axis"),
                text(across(n), frame.bottom + 18, point.month),
            )
        )
        for n, point in enumerate(points)
        if point.month
    ]
    return group(found)


def _dot(point: ControlPoint, x: float, y: float, frame: _Frame) -> Markup:
    is_out = bool(point.signal)
    drawn = [
        element("circle", cx=x, cy=y, r=12, class_="touch"),
        element("circle", class_="dotno" if is_out else "dot", cx=x, cy=y, r=5 if is_out else 2.6),
    ]
    found = link(point.href, f"{point.name}: {point.shown}", *drawn)
    if not is_out:
        return found
    is_last = x > frame.right - 1
    label_x = x + 10 if is_last else x
    is_low = y > (frame.top + frame.bottom) / 2
    beyond = y + 20 if is_low else y - 10
    said = [text(label_x, y + 1 if is_last else beyond, point.shown, "tno big halo", None if is_last else "middle")]
    if is_last:
        said.append(text(label_x, y + 17, point.signal))
    return group((found, *said))
