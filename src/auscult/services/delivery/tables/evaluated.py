"""Rows of tables that follow from an evaluated conversation: its score, verdicts, evidence, findings, calls and audit."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct

from auscult.domain.ai_agents.calls import ai_agents_of, handled_by
from auscult.domain.audits.audit import state_of
from auscult.domain.evaluation import Evidence
from auscult.domain.operations.records import made_from
from auscult.domain.scoring.stored import EvaluatedConversation

Kind = Literal["evidence", "trigger"]


class ConversationRow(Struct, frozen=True, kw_only=True):
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


def conversations(each: EvaluatedConversation) -> Iterator[ConversationRow]:
    """Return the row of a conversation."""
    conversation, evaluation, audit = each.conversation, each.evaluation, each.audit
    form, result = evaluation.form, audit.result if audit else None
    ai_agents = sorted(ai_agents_of(conversation))
    versions = {agent.id: agent.version for agent in conversation.agents}
    yield made_from(
        ConversationRow,
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


class VerdictRow(Struct, frozen=True, kw_only=True):
    """One machine verdict, and the auditor's answer to the same metric ("-" while there is none).

    ``confidence`` is the probability of a verdict that was voted on, from 0 to 1.
    """

    conversation_id: str
    started_at: datetime
    form_id: str
    form_version: int
    metric_id: str
    metric_name: str
    metric_type: str
    weight: float
    negative_weight: float
    fatal: bool
    qualification: str
    adhered: bool | None
    is_fatal_error: bool
    reason: str
    evidence_count: int
    audit_qualification: str
    confidence: float | None


def verdicts(each: EvaluatedConversation) -> Iterator[VerdictRow]:
    """Return a row for each metric; none where the conversation was not evaluated."""
    evaluation = each.evaluation
    if evaluation.form is None:
        return
    for result in evaluation.results:
        metric, verdict = result.metric, result.verdict
        yield VerdictRow(
            conversation_id=each.conversation.id,
            started_at=each.conversation.started_at,
            form_id=evaluation.form.id,
            form_version=evaluation.form.version,
            metric_id=metric.id,
            metric_name=metric.name,
            metric_type=metric.type,
            weight=float(metric.weight),
            negative_weight=float(metric.negative_weight),
            fatal=metric.fatal,
            qualification=verdict.qualification,
            adhered=result.adhered,
            is_fatal_error=result.is_fatal_error,
            reason=verdict.reason,
            evidence_count=len(verdict.evidence),
            audit_qualification=each.audit.answer_to(metric.id) if each.audit else "-",
            confidence=None if verdict.confidence is None else float(verdict.confidence),
        )


class EvidenceRow(Struct, frozen=True, kw_only=True):
    """One quotation. ``position`` counts from 0 within (conversation, metric, kind); times in ms from the start."""

    conversation_id: str
    started_at: datetime
    form_id: str
    form_version: int
    metric_id: str
    kind: Kind
    position: int
    turn_id: str | None
    start_ms: int | None
    end_ms: int | None
    text: str
    why: str
    similarity: float | None
    threshold: float | None


def evidence(each: EvaluatedConversation) -> Iterator[EvidenceRow]:
    """Return a row for each quotation of each verdict."""
    evaluation = each.evaluation
    if evaluation.form is None:
        return
    for result in evaluation.results:
        quoted: tuple[tuple[Kind, tuple[Evidence, ...]], ...] = (
            ("evidence", result.verdict.evidence),
            ("trigger", result.verdict.trigger),
        )
        for kind, quotations in quoted:
            for position, quotation in enumerate(quotations):
                yield made_from(
                    EvidenceRow,
                    quotation,
                    conversation_id=each.conversation.id,
                    started_at=each.conversation.started_at,
                    form_id=evaluation.form.id,
                    form_version=evaluation.form.version,
                    metric_id=result.metric.id,
                    kind=kind,
                    position=position,
                )


class InsightsRow(Struct, frozen=True, kw_only=True):
    """Findings of analysis. Null means unknown; scores 1 to 10, ratios in whole percents."""

    conversation_id: str
    started_at: datetime
    language: str | None
    sentiment: str | None
    sentiment_score: float | None
    sentiment_start: str | None
    sentiment_end: str | None
    escalation: bool | None
    churn_risk: bool | None
    resolution: str | None
    intents: tuple[str, ...]
    topics: tuple[str, ...]
    summary: str | None
    customer_talk_ratio: int | None
    agent_talk_ratio: int | None
    silence_ratio: int | None


def insights(each: EvaluatedConversation) -> Iterator[InsightsRow]:
    """Return the row of a conversation; none where it was not analysed."""
    found = each.insights
    if found is None:
        return
    sentiment, speech = found.sentiment, found.speech
    yield InsightsRow(
        conversation_id=each.conversation.id,
        started_at=each.conversation.started_at,
        language=found.language,
        sentiment=sentiment.label if sentiment else None,
        sentiment_score=float(sentiment.score) if sentiment else None,
        sentiment_start=sentiment.start if sentiment else None,
        sentiment_end=sentiment.end if sentiment else None,
        escalation=found.escalation.observed if found.escalation else None,
        churn_risk=found.churn_risk.observed if found.churn_risk else None,
        resolution=found.resolution.resolution if found.resolution else None,
        intents=tuple([intent.name for intent in found.intents or ()]),
        topics=tuple([topic.name for topic in found.topics or ()]),
        summary=found.summary.text if found.summary else None,
        customer_talk_ratio=speech.customer_talk_ratio if speech else None,
        agent_talk_ratio=speech.agent_talk_ratio if speech else None,
        silence_ratio=speech.silence if speech else None,
    )


class CallRow(Struct, frozen=True, kw_only=True):
    """One call. ``position`` counts from 0 within the conversation; times in ms from the start; ``arguments`` and ``result`` are JSON."""

    conversation_id: str
    started_at: datetime
    position: int
    call_id: str
    name: str
    agent_id: str | None
    after_turn: str | None
    start_ms: int | None
    end_ms: int | None
    ok: bool | None
    arguments: str
    result: str | None


def calls(each: EvaluatedConversation) -> Iterator[CallRow]:
    """Return a row for each call; none where calls are not known."""
    for position, call in enumerate(each.conversation.calls or ()):
        yield made_from(
            CallRow,
            call,
            conversation_id=each.conversation.id,
            started_at=each.conversation.started_at,
            position=position,
            call_id=call.id,
            arguments=msgspec.json.encode(call.arguments).decode(),
            result=None if call.result is None else msgspec.json.encode(call.result).decode(),
        )


class AuditRow(Struct, frozen=True, kw_only=True):
    """One audit. What was answered per metric is in ``verdicts.audit_qualification``."""

    conversation_id: str
    started_at: datetime
    auditor: str
    state: str
    assigned_at: datetime
    audited_at: datetime | None
    form_id: str | None
    form_version: int | None
    score: int | None
    passed: bool | None
    fatal_errors: int | None
    comment: str


def audits(each: EvaluatedConversation) -> Iterator[AuditRow]:
    """Yield the row of an audit; none without an assignment. Drafts are left out."""
    audit = each.audit
    if audit is None:
        return
    result = audit.result
    yield AuditRow(
        conversation_id=each.conversation.id,
        started_at=each.conversation.started_at,
        auditor=audit.auditor,
        state=state_of(audit),
        assigned_at=audit.assigned_at,
        audited_at=result.audited_at if result else None,
        form_id=result.form_id if result else None,
        form_version=result.form_version if result else None,
        score=None if result is None or result.score is None else int(result.score),
        passed=result.passed if result else None,
        fatal_errors=result.fatal_errors if result else None,
        comment=result.sheet.comment if result else "",
    )
