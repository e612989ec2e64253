"""The row of sample account_rawdata, from domain values, in its own spelling."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from auscult.domain.conversation import Agent
from auscult.domain.form import Form, Metric
from auscult.domain.insight import AgentHabits, Flag, Insights, Intent, Sentiment
from auscult.domain.record import RecordPage, RowKey
from auscult.reports._contract import ReportRequest
from auscult.reports.account_rawdata import AccountRawData
from tests.data_files import data_of
from tests.unit.reports.records import AT, row_of

ALWAYS = ["src", "Conversation Start Time", "Conversation End Time", "Duration", "Conversation ID"]
OF_A_FORM = ["Kore Evaluation Score", "Pass Score", "IsPassed"]
LISTS = ["Queues", "Agents", "Metrics"]


def row(*given: Any, **more: Any) -> dict[str, Any]:
    """The decoded row."""
    return row_of(AccountRawData(), *given, **more)


def test_what_is_there_without_analysis() -> None:
    """Rule 23: what might be known and is not is null; what a form would say is absent without one."""
    plain = row()
    assert list(plain) == [*ALWAYS, *OF_A_FORM, *LISTS]
    assert [plain[key] for key in ALWAYS] == [None, "2026-03-23T10:17:54.120Z", None, None, "c-1"]
    assert [plain[key] for key in OF_A_FORM] == [80, 72.5, True]
    assert plain["Metrics"] == [
        {"Metric ID": "em-a", "Metric Name": "A", "Metric Weight": 15, "Qualification": "YES"},
        {"Metric ID": "em-b", "Metric Name": "B", "Metric Weight": 2.5, "Qualification": "NO"},
        {"Metric ID": "em-c", "Metric Name": "C", "Metric Weight": 82.5, "Qualification": "-"},
    ]
    without_form = row("not_evaluated", score=None, form=None)
    assert list(without_form) == [*ALWAYS, *LISTS]
    assert without_form["Metrics"] == []


def test_what_was_not_evaluated() -> None:
    """Rules 1, 4 and 5: no score, neither passed nor failed, no outcomes."""
    short = row("below_threshold", score=None)
    assert [short.get(key, "absent") for key in OF_A_FORM] == [None, 72.5, "absent"]
    assert short["Metrics"][0] == {"Metric ID": "em-a", "Metric Name": "A", "Metric Weight": 15}


def test_a_metric_that_the_form_gives_no_id() -> None:
    """The sample has such: its id is ours, so it is not shown here."""
    metric = Metric(id="em-policy", name="Policy", type="by_question", weight=Decimal(15), is_id_derived=True)
    form = Form(id="ef-1", name="Form", channel="voice", metrics=(metric,))
    assert row("below_threshold", score=None, form=form)["Metrics"] == [{"Metric Name": "Policy", "Metric Weight": 15}]


def test_who_and_how_long() -> None:
    """Agents with all four keys, each null where it is not known."""
    whole = row(
        source="korevg",
        ended_at=AT + timedelta(milliseconds=118_182),
        agents=(Agent("a-1", "Ann", "ann@example.com", AT + timedelta(seconds=4)), Agent("a-2")),
    )
    assert (whole["src"], whole["Duration"]) == ("korevg", "118182 milliseconds")
    assert whole["Conversation End Time"] == "2026-03-23T10:19:52.302Z"
    assert whole["Agents"] == data_of(__file__, "who_and_how_long")


def test_what_analysis_found() -> None:
    """Rules 12 and 23: whole numbers, as the page's table says; the agent's in the agent."""
    insights = Insights(
        sentiment=Sentiment(
            label="neutral", score=Decimal("5.5"), start="neutral", end="neutral", positive=0, neutral=100, negative=0
        ),
        churn_risk=Flag(observed=True),
        escalation=Flag(observed=False),
        habits=(
            AgentHabits(agent_id="a-1", empathy=Decimal("7.4"), crutch_words=Decimal("9.5")),
            AgentHabits(agent_id="a-2", empathy=None, crutch_words=Decimal("0.4")),
        ),
        intents=(Intent(name="refund", keywords=("refund",), sentiment="negative", score=3),),
        topics=(Intent(name="delivery", keywords=("parcel",)),),
    )
    found = row(agents=(Agent("a-1"), Agent("a-2"), Agent("a-3")), known={"insights": insights})
    assert list(found) == [
        *ALWAYS, "Sentiment Score", "Intents", "Topics", "Kore Evaluation Score", "IsChurnRiskObserved",
        "IsEscalationObserved", "Pass Score", "IsPassed", *LISTS,
    ]  # fmt: skip
    assert (found["Sentiment Score"], found["IsChurnRiskObserved"], found["IsEscalationObserved"]) == (6, True, False)
    assert found["Intents"] == [
        {"emotions": [], "intent": "refund", "keywords": ["refund"], "Sentiment": "negative", "Sentiment Score": 3}
    ]
    assert found["Topics"] == [{"topic": "delivery", "keywords": ["parcel"]}]
    habits = [{key: agent.get(key) for key in ("empathy score", "crutch word score")} for agent in found["Agents"]]
    assert habits == [
        {"empathy score": 7, "crutch word score": 10},
        {"empathy score": None, "crutch word score": 0},
        {"empathy score": None, "crutch word score": None},
    ]
    assert "empathy score" not in found["Agents"][1]


def test_what_could_not_be_known() -> None:
    """Rule 12: analysed without a finding is null, and lists are absent."""
    found = row(known={"insights": Insights()})
    assert [found[key] for key in ("Sentiment Score", "IsChurnRiskObserved", "IsEscalationObserved")] == [None] * 3
    assert "Intents" not in found
    assert "Topics" not in found


@pytest.mark.parametrize(("total", "more"), [(3, "true"), (1, "false")])
def test_its_envelope_has_an_order_of_its_own(total: int, more: str) -> None:
    """Rule 23: total, pages, more; and the cursor of rule 20 behind them."""
    report = AccountRawData()
    body = {"startDate": "2026-03-23", "endDate": "2026-03-23", "limit": 1}
    request = ReportRequest(path={}, headers={}, query={}, body=body)
    page = RecordPage(rows=(b'{"src":"a"}',), total=total, last=RowKey(1, "c"))
    told = f'{{"results":[{{"src":"a"}}],"totalResults":{total},"totalPages":{total},"hasMore":{more}}}'
    assert report.page(request, report.query(request, ("st-1",), report.limits), page) == told.encode()
    with_cursor = ReportRequest(path={}, headers={}, query={}, body=body | {"cursor": ""})
    query = report.query(with_cursor, ("st-1",), report.limits)
    assert list(msgspec.json.decode(report.page(with_cursor, query, page)))[-1] == "nextCursor"
