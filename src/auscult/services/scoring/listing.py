"""The listing of our own API: one row a conversation, rendered and filed as the rows of the reports are.

It is no report: no page of the vendor's is like it, and it lists every conversation that was evaluated, of any status.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import ClassVar

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from auscult.domain.ai_agents.calls import ai_agents_of, handled_by
from auscult.domain.ai_agents.context import HandledBy
from auscult.domain.audits.audit import AuditState, state_of
from auscult.domain.conversation import Agent, Channel, Conversation, Direction, Queue
from auscult.domain.errors import sent
from auscult.domain.evaluation import Status
from auscult.domain.insight import Insights, Intent, Resolution, SentimentLabel, Topic
from auscult.domain.operations.records import made_from
from auscult.domain.record import OWN_LIST, Filter, Record
from auscult.domain.scoring.list_fields import Sides, least_confidence, sides_of
from auscult.domain.scoring.segments import of_person

MS = timedelta(milliseconds=1)


class ListedForm(Struct, frozen=True, kw_only=True):
    """The form that a conversation was evaluated with."""

    id: str
    version: int


class ListedAudit(Struct, frozen=True, kw_only=True):
    """State of a conversation's audit; ``score`` once it was submitted."""

    state: AuditState
    score: int | None


class ListedSentiment(Struct, frozen=True, kw_only=True):
    """Sentiment of the customer, 1 to 10."""

    label: SentimentLabel
    score: float


class ListedIntent(Struct, frozen=True, kw_only=True):
    """Something that the conversation was about, and how the customer felt about it, 1 to 10, where that is known."""

    name: str
    score: int | None


class ListedTopic(Struct, frozen=True, kw_only=True):
    """A node of the configured taxonomy: its name behind those above it."""

    path: tuple[str, ...]
    sentiment: int | None
    is_resolved: bool | None


class ListedInsights(Struct, frozen=True, kw_only=True):
    """Findings of analysis, in short. An unknown value is null."""

    language: str | None
    sentiment: ListedSentiment | None
    escalation: bool | None
    churn_risk: bool | None
    resolution: Resolution | None
    intents: tuple[ListedIntent, ...] | None
    topics: tuple[ListedIntent, ...] | None
    configured_intents: tuple[ListedTopic, ...] | None


