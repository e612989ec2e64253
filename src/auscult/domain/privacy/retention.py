"""Retention of conversations, legal holds that extend it, and the erasure of a customer."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct

from auscult.domain.conversation import Conversation

HoldKind = Literal["conversation", "customer", "agent", "period"]
RunKind = Literal["retention", "erasure"]
By = Literal["customer", "phone", "email"]
Kept = Literal["conversation", "transcript", "recording", "result"]
"""What a rule keeps: the conversation with all made of it, its words, its sound, or what was decided about it."""

KEPT: tuple[Kept, ...] = ("conversation", "transcript", "recording", "result")
EVERY_QUEUE = "*"


ApprovalKind = Literal["erasure", "hold_lift", "one_person"]


class Subject(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Subject of an approval: a customer to erase, or a hold to lift and why; nothing for a change of the setting."""

    by: By | None = None
    value: str = ""
    hold: int | None = None
    reason: str = ""


class Rule(Struct, frozen=True, kw_only=True):
    """Number of days that conversations of a queue (id; ``*``: of all others), or a part of them, are kept."""

    queue: str = EVERY_QUEUE
    kind: Kept = "conversation"
    days: Annotated[int, Meta(ge=1, le=36_500)]


class Hold(Struct, frozen=True, kw_only=True):
    """A legal hold: what it names is not erased by anybody. ``value`` is an id, or ``2026-01-01/2026-03-31`` (days, UTC)."""

    number: int
    kind: HoldKind
    value: str
    reason: str
    placed_by: str
    placed_at: datetime
    lifted_by: str | None = None
    lifted_at: datetime | None = None


class Facts(Struct, frozen=True, kw_only=True):
    """Properties of a conversation that holds and rules depend on. ``parts`` are those that it has."""

    conversation_id: str
    started_at: datetime
    customer_id: str | None = None
    agent_ids: tuple[str, ...] = ()
    queue_ids: tuple[str, ...] = ()
    parts: tuple[Kept, ...] = ()

    @classmethod
    def of(cls, conversation: Conversation, parts: tuple[Kept, ...] = ()) -> "Facts":
        """Return the facts of a conversation."""
        return cls(
            parts=parts,
            conversation_id=conversation.id,
            started_at=conversation.started_at,
            customer_id=conversation.customer and conversation.customer.id,
            agent_ids=tuple(agent.id for agent in conversation.agents),
            queue_ids=tuple(queue.id for queue in conversation.queues),
        )


def holding(holds: Iterable[Hold], facts: Facts) -> Hold | None:
    """Return the first hold that is on a conversation and not lifted."""
    return next((hold for hold in holds if hold.lifted_at is None and _names(hold, facts)), None)


def _names(hold: Hold, facts: Facts) -> bool:
    match hold.kind:
        case "conversation":
            return hold.value == facts.conversation_id
        case "customer":
            return hold.value == facts.customer_id
        case "agent":
            return hold.value in facts.agent_ids
        case "period":
            first, _, last = hold.value.partition("/")
            return first <= facts.started_at.date().isoformat() <= last


def kept_until(rules: Sequence[Rule], facts: Facts, kind: Kept = "conversation") -> datetime | None:
    """Return when a conversation, or a part of it, may go; None: never.

    Rules of its queues count before the one of all others; of several the longest counts.
    """
    mine = [rule for rule in rules if rule.kind == kind]
    own = [rule.days for rule in mine if rule.queue in facts.queue_ids]
    days = own or [rule.days for rule in mine if rule.queue == EVERY_QUEUE]
    return facts.started_at + timedelta(days=max(days)) if days else None


def over(rules: Sequence[Rule], facts: Facts, now: datetime) -> tuple[Kept, ...]:
    """Return what of a conversation is kept no longer: the whole, or else those of its parts."""
    due = [kind for kind in KEPT if (until := kept_until(rules, facts, kind)) is not None and until <= now]
    return ("conversation",) if "conversation" in due else tuple(kind for kind in due if kind in facts.parts)


class Export(Struct, frozen=True, kw_only=True):
    """Export on record before a run began: when, by which person, and its content."""

    at: datetime
    principal: str
    what: str


class Left(Struct, frozen=True, kw_only=True):
    """Copies that had left before an erasure, as far as the database knows.

    ``exports`` of the app, the newest first; ``webhooks`` counts deliveries that named an erased conversation, by address.
    """

    exports: tuple[Export, ...] = ()
    webhooks: dict[str, int] = {}


class Approval(Struct, frozen=True, kw_only=True):
    """A step that needs a second person. ``run_id`` is the run of an erasure that was approved."""

    number: int
    kind: ApprovalKind
    subject: Subject | None
    requested_by: str
    requested_at: datetime
    state: Literal["waiting", "approved", "refused"]
    decided_by: str | None = None
    decided_at: datetime | None = None
    run_id: str | None = None


class Receipt(Struct, frozen=True, kw_only=True):
    """Record of a run's erasures, written by the transactions that erased.

    ``erased`` counts conversations, ``parts`` erased parts of conversations that stay, ``held`` those that a hold kept,
    ``coachings`` coaching items that pointed at a conversation and lost goal, plan and remarks with it,
    ``examples`` examples of forms and taxonomies that pointed at one, ``pins`` moments of one that were pinned to collections.
    ``webhook_deliveries`` and ``exports`` count copies that had left, as far as is known; ``left`` lists them.
    """

    id: str
    kind: RunKind
    app_id: str
    principal: str
    started_at: datetime
    finished_at: datetime | None
    erased: int
    audits: int
    coachings: int = 0
    examples: int = 0
    pins: int = 0
    held: int
    parts: dict[Kept, int] = {}
    webhook_deliveries: int = 0
    exports: int = 0
    left: Left = Left()


class Item(Struct, frozen=True, kw_only=True):
    """A conversation that a run would erase, or the ``kind`` of part of it, and the hold that keeps it, if any."""

    conversation_id: str
    kind: Kept = "conversation"
    started_at: datetime
    is_audited: bool
    held_by: int | None = None
