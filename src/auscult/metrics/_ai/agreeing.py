"""A yes before what changes something, and the rules that are declared for tools."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from auscult.domain.ai_agents.context import Call, Tool
from auscult.domain.conversation import language_code
from auscult.domain.errors import coded, joined
from auscult.metrics._ai.reading import (
    AiReading,
    Found,
    Outcome,
    Step,
    once,
    passes_on,
    sentences_of,
    succeeded,
    takes_up,
    tool_name,
)
from auscult.metrics._ai.words import words_of
from auscult.metrics._finding.calls import CallTest, field_in, holds


def confirmed(reading: AiReading) -> Outcome:
    """Is a yes asked for before what instructions or tools say needs one?"""
    if not reading.is_called:
        return Outcome("NA", None, coded("it is not known what was called"), ())
    calls = needing_yes(reading)
    found = [sign for at in calls if (sign := unagreed(reading, at)) is not None]
    found += [
        sign._replace(sign="rejected")
        for at in changing(reading)
        if at not in calls and is_rejected(reading, at) and (sign := unagreed(reading, at)) is not None
    ]
    if not calls:
        return Outcome("NA", None, coded("nothing was called that needs a yes"), found)
    return Outcome("YES", reading.steps[calls[0]], coded("a yes was given before it"), found)


@once
def needing_yes(reading: AiReading) -> list[int]:
    """Return the changing calls before which instructions or tools want a yes."""
    ai = reading.conversation.ai
    language = language_code(reading.conversation)
    return [
        at
        for at in changing(reading)
        if _declares(reading, at) or _is_meant(reading, at, _demands((ai and ai.instructions) or "", language))
    ]


@lru_cache(maxsize=256)
def _demands(instructions: str, language: str) -> list[str]:
    """Return the sentences of the instructions that ask for a yes, in English or a language."""
    looks = [words.acts["demands_yes"] for one in {"en", language} if (words := words_of(one))]
    return [each for each in sentences_of(instructions.lower()) if any(look(each) for look in looks)]


def _is_meant(reading: AiReading, at: int, demands: Sequence[str]) -> bool:
    """Return whether a demand is for any change, or shares a word with the name of the tool."""
    call = reading.steps[at].call
    words = [word[:_ROOT] for word in tool_name(call).split("_") if len(word) >= _ROOT] if call else []
    return any(_ANY.search(each) or any(word in each for word in words) for each in demands)


_ROOT = 4
_ANY = re.compile(r"\bany(?:thing)?\b|\bevery\b|\bchanges?\b")


def _declares(reading: AiReading, at: int) -> bool:
    call = reading.steps[at].call
    tool = reading.tools.get(call.name) if call else None
    return tool is not None and tool.confirm


def changing(reading: AiReading) -> Iterator[int]:
    """Yield the calls that change something, but those that pass on or leave word for people."""
    for at in reading.calls:
        call = reading.steps[at].call
        if call is not None and reading.is_changing(call) and not passes_on(call) and not takes_up(call):
            yield at


def unagreed(reading: AiReading, at: int) -> Found | None:
    """Return a sign where no yes lies between a question of the AI agent and a call.

    A choice is a yes where only the way was asked: after a yes, or where the same tool failed before.
    """
    step = reading.steps[at]
    said = reading.before(at, "customer")
    before = [one for one in reading.bots if said is not None and one < said][-2:]
    is_yes = said is not None and (
        reading.has("yes", reading.steps[said].text)
        or (reading.has("chooses", reading.steps[said].text) and _is_way(reading, step.call, said))
    )
    if is_yes and any(reading.has("asks_yes", reading.steps[one].text) for one in before):
        return None
    sign = "unasked" if is_yes else "no_yes"
    words = reading.steps[said].text if said is not None else ""
    why = coded("no yes to a question lies before it")
    return Found(sign, step, words, why, step.call)


def _is_way(reading: AiReading, call: Call | None, said: int) -> bool:
    """Return whether a call of the same tool failed before a customer's turn, or their turn before it has a yes."""
    earlier = reading.before(said, "customer")
    return any(call and each.name == call.name and not succeeded(each) for each in reading.made(0, said)) or (
        earlier is not None and reading.has("yes", reading.steps[earlier].text)
    )


def is_rejected(reading: AiReading, at: int) -> bool:
    """Return whether the customer rejects a call in their next turn."""
    behind = next((each for each in reading.customers if each > at), None)
    return behind is not None and reading.says("rejects", behind)


Allowed = Mapping[str, Sequence[CallTest]]
"""By tool the conditions of which, for each, a call before must hold."""


def tool_rules(reading: AiReading, rules: Mapping[str, Tool] | None = None, allowed: Allowed | None = None) -> Outcome:
    """Does each call keep the rules that are declared for its tool, by the tool itself and here?"""
    allowed = allowed or {}
    declared = [*reading.tools.values(), *(rules or {}).values()]
    declared = [tool for tool in declared if tool.needs or tool.after or tool.confirm or tool.name in allowed]
    if not reading.is_called or not declared:
        why = (
            coded("no rules are declared for tools") if reading.is_called else coded("it is not known what was called")
        )
        return Outcome("NA", None, why, ())
    made: list[Call] = []
    found: list[Found] = []
    ruled: list[int] = []
    for at in reading.calls:
        call = reading.steps[at].call
        if call is None:
            continue
        for tool in declared:
            if tool.name == call.name:
                ruled.append(at)
                found += _broken_rules(reading, at, call, tool, made)
                found += _not_allowed(reading.steps[at], call, allowed.get(call.name, ()), made)
        if succeeded(call):
            made.append(call)
    if not ruled:
        return Outcome("NA", None, coded("no tool with rules was called"), ())
    return Outcome("YES", reading.steps[ruled[0]], coded("the rules of its tools are kept"), found)


def _broken_rules(reading: AiReading, at: int, call: Call, tool: Tool, made: Sequence[Call]) -> Iterator[Found]:
    step = reading.steps[at]
    for name in tool.needs:
        if field_in(call, name) in (None, "", [], {}):
            yield Found("needs", step, "", coded("'{name}' is not given, which the tool needs", name=name), call)
    for name in tool.after:
        if all(one.name != name for one in made):
            yield Found("after", step, "", coded("'{name}' had not succeeded before", name=name), call)
    if tool.confirm and (sign := unagreed(reading, at)) is not None:
        yield sign._replace(sign="confirm")


def _not_allowed(step: Step, call: Call, tests: Sequence[CallTest], made: Sequence[Call]) -> Iterator[Found]:
    """Yield a sign for each condition that no call before holds, nor the call itself; with the value that it has."""
    for test in tests:
        if any(holds(test, one) for one in (*made, call)):
            continue
        last = next((one for one in reversed((*made, call)) if one.name == test.name), None)
        values = {field: field_in(last, field) for field in test.where} if last is not None else {}
        fields = [coded("'{name}' is '{value}'", name=field, value=value) for field, value in values.items()]
        shown = joined(", ", fields) or coded("no call of '{name}' before", name=test.name)
        yield Found("allowed_if", step, "", coded("the tool is not allowed: {words}", words=shown), call)
