"""A conversation: who spoke, when, what was said. Source: spec of the native document (docs/reference/formats.md)."""

import uuid
from datetime import datetime
from typing import Literal

from msgspec import Struct

from auscult.domain.assist import Assist
from auscult.domain.contact import Contact

Speaker = Literal["agent", "customer", "bot", "system"]
Channel = Literal["voice", "chat"]
Direction = Literal["inbound", "outbound"]

_NAMESPACE = uuid.UUID("6f1d2d0e-6f5b-5c43-9a3e-3a6d5b0a7c11")


class Turn(Struct, frozen=True, omit_defaults=True):
    """One utterance. ``start_ms`` and ``end_ms`` count from the conversation's start; None means not known."""

    id: str
    speaker: Speaker
    text: str = ""
    agent_id: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None


class Queue(Struct, frozen=True, omit_defaults=True):
    """A queue that the conversation was in."""

    id: str
    name: str | None = None


class Agent(Struct, frozen=True, omit_defaults=True):
    """A human (or named automatic) agent who took part."""

    id: str
    name: str | None = None
    email: str | None = None
    joined_at: datetime | None = None


class Customer(Struct, frozen=True, omit_defaults=True):
    """The customer, as far as known."""

    id: str | None = None
    name: str | None = None


class Event(Struct, frozen=True, omit_defaults=True):
    """Something that happened beside the talk: a hold, a transfer. Times in ms from the conversation's start."""

    type: str
    start_ms: int | None = None
    end_ms: int | None = None
    agent_id: str | None = None
    to_queue_id: str | None = None


class Recordings(Struct, frozen=True, omit_defaults=True):
    """Addresses of the recordings, by side."""

    agent: tuple[str, ...] = ()
    customer: tuple[str, ...] = ()


class Conversation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A whole conversation, normalised: ids present, instants aware UTC, direction resolved.

    ``contact`` and ``assist`` tell what the contact centre and the agent's assistant know of it beside the talk.
    """

    id: str
    channel: Channel
    started_at: datetime
    custom_id: str | None = None
    source: str | None = None
    language: str = "en"
    direction: Direction = "inbound"
    is_direction_defaulted: bool = False
    ended_at: datetime | None = None
    queues: tuple[Queue, ...] = ()
    agents: tuple[Agent, ...] = ()
    customer: Customer | None = None
    turns: tuple[Turn, ...] = ()
    events: tuple[Event, ...] = ()
    custom_fields: dict[str, str] = {}
    recordings: Recordings | None = None
    contact: Contact | None = None
    assist: Assist | None = None

    @property
    def duration_ms(self) -> int | None:
        """How long it lasted, in ms, or None when that cannot be known (rule 11).

        Voice counts the whole call, holds included; chat counts from the first message to the last;
        a chat without message times falls back on its start and end.
        """
        starts = [turn.start_ms for turn in self.turns if turn.start_ms is not None]
        if self.channel == "chat" and starts:
            return max(starts) - min(starts)
        if self.ended_at is None:
            return None
        return round((self.ended_at - self.started_at).total_seconds() * 1000)

    @property
    def channel_names(self) -> tuple[str, ...]:
        """What the contact centre calls the channel, first the name to show.

        Its own word (campaign, rtm) where it has one, else voice or chat, and then where the conversation comes from.
        """
        own = self.contact and self.contact.channel
        return (own,) if own else (self.channel, *([self.source] if self.source else []))


def derive_id(app_id: str, custom_id: str) -> str:
    """Give the id of a conversation that came without one: the same app and custom id always give the same."""
    return "c-" + str(uuid.uuid5(_NAMESPACE, app_id + "\n" + custom_id))
