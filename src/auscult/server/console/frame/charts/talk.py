"""Shares of talk: a bar for each side and for silence, with its percentage."""

from collections.abc import Sequence

from markupsafe import Markup

from auscult.language import gettext as _
from auscult.server.console.frame.charts._svg import element, group, image, text
from auscult.server.console.frame.reader import mark

_ROW = 24
_NAMES, _END = 74.0, 320.0


def talk(shares: Sequence[tuple[str, int, str]]) -> Markup:
    """Draw shares in whole percents, each with its name and its class."""
    rows = [
        group(
            (
                text(0, n * _ROW + 16, name, "t2"),
                element(
                    "rect", class_=kind, x=_NAMES, y=n * _ROW + 8, width=share / 100 * (_END - _NAMES), height=8, rx=1
                ),
                text(360, n * _ROW + 16, mark(share, "%"), "t2", "end"),
            )
        )
        for n, (name, share, kind) in enumerate(shares)
    ]
    label = ", ".join(_("{name} {n} percent").format(name=name, n=share) for name, share, _kind in shares)
    return image(360, len(shares) * _ROW, group(rows), label=label, class_="chart talk")
