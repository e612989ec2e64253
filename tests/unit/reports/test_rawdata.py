"""The row of sample rawdata, from domain values: the sample's keys in its order, then those of its table."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from auscult.domain.audits.audit import Audit, AuditAnswer, AuditResult, Sheet
from auscult.domain.conversation import Agent, Queue, Recordings
from auscult.domain.evaluation import Status
from auscult.domain.insight import Insights
from auscult.reports.rawdata import RawData
from tests.data_files import data_of
from tests.unit.reports.records import AT, row_of

ALWAYS = [
    "conversationId", "contact_direction", "is_direction_defaulted", "AuditStatus", "AuditScore", "audit_date",
    "auditor", "Queues", "Agents", "koreEvalutionScore", "fatalErrorCount", "Language", "duration_status", "Metrics",
    "conversationStartTime", "conversationEndTime", "duration",
]  # fmt: skip
RESULT = AuditResult(
    sheet=Sheet(answers=(AuditAnswer(metric_id="em-b", answer="YES"), AuditAnswer(metric_id="em-c", answer="NO"))),
    revision=1,
    form_id="ef-1",
    form_version=1,
    score=Decimal(-3),
    passed=False,
    fatal_errors=1,
    audited_at=AT + timedelta(hours=2),
)

INSIGHTS = msgspec.convert(data_of(__file__, "insights"), Insights)


def row(*given: Any, **more: Any) -> dict[str, Any]:
    """The decoded row."""
    return row_of(RawData(), *given, **more)


def test_what_is_always_there() -> None:
    """Rule 23: of a conversation of which little is known; what might be known and is not is null."""
    plain = row()
    assert list(plain) == ALWAYS
    assert (plain["conversationStartTime"], plain["conversationEndTime"], plain["duration"]) == (
        "2026-03-23T10:17:54.120Z",
        None,
        None,
    )
    assert list(plain["Metrics"][0]) == [
        "Metric ID", "Metric Name", "Metric Weight", "Metric Negative Weight", "Qualification", "isFatalError",
    ]  # fmt: skip
    assert (plain["contact_direction"], plain["is_direction_defaulted"]) == ("inbound", False)
    assert row(is_direction_defaulted=True)["is_direction_defaulted"] is True


def test_what_is_there_when_it_was_given() -> None:
    """Rule 23: names of the table, in one place each."""
    whole = row(
        custom_id="crm-1",
        ended_at=AT + timedelta(seconds=90),
        queues=(Queue("qu-1"),),
        agents=(Agent("a-1", "Ann", "ann@example.com"), Agent("a-2")),
        recordings=Recordings(
            agent=("https://media.example.com/a.wav",), customer=("https://media.example.com/c.wav",)
        ),
        custom_fields={"plan": "gold"},
    )
    assert list(whole) == [
        *ALWAYS[:1], "customConversationId", *ALWAYS[1:], "agentRecordings", "customerRecordings", "custom_fields",
    ]  # fmt: skip
    assert (whole["conversationEndTime"], whole["duration"]) == ("2026-03-23T10:19:24.120Z", 90_000)
    assert whole["Queues"] == [{"Queue ID": "qu-1", "Queue Name": None}]
    assert whole["Agents"] == [
        {"Agent ID": "a-1", "Agent Name": "Ann", "agentEmail": "ann@example.com"},
        {"Agent ID": "a-2", "Agent Name": None},
    ]
    assert (whole["agentRecordings"], whole["customerRecordings"]) == (
        ["https://media.example.com/a.wav"],
        ["https://media.example.com/c.wav"],
    )
    assert whole["custom_fields"] == {"plan": "gold"}
    assert "customerRecordings" not in row(recordings=Recordings(agent=("https://media.example.com/a.wav",)))


@pytest.mark.parametrize(("status", "shown"), data_of(__file__, "duration_status"))
def test_duration_status(status: Status, shown: str | None) -> None:
    """Rules 4 and 10: where no form is for it, nobody asks how long it was."""
    form = {"form": None} if status == "not_evaluated" else {}
    found = row(status, score=Decimal(80) if status == "evaluated" else None, **form)
    assert found["duration_status"] == shown
    assert ("koreEvalutionScore" in found) == (status != "not_evaluated")
    assert all(("Qualification" in metric) == (status == "evaluated") for metric in found["Metrics"])


def test_an_audit_is_shown_once_it_is_submitted() -> None:
    """Rules 1, 3, 8 and 28: until then its state alone; then also what only a person can answer, and what that fails."""
    audit = Audit(conversation_id="c-1", auditor="Jane", assigned_at=AT, draft=RESULT.sheet)
    keys = ("AuditStatus", "AuditScore", "audit_date", "auditor", "koreEvalutionScore", "fatalErrorCount")

    def told(audit: Audit | None) -> list[Any]:
        found = row(known={"audit": audit})
        return [*(found[key] for key in keys), [metric["Qualification"] for metric in found["Metrics"]]]

    assert told(None) == ["Not Assigned", None, None, None, 80, 1, ["YES", "NO", "-"]]
    assert told(audit) == ["Assigned", None, None, None, 80, 1, ["YES", "NO", "-"]]
    done = Audit(conversation_id="c-1", auditor="Jane", assigned_at=AT, result=RESULT)
    assert told(done) == ["Audited", -3, "2026-03-23 12:17:54", "Jane", 80, 2, ["YES", "NO", "NO"]]
    short = row("below_threshold", score=None, known={"audit": done})
    assert (short["AuditScore"], short["fatalErrorCount"], "Qualification" in short["Metrics"][2]) == (-3, 0, False)


def test_what_analysis_found() -> None:
    """Rules 12, 13 and 23: under the table's names, exact numbers."""
    found = row(known={"insights": INSIGHTS})
    assert list(found)[len(ALWAYS) :] == [
        "sentiment", "sentimentScore", "generatedIntents", "configuredIntents", "speakingRate", "sentimentPattern",
        "emotions", "sentimentRatio",
    ]  # fmt: skip
    assert (found["sentiment"], found["sentimentScore"]) == ("positive", 6.4)
    assert found["sentimentPattern"] == {"start": "neutral", "end": "positive"}
    assert found["sentimentRatio"] == {"positive": 57, "neutral": 29, "negative": 14}
    assert found["emotions"] == [
        {"emotion": "anger", "duration": 7079, "proportion": 66.67, "source": "customer"},
        {"emotion": "fear", "duration": None, "proportion": 33.33, "source": "customer"},
        {"emotion": "patience", "duration": 0, "proportion": 100, "source": "agent"},
    ]
    assert found["speakingRate"] == [
        {"nWords": 72, "timeTaken": 21, "average": 200.38, "score": 10, "source": "agent", "sourceId": "a-1"}
    ]
    assert found["generatedIntents"] == data_of(__file__, "what_analysis_found")
    late = {"topic_name": "Late", "confidence_score": 0.75, "sentiment": 3, "resolution": 0}
    delivery = {"topic_name": "Delivery", "confidence_score": 0.8, "L3_topics": [late]}
    assert found["configuredIntents"] == {
        "topics": [
            {"topic_name": "Orders", "level": "L1", "confidence_score": 0.9, "L2_topics": [delivery]},
            {"topic_name": "Loyalty", "level": "L2", "confidence_score": 0.6},
        ],
        "total_topics_identified": 4,
    }


def test_what_could_not_be_known() -> None:
    """Rule 12: analysed without a finding, the score is null and the rest is absent; nothing is 0."""
    assert list(row(known={"insights": Insights()}))[len(ALWAYS) :] == ["sentimentScore"]
    assert row(known={"insights": Insights()})["sentimentScore"] is None
    assert row(known={"insights": Insights(intents=())})["generatedIntents"] == []
