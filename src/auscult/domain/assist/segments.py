"""Stays of agents in a conversation, and which of their joins and leaves were transfers.

An agent who hands the conversation on, cold or after bringing the next agent in, transfers it. An agent who joins while
another one stays is consulted. A return after a lost connection is a redial, not a transfer.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain import conversation as nouns
from auscult.domain.assist.assistance import AssistedAgent
from auscult.domain.assist.live import Moved, Participant, Transfer

TRANSFER, CONSULT, REDIAL = "transfer", "consult", "redial"

_MS = timedelta(milliseconds=1)


class AgentSegment(Struct, frozen=True, kw_only=True):
    """An agent in the conversation. ``until`` is None while they are there. ``index`` counts them from 0."""

    participant: Participant
    since: datetime
    until: datetime | None
    transfer: Transfer
    index: int


class Handover(Struct, frozen=True, kw_only=True):
    """An agent gave the conversation to another one, ``at`` that time. ``move_id`` is the event that shows it."""

    move_id: str
    agent: AssistedAgent
    at: datetime

    @property
    def id(self) -> str:
        """Return the id that names its summary."""
        return f"handover:{self.move_id}"


class Moves(NamedTuple):
    """Outcome of joins and leaves: stays, events of the conversation, and handovers."""

    stays: tuple[AgentSegment, ...]
    events: tuple[nouns.Event, ...]
    handovers: tuple[Handover, ...]


def stays_of(moves: Sequence[Moved], start: datetime) -> Moves:
    """Read comings and goings, in their order. One who comes in twice, or leaves without being there, did it once."""
    walk = _Walk(start)
    for move in moves:
        if move.is_entry:
            walk.enter(move)
        else:
            walk.leave(move)
    return walk.result()


class _Walk:
    """Comings and goings so far."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._stays: list[AgentSegment] = []
        self._events: list[nouns.Event] = []
        self._handovers: list[Handover] = []
        self._present: dict[str, int] = {}
        self._awaited: int | None = None
        """The transfer whose next agent has not come in yet, by its index among the events."""

    def enter(self, move: Moved) -> None:
        """Let an agent in."""
        agent = move.participant
        if agent.id in self._present:
            return
        if move.transfer == "cold":
            self._replace_agent(move)
        elif move.transfer == "warm":
            self._events.append(nouns.Event(CONSULT, self._ms(move.at), agent_id=agent.id))
        elif move.transfer == "redial":
            self._events.append(nouns.Event(REDIAL, self._ms(move.at), agent_id=agent.id))
        index = len(self._stays)
        self._stays.append(
            AgentSegment(participant=agent, since=move.at, until=None, transfer=move.transfer, index=index)
        )
        self._present[agent.id] = index

    def leave(self, move: Moved) -> None:
        """Let an agent out. Who leaves cold, or leaves to those they had brought in, hands over."""
        index = self._present.pop(move.participant.id, None)
        if index is None:
            return
        stay = self._stays[index] = replace(self._stays[index], until=move.at)
        if stay.transfer == "warm":
            self._end_consultation(move)
        gave_to_the_consulted = move.transfer == "warm" and stay.transfer != "warm" and bool(self._present)
        if move.transfer == "cold" or gave_to_the_consulted:
            self._hand_over(move.id, stay.participant, move.at, next(iter(self._present.values()), None))

    def result(self) -> Moves:
        """All of it."""
        return Moves(tuple(self._stays), tuple(self._events), tuple(self._handovers))

    def _replace_agent(self, move: Moved) -> None:
        """Replace an agent who left, or whose leave is reported only later."""
        if self._awaited is not None:
            event = self._events[self._awaited]
            self._events[self._awaited] = replace(event, to_queue_id=move.participant.queue_id)
            self._awaited = None

    def _hand_over(self, move_id: str, agent: Participant, at: datetime, heir: int | None) -> None:
        to_queue_id = None if heir is None else self._stays[heir].participant.queue_id
        self._awaited = len(self._events) if heir is None else None
        self._events.append(nouns.Event(TRANSFER, self._ms(at), agent_id=agent.id, to_queue_id=to_queue_id))
        handed_over = AssistedAgent(id=agent.id, name=agent.name)
        self._handovers.append(Handover(move_id=move_id, agent=handed_over, at=at))

    def _end_consultation(self, move: Moved) -> None:
        for index in reversed(range(len(self._events))):
            event = self._events[index]
            if event.type == CONSULT and event.agent_id == move.participant.id:
                self._events[index] = replace(event, end_ms=self._ms(move.at))
                return

    def _ms(self, at: datetime) -> int:
        return max(0, (at - self._start) // _MS)
