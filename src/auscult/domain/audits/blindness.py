"""Blindness: what a rater does not see of a conversation until their own audit of it has ended."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from auscult.domain.audits.assignment import Hidden
from auscult.domain.conversation import Agent, Conversation

Blindness = Mapping[str, frozenset[Hidden]]
"""What is hidden from a rater, by conversation id. Other conversations hide nothing."""

_OF_MACHINE = ("form", "score", "passed", "fatal_errors", "missed_metrics", "confidence", "insights")


def without_agents(conversation: Conversation) -> Conversation:
    """Return a conversation whose agents are numbered and have no names."""
    known = [agent.id for agent in conversation.agents]
    known += [turn.agent_id for turn in conversation.turns if turn.agent_id]
    number = {agent: f"agent-{index}" for index, agent in enumerate(dict.fromkeys(known), start=1)}
    return replace(
        conversation,
        agents=tuple(Agent(number[agent.id]) for agent in conversation.agents),
        turns=tuple(
            replace(turn, agent_id=number[turn.agent_id]) if turn.agent_id else turn for turn in conversation.turns
        ),
        events=tuple(
            replace(event, agent_id=number.get(event.agent_id)) if event.agent_id else event
            for event in conversation.events
        ),
        ai=None,
        calls=conversation.calls
        and tuple(
            replace(call, agent_id=number.get(call.agent_id)) if call.agent_id else call for call in conversation.calls
        ),
        contact=None,
        assist=None,
        recordings=None,
    )


def masked_row(row: dict[str, Any], hidden: frozenset[Hidden]) -> dict[str, Any]:
    """Return a row of the conversation list without what is hidden."""
    found = dict(row)
    if "machine" in hidden:
        found |= dict.fromkeys(_OF_MACHINE) | {"missed_metrics": [], "fatal_errors": 0}
    if "others" in hidden:
        found["audit"] = {"state": "not_assigned", "score": None}
    if "agent" in hidden:
        found["agents"] = []
    return found
