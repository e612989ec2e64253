"""Means with intervals, one a row, around the mean of all: the values that pull it down and up."""

from collections.abc import Sequence

from markupsafe import Markup
from msgspec import Struct

from auscult.server.console.frame.charts._svg import at, element, group, image, line, link, text
from auscult.server.console.frame.charts.scale import Scale, ticks
from auscult.server.console.frame.reader import mark


class IntervalRow(Struct, frozen=True, kw_only=True):
    """One row: a value with its interval, in the axis' own unit, and words at the right end.

    ``kind``: ``no`` where it is outside and down, ``acc`` for an estimate, else quiet. ``is_hollow``: a bare number.
    """

    name: str
    value: float
    low: float
    high: float
    end: str
    href: str = ""
    kind: str = ""
    is_strong: bool = False
    is_hollow: bool = False


class Axis(Struct, frozen=True, kw_only=True):
    """The surroundings of the rows: the value that all are compared with, the heading of the right column, a unit."""

    label: str
    all_value: float | None = None
    all_shown: str = ""
    heading: str = ""
    unit: str = ""


_ROW, _WIDE_NAMES, _SHORT_NAMES, _WIDE, _NARROW, _END = 34.0, 194.0, 130.0, 520.0, 320.0, 56.0
_NEAR = 40.0


def intervals(rows: Sequence[IntervalRow], axis: Axis, end_width: float = _END) -> Markup:
    """Draw the rows twice: with names at the left, and for a narrow window with names above.

    ``end_width`` is the width of the words at the right end; if it is large, a narrow window has them above the row.
    """
    if not rows:
        return Markup("")
    return group((_draw(rows, axis, end_width, is_wide=True), _draw(rows, axis, end_width, is_wide=False)))


def _draw(rows: Sequence[IntervalRow], axis: Axis, end_width: float, *, is_wide: bool) -> Markup:
    step = _ROW if is_wide else 46.0
    width = (_WIDE + max(end_width - _END, 0)) if is_wide else _NARROW
    is_above = not is_wide and end_width > _END
    if is_wide:
        start, end = (_WIDE_NAMES if end_width <= _END else _SHORT_NAMES), width - end_width
    else:
        start, end = 4.0, _NARROW - (8 if is_above else _END)
    bottom = 22 + step * len(rows)
    values = [value for row in rows for value in (row.low, row.high)]
    marks = ticks(min(values), max(values), 4)
    across = Scale(marks[0], marks[-1], start, end)
    drawn: list[Markup] = []
    if axis.all_value is not None:
        x = across(axis.all_value)
        is_last = bool(axis.heading) and x > end - _NEAR  # the heading of the right column begins there
        drawn += [
            text(x + 4 if is_last else x, 14, axis.all_shown, "t2", "end" if is_last else "middle"),
            line(f"M{at(x)} 20V{at(bottom)}", "dash"),
        ]
    if axis.heading:
        drawn.append(text(width, 14, axis.heading, anchor="end"))
    drawn += [_row(row, n * step + 22, across, (width, is_above), is_wide=is_wide) for n, row in enumerate(rows)]
    drawn.append(line(f"M{at(start)} {at(bottom + 1)}H{at(end)}", "axis"))
    drawn += [
        text(across(each), bottom + 17, mark(each, axis.unit if each == marks[-1] else ""), anchor="middle")
        for each in marks
    ]
    return image(
        width,
        bottom + 20,
        group(drawn),
        label=axis.label,
        class_="chart wide" if is_wide else "chart narrow",
        role="group",
    )


def _row(row: IntervalRow, top: float, across: Scale, end: tuple[float, bool], *, is_wide: bool) -> Markup:
    width, is_above = end
    y = top + (17 if is_wide else 28)
    name_y = y + 4 if is_wide else top + 16
    bar = {"no": "ci no", "acc": "ci"}.get(row.kind, "ciq")
    dot = "hollow" if row.is_hollow else {"no": "dotno", "acc": "dotacc"}.get(row.kind, "dot")
    words = {"no": "tno", "acc": "tacc"}.get(row.kind, "t2")
    return group(
        (
            link(row.href, row.name, text(0, name_y, row.name, "t1 mid" if row.is_strong else "t2 mid")),
            Markup("") if row.is_hollow else line(f"M{at(across(row.low))} {at(y)}H{at(across(row.high))}", bar, 9),
            element("circle", class_=dot, cx=across(row.value), cy=y, r=4),
            text(width, name_y if is_above else y + 4, row.end, f"{words} mid", "end"),
        )
    )
