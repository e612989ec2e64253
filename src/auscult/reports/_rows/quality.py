"""Common parts of the Quality reports: their requests, and the parts of their rows that are spelt alike."""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

from auscult.domain.audits.audit import AuditState, state_of
from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import BY_A_PERSON, Evaluation, MetricResult, Qualification, Verdict
from auscult.domain.form import Metric
from auscult.domain.operations.records import made_from
from auscult.domain.record import Filter, Record, RecordQuery
from auscult.reports import _dates, _filters, _instants, _paging, _wires
from auscult.reports._contract import Description, PageLimits, ReportRequest

SCOPES = frozenset({"Quality AI", "Quality Management Analytics", "Quality Management", "Configuration"})
FILTERS: frozenset[Filter] = frozenset({"queues", "custom_fields", "channel_words"})

State = Literal["Audited", "Assigned", "Not Assigned"]
DurationStatus = Literal["evaluated", "below_threshold", "duration_unavailable"]
_STATES: Mapping[AuditState, State] = {
    "not_assigned": "Not Assigned",
    "assigned": "Assigned",
    "audited": "Audited",
}
Score = Annotated[int, Meta(ge=-100, le=100)]


def described(description: str, **schema: str) -> Meta:
    """Return the description of a key, for the documentation."""
    return Meta(description=description, extra_json_schema=schema)


RawAnswer = Annotated[
    Literal["YES", "NO", "NA", "-"] | UnsetType,
    described(
        'The raw answer, whichever is the right one; "-" until a person has answered what only a person can. '
        "Absent where the conversation was not evaluated."
    ),
]


class QueueRow(Struct, frozen=True, kw_only=True):
    """A queue that the conversation was in."""

    id: str = field(name="Queue ID")
    name: Annotated[str | None, described("Null where the queue has no name.")] = field(name="Queue Name")


class MetricRow(Struct, frozen=True, kw_only=True):
    """A metric of the form and how it turned out."""

    id: str = field(name="Metric ID")
    name: str = field(name="Metric Name")
    weight: Annotated[Raw, described("What the right answer brings.", type="number")] = field(name="Metric Weight")
    negative_weight: Annotated[Raw, described("What the wrong answer costs; never negative.", type="number")] = field(
        name="Metric Negative Weight"
    )
    qualification: RawAnswer = field(name="Qualification", default=UNSET)
    is_fatal_error: Annotated[bool, described("A fatal metric that was not met here; the score is then 0.")] = field(
        name="isFatalError"
    )


EXAMPLES = [
    {
        "Metric ID": key,
        "Metric Name": name,
        "Metric Weight": weight,
        "Metric Negative Weight": 0,
        "Qualification": answer,
        "isFatalError": False,
    }
    for key, name, weight, answer in (("em-greeting", "Greeting", 60, "YES"), ("em-signoff", "Sign-off", 40, "NO"))
]
"""Rows as the descriptions of two reports show them."""


class AuditedMetricRow(MetricRow, frozen=True, kw_only=True):
    """A metric of the form, how it turned out, and what the auditor answered."""

    auditor_response: Annotated[
        Literal["YES", "NO", "NA"] | UnsetType | None,
        described("Null until the audit is submitted. With wire 2026-10."),
    ] = field(name="Auditor Response", default=UNSET)


class Outcome(NamedTuple):
    """Outcome of one metric, as the reports show it. ``audited`` is the auditor's answer, ``verdict`` the machine's."""

    metric: Metric
    qualification: Qualification | UnsetType
    is_fatal_error: bool
    audited: Literal["YES", "NO", "NA"] | None = None
    verdict: Verdict | None = None


def outcomes(record: Record) -> list[Outcome]:
    """Answered metrics where the conversation was evaluated, else those that its form would have asked (rule 1).

    What only a person can answer is answered by the audit, once that is submitted.
    """
    evaluation = record.evaluation
    if evaluation.status != "evaluated":
        form = evaluation.form
        return [Outcome(metric, UNSET, is_fatal_error=False) for metric in form.metrics] if form else []
    found: list[Outcome] = []
    for each in evaluation.results:
        answer = "-" if record.audit is None else record.audit.answer_to(each.metric.id)
        result = each if answer == "-" else _audited(each, answer)
        audited = None if answer == "-" else answer
        found.append(
            Outcome(result.metric, result.verdict.qualification, result.is_fatal_error, audited, result.verdict)
        )
    return found


