"""Calls, AI context and AI agents in the native document: read whole, refused with a word, written as they were given."""

import io
from typing import Any

import msgspec
import pytest

from auscult.domain.ai_agents.context import AiContext, Call, Knowledge, Tool, is_changing
from auscult.domain.conversation import Agent, Conversation, Event
from auscult.formats import Limits
from auscult.formats.native import write
from auscult.services.scoring.intake.read import read_stream
from tests.data_files import data_of
from tests.unit.formats.test_native import one, refusal, turn

REFUND: dict[str, Any] = data_of(__file__, "refund")
AI: dict[str, Any] = {
    "instructions": "You are Nia.",
    "knowledge": [{"text": "Refunds need 14 days.", "title": "Refunds"}],
    "tools": [{"name": "refund", "changes": True, "description": "Pay back", "needs": ["amount"], "after": ["get_order"], "confirm": True}],
}  # fmt: skip


def nested(levels: int) -> Any:
    """Return an object in an object, so many levels deep."""
    found: dict[str, Any] = {}
    for _ in range(levels):
        found = {"a": found}
    return found


def test_what_the_page_has_is_read_and_written_as_it_was_given() -> None:
    """Agents with kind and version, the AI context, and calls with arguments and result."""
    agents = [{"id": "ai-nia", "name": "Nia", "kind": "ai", "version": "2026-11-02"}, {"id": "a-2", "kind": "human"}]
    read = one(agents=agents, ai=AI, calls=[REFUND], turns=turn(id="m3"))
    assert read.agents == (Agent("ai-nia", "Nia", kind="ai", version="2026-11-02"), Agent("a-2", kind="human"))
    assert read.ai == AiContext(
        "You are Nia.",
        (Knowledge("Refunds need 14 days.", "Refunds"),),
        (Tool("refund", changes=True, description="Pay back", needs=("amount",), after=("get_order",), confirm=True),),
    )
    written = msgspec.json.decode(write(read))
    assert (written["agents"], written["ai"], written["calls"]) == (agents, AI, [REFUND])
    assert one(**written) == read


@pytest.mark.parametrize(("given", "kept"), [({}, None), ({"calls": []}, ())])
def test_no_call_is_something_else_than_not_known(given: dict[str, Any], kept: Any) -> None:
    """Without the key nothing is known of calls; an empty list says that there were none."""
    read = one(**given)
    assert read.calls == kept
    assert ("calls" in msgspec.json.decode(write(read))) is (kept is not None)


def test_an_event_of_a_tool_is_a_call_with_all_that_it_has() -> None:
    """Arguments and result of ``tool:refund`` are not gone when read back; other events stay, and name what is not theirs."""
    events = [
        {"type": "tool:refund", "start_ms": 5, "agent_id": "b", "arguments": {"n": 1}, "result": [2], "ok": False},
        {"type": "hold", "start_ms": 7, "arguments": {"n": 1}},
    ]
    read = one(events=events, calls=[{"name": "look", "id": "c2"}])
    assert read.calls == (
        Call("c2", "look"),
        Call("c2-2", "refund", "b", start_ms=5, arguments={"n": 1}, result=[2], ok=False),
    )
    assert (read.events, read.unknown_keys) == ((Event("hold", 7),), ("events.arguments",))
    assert one(**msgspec.json.decode(write(read))) == msgspec.structs.replace(read, unknown_keys=(), unknown_line=None)


