"""The event log of a live conversation, and when it is processed next."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from auscult.domain.assist.live import Event
from auscult.domain.tenancy import Tenant


class Decision(NamedTuple):
    """Events to add, and when the conversation is due again after that."""

    events: Sequence[Event]
    due_at: datetime


Decide = Callable[[Sequence[Event]], Decision]
"""Given what happened so far, in the order of storing. May raise, and nothing is written then."""


class LiveLog(Struct, frozen=True, kw_only=True):
    """Events of a conversation, in the order of storing. ``added`` are those that this call added."""

    conversation_id: str
    events: tuple[Event, ...]
    added: tuple[Event, ...] = ()


class LiveListed(Struct, frozen=True, kw_only=True):
    """A live conversation in a list: when something last happened, and whether it is over."""

    conversation_id: str
    events: int
    last_at: datetime
    is_ended: bool


class LiveDue(Struct, frozen=True, kw_only=True):
    """Live conversation that is due."""

    tenant: Tenant
    conversation_id: str


class RestingState(Struct, frozen=True, kw_only=True):
    """State of a conversation at rest: its first ``events`` events need nothing before ``due_at`` (None: ever)."""

    events: int
    due_at: datetime | None
    is_ended: bool
