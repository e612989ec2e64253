"""The table ``conversations``: one row per evaluated conversation."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from auscult.domain.ai_agents.calls import ai_agents_of, handled_by
from auscult.domain.audits.audit import state_of
from auscult.domain.operations.records import made_from
from auscult.domain.scoring.stored import EvaluatedConversation


class Row(Struct, frozen=True, kw_only=True):
    """One conversation with its newest score. ``revision`` is the one that was evaluated; figures leave out some (``is_excluded``)."""

    conversation_id: str
    custom_id: str | None
    revision: int
    channel: str
    direction: str
    language: str
    started_at: datetime
    ended_at: datetime | None
    duration_ms: int | None
    turns: int
    agent_ids: tuple[str, ...]
    agent_names: tuple[str, ...]
    handled_by: str
    ai_agent_ids: tuple[str, ...]
    ai_versions: tuple[str, ...]
    queue_ids: tuple[str, ...]
    queue_names: tuple[str, ...]
    status: str
    form_id: str | None
    form_version: int | None
    score: int | None
    passed: bool | None
    fatal_errors: int
    evaluated_at: datetime
    audit_state: str
    auditor: str | None
    audit_score: int | None
    is_excluded: bool


def rows(each: EvaluatedConversation) -> Iterator[Row]:
    """Return the row of a conversation."""
    conversation, evaluation, audit = each.conversation, each.evaluation, each.audit
    form, result = evaluation.form, audit.result if audit else None
    ai_agents = sorted(ai_agents_of(conversation))
    versions = {agent.id: agent.version for agent in conversation.agents}
    yield made_from(
        Row,
        evaluation,
        conversation,
        conversation_id=conversation.id,
        duration_ms=conversation.duration_ms,
        turns=len(conversation.turns),
        agent_ids=tuple([agent.id for agent in conversation.agents]),
        agent_names=tuple([agent.name or "" for agent in conversation.agents]),
        handled_by=handled_by(conversation),
        ai_agent_ids=tuple(ai_agents),
        ai_versions=tuple([versions.get(each) or "" for each in ai_agents]),
        queue_ids=tuple([queue.id for queue in conversation.queues]),
        queue_names=tuple([queue.name or "" for queue in conversation.queues]),
        form_id=form.id if form else None,
        form_version=form.version if form else None,
        score=None if evaluation.score is None else int(evaluation.score),
        audit_state=state_of(audit),
        auditor=audit.auditor if audit else None,
        audit_score=None if result is None or result.score is None else int(result.score),
        is_excluded=each.is_excluded,
    )
