"""Turns right before and right after an event, by their times."""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from auscult.domain.ai_agents.calls import happened
from auscult.domain.conversation import Conversation, Event, Turn
from auscult.domain.errors import coded
from auscult.metrics._finding.citing import event_in_words
from auscult.metrics._finding.language import Side, Span
from auscult.metrics._finding.reading import Reading, TurnIndexes, side_meant
from auscult.metrics._finding.windows import turn_end_ms

BEFORE = Span("last", "turns", 1)
AFTER = Span("first", "ms", 10_000)


class Instance(NamedTuple):
    """Event that a form asks about. ``name`` distinguishes it from the others: ``hold 2 of 3 at 30000 ms``.

    It began at ``start_ms``, None where that is unknown. Talk resumed at ``resumed_ms``: at its end, or where that
    is unknown with the next turn; None where there is no further talk. A system's announcement is no talk.
    """

    event: Event
    name: str
    start_ms: int | None
    resumed_ms: int | None


def instances_of(kind: str, conversation: Conversation) -> list[Instance]:
    """Every event of a type, in order. Holds that overlap or touch are one, for a customer is on hold once at a time."""
    events = [event for event in happened(conversation) if event.type == kind]
    if kind == "hold":
        events = _joined(events)
    return [
        Instance(
            event,
            _name(event, number, len(events)),
            event.start_ms,
            _resumed_ms(event, conversation),
        )
        for number, event in enumerate(events, 1)
    ]


def _name(event: Event, number: int, of: int) -> str:
    name = event_in_words(event.type, None)
    if of > 1:
        name = coded("{name} {n} of {m}", name=name, n=number, m=of)
    return name if event.start_ms is None else coded("{name} at {ms} ms", name=name, ms=event.start_ms)


def _joined(events: Iterable[Event]) -> list[Event]:
    """The same events by their times, each that overlaps the one before as part of it; behind them those without a time."""
    joined: list[Event] = []
    until = -1
    for event in sorted(events, key=lambda event: (event.start_ms is None, event.start_ms or 0)):
        end = event.end_ms if event.end_ms is not None else event.start_ms
        if event.start_ms is None or event.start_ms > until:
            joined.append(event)
        elif end is not None and end > until:
            joined[-1] = replace(joined[-1], end_ms=end)
        until = max(until, end or 0)
    return joined


def before(instance: Instance, speaker: Side, span: Span | None, reading: Reading) -> TurnIndexes:
    """The speaker's turns in the window that ends where the event begins; ``span`` None: all of them."""
    if instance.start_ms is None:
        return ()
    turns, edge = reading.turns, instance.start_ms
    begun = [index for index, turn in enumerate(turns) if turn.start_ms is not None and turn.start_ms <= edge]
    if span is not None and span.unit == "messages":
        begun = begun[-span.size :]
    if span is not None and span.unit == "ms":
        begun = [index for index in begun if (turn_end_ms(turns[index]) or 0) > edge - span.size]
    side = side_meant(speaker, turns)
    indexes = tuple(index for index in begun if _is_by(turns[index], side, instance.event))
    return indexes[-span.size :] if span is not None and span.unit == "turns" else indexes


def after(instance: Instance, speaker: Side, span: Span, reading: Reading) -> TurnIndexes:
    """The speaker's turns in the window that begins where talk goes on; whichever agent's, as they may have changed."""
    if instance.start_ms is None or instance.resumed_ms is None:
        return ()
    turns, edge = reading.turns, instance.resumed_ms
    later = [index for index, turn in enumerate(turns) if _goes_on(turn, instance.start_ms, edge)]
    if span.unit == "messages":
        later = later[: span.size]
    if span.unit == "ms":
        later = [index for index in later if (turns[index].start_ms or 0) < edge + span.size]
    side = side_meant(speaker, turns)
    indexes = tuple(index for index in later if side in ("any", turns[index].speaker))
    return indexes[: span.size] if span.unit == "turns" else indexes


def _is_by(turn: Turn, speaker: str, event: Event) -> bool:
    """Return whether a turn is the speaker's; where the event names its agent, no other agent's."""
    if speaker not in ("any", turn.speaker):
        return False
    return turn.speaker != "agent" or None in (event.agent_id, turn.agent_id) or turn.agent_id == event.agent_id


def _goes_on(turn: Turn, start_ms: int, resumed_ms: int) -> bool:
    """Return whether a turn begins after an event, or within it and continues after its end."""
    end = turn_end_ms(turn)
    return turn.start_ms is not None and turn.start_ms > start_ms and end is not None and end >= resumed_ms


def _resumed_ms(event: Event, conversation: Conversation) -> int | None:
    if event.start_ms is None:
        return None
    people = [turn for turn in conversation.turns if turn.speaker != "system"]
    later = [at for turn in people if (at := turn.start_ms) is not None and at > event.start_ms]
    if event.end_ms is None or not later:
        return min(later, default=None)
    is_heard = any(_goes_on(turn, event.start_ms, event.end_ms) for turn in people)
    return event.end_ms if is_heard else None
