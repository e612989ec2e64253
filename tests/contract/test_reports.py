"""What every report promises, tried on every report in the table."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.audits.audit import Audit
from auscult.domain.conversation import Conversation
from auscult.domain.errors import RequestError
from auscult.domain.evaluation import MetricResult, passed, score
from auscult.domain.form import Form, Metric
from auscult.domain.insight import Insights
from auscult.domain.record import Record, RecordPage, RecordQuery
from auscult.domain.tenancy import Tenant
from auscult.reports import REPORTS
from auscult.reports._contract import Report, ReportRequest
from tests.strategies import accepted_conversations, cited, evaluation_of, json_objects, some_of

TENANT = Tenant(account_id="acc-1", org_id="o-1", app_id="st-1")
AT = datetime(2026, 3, 23, tzinfo=UTC)
WEIGHTS = st.decimals(0, 100, places=4)

metrics = st.builds(
    Metric,
    id=st.text(min_size=1, max_size=8),
    name=st.text(max_size=20),
    type=st.just("manual"),
    weight=WEIGHTS,
    negative_weight=WEIGHTS,
    fatal=st.booleans(),
    correct_answer=st.sampled_from(["yes", "no"]),
)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Any conversation, however it was evaluated, audited and analysed."""
    conversation: Conversation = draw(accepted_conversations())
    form = Form(
        id="ef-1", name="Form", channel=conversation.channel, metrics=tuple(draw(st.lists(metrics, max_size=4)))
    )
    status = draw(st.sampled_from(["evaluated", "below_threshold", "duration_unavailable", "not_evaluated"]))
    answers = st.sampled_from(["YES", "NO", "NA", "-"])
    results = tuple(MetricResult(metric=metric, verdict=cited(draw(answers))) for metric in form.metrics)
    is_scored = status == "evaluated"
    points = score(results, form) if is_scored else None
    evaluation = evaluation_of(
        conversation.id,
        form=None if status == "not_evaluated" else form,
        status=status,
        score=points,
        passed=passed(points, 0, form),
        results=results if is_scored else (),
        evaluated_at=AT,
    )
    return Record(
        tenant=TENANT,
        conversation=conversation,
        revision=1,
        evaluation=evaluation,
        audit=draw(st.none() | some_of(Audit)),
        insights=draw(st.none() | some_of(Insights)),
    )


@pytest.fixture(params=sorted(REPORTS))
def report(request: pytest.FixtureRequest) -> Report:
    """Every report of the shelf."""
    return REPORTS[request.param]


@cache
def validator(name: str, part: str) -> jsonschema_rs.Validator:
    """Checks a value against what the report says of its body or answer."""
    described = REPORTS[name].describe(REPORTS[name].limits)
    schemas = msgspec.json.decode(msgspec.json.encode({"components": {"schemas": described.schemas}}))
    return jsonschema_rs.validator_for({**getattr(described, part), **schemas})


def request_of(body: dict[str, Any]) -> ReportRequest:
    """A request with this body."""
    return ReportRequest(path={}, headers={}, query={}, body=body)


def asked(report: Report, body: dict[str, Any]) -> RecordQuery:
    """The query that a body makes."""
    return report.query(request_of(body), (TENANT.app_id,), report.limits)


@pytest.mark.landing
@given(first=records(), second=records())
def test_says_whether_its_rows_show_an_evaluation(first: Record, second: Record) -> None:
    """A report that says that its rows show none has the same row whatever was decided, however often."""
    other = msgspec.structs.replace(first, evaluation=second.evaluation, audit=second.audit)
    for report in REPORTS.values():
        if not report.shows_evaluation:
            assert report.row(first) == report.row(other)
    assert {name for name, report in REPORTS.items() if not report.shows_evaluation} == {
        "calldetails",
        "aaconversation",
    }


@given(found=st.lists(records(), max_size=3), total=st.integers(0, 10**9))
def test_every_page_is_as_described(found: list[Record], total: int) -> None:
    """Rows are JSON, a page of them is as the documentation says, and has them all; in every report."""
    for report in REPORTS.values():
        rows = [row for record in found if (row := report.row(record)) is not None]
        request = request_of(dict(report.describe(report.limits).body_example))
        query = report.query(request, (TENANT.app_id,), report.limits)
        page = msgspec.json.decode(report.page(request, query, RecordPage(rows=tuple(rows), total=total, last=None)))
        validator(report.name, "answer").validate(page)
        assert [msgspec.json.encode(msgspec.json.decode(row)) for row in rows] == rows
        (shown,) = (value for value in page.values() if isinstance(value, list))
        assert len(shown) == len(rows)


def test_its_examples_are_as_described(report: Report) -> None:
    """The examples of the documentation fit its schemas, and the request works."""
    described = report.describe(report.limits)
    validator(report.name, "body").validate(dict(described.body_example))
    validator(report.name, "answer").validate(dict(described.answer_example))
    assert asked(report, dict(described.body_example)).report == report.name


@pytest.mark.parametrize("name", sorted(REPORTS))
@given(body=json_objects(), is_dated=st.booleans())
def test_any_body_is_a_query_or_refused(name: str, body: dict[str, Any], *, is_dated: bool) -> None:
    """Rule 17: nothing but a RequestError that names its field comes of a wrong body."""
    report = REPORTS[name]
    example = dict(report.describe(report.limits).body_example)
    known = list(report.describe(report.limits).body["properties"])
    renamed = {known[index % len(known)]: value for index, value in enumerate(body.values())}
    field: str | None = "none"
    try:
        query = asked(report, {**(example if is_dated else {}), **renamed})
        assert query.since_ms <= query.until_ms
        assert 0 < query.limit <= report.limits.maximum
    except RequestError as error:
        field = error.field
    assert field


def test_its_table_entry_and_paths(report: Report) -> None:
    """It is called what the table calls it; its paths begin at the root and name an app or an account."""
    assert REPORTS[report.name] is report
    assert all(re.fullmatch(r"(/[A-Za-z0-9]+|/\{(streamId|botId|accountId)\})+", path) for path in report.paths)
    assert all(re.search(r"\{(streamId|botId|accountId)\}", path) for path in report.paths)
    assert report.scopes
    assert 0 < report.limits.default <= report.limits.maximum <= report.limits.ceiling


def test_weights_are_never_floats(report: Report) -> None:
    """An exact decimal stays one: a tenth is 0.1 on the wire, and a whole number has no point."""
    metric = Metric(id="m", name="M", type="manual", weight=Decimal("0.1000"), negative_weight=Decimal("30.0"))
    form = Form(id="ef", name="F", channel="voice", metrics=(metric,))
    evaluation = evaluation_of("c", form=form, status="below_threshold", evaluated_at=AT)
    conversation = Conversation(id="c", channel="voice", started_at=AT)
    row = report.row(Record(tenant=TENANT, conversation=conversation, revision=1, evaluation=evaluation)) or b""
    weights = re.findall(rb'"Metric (Negative )?Weight":([^,}]+)', row)
    assert {(negative, weight) for negative, weight in weights} <= {(b"", b"0.1"), (b"Negative ", b"30")}
    assert bool(weights) == (b'"Metric' in row)
