"""Raw data as the account-level page spells it (docs/reference/vendor-samples.md), for an account's apps or for one.

``POST /api/public/QualityManagement/account/{accountId}/v1/RawData``
"""

from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType, field

from auscult.domain.conversation import Agent
from auscult.domain.errors import sent
from auscult.domain.evaluation import Evaluation
from auscult.domain.insight import AgentHabits, Flag, Insights
from auscult.domain.operations.records import made_from
from auscult.domain.record import Filter, Record, RecordPage, RecordQuery
from auscult.domain.tenancy import Wire
from auscult.reports import _dates, _instants, _paging
from auscult.reports._contract import Added, Description, PageLimits, ReportRequest
from auscult.reports._rows import intelligence, quality
from auscult.reports._rows.intelligence import IntentRow
from auscult.reports._rows.quality import Outcome, Page, QueueRow, RawAnswer, Score, described

_INSTANTS: _instants.Moved = {
    "Conversation Start Time": None,
    "Conversation End Time": None,
    "Agents": {"Agent Start Time": None},
}
_Habit = Annotated[int | UnsetType, described("0 to 10, 10 best.")]


class AgentRow(Struct, frozen=True, kw_only=True):
    """An agent who took part."""

    id: str = field(name="agentId")
    name: Annotated[str | None, described("Null where the agent has no name.")] = field(name="Agent Name")
    started_at: Annotated[str | None, described("When the agent joined, UTC; null where it is not known.")] = field(
        name="Agent Start Time"
    )
    email: Annotated[str | None, described("Null where it is not known.")] = field(name="Agent Email")
    empathy: _Habit = field(name="empathy score", default=UNSET)
    crutch_words: _Habit = field(name="crutch word score", default=UNSET)


class MetricRow(Struct, frozen=True, kw_only=True):
    """A metric of the form and how it turned out."""

    id: Annotated[str | UnsetType, described("Absent where the form gives the metric no id.")] = field(
        name="Metric ID", default=UNSET
    )
    name: str = field(name="Metric Name")
    weight: Annotated[Raw, described("What the right answer brings.", type="number")] = field(name="Metric Weight")
    qualification: RawAnswer = field(name="Qualification", default=UNSET)


class Row(Struct, frozen=True, kw_only=True):
    """One conversation. Nothing that analysis finds is there before the conversation was analysed."""

    source: Annotated[str | None, described("Where the conversation comes from; null where it is not known.")] = field(
        name="src"
    )
    started_at: Annotated[str, described("UTC.")] = field(name="Conversation Start Time")
    ended_at: Annotated[str | None, described("UTC; null where it is not known.")] = field(name="Conversation End Time")
    duration: Annotated[str | None, described("As 118182 milliseconds; null where it is not known.")] = field(
        name="Duration"
    )
    id: str = field(name="Conversation ID")
    sentiment: Annotated[int | UnsetType | None, described("1 to 10, 5 neutral; null where it cannot be known.")] = (
        field(name="Sentiment Score", default=UNSET)
    )
    intents: tuple[IntentRow, ...] | UnsetType = field(name="Intents", default=UNSET)
    topics: tuple[IntentRow, ...] | UnsetType = field(name="Topics", default=UNSET)
    score: Annotated[
        Score | UnsetType | None,
        described("Null where nothing applied or the conversation was too short. Absent where no form is for it."),
    ] = field(name="Kore Evaluation Score", default=UNSET)
    churn_risk: Annotated[bool | UnsetType | None, described("Null where it cannot be known.")] = field(
        name="IsChurnRiskObserved", default=UNSET
    )
    escalation: Annotated[bool | UnsetType | None, described("Null where it cannot be known.")] = field(
        name="IsEscalationObserved", default=UNSET
    )
    pass_score: Annotated[
        Raw | UnsetType, described("Absent where no form is for the conversation.", type="number")
    ] = field(name="Pass Score", default=UNSET)
    passed: Annotated[
        bool | UnsetType,
        described("Whether it passed; absent without a score, and where a fatal metric has no answer."),
    ] = field(name="IsPassed", default=UNSET)
    queues: tuple[QueueRow, ...] = field(name="Queues")
    agents: tuple[AgentRow, ...] = field(name="Agents")
    metrics: Annotated[tuple[MetricRow, ...], described("Empty where no form is for the conversation.")] = field(
        name="Metrics"
    )


_ENCODER = msgspec.json.Encoder(enc_hook=sent)


