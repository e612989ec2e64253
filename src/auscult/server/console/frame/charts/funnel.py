"""A funnel: each agent's share by their number of conversations, within the limits of chance."""

from collections.abc import Sequence

from markupsafe import Markup
from msgspec import Struct

from auscult.domain.statistics.agents import FunnelLimit, funnel_limits
from auscult.language import gettext as _
from auscult.server.console.frame.charts._svg import at, element, group, image, line, link, text
from auscult.server.console.frame.charts.scale import Scale, ticks
from auscult.server.console.frame.reader import mark

_WHOLE = 100
_NAME, _LINE = 110.0, 15.0


class FunnelDot(Struct, frozen=True, kw_only=True):
    """One agent. ``beyond``: outside the outer limits, and named in the chart."""

    name: str
    n: int
    share: float
    shown: str
    href: str
    beyond: bool


class Centre(Struct, frozen=True, kw_only=True):
    """The agents' centre: a share of 1, with its words."""

    value: float
    shown: str
    label: str

    def limits(self, n: int) -> tuple[FunnelLimit, ...]:
        """Return the limits of chance for ``n`` conversations, inner to outer."""
        return funnel_limits(n, self.value)


def funnel(dots: Sequence[FunnelDot], around: Centre) -> Markup:
    """Draw the funnel, 760 by 320 and 340 by 260."""
    if not dots:
        return Markup("")
    return group((_draw(dots, around, is_wide=True), _draw(dots, around, is_wide=False)))


def _draw(dots: Sequence[FunnelDot], around: Centre, *, is_wide: bool) -> Markup:
    width, height = (760.0, 320.0) if is_wide else (340.0, 260.0)
    left, right, top, bottom = 44.0, width - (96 if is_wide else 12), 16.0, height - 44
    least = max(int(min(dot.n for dot in dots) * 0.7), 1)
    widest = around.limits(least)[-1]
    low, high = min(widest.low, *(dot.share for dot in dots)), max(widest.high, *(dot.share for dot in dots))
    marks = [each for each in ticks(low * 100, high * 100) if each <= _WHOLE]
    up = Scale(marks[0], marks[-1], bottom, top)
    counts = ticks(0, max(dot.n for dot in dots))
    across = Scale(0, counts[-1], left, right)
    limits = [(n, around.limits(n)) for n in _steps(least, round(counts[-1]))]
    drawn: list[Markup] = [
        _band(across, up, [(n, outer) for n, (_inner, outer) in limits], "band"),
        _band(across, up, [(n, inner) for n, (inner, _outer) in limits], "band inner"),
    ]
    drawn += [line(f"M{at(left)} {at(up(each))}H{at(right)}", "hair") for each in marks]
    drawn += [
        text(left - 8, up(each) + 4, mark(each, "%" if each == marks[-1] else ""), anchor="end") for each in marks
    ]
    drawn.append(line(f"M{at(left)} {at(up(around.value * 100))}H{at(right)}", "dash"))
    drawn += [text(across(each), bottom + 18, mark(each), anchor="middle") for each in counts]
    drawn.append(text((left + right) / 2, bottom + 36, _("conversations"), anchor="middle"))
    if is_wide:
        drawn.append(text(right + 8, up(around.value * 100) + 4, around.shown, "t2"))
    drawn += _dots(dots, across, up, right)
    return image(
        width,
        height,
        group(drawn),
        label=around.label,
        class_="chart wide" if is_wide else "chart narrow",
        role="group",
    )


def _steps(first: int, last: int) -> list[int]:
    """Return numbers of conversations from a first to a last, closer together where limits bend."""
    return sorted({round(first + (last - first) * (k / 24) ** 2) for k in range(25)})


def _band(across: Scale, up: Scale, limits: Sequence[tuple[int, FunnelLimit]], class_: str) -> Markup:
    def point_at(n: int, share: float) -> str:
        return f"{at(across(n))} {at(up(min(max(share * 100, up.low), up.high)))}"

    above = [point_at(n, limit.high) for n, limit in limits]
    below = [point_at(n, limit.low) for n, limit in limits]
    return line("M" + "L".join([*above, *reversed(below)]) + "Z", class_)


def _dots(dots: Sequence[FunnelDot], across: Scale, up: Scale, right: float) -> list[Markup]:
    """Draw every agent; names of those outside the limits are next to their dots, and do not overlap."""
    drawn: list[Markup] = []
    taken: list[tuple[float, float]] = []
    for dot in sorted(dots, key=lambda each: (each.beyond, -each.n)):
        x, y = across(dot.n), up(dot.share * 100)
        drawing = element("circle", class_="dotno" if dot.beyond else "dot", cx=x, cy=y, r=4)
        touch = element("circle", cx=x, cy=y, r=12, class_="touch")
        drawn.append(link(dot.href, f"{dot.name}: {dot.shown}", touch, drawing))
        if not dot.beyond:
            continue
        label_y = y + 4
        while any(abs(x - other) < _NAME and abs(label_y - line_) < _LINE for other, line_ in taken):
            label_y -= _LINE
        taken.append((x, label_y))
        is_left = x < right - _NAME
        drawn.append(text(x + (9 if is_left else -9), label_y, dot.name, "tno halo", None if is_left else "end"))
    return drawn
