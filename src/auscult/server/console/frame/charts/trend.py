"""The figures of a control chart as data, for the script that draws it with zoom in place of the server's drawing."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from auscult.domain.operations.records import made_from
from auscult.server.console.frame.charts.control import Centre, ControlPoint


class _Point(Struct, frozen=True, kw_only=True):
    """One period. ``at`` is its beginning in seconds since the epoch; the numbers are in percent."""

    at: int
    value: float
    low: float
    high: float
    name: str
    shown: str
    href: str
    month: str
    day: str
    signal: str


class _Series(Struct, frozen=True, kw_only=True):
    centre: float
    centre_shown: str
    label: str
    unit: str
    points: tuple[_Point, ...]


def series(points: Sequence[ControlPoint], around: Centre) -> str:
    """Return the data of ``control`` as JSON, the oldest period first; empty without a period."""
    if not points:
        return ""
    found = _Series(
        centre=_percent(around.value),
        centre_shown=around.shown,
        label=around.label,
        unit=around.unit,
        points=tuple(_point(each) for each in points),
    )
    return msgspec.json.encode(found).decode()


def _point(point: ControlPoint) -> _Point:
    return made_from(_Point, point, value=_percent(point.value), low=_percent(point.low), high=_percent(point.high))


def _percent(share: float) -> float:
    return round(share * 100, 3)