class AccountRawData:
    """The raw-data API in its account-level spelling."""

    name: ClassVar[str] = "account_rawdata"
    paths: ClassVar[tuple[str, ...]] = (
        "/api/public/QualityManagement/account/{accountId}/v1/RawData",
        "/api/v1/public/qualitymanagement/app/{streamId}/rawdata",
    )
    scopes: ClassVar[frozenset[str]] = quality.SCOPES
    required_headers: ClassVar[tuple[str, ...]] = ("accountId",)
    limits: ClassVar[PageLimits] = PageLimits(default=100, maximum=100, ceiling=10_000)
    shows_evaluation: ClassVar[bool] = True
    shows_recordings: ClassVar[bool] = False
    filters: ClassVar[frozenset[Filter]] = quality.FILTERS
    added: ClassVar[Added] = {}

    def query(self, request: ReportRequest, app_ids: tuple[str, ...], limits: PageLimits) -> RecordQuery:
        """Read the body: dates, paging, filters."""
        return quality.read_query(self.name, request, app_ids, limits)

    def row(self, record: Record, wire: Wire = "off") -> bytes:  # noqa: ARG002  (rows have all that any wire shows)
        """Every conversation is listed, evaluated or not."""
        conversation, evaluation = record.conversation, record.evaluation
        duration_ms = conversation.duration_ms
        habits = {each.agent_id: each for each in (record.insights and record.insights.habits) or ()}
        return _ENCODER.encode(
            Row(
                source=conversation.source,
                started_at=_instants.with_zone(conversation.started_at),
                ended_at=_instants.with_zone(conversation.ended_at) if conversation.ended_at else None,
                duration=None if duration_ms is None else f"{duration_ms} milliseconds",
                id=conversation.id,
                score=quality.score_of(evaluation),
                pass_score=quality.number(evaluation.form.pass_score) if evaluation.form else UNSET,
                passed=_passed(evaluation),
                queues=quality.queue_rows(conversation),
                agents=tuple([_agent_row(agent, habits.get(agent.id)) for agent in conversation.agents]),
                metrics=tuple([_metric_row(each) for each in quality.outcomes(record)]),
                **_found(record.insights),
            )
        )

    def page(self, request: ReportRequest, query: RecordQuery, page: RecordPage) -> bytes:
        """``results`` and the totals, in this page's own order; times in the request's own zone where it names one."""
        page = _instants.in_zone(page, _dates.read_zone(request.body), _INSTANTS)
        tail = b'],"totalResults":%d,"totalPages":%d,"hasMore":%b' % (
            page.total,
            _paging.total_pages(query, page),
            _paging.has_more(query, page),
        )
        return b"".join((b'{"results":[', b",".join(page.rows), tail, _paging.ending(query, page)))

    def describe(self, limits: PageLimits) -> Description:
        """Return the documentation."""
        return quality.describe(self.name, Row, _PAGE, limits)


def _passed(evaluation: Evaluation) -> bool | UnsetType:
    """Return the verdict; absent without one, as the contract has no null for it (rule 5)."""
    return UNSET if evaluation.passed is None else evaluation.passed


def _agent_row(agent: Agent, habits: AgentHabits | None) -> AgentRow:
    empathy = habits.empathy if habits else None
    crutch_words = habits.crutch_words if habits else None
    return made_from(
        AgentRow,
        agent,
        started_at=_instants.with_zone(agent.joined_at) if agent.joined_at else None,
        empathy=UNSET if empathy is None else intelligence.whole(empathy),
        crutch_words=UNSET if crutch_words is None else intelligence.whole(crutch_words),
    )


def _metric_row(outcome: Outcome) -> MetricRow:
    metric = outcome.metric
    return MetricRow(
        id=UNSET if metric.is_id_derived else metric.id,
        name=metric.name,
        weight=quality.number(metric.weight),
        qualification=outcome.qualification,
    )


def _found(insights: Insights | None) -> dict[str, Any]:
    """Return the findings of analysis: empty without an analysis, null where a value is unknown."""
    if insights is None:
        return {}
    found: dict[str, Any] = {
        "sentiment": intelligence.whole(insights.sentiment.score) if insights.sentiment else None,
        "churn_risk": _observed(insights.churn_risk),
        "escalation": _observed(insights.escalation),
    }
    if insights.intents is not None:
        found["intents"] = intelligence.intent_rows(insights.intents, "intent")
    if insights.topics is not None:
        found["topics"] = intelligence.intent_rows(insights.topics, "topic")
    return found


def _observed(flag: Flag | None) -> bool | None:
    return None if flag is None else flag.observed


_PAGE = Page(
    summary="Raw data, in the account-level spelling",
    text="""\
Lists the conversations of an account's apps that started in a range of time, in the order of start time, then
conversation id: score, pass or fail, the outcome of every metric, and what analysis found.

The header `iId` names the app; without it, all apps of the account that the client may read are listed together.
On `/api/v1/public/qualitymanagement/app/{streamId}/rawdata` the app is the one in the path.
Keys of analysis are absent while a conversation was not analysed.

With `timeZoneOffset` the times of the answer are local, without a zone.
""",
    request={"startDate": "2026-03-23 00:17:54", "endDate": "2026-03-24 13:36:35", "limit": 100, "page": 1},
    answer={
        "results": [
            {
                "src": "korevg",
                "Conversation Start Time": "2026-03-23T10:17:54.120Z",
                "Conversation End Time": "2026-03-23T10:20:01.000Z",
                "Duration": "126880 milliseconds",
                "Conversation ID": "c-7f0c2f5e-9f1c-4c55-8a57-0d2f4a1be001",
                "Kore Evaluation Score": 60,
                "Pass Score": 70,
                "IsPassed": False,
                "Queues": [{"Queue ID": "qu-billing", "Queue Name": "Billing"}],
                "Agents": [
                    {
                        "agentId": "a-17",
                        "Agent Name": "Robert",
                        "Agent Start Time": "2026-03-23T10:18:00.000Z",
                        "Agent Email": "robert@example.com",
                    }
                ],
                "Metrics": [
                    {
                        "Metric ID": "em-greeting",
                        "Metric Name": "Greeting",
                        "Metric Weight": 60,
                        "Qualification": "YES",
                    },
                    {"Metric Name": "Returns policy", "Metric Weight": 40, "Qualification": "NO"},
                ],
            }
        ],
        "totalResults": 1,
        "totalPages": 1,
        "hasMore": False,
    },
)
