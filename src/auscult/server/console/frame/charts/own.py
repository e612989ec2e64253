"""One person's rate by period, each with its interval, in front of the band of their team."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from markupsafe import Markup
from msgspec import Struct

from auscult.server.console.frame.charts._svg import at, element, group, image, line, link, text
from auscult.server.console.frame.charts.scale import Scale, ticks
from auscult.server.console.frame.reader import mark


class OwnPoint(Struct, frozen=True, kw_only=True):
    """One period: its day on the axis, the person's share with its interval, None without one, and the band, if any.

    ``label`` describes the point in words, ``href`` opens its conversations. ``is_small``: of so few conversations that
    the line leaves it out.
    """

    day: str
    label: str
    href: str
    value: float | None
    low: float
    high: float
    band: tuple[float, float] | None
    is_small: bool = False


class _Frame(Struct, frozen=True):
    width: float
    height: float
    right: float
    bottom: float
    every: int


_WIDE = _Frame(700, 236, 600, 200, 1)
_NARROW = _Frame(330, 206, 322, 170, 3)
_LEFT, _TOP, _WHOLE = 40.0, 14.0, 100


def own_trend(points: Sequence[OwnPoint], said: tuple[str, str], label: str) -> Markup:
    """Draw the chart twice, for a wide window and for a narrow one. ``said``: the words at the line and at the band."""
    if all(each.value is None for each in points):
        return Markup("")
    return group((_draw(points, said, label, _WIDE), _draw(points, said, label, _NARROW)))


def _draw(points: Sequence[OwnPoint], said: tuple[str, str], label: str, frame: _Frame) -> Markup:
    known = [each for each in points if each.value is not None]
    lows = [min(each.low, each.band[0] if each.band else 1.0) for each in known]
    marks = ticks(min(lows) * _WHOLE, _WHOLE, 4)
    up = Scale(marks[0], marks[-1], frame.bottom, _TOP)
    across = Scale(-0.5, len(points) - 0.5, _LEFT, frame.right)
    own = [(across(n), up(each.value * _WHOLE)) for n, each in enumerate(points) if each.value is not None]
    joined = [
        (across(n), up(each.value * _WHOLE))
        for n, each in enumerate(points)
        if each.value is not None and not each.is_small
    ]
    drawn = [
        group(line(f"M{at(_LEFT)} {at(up(each))}H{at(frame.right)}", "hair") for each in marks),
        group(
            text(_LEFT - 6, up(each) + 4, mark(each, "%" if each == marks[-1] else ""), anchor="end") for each in marks
        ),
        group(_bands(points, across, up)),
        group(
            line(f"M{at(across(n))} {at(up(each.high * _WHOLE))}V{at(up(each.low * _WHOLE))}", "ci", 8)
            for n, each in enumerate(points)
            if each.value is not None
        ),
        line("M" + "L".join(f"{at(x)} {at(y)}" for x, y in joined), "ln2") if len(joined) > 1 else Markup(""),
        group(_dot(each, across(n), up) for n, each in enumerate(points) if each.value is not None),
        group(
            text(across(n), frame.bottom + 22, each.day, anchor="middle")
            for n, each in enumerate(points)
            if n % frame.every == 0
        ),
    ]
    if frame is _WIDE:
        drawn.append(_words(points, said, own[-1][1], frame, up))
    kind = "chart wide" if frame is _WIDE else "chart narrow"
    return image(frame.width, frame.height, *drawn, label=label, class_=kind, role="group")


def _bands(points: Sequence[OwnPoint], across: Scale, up: Scale) -> Iterator[Markup]:
    """Yield an area for each run of periods that have a band; it is as wide as the periods are."""
    for has_band, run in groupby(enumerate(points), key=lambda each: each[1].band is not None):
        found = [(n, each.band) for n, each in run if each.band is not None]
        if not has_band:
            continue
        ends = [(found[0][0] - 0.35, found[0][1]), *found, (found[-1][0] + 0.35, found[-1][1])]
        above = [f"{at(across(x))} {at(up(band[1] * _WHOLE))}" for x, band in ends]
        below = [f"{at(across(x))} {at(up(band[0] * _WHOLE))}" for x, band in reversed(ends)]
        yield line("M" + "L".join([*above, *below]) + "Z", "teamband")


def _dot(point: OwnPoint, x: float, up: Scale) -> Markup:
    y = up((point.value or 0) * _WHOLE)
    drawn = (
        element("circle", cx=x, cy=y, r=12, class_="touch"),
        element("circle", class_="dotacc", cx=x, cy=y, r=4.5),
    )
    return link(point.href, point.label, *drawn)


def _words(points: Sequence[OwnPoint], said: tuple[str, str], y: float, frame: _Frame, up: Scale) -> Markup:
    """Return the words at the right: of the line, and of the band if it reaches the last period."""
    own, team = said
    found = [text(frame.right + 8, y + 4, own, "tacc")]
    band = points[-1].band
    if band is not None:
        middle = up((band[0] + band[1]) / 2 * _WHOLE) + 4
        close = 16.0
        middle = middle if abs(middle - y - 4) >= close else y + 4 + close
        found.append(text(frame.right + 8, middle, team, "t2"))
    return group(found)
