"""Calls of tools between the turns of a transcript: folded to a line, with arguments, result and notes."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from auscult.domain.ai_agents.calls import placed_calls
from auscult.domain.ai_agents.context import Call, is_changing
from auscult.domain.conversation import Conversation
from auscult.language import gettext as _

NoteKind = Literal["yes", "no", "cue"]
_SHOWN = 70
"""Characters of the arguments on the folded line."""
_LONGEST = 8_000
"""Characters of a result that are shown."""


class Note(Struct, frozen=True, kw_only=True):
    """A note in the margin, which leads to its verdict, or with ``href`` to what proves or fails it."""

    kind: NoteKind
    metric_id: str
    text: str
    href: str = ""


class CallView(Struct, frozen=True, kw_only=True):
    """One call. ``brief`` has the arguments in a line; ``left_out`` is the number of characters of the result not shown."""

    id: str
    name: str
    brief: str
    start_ms: int | None
    state: Literal["ok", "failed", ""]
    changes: bool
    arguments: tuple[tuple[str, str], ...]
    result: str
    left_out: int
    notes: tuple[Note, ...]


class PlacedView(Struct, frozen=True):
    """A call, and the index of the turn that it follows: -1 before the first."""

    position: int
    view: CallView


def placed_views(conversation: Conversation, notes: Mapping[str, Sequence[Note]]) -> Iterator[PlacedView]:
    """Show calls in the order in which they were made. ``notes`` are by the id of a call."""
    tools = {tool.name: tool.is_changing for tool in conversation.ai.tools} if conversation.ai else {}
    for position, call in placed_calls(conversation):
        changes = tools.get(call.name, is_changing(call.name))
        yield PlacedView(position, _view(call, tuple(notes.get(call.id, ())), changes=changes))


def taken(calls: deque[PlacedView], index: int) -> Iterator[CallView]:
    """Take the calls that were made before the turn of this index."""
    while calls and calls[0].position < index:
        yield calls.popleft().view


def _view(call: Call, notes: tuple[Note, ...], *, changes: bool) -> CallView:
    arguments = tuple((name, _written(value)) for name, value in call.arguments.items())
    brief = ", ".join(f"{name} {' '.join(value.split())}" for name, value in arguments)
    result = _("Nothing") if call.result is None else _written(call.result)
    return CallView(
        id=call.id,
        name=call.name,
        brief=brief if len(brief) <= _SHOWN else f"{brief[:_SHOWN]}\u2026",
        start_ms=call.start_ms,
        state="" if call.ok is None else "ok" if call.ok else "failed",
        changes=changes,
        arguments=arguments,
        result=result[:_LONGEST],
        left_out=max(0, len(result) - _LONGEST),
        notes=notes,
    )


def _written(value: Any) -> str:  # noqa: ANN401  (any JSON)
    """Return a text as it is, and other JSON in lines."""
    return value if isinstance(value, str) else msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
