"""Stays of a contact: its destinations as given, completed from the transcript, or else derived from it.

Nothing is guessed: what neither the contact nor the transcript shows stays unknown.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from math import inf

from msgspec.structs import replace

from auscult.domain.contact import Destination, Segment
from auscult.domain.conversation import Agent, Conversation

_MS = timedelta(milliseconds=1)


def destinations_of(conversation: Conversation) -> tuple[Destination, ...]:
    """Return every queue that a contact entered and every agent who got it, in order, as far as known."""
    given = conversation.contact.destinations if conversation.contact else None
    destinations = _from_the_talk(conversation) if given is None else given
    stays = Counter(each.responding_agent.agent_id for each in destinations if each.responding_agent)
    return tuple(
        each
        if each.responding_agent is None
        else replace(each, responding_agent=_completed(each.responding_agent, conversation, stays))
        for each in destinations
    )


def instant_of(conversation: Conversation, ms: int | None) -> datetime | None:
    """Return the instant ``ms`` after the start; None where that is unknown, or beyond the calendar's end."""
    if ms is None:
        return None
    try:
        return conversation.started_at + _MS * ms
    except OverflowError:
        return None


def _from_the_talk(conversation: Conversation) -> tuple[Destination, ...]:
    """Derive destinations from queues and agents.

    As many agents as queues answered one each. Of one queue, the first agent answered, and others got it directly.
    A lone agent answered in the last of several queues. In any other case it is unknown who answered where.
    """
    queues = [Destination(type="queue", queue_id=queue.id, queue_name=queue.name) for queue in conversation.queues]
    agents = [Segment(agent_id=agent.id, accepted_at=agent.joined_at) for agent in conversation.agents]
    paired = min(len(queues), len(agents))
    if paired > 1 and len(queues) != len(agents):
        paired = 0
    first = len(queues) - paired
    answered = [
        replace(queue, responding_agent=agent) for queue, agent in zip(queues[first:], agents[:paired], strict=True)
    ]
    return (*queues[:first], *answered, *(Destination(type="agent", responding_agent=each) for each in agents[paired:]))


def _completed(segment: Segment, conversation: Conversation, stays: Counter[str | None]) -> Segment:
    """Complete a stay from the transcript: its agent, the first response, the hold, and the end of an only one."""
    agent = _agent(conversation.agents, segment.agent_id)
    is_only = stays.total() == 1
    return replace(
        segment,
        name=segment.name or (agent and agent.name),
        email=segment.email or (agent and agent.email),
        first_response_at=segment.first_response_at or _first_response(conversation, segment, is_only=is_only),
        hold_ms=_held_ms(conversation, segment, stays) if segment.hold_ms is None else segment.hold_ms,
        ended_at=segment.ended_at or (conversation.ended_at if is_only else None),
    )


def _agent(agents: Iterable[Agent], agent_id: str | None) -> Agent | None:
    return next((agent for agent in agents if agent.id == agent_id), None)


def _first_response(conversation: Conversation, segment: Segment, *, is_only: bool) -> datetime | None:
    """The agent's first turn within the stay."""
    since_ms = 0 if segment.accepted_at is None else (segment.accepted_at - conversation.started_at) / _MS
    until_ms = inf if segment.ended_at is None else (segment.ended_at - conversation.started_at) / _MS
    said = [
        turn.start_ms
        for turn in conversation.turns
        if turn.speaker == "agent"
        and turn.start_ms is not None
        and since_ms <= turn.start_ms <= until_ms
        and _is_theirs(turn.agent_id, segment, is_only=is_only)
    ]
    return instant_of(conversation, min(said)) if said else None


def _held_ms(conversation: Conversation, segment: Segment, stays: Counter[str | None]) -> int | None:
    """Return how long the agent held the customer; None without a hold, or where the agent had several stays."""
    is_only = stays.total() == 1
    if stays[segment.agent_id] > 1:
        return None
    holds = [
        event.end_ms - event.start_ms
        for event in conversation.events
        if event.type == "hold"
        and event.start_ms is not None
        and event.end_ms is not None
        and _is_theirs(event.agent_id, segment, is_only=is_only)
    ]
    return sum(holds) if holds else None


def _is_theirs(agent_id: str | None, segment: Segment, *, is_only: bool) -> bool:
    """Return whether an action belongs to the agent of a stay; one without an agent belongs to the only one."""
    return is_only if agent_id is None else agent_id == segment.agent_id
