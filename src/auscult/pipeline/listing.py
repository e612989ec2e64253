"""The listing of our own API: one row a conversation, rendered and filed as the rows of the reports are.

It is no report: no page of the vendor's is like it, and it lists every conversation that was evaluated, of any status.
"""

from datetime import datetime
from typing import ClassVar

import msgspec
from msgspec import Struct

from auscult.domain.audit import AuditState, state_of
from auscult.domain.conversation import Agent, Channel, Direction, Queue
from auscult.domain.evaluation import Status
from auscult.domain.record import Filter, Record


class ListedForm(Struct, frozen=True, kw_only=True):
    """The form that a conversation was evaluated with."""

    id: str
    version: int


class ListedAudit(Struct, frozen=True, kw_only=True):
    """How the audit of a conversation stands; ``score`` once it was submitted."""

    state: AuditState
    score: int | None


class ListedConversation(Struct, frozen=True, kw_only=True):
    """One conversation as lists show it."""

    id: str
    custom_id: str | None
    channel: Channel
    direction: Direction
    language: str
    started_at: datetime
    ended_at: datetime | None
    duration_ms: int | None
    queues: tuple[Queue, ...]
    agents: tuple[Agent, ...]
    form: ListedForm | None
    status: Status
    score: int | None
    passed: bool | None
    fatal_errors: int
    audit: ListedAudit


class Listing:
    """Renders rows of our own listing; has of a report what rendering and filing need."""

    name: ClassVar[str] = "conversations"
    filters: ClassVar[frozenset[Filter]] = frozenset({"queues"})

    def __init__(self) -> None:
        """Ready the encoder."""
        self._encode = msgspec.json.Encoder().encode

    def row(self, record: Record) -> bytes | None:
        """One conversation as JSON."""
        return self._encode(listed(record))


LISTING = Listing()


def listed(record: Record) -> ListedConversation:
    """What lists show of a conversation."""
    conversation, evaluation, audit = record.conversation, record.evaluation, record.audit
    form = evaluation.form
    submitted = audit.result if audit else None
    return ListedConversation(
        id=conversation.id,
        custom_id=conversation.custom_id,
        channel=conversation.channel,
        direction=conversation.direction,
        language=conversation.language,
        started_at=conversation.started_at,
        ended_at=conversation.ended_at,
        duration_ms=conversation.duration_ms,
        queues=conversation.queues,
        agents=conversation.agents,
        form=ListedForm(id=form.id, version=form.version) if form else None,
        status=evaluation.status,
        score=None if evaluation.score is None else int(evaluation.score),
        passed=evaluation.passed,
        fatal_errors=evaluation.fatal_errors,
        audit=ListedAudit(
            state=state_of(audit),
            score=None if submitted is None or submitted.score is None else int(submitted.score),
        ),
    )
