"""Turns inside a window of a conversation, counted from its beginning, its end, or a turn."""

from auscult.domain.conversation import Conversation, Turn
from auscult.metrics._finding.language import Span
from auscult.metrics._finding.reading import TurnIndexes


def within(
    span: Span | None, indexes: TurnIndexes, conversation: Conversation, behind: int | None = None
) -> TurnIndexes:
    """Return those of ``indexes`` that are in a window; all where there is no window.

    A ``first`` window begins with the conversation, or behind the turn at ``behind``; a ``last`` one ends with the
    conversation. A turn without a time is in no window of time.
    """
    if span is None:
        return indexes
    turns = conversation.turns
    if span.unit == "turns":
        return indexes[: span.size] if span.end == "first" else indexes[-span.size :]
    if span.unit == "messages":
        start = (0 if behind is None else behind + 1) if span.end == "first" else len(turns) - span.size
        return tuple([index for index in indexes if start <= index < start + span.size])
    if span.end == "last":
        since = end_ms(conversation) - span.size
        return tuple([index for index in indexes if (at := turn_end_ms(turns[index])) is not None and at > since])
    begun = 0 if behind is None else turn_end_ms(turns[behind])
    if begun is None:
        return ()
    until = begun + span.size
    return tuple([index for index in indexes if (at := turns[index].start_ms) is not None and at < until])


def turn_end_ms(turn: Turn) -> int | None:
    """When a turn ends, in ms from the conversation's start; one of which only the start is known ends there."""
    return turn.end_ms if turn.end_ms is not None else turn.start_ms


def end_ms(conversation: Conversation) -> int:
    """When a conversation ends, in ms from its start: at its end where that is known, else with its last turn."""
    if conversation.ended_at is not None:
        return round((conversation.ended_at - conversation.started_at).total_seconds() * 1000)
    return max([at for turn in conversation.turns if (at := turn_end_ms(turn)) is not None], default=0)
