"""Contact as the contact centre handled it: its session, the queues it entered, who answered, how it was closed.

It holds what the transcript does not show. Source: the call-details page (docs/reference/reports.md). Nothing is
required: an absent value is unknown. Instants are aware UTC.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

Ms = Annotated[int, Meta(ge=0, le=2**53)]
Id = Annotated[str, Meta(max_length=255)]


class Survey(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Customer's answers: 1 to 5 (csat), 0 to 10 (nps), 1 or 0 (likeDislike), and in words."""

    type: Literal["csat", "nps", "likeDislike"] = "csat"
    score: Annotated[int, Meta(ge=0, le=10)] | None = None
    feedback: str | None = None


class Consultation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Agent consulted by the responding agent."""

    name: str | None = None
    is_merged: bool | None = None
    assigned_at: datetime | None = None
    accepted_at: datetime | None = None
    ended_at: datetime | None = None


class Missed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Agent who did not accept an assigned contact; ``event`` names the way (Ignored, …)."""

    agent_id: Id | None = None
    name: str | None = None
    email: str | None = None
    assigned_at: datetime | None = None
    event: str | None = None


class Segment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stay with one agent. ``joined_users`` and ``snoozes`` are kept as given.

    ``is_translated``: the agent had the conversation translated.
    """

    agent_id: Id | None = None
    name: str | None = None
    email: str | None = None
    notes: tuple[str, ...] = ()
    status: str | None = None
    assigned_at: datetime | None = None
    accepted_at: datetime | None = None
    first_response_at: datetime | None = None
    ended_at: datetime | None = None
    hold_ms: Ms | None = None
    after_call_work_ended_at: datetime | None = None
    consulting_agents: tuple[Consultation, ...] = ()
    joined_users: tuple[dict[str, Any], ...] = ()
    snoozes: tuple[dict[str, Any], ...] | None = None
    is_translated: bool | None = None


class Destination(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Queue that the contact entered, with the agents who answered there; or an agent who got it directly."""

    type: Literal["queue", "agent"] | None = None
    queue_id: Id | None = None
    queue_name: str | None = None
    entered_at: datetime | None = None
    responding_agent: Segment | None = None
    non_responding_agents: tuple[Missed, ...] = ()
    is_callback: bool | None = None
    callback_opted_at: datetime | None = None
    callback_initiated_at: datetime | None = None
    callback_accepted_at: datetime | None = None
    external_transfer_at: datetime | None = None
    external_transfer_to: str | None = None

    @property
    def is_queue(self) -> bool:
        """Return whether it is a queue: by its type, or because it names one."""
        named = self.queue_id is not None or self.queue_name is not None
        return named if self.type is None else self.type == "queue"


class Tag(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A tag of a user or a session."""

    name: str
    value: str | None = None


class Contact(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Contact. ``channel`` is the vendor's word where it differs from the conversation's (campaign, rtm).

    ``is_bot_only``: it never left the bot. ``meta_info``, ``customer_info``, ``campaign_info`` and ``skills`` are kept as given.
    ``destinations`` is None when unknown, and empty when none was entered.
    """

    session_id: str | None = None
    is_bot_only: bool = False
    channel: str | None = None
    user_id: str | None = None
    channel_specific_user_id: str | None = None
    is_voicemail: bool | None = None
    final_status: str | None = None
    smart_status: str | None = None
    reason: str | None = None
    dispositions: tuple[str, ...] | None = None
    disposition_remarks: tuple[str, ...] | None = None
    meta_info: dict[str, Any] | None = None
    session_started_at: datetime | None = None
    session_ended_at: datetime | None = None
    survey: Survey | None = None
    disconnecting_event: str | None = None
    error_details: str | None = None
    automation_bot_ids: tuple[str, ...] | None = None
    customer_info: dict[str, Any] | None = None
    campaign_info: dict[str, Any] | None = None
    user_level_tags: tuple[Tag, ...] | None = None
    session_level_tags: tuple[Tag, ...] | None = None
    skills: tuple[str | dict[str, Any], ...] | None = None
    destinations: tuple[Destination, ...] | None = None
