"""Traces in OTLP JSON with OpenTelemetry's conventions for generative AI: the spans of a conversation, gathered."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, cast

from auscult.domain.connectors import Refused
from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError
from auscult.formats._contract import ByteStream, Rejected, Source
from auscult.formats._documents import documents
from auscult.formats._instants import from_ms
from auscult.formats._others.heads import dicts_in, first_of
from auscult.formats._others.json_records import JsonReader, decoded
from auscult.formats._others.talk import Talk, finished
from auscult.formats._others.whole_files import refusal
from auscult.formats._records import Fields, MissingError
from auscult.formats.agents._messages import Gathered, parsed

_INDEXED = re.compile(r"gen_ai\.(prompt|completion)\.(\d+)\.(role|content)")
_CONVERSATION = ("gen_ai.conversation.id", "session.id", "langfuse.session.id", "thread.id")
_NS_PER_MS = 1_000_000


class _Span(NamedTuple):
    """A span: its trace, times, attributes."""

    trace: str
    start: int
    end: int
    name: str
    given: Mapping[str, Any]


class GenAiSpans(JsonReader):
    """Spans of one file by their conversation, else by their session or trace. Messages that are repeated are there once."""

    name: ClassVar[str] = "otlp-genai"
    title: ClassVar[str] = "OTLP JSON with GenAI spans"
    makers: ClassVar[tuple[str, ...]] = (
        "https://github.com/open-telemetry/semantic-conventions-genai",
        "https://github.com/open-telemetry/opentelemetry-proto/blob/main/examples/trace.json",
        "https://github.com/traceloop/openllmetry",
    )
    keys: ClassVar[frozenset[str]] = frozenset({"resourceSpans"})

    def is_mine(self, record: dict[str, Any]) -> bool:
        """Return whether it has spans of resources."""
        return "resourceSpans" in record or "spans" in first_of(record, "resource_spans", "scope_spans")

    def read(self, stream: ByteStream, source: Source) -> Iterator[Conversation | Rejected]:
        """Yield the conversations of all spans of a file, which are held in memory."""
        spans: list[_Span] = []
        for document in documents(stream, source.limits):
            if isinstance(document, Rejected):
                yield document
                continue
            try:
                spans += _spans(Fields(decoded(document.data)))
            except FormatError as fault:
                fault.line = document.line
                yield Rejected(error=fault, source=document.data)
            except MissingError as missing:
                yield refusal(missing.refused, self.title, document.line, document.data)
        groups: dict[str, list[_Span]] = {}
        ids = _ids(spans)
        for span in sorted(spans, key=lambda each: (each.start, -each.end)):
            groups.setdefault(ids[span.trace], []).append(span)
        found = 0
        for id_, group in groups.items():
            try:
                talk = _talk(id_, group)
            except MissingError as missing:
                yield refusal(missing.refused, self.title, 1)
                continue
            if talk.said or talk.calls:
                found += 1
                yield finished(talk, source)
        if spans and not found:
            reason = "no span has messages; record gen_ai.input.messages and gen_ai.output.messages"
            yield refusal(Refused(reason, ""), self.title, 1)


def _ids(spans: list[_Span]) -> dict[str, str]:
    """Return the id of the conversation of each trace: as one of its spans has it, else the trace itself."""
    found = {span.trace: span.trace for span in spans}
    for span in spans:
        id_ = next((given for name in _CONVERSATION if (given := span.given.get(name))), None)
        if id_ is not None:
            found[span.trace] = str(id_)
    return found


def _spans(record: Fields) -> Iterator[_Span]:
    for resource in record.each("resourceSpans"):
        for scope in (*resource.each("scopeSpans"), *resource.each("instrumentationLibrarySpans")):
            for span in scope.each("spans"):
                start = _ns(span, "startTimeUnixNano")
                has_end = span.maybe_text("endTimeUnixNano") is not None
                yield _Span(
                    span.text("traceId", "the id of the trace"),
                    start,
                    _ns(span, "endTimeUnixNano") if has_end else start,
                    span.maybe_text("name") or "",
                    _attributes(span),
                )


def _attributes(within: Fields) -> dict[str, Any]:
    return {one.text("key", "a name"): _value(one.get("value")) for one in within.each("attributes")}


def _value(value: Any) -> Any:  # noqa: ANN401  (any JSON value)
    """Return the value that OTLP wraps with its type."""
    given: object = value
    if not isinstance(given, dict) or len(cast("dict[str, Any]", given)) != 1:
        return cast("Any", given)
    ((kind, wrapped),) = cast("dict[str, Any]", given).items()
    inner = cast("object", wrapped)
    within = cast("dict[str, Any]", inner).get("values") if isinstance(inner, dict) else None
    if kind == "arrayValue":
        return [_value(each) for each in cast("list[Any]", within or [])]
    if kind == "kvlistValue":
        return {str(each.get("key")): _value(each.get("value")) for each in dicts_in(within)}
    number = str(wrapped)
    return int(number) if kind == "intValue" and number.lstrip("-").isdecimal() else wrapped


def _talk(id_: str, spans: list[_Span]) -> Talk:
    agent = _first(spans, "gen_ai.agent.id", "gen_ai.agent.name")
    named, version = _first(spans, "gen_ai.agent.name"), _first(spans, "gen_ai.agent.version", "gen_ai.request.model")
    gathered = Gathered(agent or "ai-agent")
    seen: list[tuple[str, int]] = []
    for span in spans:
        for given in _list(span.given.get("gen_ai.system_instructions")):
            gathered.message(_fields({"role": "system", "parts": [given]}))
        asked, answered = _messages(span)
        _take(gathered, asked, seen, span, is_answer=False)
        _take(gathered, answered, seen, span, is_answer=True)
        if tool := span.given.get("gen_ai.tool.name"):
            _called(gathered, str(tool), span)
    tools = [
        {"name": str(each["name"]), "description": each.get("description")}
        for span in spans
        for each in dicts_in(_list(span.given.get("gen_ai.tool.definitions")))
        if each.get("name")
    ]
    declared = {each["name"]: each for each in tools}
    ai = {"instructions": "\n\n".join(gathered.instructions) or None, "tools": list(declared.values()) or None}
    return Talk(
        source="otlp-genai",
        said=gathered.said,
        channel="chat",
        id=id_,
        started_at=_at(spans[0].start),
        agents=[{"id": agent or "ai-agent", "name": named, "kind": "ai", "version": version}],
        ai=ai if any(ai.values()) else None,
        calls=gathered.calls,
        assumed={} if agent else {"agent": "default"},
    )


def _first(spans: list[_Span], *names: str) -> str | None:
    """Return the first value of an attribute, of the first name that has one."""
    return next((str(found) for name in names for span in spans if (found := span.given.get(name))), None)


def _called(gathered: Gathered, tool: str, span: _Span) -> None:
    """Add the span of a tool: the call of its id, with arguments and result as far as it has them."""
    id_ = span.given.get("gen_ai.tool.call.id")
    call = gathered.call(None if id_ is None else str(id_), tool, span.given.get("gen_ai.tool.call.arguments"))
    if (result := span.given.get("gen_ai.tool.call.result")) is not None:
        call.setdefault("result", parsed(result))
    if span.given.get("error.type"):
        call["ok"] = False


def _messages(span: _Span) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the messages that a span was given, and those that it answered."""
    asked, answered = (_list(span.given.get(f"gen_ai.{way}.messages")) for way in ("input", "output"))
    if not asked and not answered:
        found: dict[tuple[str, int], dict[str, Any]] = {}
        for name, value in span.given.items():
            if match := _INDEXED.fullmatch(name):
                found.setdefault((match[1], int(match[2])), {})[match[3]] = value
        asked = [message for (way, _), message in sorted(found.items()) if way == "prompt"]
        answered = [
            {"role": "assistant", **message} for (way, _), message in sorted(found.items()) if way == "completion"
        ]
    return dicts_in(asked), dicts_in(answered)


