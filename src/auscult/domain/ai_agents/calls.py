"""Calls in their order among turns, and as the events that they are to forms."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple, cast

from msgspec.structs import replace

from auscult.domain.ai_agents.context import TOOL_EVENT, AiContext, Call, HandledBy, is_changing
from auscult.domain.conversation import Conversation, Event, Turn
from auscult.domain.said.search import searchable


class Placed(NamedTuple):
    """A call, and the index of the turn that it follows: -1 before the first."""

    position: int
    call: Call


def placed_calls(conversation: Conversation) -> tuple[Placed, ...]:
    """Return the calls in the order in which they were made; none where they are not known."""
    indexes = {turn.id: index for index, turn in enumerate(conversation.turns)}
    found = [Placed(_position(call, indexes, conversation.turns), call) for call in conversation.calls or ()]
    return tuple(sorted(found, key=lambda each: each.position))


def _position(call: Call, indexes: dict[str, int], turns: Sequence[Turn]) -> int:
    if call.after_turn is not None:
        return indexes.get(call.after_turn, -1)
    if (at := call.start_ms) is None:
        return -1
    return max((n for n, turn in enumerate(turns) if turn.start_ms is not None and turn.start_ms <= at), default=-1)


def happened(conversation: Conversation) -> tuple[Event, ...]:
    """Return the events of a conversation, and each call as the event ``tool:NAME``."""
    return tuple(event for event, _ in placed_events(conversation)) if conversation.calls else conversation.events


def placed_events(conversation: Conversation) -> Iterator[tuple[Event, int | None]]:
    """Yield what happened; of a call with the index of the turn that it follows, -1 before the first."""
    yield from ((event, None) for event in conversation.events)
    yield from ((_event_of(each, conversation), each.position) for each in placed_calls(conversation))


def _event_of(placed: Placed, conversation: Conversation) -> Event:
    """Return a call as an event. One without times happened when the turn that it follows ended, or began."""
    call, start = placed.call, placed.call.start_ms
    if start is None and placed.position >= 0:
        turn = conversation.turns[placed.position]
        start = turn.start_ms if turn.end_ms is None else turn.end_ms
    return Event(TOOL_EVENT + call.name, start, call.end_ms, call.agent_id)


def ai_agents_of(conversation: Conversation) -> frozenset[str]:
    """Return the ids of AI agents: those given as such, and those of no kind whose turns are all a bot's."""
    bots = {turn.agent_id for turn in conversation.turns if turn.speaker == "bot"}
    people = {turn.agent_id for turn in conversation.turns if turn.speaker != "bot"}
    kinds = {agent.id: agent.kind for agent in conversation.agents}
    known = {*kinds, *bots} - {None}
    return frozenset(
        id_ for id_ in cast("set[str]", known) if (kinds.get(id_) or ("ai" if id_ in bots - people else "")) == "ai"
    )


def handled_by(conversation: Conversation) -> HandledBy:
    """Return who led a conversation: a person where neither an agent nor an AI agent has a turn."""
    spoke = {turn.speaker for turn in conversation.turns}
    if "bot" not in spoke:
        return "human"
    return "both" if "agent" in spoke else "ai"


def has_changed(conversation: Conversation) -> bool | None:
    """Return whether a tool that changes something ran, and is not known to have failed; None where calls are not known."""
    if conversation.calls is None:
        return None
    tools = {tool.name: tool.is_changing for tool in conversation.ai.tools} if conversation.ai else {}
    return any(call.ok is not False and tools.get(call.name, is_changing(call.name)) for call in conversation.calls)


def without_texts(conversation: Conversation) -> Conversation:
    """Return a conversation without the instructions and the knowledge of its AI agent, for who may not read them."""
    ai = conversation.ai
    return conversation if ai is None else replace(conversation, ai=AiContext(tools=ai.tools) if ai.tools else None)


def called(conversation: Conversation) -> Iterator[str]:
    """Yield the words of calls: names of tools, arguments and results."""
    for call in conversation.calls or ():
        yield call.name
        yield from texts_in([call.arguments, call.result])


def searched(conversation: Conversation) -> tuple[str, str]:
    """Return what a search reads: the agent's side with the bot's turns and the words of calls, and the customer's."""
    own = (turn.text for turn in conversation.turns if turn.speaker in ("agent", "bot"))
    theirs = (turn.text for turn in conversation.turns if turn.speaker == "customer")
    return searchable(chain(own, called(conversation))), searchable(theirs)


def texts_in(value: object) -> Iterator[str]:
    """Yield the texts and numbers in the arguments or the result of a call, keys too."""
    match value:
        case dict():
            for key, inner in cast("dict[str, Any]", value).items():
                yield key
                yield from texts_in(inner)
        case list() | tuple():
            for inner in cast("Sequence[Any]", value):
                yield from texts_in(inner)
        case str():
            yield value
        case int() | float() if not isinstance(value, bool):
            yield str(value)
        case _:
            pass
