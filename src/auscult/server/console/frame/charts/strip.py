"""The verdict strip: a score's fingerprint, one cell a metric in form order, as wide as its weight."""

from collections.abc import Sequence
from typing import Literal

from markupsafe import Markup
from msgspec import Struct

from auscult.language import gettext as _
from auscult.server.console.frame.charts._svg import at, element, group, image, line

Kind = Literal["yes", "no", "na", "unsure"]

_LINE = 0.58
"""Position of the line, as a share of the height: met metrics are above it, missed ones below."""


class Cell(Struct, frozen=True, kw_only=True):
    """One metric: its name, whether it was met, and its weight. A weight of 0 is drawn as a narrow cell."""

    name: str
    kind: Kind
    weight: float


def strip(cells: Sequence[Cell], *, width: int = 104, height: int = 20, gap: float = 2) -> Markup:
    """Draw the strip."""
    total = sum(max(cell.weight, 1.0) for cell in cells) or 1.0
    room = width - gap * (len(cells) - 1)
    x = 0.0
    drawn: list[Markup] = []
    for cell in cells:
        wide = max(cell.weight, 1.0) / total * room
        drawn.append(_cell(cell.kind, x, wide, height))
        x += wide + gap
    return image(width, height, group(drawn), label=_words(cells), class_="strip", width=width, height=height)


def _cell(kind: Kind, x: float, wide: float, height: int) -> Markup:
    middle = height * _LINE
    if kind == "yes":
        return element("rect", class_="y", x=x, y=1, width=wide, height=middle - 1, rx=1)
    if kind == "na":
        return line(f"M{at(x)} {at(middle)}h{at(wide)}", "a")
    top = middle + 1.5
    return element("rect", class_="n" if kind == "no" else "u", x=x, y=top, width=wide, height=height - top, rx=1)


def _words(cells: Sequence[Cell]) -> str:
    met = sum(cell.kind == "yes" for cell in cells)
    missed = [cell.name for cell in cells if cell.kind == "no"]
    if not missed:
        return _("{n} met, none missed").format(n=met)
    return _("{n} met, missed: {metrics}").format(n=met, metrics=", ".join(missed))
