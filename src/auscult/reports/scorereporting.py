"""Auto QA score reporting (seed 000): for each conversation its score and the outcome of every metric.

``POST /qualityai/api/v1/public/qualitymanagement/app/{streamId}/scorereporting``
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

from auscult.domain.evaluation import Evaluation, MetricResult
from auscult.domain.form import Metric
from auscult.domain.record import Filter, Record, RecordPage, RecordQuery
from auscult.reports import _dates, _filters, _paging
from auscult.reports._contract import Description, PageLimits, ReportRequest
from auscult.reports._languages import english_name


def _told(description: str, **schema: str) -> Meta:
    """Say what a key means, for the documentation."""
    return Meta(description=description, extra_json_schema=schema)


class QueueRow(Struct, frozen=True, kw_only=True):
    """A queue that the conversation was in."""

    id: str = field(name="Queue ID")
    name: Annotated[str | None, _told("Null where the queue has no name.")] = field(name="Queue Name")


class AgentRow(Struct, frozen=True, kw_only=True):
    """An agent who took part."""

    id: str = field(name="Agent ID")
    name: Annotated[str | None, _told("Null where the agent has no name.")] = field(name="Agent Name")


class MetricRow(Struct, frozen=True, kw_only=True):
    """A metric of the form and how it turned out."""

    id: str = field(name="Metric ID")
    name: str = field(name="Metric Name")
    weight: Annotated[Raw, _told("What the right answer brings.", type="number")] = field(name="Metric Weight")
    negative_weight: Annotated[Raw, _told("What the wrong answer costs; never negative.", type="number")] = field(
        name="Metric Negative Weight"
    )
    qualification: Annotated[
        Literal["YES", "NO", "NA", "-"] | UnsetType,
        _told(
            'The raw answer, whichever is the right one; "-" until a person has answered what only a person can. '
            "Absent where the conversation was not evaluated."
        ),
    ] = field(name="Qualification", default=UNSET)
    is_fatal_error: Annotated[bool, _told("A fatal metric that was not met here; the score is then 0.")] = field(
        name="isFatalError"
    )


class Row(Struct, frozen=True, kw_only=True):
    """One conversation."""

    id: str = field(name="conversationId")
    custom_id: Annotated[str | UnsetType, _told("Absent where none was given.")] = field(
        name="customConversationId", default=UNSET
    )
    queues: tuple[QueueRow, ...] = field(name="Queues")
    agents: tuple[AgentRow, ...] = field(name="Agents")
    score: Annotated[
        Annotated[int, Meta(ge=-100, le=100)] | UnsetType | None,
        _told("Null where nothing applied or the conversation was too short. Absent where no form is for it."),
    ] = field(name="koreEvalutionScore", default=UNSET)  # sic
    language: Annotated[str, _told("In English; a code that nobody knows stays a code.")] = field(name="Language")
    metrics: Annotated[tuple[MetricRow, ...], _told("Empty where no form is for the conversation.")] = field(
        name="Metrics"
    )


_ENCODER = msgspec.json.Encoder()


class ScoreReporting:
    """The score-reporting API."""

    name: ClassVar[str] = "scorereporting"
    paths: ClassVar[tuple[str, ...]] = (
        "/qualityai/api/v1/public/qualitymanagement/app/{streamId}/scorereporting",
        "/agentassist/api/v1/public/qualitymanagement/app/{streamId}/scorereporting",
        "/api/v1/public/qualitymanagement/app/{streamId}/scorereporting",
        "/api/public/QualityManagement/account/{accountId}/v1/ScoreReporting",
    )
    scopes: ClassVar[frozenset[str]] = frozenset(
        {"Quality AI", "Quality Management Analytics", "Quality Management", "Configuration"}
    )
    required_headers: ClassVar[tuple[str, ...]] = ("accountId", "orgId")
    limits: ClassVar[PageLimits] = PageLimits(default=100, maximum=100, ceiling=10_000)
    filters: ClassVar[frozenset[Filter]] = frozenset({"queues", "custom_fields"})

    def query(self, request: ReportRequest, app_ids: tuple[str, ...], limits: PageLimits) -> RecordQuery:
        """Read the body: dates, paging, filters. What it does not know it passes over (rule 22)."""
        span = _dates.read_span(request.body)
        window = _paging.read_window(request.body, limits, span.since_ms)
        filters = _filters.read_filters(request.body)
        return RecordQuery(
            report=self.name,
            app_ids=app_ids,
            since_ms=span.since_ms,
            until_ms=span.until_ms,
            channels=filters.channels,
            directions=filters.directions,
            queues=filters.queues,
            custom_fields=filters.custom_fields,
            include_below_threshold=filters.include_below_threshold,
            skip=window.skip,
            limit=window.limit,
            after=window.after,
        )

    def row(self, record: Record) -> bytes:
        """Every conversation is listed, evaluated or not."""
        conversation, evaluation = record.conversation, record.evaluation
        return _ENCODER.encode(
            Row(
                id=conversation.id,
                custom_id=UNSET if conversation.custom_id is None else conversation.custom_id,
                queues=tuple(QueueRow(id=queue.id, name=queue.name) for queue in conversation.queues),
                agents=tuple(AgentRow(id=agent.id, name=agent.name) for agent in conversation.agents),
                score=_score(evaluation),
                language=english_name(conversation.language),
                metrics=_metrics(evaluation),
            )
        )

    def page(self, request: ReportRequest, query: RecordQuery, page: RecordPage) -> bytes:  # noqa: ARG002  (rows are shown whole)
        """``results`` and the totals."""
        return _paging.envelope(query, page)

    def describe(self, limits: PageLimits) -> Description:
        """What the documentation says."""
        (row,), schemas = msgspec.json.schema_components(
            [Row], ref_template=f"#/components/schemas/{self.name}.{{name}}"
        )
        return Description(
            summary="Scores and metric outcomes of conversations",
            text=_TEXT,
            body={
                "type": "object",
                "required": ["startDate", "endDate"],
                "properties": {**_dates.PROPERTIES, **_paging.properties(limits), **_filters.PROPERTIES},
            },
            body_example=_BODY_EXAMPLE,
            answer={
                "type": "object",
                "required": ["results", "totalResults", "hasMore", "totalPages"],
                "properties": {"results": {"type": "array", "items": row}, **_paging.ENVELOPE},
            },
            answer_example=_ANSWER_EXAMPLE,
            schemas={f"{self.name}.{name}": schema for name, schema in schemas.items()},
        )


def _score(evaluation: Evaluation) -> int | UnsetType | None:
    if evaluation.form is None:
        return UNSET
    return None if evaluation.score is None else int(evaluation.score)


def _metrics(evaluation: Evaluation) -> tuple[MetricRow, ...]:
    """Answered metrics where the conversation was evaluated, else those that its form would have asked (rule 1)."""
    if evaluation.status == "evaluated":
        return tuple(_answered(result) for result in evaluation.results)
    return tuple(_unanswered(metric) for metric in (evaluation.form.metrics if evaluation.form else ()))


def _answered(result: MetricResult) -> MetricRow:
    metric = result.metric
    return MetricRow(
        id=metric.id,
        name=metric.name,
        weight=_number(metric.weight),
        negative_weight=_number(metric.negative_weight),
        qualification=result.verdict.qualification,
        is_fatal_error=result.is_fatal_error,
    )


def _unanswered(metric: Metric) -> MetricRow:
    return MetricRow(
        id=metric.id,
        name=metric.name,
        weight=_number(metric.weight),
        negative_weight=_number(metric.negative_weight),
        is_fatal_error=False,
    )


def _number(value: Decimal) -> Raw:
    """A weight as JSON shall show it: 15 and not 15.0, 2.5 and not 2.50, never through a float."""
    whole = int(value)
    return Raw(str(whole) if whole == value else f"{value.normalize():f}")


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
            "Metrics": [
                {
                    "Metric ID": "em-greeting",
                    "Metric Name": "Greeting",
                    "Metric Weight": 60,
                    "Metric Negative Weight": 0,
                    "Qualification": "YES",
                    "isFatalError": False,
                },
                {
                    "Metric ID": "em-signoff",
                    "Metric Name": "Sign-off",
                    "Metric Weight": 40,
                    "Metric Negative Weight": 0,
                    "Qualification": "NO",
                    "isFatalError": False,
                },
            ],
        }
    ],
    "totalResults": 1,
    "hasMore": False,
    "totalPages": 1,
}
