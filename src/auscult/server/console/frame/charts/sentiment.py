"""The customer's sentiment over a conversation: as a small line in a list, and as dots with words."""

from collections.abc import Sequence

from markupsafe import Markup
from msgspec import Struct

from auscult.language import gettext as _
from auscult.server.console.frame.charts._svg import at, element, group, image, line, text

WORST, NEUTRAL, BEST = 1.0, 5.0, 10.0
_EDGE = 2


class Sounded(Struct, frozen=True, kw_only=True):
    """One turn of the customer: its middle in ms from the start, and its sentiment, 1 to 10."""

    at_ms: int
    score: float


def spark(scores: Sequence[float], *, width: int = 56, height: int = 20) -> Markup:
    """Draw the course as a line; a single score is a level line."""
    if not scores:
        return Markup("")
    found = [scores[0], *scores] if len(scores) == 1 else list(scores)
    step = (width - 2 * _EDGE) / (len(found) - 1)
    points = [f"{at(_EDGE + n * step)} {at(_up(score, 0, height))}" for n, score in enumerate(found)]
    return image(width, height, line("M" + "L".join(points), "ln"), class_="chart", width=width, height=height)


def course(found: Sequence[Sounded], length_ms: int, clocks: tuple[str, str], best: str, label: str) -> Markup:
    """Draw the course over a whole conversation, 360 by 84: a dot a turn, the strongest one with its words.

    ``clocks`` are the times at both ends, empty where they are not known.
    """
    width, height = 360.0, 66.0
    middle = _up(NEUTRAL, 8, height)
    marked = max(found, key=lambda each: abs(each.score - NEUTRAL), default=None)
    is_low = marked is not None and marked.score < NEUTRAL
    dots: list[Markup] = []
    words: list[Markup] = []
    for each in found:
        x, y = each.at_ms / max(length_ms, 1) * width, _up(each.score, 8, height)
        is_marked = each is marked and each.score != NEUTRAL and bool(best)
        dots.append(element("circle", class_="dotacc" if is_marked else "dot", cx=x, cy=y, r=3.4 if is_marked else 2.1))
        if is_marked:
            is_left = x < width * 0.55
            words.append(text(x + (8 if is_left else -8), y + 4, best, "tacc halo", None if is_left else "end"))
    return image(
        width,
        84,
        element("rect", class_="band", x=0, y=middle - 5.8, width=width, height=11.6),
        group(dots),
        group(words),
        text(width, middle - 9 if is_low else middle + 14, _("neutral"), anchor="end"),
        text(0, 80, clocks[0]),
        text(width, 80, clocks[1], anchor="end"),
        label=label,
        class_="chart",
    )


def _up(score: float, top: float, bottom: float) -> float:
    """Return the height of a score between two edges; neutral is in the middle."""
    share = (
        (score - WORST) / (NEUTRAL - WORST) / 2 if score < NEUTRAL else 0.5 + (score - NEUTRAL) / (BEST - NEUTRAL) / 2
    )
    return bottom - 3 - share * (bottom - top - 6)