def _take(
    gathered: Gathered, messages: list[dict[str, Any]], seen: list[tuple[str, int]], span: _Span, *, is_answer: bool
) -> None:
    """Add the messages that no span before had: each call of a model is given all that was said until then.

    ``seen`` has each with the end of the span that answered it. An answer that repeats one of a span that had ended
    is another one.
    """
    left = [mark for mark, end in seen if not is_answer or end >= span.start]
    for message in messages:
        mark = _mark(message)
        if mark in left:
            left = left[left.index(mark) + 1 :]
            continue
        seen.append((mark, span.end if is_answer else -1))
        gathered.message(_fields(message), _at(span.end if is_answer else span.start))


def _mark(message: dict[str, Any]) -> str:
    content = message.get("parts") if message.get("parts") is not None else message.get("content")
    return repr((message.get("role"), content, message.get("tool_calls")))


def _fields(message: dict[str, Any]) -> Fields:
    return Fields(message, "gen_ai.input.messages")


def _list(value: object) -> list[Any]:
    given = parsed(value)
    return cast("list[Any]", given) if isinstance(given, list) else [] if given is None else [given]


def _ns(span: Fields, name: str) -> int:
    found = round(span.number(name, "a number of ns"))
    try:
        _at(found)
    except (ValueError, OverflowError):
        raise MissingError(span.path_of(name), f"{name} is {found:.3g}; it should be a number of ns") from None
    return found


def _at(ns: int) -> datetime:
    return from_ms(ns // _NS_PER_MS)
