"""Auto QA score reporting (docs/reference/vendor-samples.md): for each conversation its score and the outcome of every metric.

``POST /qualityai/api/v1/public/qualitymanagement/app/{streamId}/scorereporting``
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType, field

from auscult.domain.conversation import Channel, Direction
from auscult.domain.errors import sent
from auscult.domain.record import Filter, Record, RecordPage, RecordQuery
from auscult.domain.tenancy import Wire
from auscult.reports import _dates, _instants, _paging
from auscult.reports._contract import Added, Description, PageLimits, ReportRequest
from auscult.reports._languages import language_name
from auscult.reports._rows import quality
from auscult.reports._rows.quality import (
    AuditedMetricRow,
    DurationStatus,
    Outcome,
    Page,
    QueueRow,
    Score,
    State,
    described,
)

_LATER = "With wire 2026-10."
_INSTANTS: _instants.Moved = {"AuditDate": None, "evaluatedAt": None}
_STATUS: Mapping[bool | None, str] = {True: "pass", False: "fail", None: "not_evaluated"}


class AgentRow(Struct, frozen=True, kw_only=True):
    """An agent who took part."""

    id: str = field(name="Agent ID")
    name: Annotated[str | None, described("Null where the agent has no name.")] = field(name="Agent Name")


class Row(Struct, frozen=True, kw_only=True):
    """One conversation."""

    id: str = field(name="conversationId")
    custom_id: Annotated[str | UnsetType, described("Absent where none was given.")] = field(
        name="customConversationId", default=UNSET
    )
    queues: tuple[QueueRow, ...] = field(name="Queues")
    agents: tuple[AgentRow, ...] = field(name="Agents")
    score: Annotated[
        Score | UnsetType | None,
        described("Null where nothing applied or the conversation was too short. Absent where no form is for it."),
    ] = field(name="koreEvalutionScore", default=UNSET)  # sic
    fatal_errors: Annotated[int | UnsetType, described(f"Metrics with isFatalError. {_LATER}")] = field(
        name="fatalErrorCount", default=UNSET
    )
    language: Annotated[str, described("In English; an unknown code stays a code.")] = field(name="Language")
    duration_status: Annotated[
        DurationStatus | UnsetType | None, described(f"Null where no form is for the conversation. {_LATER}")
    ] = UNSET
    metrics: Annotated[tuple[AuditedMetricRow, ...], described("Empty where no form is for the conversation.")] = field(
        name="Metrics"
    )
    direction: Annotated[Direction | UnsetType, described(_LATER)] = field(name="contactDirection", default=UNSET)
    audit_state: Annotated[State | UnsetType, described(_LATER)] = field(name="AuditStatus", default=UNSET)
    audited_at: Annotated[
        str | UnsetType | None, described(f"2026-03-23 12:30:00, UTC; null until the audit is submitted. {_LATER}")
    ] = field(name="AuditDate", default=UNSET)
    auditor: Annotated[str | UnsetType | None, described(f"Null until the audit is submitted. {_LATER}")] = field(
        name="AuditorName", default=UNSET
    )
    custom_fields: Annotated[dict[str, str] | UnsetType, described(f"Empty where there are none. {_LATER}")] = UNSET
    evaluation_status: Annotated[
        Literal["pass", "fail", "not_evaluated"] | UnsetType, described(f"not_evaluated without a verdict. {_LATER}")
    ] = UNSET
    is_direction_defaulted: Annotated[bool | UnsetType, described(f"True where inbound was taken. {_LATER}")] = UNSET
    channel: Annotated[Channel | UnsetType, described(_LATER)] = UNSET
    audit_score: Annotated[Score | UnsetType, described(f"Absent until the audit has one. {_LATER}")] = field(
        name="AuditScore", default=UNSET
    )
    evaluated_at: Annotated[str | UnsetType, described(f"UTC. {_LATER}")] = field(name="evaluatedAt", default=UNSET)


_ENCODER = msgspec.json.Encoder(enc_hook=sent)


class ScoreReporting:
    """The score-reporting API."""

    name: ClassVar[str] = "scorereporting"
    paths: ClassVar[tuple[str, ...]] = (
        "/qualityai/api/v1/public/qualitymanagement/app/{streamId}/scorereporting",
        "/agentassist/api/v1/public/qualitymanagement/app/{streamId}/scorereporting",
        "/api/v1/public/qualitymanagement/app/{streamId}/scorereporting",
        "/api/public/QualityManagement/account/{accountId}/v1/ScoreReporting",
    )
    scopes: ClassVar[frozenset[str]] = quality.SCOPES
    required_headers: ClassVar[tuple[str, ...]] = ("accountId", "orgId")
    limits: ClassVar[PageLimits] = PageLimits(default=100, maximum=100, ceiling=10_000)
    shows_evaluation: ClassVar[bool] = True
    shows_recordings: ClassVar[bool] = False
    filters: ClassVar[frozenset[Filter]] = quality.FILTERS
    added: ClassVar[Added] = {
        "fatalErrorCount": None,
        "duration_status": None,
        "Metrics": {"Auditor Response": None},
        "contactDirection": None,
        "AuditStatus": None,
        "AuditDate": None,
        "AuditorName": None,
        "custom_fields": None,
        "evaluation_status": None,
        "is_direction_defaulted": None,
        "channel": None,
        "AuditScore": None,
        "evaluatedAt": None,
    }

    def query(self, request: ReportRequest, app_ids: tuple[str, ...], limits: PageLimits) -> RecordQuery:
        """Read the body: dates, paging, filters."""
        return quality.read_query(self.name, request, app_ids, limits)

    def row(self, record: Record, wire: Wire = "off") -> bytes:
        """Every conversation is listed, evaluated or not."""
        conversation, outcomes = record.conversation, quality.outcomes(record)
        is_later = wire != "off"
        return _ENCODER.encode(
            Row(
                id=conversation.id,
                custom_id=UNSET if conversation.custom_id is None else conversation.custom_id,
                queues=quality.queue_rows(conversation),
                agents=tuple([AgentRow(id=agent.id, name=agent.name) for agent in conversation.agents]),
                score=quality.score_of(record.evaluation),
                language=language_name(record),
                metrics=tuple(
                    [
                        AuditedMetricRow(**quality.shown_of(each), auditor_response=each.audited if is_later else UNSET)
                        for each in outcomes
                    ]
                ),
                **(_later(record, outcomes) if is_later else {}),
            )
        )

    def page(self, request: ReportRequest, query: RecordQuery, page: RecordPage) -> bytes:
        """``results`` and the totals."""
        if request.wire != "off":
            page = _instants.in_zone(page, _dates.read_zone(request.body), _INSTANTS)
        return _paging.envelope(query, page)

    def describe(self, limits: PageLimits) -> Description:
        """Return the documentation."""
        return quality.describe(self.name, Row, _PAGE, limits)


def _later(record: Record, outcomes: list[Outcome]) -> dict[str, Any]:
    audit, conversation = quality.audit_of(record), record.conversation
    score = record.audit and record.audit.result and record.audit.result.score
    return {
        "fatal_errors": sum(each.is_fatal_error for each in outcomes),
        "duration_status": quality.duration_status_of(record.evaluation),
        "direction": conversation.direction,
        "audit_state": audit.state,
        "audited_at": audit.audited_at,
        "auditor": audit.auditor,
        "custom_fields": conversation.custom_fields or {},
        "evaluation_status": _STATUS[record.evaluation.passed],
        "is_direction_defaulted": conversation.is_direction_defaulted,
        "channel": conversation.channel,
        "audit_score": UNSET if score is None else int(score),
        "evaluated_at": _instants.with_zone(record.evaluation.evaluated_at),
    }


_TEXT = """\
Lists the conversations of an app that started in a range of time, each with its score and the outcome of every metric
of its evaluation form, in the order of start time, then conversation id.

