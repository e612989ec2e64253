"""Raw data of an app: evaluation, audit and intelligence of each conversation.

``POST /qualityai/api/v1/public/qualitymanagement/app/{streamId}/rawdata``

The keys of the page's sample come first, in its order. Keys that are only in the page's table follow, under the
table's names; where the two differ in letters' case or spelling alone, the sample's name is the one.
"""

from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

from auscult.domain.conversation import Agent, Direction
from auscult.domain.errors import sent
from auscult.domain.form import Scoring
from auscult.domain.insight import Insights, Resolution, SentimentLabel
from auscult.domain.record import Filter, Record, RecordPage, RecordQuery
from auscult.domain.tenancy import Wire
from auscult.reports import _dates, _instants, _paging
from auscult.reports._contract import Added, Description, PageLimits, ReportRequest
from auscult.reports._languages import language_name
from auscult.reports._rows import intelligence, quality
from auscult.reports._rows.intelligence import EmotionRow, IntentRow, PatternRow, RateRow, RatioRow
from auscult.reports._rows.justified import JustifiedMetricRow, justified
from auscult.reports._rows.quality import DurationStatus, Page, QueueRow, Score, State, described

_LATER = "With wire 2026-10."
_SCORE: dict[str, Any] = {"type": ["number", "null"], "minimum": 1, "maximum": 10}
_INSTANTS: _instants.Moved = {"audit_date": None, "conversationStartTime": None, "conversationEndTime": None}


class AgentRow(Struct, frozen=True, kw_only=True):
    """An agent who took part."""

    id: str = field(name="Agent ID")
    name: Annotated[str | None, described("Null where the agent has no name.")] = field(name="Agent Name")
    email: Annotated[str | UnsetType, described("Absent where it is not known.")] = field(
        name="agentEmail", default=UNSET
    )


class Row(Struct, frozen=True, kw_only=True):
    """One conversation. Nothing that analysis finds is there before the conversation was analysed."""

    id: str = field(name="conversationId")
    custom_id: Annotated[str | UnsetType, described("Absent where none was given.")] = field(
        name="customConversationId", default=UNSET
    )
    direction: Direction = field(name="contact_direction")
    is_direction_defaulted: Annotated[bool, described("True where no direction was given, and inbound was taken.")]
    audit_state: State = field(name="AuditStatus")
    audit_score: Annotated[Score | None, described("The auditor's; null until the audit is submitted.")] = field(
        name="AuditScore"
    )
    audited_at: Annotated[str | None, described("When the audit was submitted: 2026-03-23 12:30:00, UTC.")] = field(
        name="audit_date"
    )
    auditor: Annotated[str | None, described("Null until the audit is submitted.")]
    queues: tuple[QueueRow, ...] = field(name="Queues")
    agents: tuple[AgentRow, ...] = field(name="Agents")
    score: Annotated[
        Score | UnsetType | None,
        described("Null where nothing applied or the conversation was too short. Absent where no form is for it."),
    ] = field(name="koreEvalutionScore", default=UNSET)  # sic
    fatal_errors: Annotated[int, described("Metrics with isFatalError.")] = field(name="fatalErrorCount")
    language: Annotated[str, described("In English; an unknown code stays a code.")] = field(name="Language")
    duration_status: Annotated[
        DurationStatus | None,
        described("Null where no form is for the conversation, so that no duration is asked for."),
    ]
    metrics: Annotated[tuple[JustifiedMetricRow, ...], described("Empty where no form is for the conversation.")] = (
        field(name="Metrics")
    )
    started_at: Annotated[str, described("UTC.")] = field(name="conversationStartTime")
    ended_at: Annotated[str | None, described("UTC; null where it is not known.")] = field(name="conversationEndTime")
    duration_ms: Annotated[int | None, described("In ms; null where it is not known.")] = field(name="duration")
    agent_recordings: Annotated[tuple[str, ...] | UnsetType, described("Absent where there are none.")] = field(
        name="agentRecordings", default=UNSET
    )
    customer_recordings: Annotated[tuple[str, ...] | UnsetType, described("Absent where there are none.")] = field(
        name="customerRecordings", default=UNSET
    )
    custom_fields: Annotated[dict[str, str] | UnsetType, described("Absent where there are none.")] = UNSET
    sentiment: SentimentLabel | UnsetType = UNSET
    sentiment_score: Annotated[
        Raw | UnsetType,
        Meta(description="1 to 10, 5 neutral; null where it cannot be known.", extra_json_schema=_SCORE),
    ] = field(name="sentimentScore", default=UNSET)
    intents: tuple[IntentRow, ...] | UnsetType = field(name="generatedIntents", default=UNSET)
    tree: Annotated[dict[str, Any] | UnsetType, Meta(extra_json_schema=intelligence.TREE_SCHEMA)] = field(
        name="configuredIntents", default=UNSET
    )
    rates: tuple[RateRow, ...] | UnsetType = field(name="speakingRate", default=UNSET)
    pattern: PatternRow | UnsetType = field(name="sentimentPattern", default=UNSET)
    emotions: tuple[EmotionRow, ...] | UnsetType = UNSET
    ratio: RatioRow | UnsetType = field(name="sentimentRatio", default=UNSET)
    source: Annotated[str | UnsetType | None, described(f"Where it comes from. {_LATER}")] = field(
        name="src", default=UNSET
    )
    churn_risk: Annotated[bool | UnsetType | None, described(_LATER)] = field(name="IsChurnRiskObserved", default=UNSET)
    escalation: Annotated[bool | UnsetType | None, described(_LATER)] = field(
        name="IsEscalationObserved", default=UNSET
    )
    resolution: Annotated[Resolution | UnsetType, described(_LATER)] = field(name="Taxonomy Resolution", default=UNSET)
    pass_score: Annotated[Raw | UnsetType, described(_LATER, type="number")] = field(name="Pass Score", default=UNSET)
    passed: Annotated[bool | UnsetType, described(f"Absent without a verdict. {_LATER}")] = field(
        name="IsPassed", default=UNSET
    )
    form: Annotated[str | UnsetType, described(_LATER)] = field(name="Evaluation Form Name", default=UNSET)
    scoring: Annotated[Scoring | UnsetType, described(_LATER)] = field(
        name="Evaluation Form Scoring Type", default=UNSET
    )