@pytest.mark.parametrize(
    ("call", "field", "code"),
    [
        ({"after_turn": "m9"}, "calls[0].after_turn", "call.unknown_turn"),
        ({"arguments": [1]}, "calls[0].arguments", "field.invalid"),
        ({"arguments": '{"amount": 89}'}, "calls[0].arguments", "field.invalid"),
        ({"result": "x" * 3_000_000}, "calls[0].result", "call.too_large"),
        ({"arguments": {"rows": ["x" * 100] * 30_000}}, "calls[0].arguments", "call.too_large"),
        ({"result": nested(65)}, "calls[0].result", "field.invalid"),
        ({"name": ""}, "calls[0].name", "field.invalid"),
        ({"ok": "yes"}, "calls[0].ok", "field.invalid"),
        ({"end_ms": 1}, "calls[0].end_ms", "field.invalid"),
    ],
)
def test_a_bad_call_is_refused_with_a_word(call: dict[str, Any], field: str, code: str) -> None:
    """The field, the fault, and what would be right."""
    error = refusal(calls=[{**REFUND, **call}], turns=turn(id="m3"))
    assert (error.field, error.reason) == (field, code)
    assert field in error.message
    assert "should be" in error.message or "; send what was used" in error.message or ": send what" in error.message


def test_calls_have_ids_of_their_own_and_a_limit() -> None:
    """Two of one id are refused, and so are more than the setting allows; a hundred at one turn are read."""
    assert refusal(calls=[REFUND, REFUND], turns=turn(id="m3")).reason == "call.duplicate_id"
    assert refusal(Limits(turns=2), calls=[{"name": "look"}] * 3).reason == "calls.too_many"
    read = one(calls=[{"name": "look", "after_turn": "m1", "result": nested(64)}] * 100, turns=turn())
    assert [each.id for each in read.calls or ()] == [f"c{n}" for n in range(1, 101)]


def test_a_context_is_refused_where_it_is_too_large_or_ambiguous() -> None:
    """More than 1 MiB, or a tool that is declared twice."""
    assert refusal(ai={"instructions": "x" * 1_100_000}).reason == "ai.too_large"
    error = refusal(ai={"tools": [{"name": "refund"}, {"name": "refund"}]})
    assert (error.field, error.reason) == ("ai.tools[1].name", "field.invalid")
    assert refusal(agents=[{"id": "a", "kind": "bot"}]).message == 'agents[0].kind is "bot"; it should be ai or human'


def test_unknown_keys_are_named_at_every_level() -> None:
    """A key that is not known is never dropped in silence."""
    ai = {**AI, "model": "m", "tools": [{"name": "refund", "schema": {}}]}
    read = one(ai=ai, calls=[{**REFUND, "cost": 1}, {"name": "x", "cost": 2}], turns=turn(id="m3", mood=1))
    assert read.unknown_keys == ("ai.model", "ai.tools.schema", "calls.cost", "turns.mood")


@pytest.mark.parametrize(
    ("name", "changes"),
    [("refund", True), ("get_order", False), ("getOrder", False), ("search", False), ("listen", True), ("Check-x", False), ("readdress", True)],
)  # fmt: skip
def test_a_tool_changes_something_by_its_name(name: str, *, changes: bool) -> None:
    """Where nothing is said: get, list, find, search, check, verify and read do not."""
    assert is_changing(name) is changes
    assert Tool(name).is_changing is changes
    assert Tool(name, not changes).is_changing is not changes


def test_an_id_that_a_provider_uses_twice_is_of_two_calls() -> None:
    """Each has its own result; the same call named again by its id alone is one."""
    said: list[dict[str, Any]] = [{"role": "user", "content": "hello"}]
    for name, given, result in (
        ("find", '{"to": "SEA"}', "[1]"),
        ("find", '{"to": "LAX"}', "[2]"),
        ("book", "{}", "[3]"),
    ):
        function = {"name": name, "arguments": given}
        said += [
            {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1", "function": function}]},
            {"role": "tool", "tool_call_id": "call_1", "content": result},
        ]
    (found,) = read_stream(io.BytesIO(msgspec.json.encode({"id": "a", "messages": said})), "", Limits())
    assert isinstance(found, Conversation)
    made = [(each.name, dict(each.arguments), each.result) for each in found.calls or ()]
    assert made == [("find", {"to": "SEA"}, [1]), ("find", {"to": "LAX"}, [2]), ("book", {}, [3])]