class ListedContact(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Service that the customer got, and the answer to a survey; what is not known is absent.

    ``csat`` is 1 to 5, ``nps`` 0 to 10. ``wait_ms``: from entering queues until agents accepted. ``transfers``: from one
    queue or agent to another, and outside.
    """

    csat: int | None = None
    nps: int | None = None
    wait_ms: int | None = None
    transfers: int | None = None


class ListedConversation(Struct, frozen=True, kw_only=True):
    """One conversation as lists show it. ``missed_metrics`` are the ids of metrics that were not adhered to.

    ``handled_by``: who led it, an AI agent, a person, or one after the other; then the score is that of the person's part.
    ``confidence`` is the lowest of the verdicts, from 0 to 1, null where none has one. ``contact`` is absent where
    nothing of it is known. ``sides`` says that they are unknown, look swapped, or were found by words; else it is absent.
    """

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
    handled_by: HandledBy = "human"
    form: ListedForm | None
    status: Status
    score: int | None
    passed: bool | None
    fatal_errors: int
    missed_metrics: tuple[str, ...]
    confidence: float | None = None
    insights: ListedInsights | None
    audit: ListedAudit
    contact: ListedContact | UnsetType = UNSET
    sides: tuple[Sides, ...] | UnsetType = UNSET


class Listing:
    """Renders rows of our own listing; has of a report what rendering and filing need."""

    name: ClassVar[str] = OWN_LIST
    filters: ClassVar[frozenset[Filter]] = frozenset(
        {
            "queues",
            "custom_ids",
            "custom_fields",
            "agents",
            "outcomes",
            "agent_outcomes",
            "met",
            "missed",
            "intents",
            "audits",
            "scores",
            "surveys",
            "insights",
            "figures",
            "ai",
        }
    )

    def __init__(self) -> None:
        """Ready the encoder."""
        self._encode = msgspec.json.Encoder(enc_hook=sent).encode

    def row(self, record: Record) -> bytes | None:
        """One conversation as JSON."""
        return self._encode(listed(record))


LISTING = Listing()


def listed(record: Record) -> ListedConversation:
    """Return a conversation as lists show it."""
    conversation, audit = record.conversation, record.audit
    evaluation = of_person(record.evaluation, conversation)
    form = evaluation.form
    submitted = audit.result if audit else None
    return made_from(
        ListedConversation,
        evaluation,
        conversation,
        duration_ms=conversation.duration_ms,
        agents=_agents(conversation),
        handled_by=handled_by(conversation),
        form=ListedForm(id=form.id, version=form.version) if form else None,
        score=None if evaluation.score is None else int(evaluation.score),
        missed_metrics=tuple([each.metric.id for each in evaluation.results if each.adhered is False]),
        confidence=least_confidence(evaluation),
        insights=_insights(record.insights) if record.insights else None,
        audit=ListedAudit(
            state=state_of(audit),
            score=None if submitted is None or submitted.score is None else int(submitted.score),
        ),
        contact=_contact(conversation),
        sides=sides_of(conversation, evaluation.status, record.insights) or UNSET,
    )


def _agents(conversation: Conversation) -> tuple[Agent, ...]:
    """Return the agents, those who are known by their turns alone to be AI agents as such."""
    machines = ai_agents_of(conversation)
    if all(each.kind == "ai" or each.id not in machines for each in conversation.agents):
        return conversation.agents
    return tuple(replace(each, kind="ai") if each.id in machines else each for each in conversation.agents)


def _contact(conversation: Conversation) -> ListedContact | UnsetType:
    """Return what is known of the service. Without any event and any queue, it is unknown whether it was transferred."""
    contact = conversation.contact
    destinations = (contact.destinations if contact else None) or ()
    survey = contact.survey if contact else None
    waits = [
        (agent.accepted_at - each.entered_at) // MS
        for each in destinations
        if (agent := each.responding_agent) and agent.accepted_at and each.entered_at
    ]
    events = sum(event.type == "transfer" for event in conversation.events)
    moves = max(0, len(destinations) - 1) + sum(each.external_transfer_at is not None for each in destinations)
    found = ListedContact(
        csat=survey.score if survey and survey.type == "csat" else None,
        nps=survey.score if survey and survey.type == "nps" else None,
        wait_ms=sum(waits) if waits and min(waits) >= 0 else None,
        transfers=max(events, moves) if conversation.events or destinations else None,
    )
    return UNSET if found == ListedContact() else found


def _insights(found: Insights) -> ListedInsights:
    sentiment, configured = found.sentiment, found.configured_intents
    return ListedInsights(
        language=found.language,
        sentiment=ListedSentiment(label=sentiment.label, score=float(sentiment.score)) if sentiment else None,
        escalation=found.escalation.observed if found.escalation else None,
        churn_risk=found.churn_risk.observed if found.churn_risk else None,
        resolution=found.resolution.resolution if found.resolution else None,
        intents=_intents(found.intents),
        topics=_intents(found.topics),
        configured_intents=None if configured is None else tuple(_nodes(configured, ())),
    )


def _intents(found: tuple[Intent, ...] | None) -> tuple[ListedIntent, ...] | None:
    return None if found is None else tuple([ListedIntent(name=each.name, score=each.score) for each in found])


def _nodes(topics: Iterable[Topic], above: tuple[str, ...]) -> Iterator[ListedTopic]:
    for each in topics:
        path = (*above, each.name)
        yield ListedTopic(path=path, sentiment=each.sentiment, is_resolved=each.is_resolved)
        yield from _nodes(each.topics, path)
