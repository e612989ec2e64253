"""Messages of AI agents in the spellings of several makers, as turns, calls, instructions."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, cast

import msgspec

from auscult.domain.conversation import Speaker
from auscult.domain.errors import FormatError
from auscult.formats._faults import DECODE_ERRORS
from auscult.formats._instants import instant
from auscult.formats._others.heads import dicts_in
from auscult.formats._others.talk import Said
from auscult.formats._records import Fields, MissingError

ROLES: Mapping[str, Speaker] = {
    **dict.fromkeys(("user", "human", "customer"), "customer"),
    **dict.fromkeys(("assistant", "model", "ai", "gpt", "bot", "chatbot", "assistant_agent"), "bot"),
    **dict.fromkeys(("agent", "operator", "human_agent", "admin"), "agent"),
}
INSTRUCTIONS = frozenset({"system", "developer"})
TOOLS = frozenset({"tool", "function", "ipython", "tool_result"})
_CALLS = frozenset({"tool_use", "tool_call", "server_tool_use"})
_RESULTS = frozenset({"tool_result", "tool_call_response"})
_THOUGHTS = frozenset({"thinking", "redacted_thinking", "reasoning"})
_TIMES = ("timestamp", "created_at", "createdAt", "time", "ts", "create_time")


class Gathered:
    """Turns, calls and instructions, as messages come in. Calls are joined with their results by id, else by order."""

    def __init__(self, agent_id: str) -> None:
        """Begin for an AI agent with this id."""
        self.said: list[Said] = []
        self.calls: list[dict[str, Any]] = []
        self.instructions: list[str] = []
        self._agent_id = agent_id
        self._by_id: dict[str, dict[str, Any]] = {}

    def message(self, one: Fields, at: datetime | None = None) -> None:
        """Add one message. Raises ``MissingError`` where it has neither a role nor a type that is known."""
        at = _time(one) or at
        kind, role = one.maybe_text("type"), _role(one)
        if kind in ("function_call", "tool_call"):
            self.call(
                one.maybe_text("call_id") or one.maybe_text("id"),
                one.text("name", "the name of the tool"),
                one.get("arguments"),
            )
        elif kind in ("function_call_output", "tool_call_output"):
            self.result(one.maybe_text("call_id"), None, one.get("output"))
        elif kind == "reasoning" or role == "reasoning":
            return
        elif role in TOOLS and _holds_results(one):
            self._acted(one)
        elif role in TOOLS:
            self.result(one.maybe_text("tool_call_id"), one.maybe_text("name"), self._content(one, is_result=True))
        else:
            self._spoken(one, role, at)

    def _spoken(self, one: Fields, role: str, at: datetime | None) -> None:
        if role not in ROLES and role not in INSTRUCTIONS:
            known = ", ".join(sorted({*ROLES, *INSTRUCTIONS, *TOOLS}))
            raise MissingError(one.path_of("role"), f"role is {role!r}; it should be one of: {known}")
        text = self._content(one, is_result=False)
        if role in INSTRUCTIONS:
            if text and text not in self.instructions:
                self.instructions.append(text)
        elif text:
            self.say(ROLES[role], text, at)
        self._acted(one)
        for each in one.each("tool_calls"):
            function = each.fields("function") if each.get("function") is not None else each
            arguments = function.get("arguments") if function.get("arguments") is not None else function.get("args")
            self.call(each.maybe_text("id"), function.text("name", "the name of the tool"), arguments)
        if isinstance(one.get("function_call"), dict):
            function = one.fields("function_call")
            self.call(None, function.text("name", "the name of the tool"), function.get("arguments"))

    def say(self, speaker: Speaker, text: str, at: datetime | None) -> None:
        """Add a turn."""
        agent = self._agent_id if speaker == "bot" else None
        self.said.append(Said(text, side=speaker, at=at, agent_id=agent, id=f"m{len(self.said) + 1}"))

    def call(self, id_: str | None, name: str, arguments: object) -> dict[str, Any]:
        """Add a call, unless it is there by its id; return it. An id that comes again with other values is another call."""
        value = parsed(arguments)
        empty: dict[str, Any] = {} if value in (None, "") else {"value": value}
        given = cast("dict[str, Any]", value) if isinstance(value, dict) else empty
        known = self._by_id.get(id_) if id_ is not None else None
        if known is not None and known["name"] == name and (not given or known["arguments"] in ({}, given)):
            known["arguments"] = known["arguments"] or given
            return known
        made: dict[str, Any] = {
            "id": f"c{len(self.calls) + 1}" if id_ is None or known or len(id_) > 255 else id_,  # noqa: PLR2004
            "name": name,
            "agent_id": self._agent_id,
            "after_turn": self.said[-1].id if self.said else None,
            "arguments": given,
        }
        self.calls.append(made)
        if id_ is not None:
            self._by_id[id_] = made
        return made

    def result(self, id_: str | None, name: str | None, value: object, *, ok: bool | None = None) -> None:
        """Add the result of a call: of this id, else the first of this name that has none, else the first that has none."""
        open_ = [each for each in self.calls if "result" not in each]
        found = self._by_id.get(id_) if id_ is not None else None
        if found is None:
            found = next((each for each in open_ if name is not None and each["name"] == name), None)
        if found is None and id_ is None and name is None:
            found = next(iter(open_), None)
        if found is None:
            found = self.call(id_, name or "tool", None)
        if "result" not in found:
            found["result"] = parsed(value)
        if ok is not None:
            found["ok"] = ok

    def _content(self, one: Fields, *, is_result: bool) -> str:
        """Return the words of a message."""
        name = next((key for key in ("content", "parts", "value") if one.get(key) is not None), "content")
        value = one.get(name)
        if value is None or isinstance(value, str):
            return value or "" if is_result else (value or "").strip()
        if isinstance(value, dict):
            given = cast("dict[str, Any]", value)
            return msgspec.json.encode(given).decode() if is_result else str(given.get("text") or "")
        if not isinstance(value, list):
            raise MissingError(one.path_of(name), f"{name} should be a text, or a list of parts")
        given = cast("list[Any]", value)
        if all(isinstance(each, str) for each in given):
            return "\n".join(given)
        return "\n".join(filter(None, map(_words, one.each(name))))

    def _acted(self, one: Fields) -> None:
        """Add the calls and results among the parts of a message: they come behind its words."""
        for name in ("content", "parts"):
            given = one.get(name)
            if isinstance(given, list) and all(isinstance(each, dict) for each in cast("list[Any]", given)):
                for part in one.each(name):
                    self._part(part)

    def _part(self, part: Fields) -> None:
        kind = part.maybe_text("type") or ""
        called = next((key for key in ("functionCall", "function_call") if part.get(key) is not None), None)
        answered = next((key for key in ("functionResponse", "function_response") if part.get(key) is not None), None)
        if kind in _CALLS:
            arguments = part.get("input") if part.get("input") is not None else part.get("arguments")
            self.call(part.maybe_text("id"), part.text("name", "the name of the tool"), arguments)
        elif called:
            function = part.fields(called)
            self.call(function.maybe_text("id"), function.text("name", "the name of the tool"), function.get("args"))
        elif answered:
            function = part.fields(answered)
            self.result(function.maybe_text("id"), function.maybe_text("name"), function.get("response"))
        elif kind in _RESULTS:
            is_error = part.get("is_error")
            value = next(
                (part.get(key) for key in ("content", "response", "result") if part.get(key) is not None), None
            )
            id_ = part.maybe_text("tool_use_id") or part.maybe_text("id")
            self.result(id_, part.maybe_text("name"), _text_of(value), ok=None if is_error is None else not is_error)


def _holds_results(one: Fields) -> bool:
    parts = [each for name in ("content", "parts") for each in dicts_in(one.get(name))]
    return any(str(each.get("type")) in _RESULTS or "functionResponse" in each for each in parts)


def _words(part: Fields) -> str:
    """Return the words of a part of a message; what is neither words nor a call is there by its kind."""
    kind = part.maybe_text("type") or ""
    words = part.get("text") if part.get("text") is not None else part.get("content")
    if kind in _CALLS or kind in _RESULTS or kind in _THOUGHTS:
        return ""
    return words.strip() if isinstance(words, str) else f"<{kind}>" if kind else ""


def messages_into(gathered: Gathered, messages: Iterable[Fields]) -> None:
    """Add messages, in order."""
    for one in messages:
        gathered.message(one)


def tools_in(record: Fields) -> list[dict[str, Any]]:
    """Return the tools that a request declares: name and description."""
    tools: dict[str, dict[str, Any]] = {}
    for each in _flat(record):
        function = each.fields("function") if each.get("function") is not None else each
        name = function.maybe_text("name")
        if name:
            tools.setdefault(name, {"name": name, "description": function.maybe_text("description")})
    return list(tools.values())


def _flat(record: Fields) -> Iterator[Fields]:
    for name in ("tools", "functions"):
        if isinstance(record.get(name), list):
            for each in record.each(name):
                inner = next((key for key in ("functionDeclarations", "function_declarations") if each.get(key)), None)
                yield from each.each(inner) if inner else (each,)


def parsed(value: object) -> Any:  # noqa: ANN401  (any JSON value)
    """Return the JSON that a text is, else the value as it is."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return value
    try:
        return msgspec.json.decode(value.encode(errors="replace"))
    except DECODE_ERRORS:
        return value


def _text_of(value: object) -> object:
    """Return the text of a result that is a list of parts of text; any other as it is."""
    texts = [each.get("text") for each in dicts_in(value)]
    words = [text for text in texts if isinstance(text, str)]
    return "\n".join(words) if words and len(words) == len(cast("list[Any]", value)) else value


def _role(one: Fields) -> str:
    role = one.maybe_text("role") or one.maybe_text("from") or one.maybe_text("type")
    if role is None:
        raise MissingError(one.path_of("role"), "role is missing; it should be who speaks, as user or assistant")
    return role.lower()


def _time(one: Fields) -> datetime | None:
    for name in _TIMES:
        value = one.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
            try:
                return instant(value, name)
            except FormatError as error:
                raise MissingError(one.path_of(name), error.message) from error
    return None
