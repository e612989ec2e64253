"""A bar of progress: the part of a whole that is done."""

from markupsafe import Markup

from auscult.server.console.frame.charts._svg import element, image

_WIDTH, _HEIGHT = 120.0, 8.0


def progress(done: int, whole: int, label: str) -> Markup:
    """Draw a bar, 120 by 8; empty if there is nothing to do."""
    share = done / whole if whole else 0.0
    ground = element("rect", class_="bar0", x=0, y=0, width=_WIDTH, height=_HEIGHT, rx=2)
    bar = element("rect", class_="bar1", x=0, y=0, width=round(_WIDTH * share, 1), height=_HEIGHT, rx=2)
    return image(_WIDTH, _HEIGHT, ground, bar, label=label, class_="progress")
