"""The row and the request of sample scorereporting, from domain values."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from auscult.domain.conversation import Agent, Queue
from auscult.domain.errors import RequestError
from auscult.domain.evaluation import Status
from auscult.domain.form import Form, Metric
from auscult.domain.record import RecordQuery
from auscult.reports._contract import ReportRequest
from auscult.reports.scorereporting import ScoreReporting
from tests.unit.reports.records import row_of

REPORT = ScoreReporting()
AT = datetime(2026, 3, 23, 10, tzinfo=UTC)
METRICS = (
    Metric(id="em-a", name="A", type="by_question", weight=Decimal("15.0"), negative_weight=Decimal(27)),
    Metric(id="em-b", name="B", type="by_question", weight=Decimal("2.50"), fatal=True),
    Metric(id="em-c", name="C", type="by_question", weight=Decimal("82.5"), fatal=True, correct_answer="no"),
)
FORM = Form(id="ef-1", name="Form", channel="voice", metrics=METRICS)


def row(
    status: Status = "evaluated",
    answers: tuple[str, ...] = ("YES", "NO", "NA"),
    score: Decimal | None = Decimal(80),
    form: Form | None = FORM,
    **conversation: Any,
) -> dict[str, Any]:
    """The decoded row of a conversation with these answers."""
    return row_of(REPORT, status, answers, score, form, **conversation)


def test_keys_stand_in_the_order_of_the_sample() -> None:
    """Rule 23: keys exactly as the seed shows, spelling and order included."""
    whole = row(custom_id="crm-1", queues=(Queue("qu-1", "Billing"),), agents=(Agent("a-1", "Ann"),))
    assert list(whole) == [
        "conversationId", "customConversationId", "Queues", "Agents", "koreEvalutionScore", "Language", "Metrics",
    ]  # fmt: skip
    assert whole["Queues"] == [{"Queue ID": "qu-1", "Queue Name": "Billing"}]
    assert whole["Agents"] == [{"Agent ID": "a-1", "Agent Name": "Ann"}]
    assert list(whole["Metrics"][0]) == [
        "Metric ID", "Metric Name", "Metric Weight", "Metric Negative Weight", "Qualification", "isFatalError",
    ]  # fmt: skip


def test_absent_null_and_not_yet_are_three_things() -> None:
    """Rules 4 and 23: no form drops the score, nothing applicable makes it null, an empty name is null."""
    assert "koreEvalutionScore" not in row(status="not_evaluated", score=None, form=None)
    assert row(status="not_evaluated", score=None, form=None)["Metrics"] == []
    assert row(answers=("NA", "NA", "NA"), score=None)["koreEvalutionScore"] is None
    assert "customConversationId" not in row()
    assert row(queues=(Queue("qu-1"),))["Queues"] == [{"Queue ID": "qu-1", "Queue Name": None}]
    assert row(answers=("-",))["Metrics"][0]["Qualification"] == "-"


@pytest.mark.parametrize("status", ["below_threshold", "duration_unavailable"])
def test_metrics_that_were_not_asked_have_no_qualification(status: Status) -> None:
    """Rules 1 and 4: too short or of unknown length: score null, the form's metrics without Qualification."""
    whole = row(status=status, score=None)
    assert whole["koreEvalutionScore"] is None
    assert [list(metric) for metric in whole["Metrics"]] == [
        ["Metric ID", "Metric Name", "Metric Weight", "Metric Negative Weight", "isFatalError"]
    ] * 3
    assert not any(metric["isFatalError"] for metric in whole["Metrics"])


@pytest.mark.parametrize(
    ("answers", "fatal"),
    [
        (("NO", "YES", "NO"), [False, False, False]),
        (("NO", "NO", "NO"), [False, True, False]),
        (("NO", "NA", "YES"), [False, False, True]),
    ],
)
def test_fatal_is_where_a_fatal_metric_failed_here(answers: tuple[str, ...], fatal: list[bool]) -> None:
    """Rules 1 and 3: Qualification is the raw answer; isFatalError needs fatal and failed."""
    metrics = row(answers=answers, score=Decimal(0))["Metrics"]
    assert [metric["Qualification"] for metric in metrics] == list(answers)
    assert [metric["isFatalError"] for metric in metrics] == fatal


def test_weights_are_exact_numbers() -> None:
    """Rule 23: whole weights as whole numbers, others as exact decimals, negative weights without a sign."""
    metrics = row()["Metrics"]
    assert [metric["Metric Weight"] for metric in metrics] == [15, 2.5, 82.5]
    assert isinstance(metrics[0]["Metric Weight"], int)
    assert metrics[0]["Metric Negative Weight"] == 27


@pytest.mark.parametrize("score", [-100, -12, 0, 100])
def test_scores_are_whole_and_signed(score: int) -> None:
    """Rule 4: negative scores are real."""
    found = row(score=Decimal(score))["koreEvalutionScore"]
    assert found == score
    assert isinstance(found, int)


def test_language_is_a_name() -> None:
    """Sample scorereporting: Language by its English name."""
    assert row(language="nl")["Language"] == "Dutch"


def request(**body: Any) -> ReportRequest:
    """A request with this body."""
    return ReportRequest(path={}, headers={}, query={}, body=body)


def test_the_whole_request_is_read() -> None:
    """Rules 19 to 24: dates, paging and filters of one body; unknown keys are passed over."""
    query = REPORT.query(
        request(
            startDate="1970-01-01 00:00:01",
            endDate="1970-01-01 00:00:02",
            limit=10,
            page=3,
            contact_direction="inbound",
            channels=["voice"],
            queues=["Billing"],
            custom_fields={"plan": "gold"},
            include_below_threshold=True,
            whatever=[],
        ),
        ("st-1", "st-2"),
        REPORT.limits,
    )
    assert query == RecordQuery(
        report="scorereporting",
        app_ids=("st-1", "st-2"),
        since_ms=1000,
        until_ms=3000,
        channels=("voice",),
        directions=("inbound",),
        queues=("Billing",),
        custom_fields=(("plan", "gold"),),
        include_below_threshold=True,
        skip=20,
        limit=10,
    )


def test_what_the_documentation_promises_is_read() -> None:
    """The example of the documentation is a request that works, and its answer has every key that is required."""
    described = REPORT.describe(REPORT.limits)
    assert REPORT.query(request(**described.body_example), ("st-1",), REPORT.limits).limit == 100
    wanted = described.schemas["scorereporting.Row"]["required"]
    assert set(wanted) <= set(described.answer_example["results"][0])
    assert set(described.answer["required"]) <= set(described.answer_example)


def test_faults_come_through() -> None:
    """Rule 17: a wrong field is refused by name."""
    with pytest.raises(RequestError):
        REPORT.query(request(startDate="2026-03-23", endDate="2026-03-22"), ("st-1",), REPORT.limits)
