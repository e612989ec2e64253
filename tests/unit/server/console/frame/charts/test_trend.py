"""The figures that the chart with zoom is drawn of: those of the drawing of the server."""

import msgspec

from auscult.server.console.frame.charts.control import Centre, ControlPoint, control
from auscult.server.console.frame.charts.trend import series

AROUND = Centre(value=0.842, shown="mean 84.2", label="Share of conversations that pass, by week")


def point(number: int, value: float, signal: str = "") -> ControlPoint:
    """A week of a share, with its links and words."""
    return ControlPoint(
        name=f"Week {number}",
        value=value,
        shown=f"{value:.0%}",
        low=0.8,
        high=0.9,
        href=f"/console/conversations?week={number}&outcome=failed",
        at=number * 604_800,
        day=f"{number} May",
        month="May" if number == 1 else "",
        signal=signal,
    )


def test_series_has_every_point_of_the_drawing() -> None:
    """Values are in percent; names, words and links are those of the drawing, in its order."""
    points = [point(1, 0.85), point(2, 1 / 3, signal="8 May")]
    found = msgspec.json.decode(series(points, AROUND))
    assert (found["centre"], found["centre_shown"], found["label"]) == (84.2, AROUND.shown, AROUND.label)
    assert [each["value"] for each in found["points"]] == [85.0, 33.333]
    assert [(each["low"], each["high"]) for each in found["points"]] == [(80.0, 90.0)] * 2
    for given, each in zip(points, found["points"], strict=True):
        for name in ("at", "name", "shown", "href", "day", "month", "signal"):
            assert each[name] == getattr(given, name)
        assert f'aria-label="{given.name}: {given.shown}"' in control(points, AROUND)


def test_series_without_a_point_is_empty() -> None:
    """Nothing is drawn of nothing."""
    assert series([], AROUND) == ""
    assert control([], AROUND) == ""
