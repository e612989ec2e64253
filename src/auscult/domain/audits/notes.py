"""Notes in the trail of an audit about what followed its submission."""

from typing import Literal

from msgspec import Struct

DisputeState = Literal["open", "accepted", "denied", "withdrawn", "reopened", "erased"]
"""``reopened``: the auditor changed the disputed answer meanwhile; ``erased``: the conversation is gone."""
ReviewAction = Literal["released", "agent_accepted", "disputed", "dispute_decided", "dispute_withdrawn"]


class DisputeNote(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A step of a dispute. ``text`` is the agent's comment, or the reason of a decision."""

    dispute_id: str
    metric_id: str
    round: int
    state: DisputeState
    text: str = ""
    before: str = "-"
    proposed: str | None = None
    after: str | None = None
