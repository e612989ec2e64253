"""Repetition of example conversations, shifted in time, so that a demo has weeks to compare. Labelled as such.

The words, people and times within a conversation stay as they are; its start, its id and its custom id are new, and a
custom field names the conversation that it repeats.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from msgspec.structs import replace

from auscult.domain.conversation import Conversation, derive_id

REPEATS = "repeats"
"""Custom field that names the conversation that is repeated."""

_HOURS = (8, 8, 9, 9, 9, 10, 10, 10, 11, 11, 11, 12, 13, 13, 14, 14, 14, 15, 15, 16, 16, 17, 18)
"""Hours of a day at which conversations begin, the busier ones more than once."""
_WEEKEND = 5
_WEEKEND_SHARE = 0.25


class Span(NamedTuple):
    """Weeks to fill: how many, ending when, and with about how many conversations each."""

    until: datetime
    weeks: int
    a_week: int


def repeated(examples: Sequence[Conversation], app_id: str, span: Span, seed: int = 1) -> Iterator[Conversation]:
    """Repeat examples over a span of weeks; the same arguments give the same.

    Which examples come more often drifts from week to week, so that a chart of weeks shows something. Which examples
    come, and how often, does not depend on the end of the span: a demo started on a Sunday shows what one of a Monday
    shows.
    """
    draw = Random(seed)  # noqa: S311  (examples, and nothing secret)
    tempers = [draw.uniform(0.6, 1.4) for _ in examples]
    number = 0
    until, weeks, a_week = span
    for week in range(weeks, 0, -1):
        shares = [temper * draw.uniform(0.7, 1.3) for temper in tempers]
        begins = until - timedelta(weeks=week)
        for example in draw.choices(examples, shares, k=round(a_week * draw.uniform(0.9, 1.1))):
            number += 1
            start = _moment(begins, draw)
            yield _shifted(example, app_id, start if start < until else start - timedelta(weeks=1), number)


def _moment(begins: datetime, draw: Random) -> datetime:
    """Draw an instant of the week that begins here, in the hours of work."""
    day, share = begins + timedelta(days=draw.randrange(7)), draw.random()
    if day.weekday() >= _WEEKEND and share > _WEEKEND_SHARE:
        day -= timedelta(days=2)
    return day.replace(hour=draw.choice(_HOURS), minute=draw.randrange(60), second=draw.randrange(60), microsecond=0)


def _shifted(example: Conversation, app_id: str, start: datetime, number: int) -> Conversation:
    by = start - example.started_at
    custom_id = f"{example.custom_id or example.id}#{number}"
    return replace(
        example,
        id=derive_id(app_id, custom_id),
        custom_id=custom_id,
        started_at=start,
        ended_at=None if example.ended_at is None else example.ended_at + by,
        agents=tuple(
            replace(agent, joined_at=None if agent.joined_at is None else agent.joined_at + by)
            for agent in example.agents
        ),
        custom_fields={**example.custom_fields, REPEATS: example.id},
        contact=None,
    )
