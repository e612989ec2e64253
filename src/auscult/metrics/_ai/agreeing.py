"""A yes before what changes something, and the rules that are declared for tools."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from auscult.domain.ai_agents.context import Call, Tool
from auscult.metrics._ai.reading import AiReading, Found, Outcome, passes_on, shown_call, succeeded, takes_up
from auscult.metrics._ai.words import words_of


def confirmed(reading: AiReading) -> Outcome:
    """Is a yes asked for before what instructions or tools say needs one?"""
    if not reading.is_called:
        return Outcome("NA", None, "it is not known what was called", ())
    is_demanded = _is_demanded(reading)
    calls = [at for at in _changing(reading) if is_demanded or _declares(reading, at)]
    if not calls:
        return Outcome("NA", None, "nothing was called that needs a yes", ())
    found = [sign for at in calls if (sign := unagreed(reading, at)) is not None]
    return Outcome("YES", reading.steps[calls[0]], "a yes was given before it", found)


def _is_demanded(reading: AiReading) -> bool:
    ai = reading.conversation.ai
    text = (ai.instructions or "").lower() if ai else ""
    english = words_of("en")
    assert english is not None  # noqa: S101  (English is among the languages)
    return reading.has("demands_yes", text) or english.acts["demands_yes"].search(text) is not None


def _declares(reading: AiReading, at: int) -> bool:
    call = reading.steps[at].call
    tool = reading.tools.get(call.name) if call else None
    return tool is not None and tool.confirm


def _changing(reading: AiReading) -> Iterator[int]:
    for at in reading.calls:
        call = reading.steps[at].call
        if call is not None and reading.is_changing(call) and not passes_on(call) and not takes_up(call):
            yield at


def unagreed(reading: AiReading, at: int) -> Found | None:
    """Return a sign where no yes lies between a question of the AI agent and a call."""
    step = reading.steps[at]
    said = reading.before(at, "customer")
    asked = None if said is None else reading.before(said, "bot")
    is_yes = said is not None and reading.has("yes", reading.steps[said].text)
    is_asked = asked is not None and reading.has("asks_yes", reading.steps[asked].text)
    if is_yes and is_asked:
        return None
    sign = "unasked" if not is_asked else "no_yes"
    words = reading.steps[said].text if said is not None else ""
    why = f"{shown_call(step.call)}, without a yes to a question before it" if step.call else ""
    return Found(sign, step, words, why, step.call)


def tool_rules(reading: AiReading, rules: Iterable[Tool] | None = None) -> Outcome:
    """Does each call keep the rules that are declared for its tool?"""
    declared = {tool.name: tool for tool in (reading.tools.values() if rules is None else rules)}
    declared = {name: tool for name, tool in declared.items() if tool.needs or tool.after or tool.confirm}
    if not reading.is_called or not declared:
        return Outcome(
            "NA",
            None,
            "no rules are declared for tools" if reading.is_called else "it is not known what was called",
            (),
        )
    ran: set[str] = set()
    found: list[Found] = []
    ruled: list[int] = []
    for at in reading.calls:
        call = reading.steps[at].call
        if call is None:
            continue
        if tool := declared.get(call.name):
            ruled.append(at)
            found += _broken_rules(reading, at, call, tool, ran)
        if succeeded(call):
            ran.add(call.name)
    if not ruled:
        return Outcome("NA", None, "no tool with rules was called", ())
    return Outcome("YES", reading.steps[ruled[0]], "the rules of its tools are kept", found)


def _broken_rules(reading: AiReading, at: int, call: Call, tool: Tool, ran: set[str]) -> Iterator[Found]:
    step = reading.steps[at]
    for name in tool.needs:
        if field_of(call.arguments, name) in (None, "", [], {}):
            yield Found("needs", step, "", f"{shown_call(call)} without {name!r}, which it needs", call)
    for name in tool.after:
        if name not in ran:
            yield Found("after", step, "", f"{shown_call(call)} before {name!r} had succeeded", call)
    if tool.confirm and (sign := unagreed(reading, at)) is not None:
        yield sign._replace(sign="confirm")


def field_of(value: Mapping[str, Any], name: str) -> Any:
    """Return a field of arguments or a result by its name, parts of it joined by points; None where there is none."""
    found: Any = value
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