_ENCODER = msgspec.json.Encoder(enc_hook=sent)


class RawData:
    """The raw-data API of an app."""

    name: ClassVar[str] = "rawdata"
    paths: ClassVar[tuple[str, ...]] = (
        "/qualityai/api/v1/public/qualitymanagement/app/{streamId}/rawdata",
        "/agentassist/api/v1/public/qualitymanagement/app/{streamId}/rawdata",
    )
    scopes: ClassVar[frozenset[str]] = quality.SCOPES
    required_headers: ClassVar[tuple[str, ...]] = ("accountId", "orgId")
    limits: ClassVar[PageLimits] = PageLimits(default=10, maximum=100, ceiling=10_000)
    shows_evaluation: ClassVar[bool] = True
    shows_recordings: ClassVar[bool] = True
    filters: ClassVar[frozenset[Filter]] = quality.FILTERS
    added: ClassVar[Added] = {
        **dict.fromkeys(
            (
                "src",
                "IsChurnRiskObserved",
                "IsEscalationObserved",
                "Taxonomy Resolution",
                "Pass Score",
                "IsPassed",
                "Evaluation Form Name",
                "Evaluation Form Scoring Type",
            )
        ),
        "Metrics": dict.fromkeys(("triggerJustification", "justification", "Auditor Response")),
    }

    def query(self, request: ReportRequest, app_ids: tuple[str, ...], limits: PageLimits) -> RecordQuery:
        """Read the body: dates, paging, filters."""
        return quality.read_query(self.name, request, app_ids, limits)

    def row(self, record: Record, wire: Wire = "off") -> bytes:
        """Every conversation is listed, evaluated or not."""
        conversation, evaluation, audit = record.conversation, record.evaluation, quality.audit_of(record)
        result = record.audit and record.audit.result
        recordings = conversation.recordings
        outcomes = quality.outcomes(record)
        return _ENCODER.encode(
            Row(
                id=conversation.id,
                custom_id=UNSET if conversation.custom_id is None else conversation.custom_id,
                direction=conversation.direction,
                is_direction_defaulted=conversation.is_direction_defaulted,
                audit_state=audit.state,
                audit_score=None if result is None or result.score is None else int(result.score),
                audited_at=audit.audited_at,
                auditor=audit.auditor,
                queues=quality.queue_rows(conversation),
                agents=tuple([_agent_row(agent) for agent in conversation.agents]),
                score=quality.score_of(evaluation),
                fatal_errors=sum(each.is_fatal_error for each in outcomes),
                language=language_name(record),
                duration_status=quality.duration_status_of(evaluation),
                metrics=tuple([justified(each, conversation, is_later=wire != "off") for each in outcomes]),
                started_at=_instants.with_zone(conversation.started_at),
                ended_at=_instants.with_zone(conversation.ended_at) if conversation.ended_at else None,
                duration_ms=conversation.duration_ms,
                agent_recordings=(recordings and recordings.agent) or UNSET,
                customer_recordings=(recordings and recordings.customer) or UNSET,
                custom_fields=conversation.custom_fields or UNSET,
                **_found(record.insights),
                **(_later(record) if wire != "off" else {}),
            )
        )

    def page(self, request: ReportRequest, query: RecordQuery, page: RecordPage) -> bytes:
        """``results`` and the totals; times in the request's own zone where it names one."""
        return _paging.envelope(query, _instants.in_zone(page, _dates.read_zone(request.body), _INSTANTS))

    def describe(self, limits: PageLimits) -> Description:
        """Return the documentation."""
        return quality.describe(self.name, Row, _PAGE, limits)


