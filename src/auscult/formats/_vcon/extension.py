"""The object ``auscult`` in a vCon: fields of a conversation that the vCon's own vocabulary cannot carry."""

from datetime import UTC, datetime
from typing import Any, get_type_hints

import msgspec

from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError
from auscult.formats import _turns
from auscult.formats._contract import Limits

NAME = "auscult"
_HINTS = get_type_hints(Conversation)


def carried(as_read: Conversation, conversation: Conversation) -> dict[str, Any]:
    """Fields of ``conversation`` that come out of the vCon otherwise, as JSON values."""
    return {
        name: msgspec.to_builtins(value)
        for name in Conversation.__struct_fields__
        if (value := getattr(conversation, name)) != getattr(as_read, name)
    }


def extended(conversation: Conversation, extension: dict[str, Any], limits: Limits) -> Conversation:
    """Put the extension's fields in the place of what the core said. Raises ``FormatError``.

    The extension is as foreign as the rest of the file, so what must hold of a conversation is checked again.
    """
    fields: dict[str, Any] = {}
    for name, value in extension.items():
        if name in _HINTS:
            try:
                fields[name] = msgspec.convert(value, _HINTS[name])
            except msgspec.ValidationError as error:
                message = f"{NAME}.{name} is not as it is written: {error}"
                raise FormatError(message, code="field.invalid", field=f"{NAME}.{name}", value=value) from error
    whole = msgspec.structs.replace(conversation, **fields)
    _check(whole, limits)
    return whole


def _check(conversation: Conversation, limits: Limits) -> None:
    if not conversation.id:
        raise FormatError("auscult.id is empty; it should be the conversation's id", field="auscult.id")
    times = [conversation.started_at, conversation.ended_at, *(agent.joined_at for agent in conversation.agents)]
    if any(not _is_plain(time) for time in times if time is not None):
        message = "times in auscult should be in UTC and whole milliseconds, like 2026-03-23T10:17:54.120Z"
        raise FormatError(message, code="field.invalid", field=NAME)
    if conversation.ended_at is not None and conversation.ended_at < conversation.started_at:
        message = "auscult.ended_at is before the start; it should be later"
        raise FormatError(message, code="conversation.ends_before_start", field="auscult.ended_at")
    _turns.finish(
        [
            _turns.RawTurn(turn.speaker, turn.text, turn.id, turn.agent_id, turn.start_ms, turn.end_ms)
            for turn in conversation.turns
        ],
        limits,
    )
    for place, event in enumerate(conversation.events):
        _turns.span("events", place, event.start_ms, event.end_ms)


def _is_plain(time: datetime) -> bool:
    return time.tzinfo is UTC and time.microsecond % 1000 == 0
