"""Turns over time: two lanes, the agent above and the customer below, with marks at evidence."""

from collections.abc import Sequence
from typing import Literal

from markupsafe import Markup
from msgspec import Struct

from auscult.language import gettext as _
from auscult.server.console.frame.charts._svg import at, element, group, image, line


class Spoken(Struct, frozen=True, kw_only=True):
    """One turn: its speaker, and its start and end in ms."""

    speaker: Literal["agent", "customer"]
    start_ms: int
    end_ms: int


class Mark(Struct, frozen=True, kw_only=True):
    """A marked position: of evidence, or of the closest candidate where nothing was found."""

    at_ms: int
    is_missed: bool = False


_AGENT_Y, _CUSTOMER_Y, _TALL = 9.0, 25.0, 13.0


def lanes(
    turns: Sequence[Spoken],
    length_ms: int,
    marks: Sequence[Mark] = (),
    *,
    is_tall: bool = False,
    has_head: bool = False,
) -> Markup:
    """Draw the lanes: 900 by 52 for the player, with a head where there is sound to play, else 300 by 32 for a card."""
    width = 900.0 if is_tall else 300.0
    scale = width / max(length_ms, 1)
    drawn = [
        element(
            "rect",
            class_="ag" if turn.speaker == "agent" else "cu",
            x=turn.start_ms * scale,
            y=_AGENT_Y if turn.speaker == "agent" else _CUSTOMER_Y,
            width=max((turn.end_ms - turn.start_ms) * scale, 1.5),
            height=_TALL,
            rx=1.5,
        )
        for turn in turns
    ]
    drawn += [line(f"M{at(mark.at_ms * scale)} 0v5", "mkno" if mark.is_missed else "mk") for mark in marks]
    if has_head:
        drawn.append(line("M0 0V52", "head"))
    return image(
        width,
        52 if is_tall else 32,
        group(drawn),
        label=_("Who speaks when: agent above, customer below"),
        class_="lanes",
        preserveAspectRatio="none",
        **({} if is_tall else {"viewBox": "0 8 300 32"}),
    )