def _agent_row(agent: Agent) -> AgentRow:
    return AgentRow(id=agent.id, name=agent.name, email=UNSET if agent.email is None else agent.email)


def _found(insights: Insights | None) -> dict[str, Any]:
    """Return the findings of analysis: empty without an analysis, else the known values."""
    if insights is None:
        return {}
    sentiment = insights.sentiment
    found: dict[str, Any] = {"sentiment_score": quality.number(sentiment.score) if sentiment else Raw(b"null")}
    if sentiment:
        found["sentiment"] = sentiment.label
        found["pattern"] = intelligence.pattern_row(sentiment)
        found["ratio"] = intelligence.ratio_row(sentiment)
    if insights.intents is not None or insights.topics is not None:
        intents = intelligence.intent_rows(insights.intents or (), "intent")
        found["intents"] = (*intents, *intelligence.intent_rows(insights.topics or (), "topic"))
    if insights.configured_intents is not None:
        found["tree"] = intelligence.tree_of(insights.configured_intents)
    if insights.speech is not None:
        found["rates"] = intelligence.rate_rows(insights.speech.rates)
    if insights.emotions is not None:
        found["emotions"] = intelligence.emotion_rows(insights.emotions)
    return found


def _later(record: Record) -> dict[str, Any]:
    """Return what the vendor's newest sample has, and the seed has under no name."""
    evaluation, insights = record.evaluation, record.insights
    found: dict[str, Any] = {"source": record.conversation.source}
    if insights is not None:
        found["churn_risk"] = insights.churn_risk and insights.churn_risk.observed
        found["escalation"] = insights.escalation and insights.escalation.observed
        if insights.resolution is not None:
            found["resolution"] = insights.resolution.resolution
    if evaluation.form is not None:
        form = evaluation.form
        found |= {"pass_score": quality.number(form.pass_score), "form": form.name, "scoring": form.scoring}
    if evaluation.passed is not None:
        found["passed"] = evaluation.passed
    return found


_PAGE = Page(
    summary="Evaluation, audit and intelligence of conversations",
    text="""\
Lists the conversations of an app that started in a range of time, in the order of start time, then conversation id.
For each: its score and the outcome of every metric of its evaluation form, how its audit stands, and what analysis found.

`koreEvalutionScore` is the machine's score, `AuditScore` the auditor's by the same formula; neither changes the other.
`AuditScore`, `audit_date` and `auditor` are null until the audit is submitted.
Keys of analysis are absent while a conversation was not analysed.

With `timeZoneOffset` the times of the answer are local, without a zone.
""",
    request={
        "startDate": "2026-03-23 10:17:54",
        "endDate": "2026-03-23 23:00:35",
        "offset": 0,
        "limit": 5,
        "page": 1,
        "contact_direction": "inbound",
    },
    answer={
        "results": [
            {
                "conversationId": "c-7f0c2f5e-9f1c-4c55-8a57-0d2f4a1be001",
                "customConversationId": "crm-4711",
                "contact_direction": "inbound",
                "is_direction_defaulted": False,
                "AuditStatus": "Audited",
                "AuditScore": 100,
                "audit_date": "2026-03-24 09:30:00",
                "auditor": "Jane Supervisor",
                "Queues": [{"Queue ID": "qu-billing", "Queue Name": "Billing"}],
                "Agents": [{"Agent ID": "a-17", "Agent Name": "Robert", "agentEmail": "robert@example.com"}],
                "koreEvalutionScore": 60,
                "fatalErrorCount": 0,
                "Language": "English",
                "duration_status": "evaluated",
                "Metrics": quality.EXAMPLES,
                "conversationStartTime": "2026-03-23T10:17:54.120Z",
                "conversationEndTime": "2026-03-23T10:20:01.000Z",
                "duration": 126880,
                "custom_fields": {"plan": "gold"},
            }
        ],
        "totalResults": 1,
        "hasMore": False,
        "totalPages": 1,
    },
)
