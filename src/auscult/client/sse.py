"""Recorded conversation as the requests of a contact centre to the hook of agent assist.

Every message and event has an id and the time of the recording, so that the same recording always gives the
same requests, and a repeated one has no effect. Turns that the hook cannot express (bots, holds) are left out.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from auscult.client.connection import Access, Connection
from auscult.domain.conversation import Agent, Conversation, Queue, Turn

_HOOK = "/agentassist/api/v1/hooks/{app}"
_AUTHORS = {"customer": "USER", "agent": "AGENT"}
_TRANSFER = "transfer"


class Hook(AbstractContextManager["Hook"]):
    """The hook of agent assist on one server. One thread at a time; a ``with`` block lets its connection go."""

    def __init__(
        self,
        url: str,
        access: Access,
        *,
        sleep: Callable[[float], None] = time.sleep,
        notify: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Nothing is sent yet. ``notify`` is called with the reason for each wait."""
        self._connection = Connection(url, access, sleep=sleep, notify=notify)
        self._path = _HOOK.format(app=quote(access.app, safe=""))

    def __exit__(self, *_: object) -> None:
        """Let the connection go."""
        self._connection.close()

    def send(self, conversation_id: str, body: Mapping[str, object]) -> None:
        """Send a message, events, or both of a live conversation. They are committed when this returns.

        Names in the body (``messageId``, ``eventId``) make it safe to repeat. Raises ``RemoteError``.
        """
        self._connection.request("POST", self._path, body={"conversationId": conversation_id, **body})


class HookRequest(Struct, frozen=True, kw_only=True):
    """Request to the hook: its time by the recording's clock (aware UTC), and its body without ``timestamp``.

    ``is_timed`` is false where the recording has no time: ``at`` is then that of the turn before.
    """

    at: datetime
    body: dict[str, Any]
    is_timed: bool = True

    @property
    def is_message(self) -> bool:
        """Return whether it is a message, rather than an entry, an exit or the end."""
        return "query" in self.body


def hook_requests(conversation: Conversation) -> list[HookRequest]:
    """Return all requests of a recorded conversation, in order: entries, messages, exits, the end."""
    requests = sorted((*_moves(conversation), *_messages(conversation)), key=lambda one: one.at)
    last = max([conversation.started_at, *(one.at for one in requests)])
    over = max(last, conversation.ended_at or last)
    end = {"name": "END_OF_CONVERSATION", "eventId": "end", "reason": "agent_initiated"}
    requests += [*_exits(conversation, over), _event(conversation, over, end)]
    return requests


def left_out(conversation: Conversation) -> int:
    """Return how many turns the hook has no author for, or no words."""
    return sum(turn.speaker not in _AUTHORS or not turn.text.strip() for turn in conversation.turns)


def _messages(conversation: Conversation) -> Iterator[HookRequest]:
    """Yield the messages of customers and agents; an untimed turn directly follows the one before."""
    at = conversation.started_at
    for turn in conversation.turns:
        if turn.start_ms is not None:
            at = conversation.started_at + timedelta(milliseconds=turn.start_ms)
        author = _AUTHORS.get(turn.speaker)
        if author is not None and turn.text.strip():
            body = {**_kind(conversation), **_said(turn, author)}
            yield HookRequest(at=at, body=body, is_timed=turn.start_ms is not None)


def _said(turn: Turn, author: str) -> dict[str, Any]:
    said: dict[str, Any] = {"messageId": turn.id, "query": turn.text, "author": {"type": author}}
    return said if turn.agent_id is None else {**said, "agentId": turn.agent_id}


def _moves(conversation: Conversation) -> Iterator[HookRequest]:
    """The first agent comes in at the beginning; each transfer takes one out and lets the next one in."""
    agents, queues = conversation.agents, conversation.queues
    transfers = [event for event in conversation.events if event.type == _TRANSFER]
    if agents:
        yield _move(conversation, conversation.started_at, 0, ("NA", "entry"))
    for index, event in enumerate(transfers[: max(0, len(agents) - 1)]):
        at = conversation.started_at + timedelta(milliseconds=event.start_ms or 0)
        yield _move(conversation, at, index, ("COLD", "exit"))
        to = next((queue for queue in queues if queue.id == event.to_queue_id), None)
        yield _move(conversation, at, index + 1, ("COLD", "entry"), to)


def _exits(conversation: Conversation, at: datetime) -> Iterator[HookRequest]:
    """Yield the exit of the last agent."""
    transfers = sum(event.type == _TRANSFER for event in conversation.events)
    if conversation.agents:
        yield _move(conversation, at, min(transfers, len(conversation.agents) - 1), ("NA", "exit"))


def _move(
    conversation: Conversation, at: datetime, index: int, how: tuple[str, str], queue: Queue | None = None
) -> HookRequest:
    """The agent at ``index`` comes in or leaves: ``how`` names transfer and transition."""
    transfer, transition = how
    queue = queue or _at(conversation.queues, index)
    event = {
        "name": "INTERNAL_TRANSFER_EVENT",
        "eventId": f"{transition}:{index}",
        "transfertype": transfer,
        "transition": transition,
        "participant": _participant(conversation.agents[index], queue),
    }
    return _event(conversation, at, event)


def _participant(agent: Agent, queue: Queue | None) -> dict[str, Any]:
    custom = {
        "agentEmail": agent.email,
        "queueId": queue and queue.id,
        "queueName": queue and queue.name,
    }
    known = {name: value for name, value in custom.items() if value}
    return {"identity": agent.id, "name": agent.name, "type": "agent", "customFields": known}


def _at(queues: Sequence[Queue], index: int) -> Queue | None:
    return queues[min(index, len(queues) - 1)] if queues else None


def _event(conversation: Conversation, at: datetime, event: dict[str, Any]) -> HookRequest:
    return HookRequest(at=at, body={**_kind(conversation), "events": [event]})


def _kind(conversation: Conversation) -> dict[str, Any]:
    """Return the kind of the conversation: sent each time, as the first that arrives counts."""
    kind = {"experience": conversation.channel, "language": conversation.language}
    return {**kind, "source": conversation.source} if conversation.source else kind