`koreEvalutionScore` is a whole number from -100 to 100.
It is null where no metric applied, or where the conversation was too short for its form or its duration is not known,
and it is absent where no form is assigned to the conversation; `Metrics` is then empty.
`Qualification` is absent where the conversation was not evaluated, and "-" for a metric that only a person can answer
and nobody has answered yet.
`isFatalError` is true where a fatal metric was not met in this conversation; the score is then 0.

On `/api/public/QualityManagement/account/{accountId}/v1/ScoreReporting` the header `iId` names the app;
without it, all apps of the account that the client may read are listed together.
"""

_BODY_EXAMPLE: Mapping[str, Any] = {
    "startDate": "2026-03-23 00:00:00",
    "endDate": "2026-03-23 23:59:59",
    "offset": 0,
    "limit": 100,
}

_ANSWER_EXAMPLE: Mapping[str, Any] = {
    "results": [
        {
            "conversationId": "c-7f0c2f5e-9f1c-4c55-8a57-0d2f4a1be001",
            "customConversationId": "crm-4711",
            "Queues": [{"Queue ID": "qu-billing", "Queue Name": "Billing"}],
            "Agents": [{"Agent ID": "a-17", "Agent Name": "Robert"}],
            "koreEvalutionScore": 60,
            "Language": "English",
            "Metrics": quality.EXAMPLES,
        }
    ],
    "totalResults": 1,
    "hasMore": False,
    "totalPages": 1,
}

_PAGE = Page(
    summary="Scores and metric outcomes of conversations",
    text=_TEXT,
    request=_BODY_EXAMPLE,
    answer=_ANSWER_EXAMPLE,
)
