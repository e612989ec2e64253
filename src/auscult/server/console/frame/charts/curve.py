"""The gain of more audits: half the width of the interval against their number."""

from collections.abc import Sequence

from markupsafe import Markup

from auscult.language import gettext as _
from auscult.server.console.frame.charts._svg import at, element, image, line, text
from auscult.server.console.frame.charts.scale import Scale, ticks
from auscult.server.console.frame.reader import mark

Point = tuple[int, float]
"""A number of audits, and half the width of the interval to expect, as a share of 1."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 322.0, 14.0, 146.0


def precision(curve: Sequence[Point], now: Point, now_shown: str, more: Point | None, more_shown: str) -> Markup:
    """Draw the curve, 334 by 176, with the present position and the one after some more audits."""
    if not curve:
        return Markup("")
    up_marks = ticks(0, max(half for _n, half in curve) * 100, 5)
    across_marks = [each for each in ticks(0, max(n for n, _half in curve), 3) if each]
    up = Scale(0, up_marks[-1], _BOTTOM, _TOP)
    across = Scale(0, across_marks[-1], _LEFT, _RIGHT)
    drawn = [line(f"M{at(_LEFT)} {at(_BOTTOM)}H{at(_RIGHT)}", "axis")]
    for each in up_marks[1:]:
        drawn += [
            line(f"M{at(_LEFT)} {at(up(each))}H{at(_RIGHT)}", "hair"),
            text(_LEFT - 8, up(each) + 4, f"\u00b1{mark(each)}", anchor="end"),
        ]
    drawn += [text(across(each), _BOTTOM + 18, mark(each), anchor="middle") for each in across_marks]
    drawn.append(line("M" + "L".join(f"{at(across(n))} {at(up(half * 100))}" for n, half in curve), "ln2"))
    x, y = across(now[0]), up(now[1] * 100)
    drawn += [
        element("circle", class_="dotacc", cx=x, cy=y, r=5),
        text(max(x - 2, _LEFT + 60), y + 24, now_shown, "tacc halo", "end" if x > _LEFT + 70 else None),
    ]
    if more:
        x, y = across(more[0]), up(more[1] * 100)
        drawn += [
            element("circle", class_="hollow", cx=x, cy=y, r=4.5),
            text(min(x + 8, 200), y - 8, more_shown, "t1 halo"),
        ]
    label = _("Half the width of the interval by number of audits: {now}").format(now=now_shown)
    return image(334, 176, *drawn, label=label, class_="chart")
