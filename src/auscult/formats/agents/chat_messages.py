"""Messages of chat completions: OpenAI (chat and responses), Anthropic, Gemini, LangChain, and fine-tuning data."""

from collections.abc import Iterator
from typing import Any, ClassVar, cast

from auscult.formats._contract import Source
from auscult.formats._others.heads import Head, dicts_in, first_of
from auscult.formats._others.json_records import JsonListReader, JsonReader
from auscult.formats._others.talk import Talk
from auscult.formats._records import Fields, MissingError
from auscult.formats.agents._messages import INSTRUCTIONS, ROLES, TOOLS, Gathered, messages_into, tools_in

_LISTS = ("messages", "contents", "conversations", "input", "items")
_KINDS = frozenset({"function_call", "function_call_output", "human", "ai", "system", "tool"})
_CONVERSATIONS = ("conversation_id", "conversationId", "session_id", "sessionId", "chat_id", "ticket_id", "thread_id")
"""Keys by which a message names its conversation; ``call_id`` is that of a call of a tool."""


class ChatMessages(JsonReader):
    """One conversation an object (``messages``), or an array of messages. Tools, calls and instructions come along."""

    name: ClassVar[str] = "chat-messages"
    title: ClassVar[str] = "messages of a chat completion"
    makers: ClassVar[tuple[str, ...]] = (
        "https://platform.openai.com/docs/api-reference/chat/create",
        "https://docs.anthropic.com/en/api/messages",
        "https://ai.google.dev/api/generate-content#v1beta.Content",
        "https://github.com/sierra-research/tau2-bench",
    )
    keys: ClassVar[frozenset[str]] = frozenset(
        {*_LISTS, "id", "model", "tools", "functions", "system", "system_instruction", "systemInstruction", "metadata"}
        | {
            "temperature",
            "max_tokens",
            "stream",
            "tool_choice",
            "parallel_tool_calls",
            "response_format",
            "object",
            "top_p",
        }
    )

    def fits(self, head: Head) -> bool:
        """Return whether its first record has a list of messages with roles."""
        return self.is_mine(head.record)

    def is_mine(self, record: dict[str, Any]) -> bool:
        """Return whether it has a list of messages with roles."""
        return any(_is_message(first_of(record, name)) for name in _LISTS if isinstance(record.get(name), list))

    def talks(self, record: Fields, source: Source) -> Iterator[Talk]:
        """Yield the one conversation."""
        del source
        model = record.maybe_text("model")
        about = record.fields("metadata") if isinstance(record.get("metadata"), dict) else Fields({})
        agent = _text(record, about, "agent_id", "agent", "assistant_id", "agent_name") or "ai-agent"
        gathered = Gathered(agent)
        for name in ("system", "system_instruction", "systemInstruction", "instructions"):
            if (value := record.get(name)) is not None:
                _instructions(gathered, value, record, name)
        name = next((name for name in _LISTS if isinstance(record.get(name), list)), _LISTS[0])
        messages_into(gathered, (_unwrapped(one) for one in record.each(name)))
        tools = tools_in(record)
        ai = {"instructions": "\n\n".join(gathered.instructions) or None, "tools": tools or None}
        speaks = {one.side for one in gathered.said}
        agents = [{"id": agent, "kind": "ai", "version": model}] if "bot" in speaks or not speaks else []
        start = next((record.maybe_at(key) for key in ("started_at", "created_at", "created") if record.get(key)), None)
        channel = record.maybe_text("channel")
        yield Talk(
            source="chat-messages",
            said=gathered.said,
            channel=cast("Any", channel if channel in ("voice", "chat") else "chat"),
            id=_text(record, about, "id", "custom_id", "conversation_id", "session_id", "thread_id"),
            started_at=start,
            language=record.maybe_text("language"),
            agents=agents,
            ai=ai if any(ai.values()) else None,
            calls=gathered.calls,
            fields={key: value for key, value in about.items() if isinstance(value, str | int | float | bool)},
            assumed={} if agent != "ai-agent" else {"agent": "default"},
        )


class MessageArray(JsonListReader, ChatMessages):
    """One conversation a file: an array of messages."""

    name: ClassVar[str] = "chat-message-array"
    title: ClassVar[str] = ChatMessages.title
    makers: ClassVar[tuple[str, ...]] = ChatMessages.makers

    def fits(self, head: Head) -> bool:
        """Return whether it is an array of messages with roles, of one conversation."""
        return isinstance(head.value, list) and _is_message(head.record) and not _are_several(head.records)

    def talks(self, record: Fields, source: Source) -> Iterator[Talk]:
        """Yield the one conversation. Raises ``MissingError`` where messages name several."""
        if _are_several(dicts_in(record.get("messages"))):
            raise MissingError("messages", "they are of several conversations; name the format json-rows")
        yield from super().talks(record, source)


def _are_several(messages: list[dict[str, Any]]) -> bool:
    named = (next((one[key] for key in _CONVERSATIONS if one.get(key)), None) for one in messages)
    return len({str(each) for each in named if each}) > 1


def _is_message(one: dict[str, Any]) -> bool:
    role = str(one.get("role") or one.get("from") or "").lower()
    if role in ROLES or role in INSTRUCTIONS or role in TOOLS:
        return not one.keys().isdisjoint({"content", "parts", "value", "tool_calls", "function_call"})
    return str(one.get("type")) in _KINDS and not one.keys().isdisjoint({"content", "data", "call_id"})


def _unwrapped(one: Fields) -> Fields:
    """Return a message; LangChain has it in ``data``, below its type."""
    inner = one.get("data")
    if isinstance(inner, dict) and one.maybe_text("type"):
        return Fields(
            {"role": one.maybe_text("type"), **cast("dict[str, Any]", inner), "type": None}, one.path_of("data")
        )
    return one


def _instructions(gathered: Gathered, value: object, record: Fields, name: str) -> None:
    if isinstance(value, str | list):
        given: dict[str, Any] = {"role": "system", "content": value}
        gathered.message(Fields(given, record.path_of(name)))
    else:
        gathered.message(Fields({**dict(record.fields(name).items()), "role": "system"}, record.path_of(name)))


def _text(record: Fields, about: Fields, *names: str) -> str | None:
    for within in (record, about):
        for name in names:
            if isinstance(within.get(name), str | int) and (found := within.maybe_text(name)):
                return found
    return None