def queue_rows(conversation: Conversation) -> tuple[QueueRow, ...]:
    """Every queue."""
    return tuple([QueueRow(id=queue.id, name=queue.name) for queue in conversation.queues])


def shown_of(outcome: Outcome) -> dict[str, Any]:
    """The fields of ``MetricRow``."""
    return {
        "id": outcome.metric.id,
        "name": outcome.metric.name,
        "weight": number(outcome.metric.weight),
        "negative_weight": number(outcome.metric.negative_weight),
        "qualification": outcome.qualification,
        "is_fatal_error": outcome.is_fatal_error,
    }


class AuditShown(NamedTuple):
    """An audit as the rows show it."""

    state: State
    audited_at: str | None
    auditor: str | None


def audit_of(record: Record) -> AuditShown:
    """State, time and auditor; the last two are None until the audit is submitted."""
    audit = record.audit
    if audit is None or audit.result is None:
        return AuditShown(_STATES[state_of(audit)], None, None)
    return AuditShown(_STATES[state_of(audit)], _instants.without_zone(audit.result.audited_at), audit.auditor)


def score_of(evaluation: Evaluation) -> int | UnsetType | None:
    """The machine's score; null where there is none, absent where no form is for the conversation (rule 4)."""
    if evaluation.form is None:
        return UNSET
    return None if evaluation.score is None else int(evaluation.score)


def duration_status_of(evaluation: Evaluation) -> DurationStatus | None:
    """Return whether the conversation was long enough; None where no form is for it."""
    return None if evaluation.status in ("not_evaluated", "sides_unknown") else evaluation.status


@lru_cache(1_024)
def number(value: Decimal) -> Raw:
    """An exact decimal as JSON shall show it: 15 and not 15.0, 2.5 and not 2.50, never through a float."""
    whole = int(value)
    return Raw(str(whole) if whole == value else f"{value.normalize():f}")


def read_query(report: str, request: ReportRequest, app_ids: tuple[str, ...], limits: PageLimits) -> RecordQuery:
    """Read the body: dates, paging, filters. What it does not know it passes over (rule 22)."""
    known = {**_dates.PROPERTIES, **_paging.properties(limits), **_filters.PROPERTIES}
    _wires.check_known(request, known, *_dates.OTHER_NAMES, "channel")
    span = _dates.read_span(request.body)
    window = _paging.read_window(request.body, limits, span.since_ms)
    filters = _filters.read_filters(request.body)
    return made_from(RecordQuery, span, filters, window, report=report, app_ids=app_ids)


class Page(Struct, frozen=True, kw_only=True):
    """Documentation of a Quality report beyond its structs."""

    summary: str
    text: str
    request: Mapping[str, Any]
    answer: Mapping[str, Any]


def describe(report: str, row: type[Struct], page: Page, limits: PageLimits) -> Description:
    """Describe a Quality report by the struct of its rows."""
    (shape,), schemas = msgspec.json.schema_components([row], ref_template=f"#/components/schemas/{report}.{{name}}")
    return Description(
        summary=page.summary,
        text=page.text,
        body={
            "type": "object",
            "required": ["startDate", "endDate"],
            "properties": {**_dates.PROPERTIES, **_paging.properties(limits), **_filters.PROPERTIES},
        },
        body_example=page.request,
        answer={
            "type": "object",
            "required": ["results", "totalResults", "hasMore", "totalPages"],
            "properties": {"results": {"type": "array", "items": shape}, **_paging.ENVELOPE},
        },
        answer_example=page.answer,
        schemas={f"{report}.{name}": schema for name, schema in schemas.items()},
    )


def _audited(result: MetricResult, answer: Qualification) -> MetricResult:
    """A result with the auditor's answer, where only a person can give one."""
    if result.verdict.qualification != "-":
        return result
    return MetricResult(metric=result.metric, verdict=Verdict(qualification=answer, evidence=(BY_A_PERSON,)))
