"""Parts ``ai`` and ``calls`` of the native document: instructions, knowledge, tools and calls of an AI agent."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, cast

import msgspec
from msgspec import Meta, Struct

from auscult.domain.ai_agents.context import AiContext, Call, Knowledge, Tool
from auscult.domain.conversation import Turn
from auscult.domain.errors import FormatError
from auscult.formats import _turns
from auscult.formats._contract import Limits

Id = Annotated[str, Meta(min_length=1, max_length=255)]
MOST_LEVELS = 64
"""Levels to which arguments and a result are nested at most."""
MOST_TEXT_BYTES = 1024 * 1024
"""Size of all instructions, knowledge and tools of one conversation at most."""


class CallDocument(Struct, frozen=True, kw_only=True):
    """A call of a tool."""

    name: Id
    id: Id | None = None
    agent_id: Id | None = None
    after_turn: Id | None = None
    start_ms: int | float | None = None
    end_ms: int | float | None = None
    arguments: dict[str, Any] | None = None
    result: Any = None
    ok: bool | None = None


class KnowledgeDocument(Struct, frozen=True):
    """A text that the AI agent answered from."""

    text: str
    title: str | None = None


class ToolDocument(Struct, frozen=True, kw_only=True):
    """A tool that the AI agent had."""

    name: Id
    changes: bool | None = None
    description: str | None = None
    needs: tuple[Id, ...] | None = None
    after: tuple[Id, ...] | None = None
    confirm: bool | None = None


class AiDocument(Struct, frozen=True, kw_only=True):
    """Instructions, knowledge and tools of the AI agent."""

    instructions: str | None = None
    knowledge: tuple[KnowledgeDocument, ...] | None = None
    tools: tuple[ToolDocument, ...] | None = None


RIGHT: Mapping[str, str] = {
    "calls": "a list of calls",
    "calls.arguments": "an object",
    "calls.ok": "true or false",
    **dict.fromkeys(
        ("calls.id", "calls.name", "calls.agent_id", "calls.after_turn", "ai.tools.name"),
        "text of 1 to 255 characters",
    ),
    **dict.fromkeys(("calls.start_ms", "calls.end_ms"), "a whole number of ms from started_at, 0 or more"),
    "ai.knowledge": "a list of objects with text",
    "ai.tools": "a list of objects with name",
    "ai.tools.changes": "true or false",
}


def context_of(document: AiDocument) -> AiContext:
    """Return the AI agent's context. Raises ``FormatError`` where it is too large, or a tool is named twice."""
    tools = tuple(
        Tool(each.name, each.changes, each.description, each.needs or (), each.after or (), each.confirm or False)
        for each in document.tools or ()
    )
    named: dict[str, int] = {}
    for index, tool in enumerate(tools):
        if (first := named.setdefault(tool.name, index)) != index:
            field = f"ai.tools[{index}].name"
            message = f"{field} is {tool.name!r}, which ai.tools[{first}] has already; declare each tool once"
            raise FormatError(message, code="field.invalid", field=field, value=tool.name)
    context = AiContext(
        document.instructions or None,
        tuple(Knowledge(each.text, each.title) for each in document.knowledge or ()),
        tools,
    )
    if (size := len(msgspec.json.encode(context))) > MOST_TEXT_BYTES:
        message = f"ai has {size:,} bytes; at most {MOST_TEXT_BYTES:,} are read: leave out knowledge that was not used"
        raise FormatError(message, code="ai.too_large", field="ai", value=size)
    return context


def calls_of(documents: Sequence[CallDocument], turns: Iterable[Turn], limits: Limits) -> tuple[Call, ...]:
    """Check calls and assign each an id: its own, or ``c`` and its number. Raises ``FormatError`` with the field."""
    if len(documents) > limits.turns:
        message = f"there are {len(documents):,} calls; at most {limits.turns:,} are read (setting turns)"
        raise FormatError(message, code="calls.too_many", field="calls", value=len(documents))
    turn_ids = {turn.id for turn in turns}
    given = {each.id for each in documents if each.id is not None}
    if len(given) < sum(each.id is not None for each in documents):
        _turns.refuse_repeated("calls", (each.id for each in documents), code="call.duplicate_id")
    return tuple(_call(each, index, turn_ids, given, limits) for index, each in enumerate(documents))


def _call(document: CallDocument, index: int, turn_ids: set[str], given: set[str], limits: Limits) -> Call:
    field = f"calls[{index}]"
    if document.after_turn is not None and document.after_turn not in turn_ids:
        message = f"{field}.after_turn is {document.after_turn!r}, which no turn has; it should be the id of a turn"
        message += ", or null before the first"
        raise FormatError(message, code="call.unknown_turn", field=f"{field}.after_turn", value=document.after_turn)
    start, end = _turns.span("calls", index, document.start_ms, document.end_ms)
    for name, value in (("arguments", document.arguments), ("result", document.result)):
        _check(value, f"{field}.{name}", limits.turn_bytes)
    return Call(
        document.id or _turns.new_id("c", index, given),
        document.name,
        document.agent_id,
        document.after_turn,
        start,
        end,
        document.arguments or {},
        document.result,
        document.ok,
    )


def _check(value: object, field: str, limit: int) -> None:
    """Refuse a value that is nested too deeply or too large. Raises ``FormatError``."""
    level: list[object] = [value]
    depth = 0
    while level := [inner for each in level for inner in _inside(each)]:
        depth += 1
        if depth > MOST_LEVELS:
            message = f"{field} is nested more than {MOST_LEVELS} levels deep; send what was used of it"
            raise FormatError(message, code="field.invalid", field=field)
    if (size := len(msgspec.json.encode(value))) > limit:
        message = (
            f"{field} has {size:,} bytes; at most {limit:,} are read (setting turn_bytes): send what was used of it"
        )
        raise FormatError(message, code="call.too_large", field=field, value=size)


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return cast("dict[str, object]", value).values()
    return cast("list[object]", value) if isinstance(value, list) else ()
