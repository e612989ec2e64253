"""The rows and the request of sample aaconversation, from domain values."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from auscult.domain.assist.assistance import (
    AgenticSession,
    Assist,
    AssistedAgent,
    AssistMessage,
    Feedback,
    Suggestion,
    Summary,
)
from auscult.domain.conversation import Customer, Turn
from auscult.domain.errors import RequestError
from auscult.domain.record import RecordPage, RecordQuery, RowKey
from auscult.reports._contract import ReportRequest
from auscult.reports.aaconversation import AssistConversations
from tests.data_files import data_of
from tests.unit.reports.records import record

REPORT = AssistConversations()
AT = datetime(2026, 6, 7, 3, 5, 4, 755_000, tzinfo=UTC)
DAYS = {"from": "2026-06-07", "to": "2026-06-07"}
ALL = dict.fromkeys(("includeHistory", "includeAgenticHistory", "includeFeedback", "includeSummary"), True)


def after(ms: int) -> datetime:
    """An instant so long after the start."""
    return AT + timedelta(milliseconds=ms)


def rendered(assist: Assist | None, **changes: Any) -> bytes | None:
    """The rendered row of a conversation with this assist."""
    given = {"channel": "chat", "started_at": AT, "assist": assist} | changes
    return REPORT.row(record("not_evaluated", (), None, None, **given))


def page(*rows: bytes | None, total: int = 1, more: bool = False, **body: Any) -> dict[str, Any]:
    """The page that these rows make for a request."""
    request = ReportRequest(path={}, headers={}, query={}, body={**DAYS, **body})
    query = REPORT.query(request, ("st-1",), REPORT.limits)
    shown = tuple(row for row in rows if row is not None)
    return msgspec.json.decode(
        REPORT.page(request, query, RecordPage(rows=shown, total=total, last=RowKey(0, "c-1"), more=more))
    )


def row(assist: Assist, flags: dict[str, bool] = ALL, **changes: Any) -> dict[str, Any]:
    """The row as a page shows it."""
    (shown,) = page(rendered(assist, **changes), **flags)["results"]
    return shown


def test_only_conversations_with_an_assistant_are_listed() -> None:
    """An empty part is a part."""
    assert rendered(None) is None
    assert rendered(Assist()) is not None


def test_nothing_is_invented() -> None:
    """Rules 23 and 25: what is not known is absent; what flags include and nobody gave is empty."""
    beginning = {"_id": "c-1", "convId": "c-1", "botId": "st-1", "startTime": "2026-06-07T03:05:04.755Z"}
    assert row(Assist(), {}) == {**beginning, "experience": "chat"}
    assert row(Assist()) == {
        **beginning,
        "summaries": [],
        "experience": "chat",
        "messages": [],
        "widgetFeedbacks": [],
    }
    assert row(Assist(summaries=(Summary(),)))["summaries"] == [
        {"participant": {"type": "agent", "startTime": [], "endTime": []}}
    ]
    (suggestion,) = row(Assist(suggestions=(Suggestion(),)))["messages"]
    assert suggestion == data_of(__file__, "nothing_is_invented")


def test_a_turn_is_a_message() -> None:
    """Who spoke, when and what; without a time, there is none."""
    turns = (
        Turn("m1", "customer", "hi", start_ms=1_001),
        Turn("m2", "agent", "hello", agent_id="a-1"),
        Turn("m3", "bot", "beep"),
        Turn("m4", "system", "left"),
    )
    shown = row(
        Assist(messages=(AssistMessage(turn_id="m2", component_id="cp-1", received_at=after(5_000), ire=False),)),
        turns=turns,
        language="nl",
        customer=Customer(id="u-1"),
    )["messages"]
    assert shown[0] == data_of(__file__, "a_turn_is_a_message")
    assert [each["author"] for each in shown[1:]] == [
        {"type": "AGENT", "id": "a-1"}, {"type": "BOT"}, {"type": "SYSTEM"},
    ]  # fmt: skip
    assert shown[1]["components"][0]["_id"] == "cp-1"
    assert (shown[1]["ire"], shown[1]["timestampValue"]) == (False, 1780801509755)
    assert not {"createdOn", "lmodifiedOn", "__lModifiedOn__"} & shown[1].keys()


def test_messages_stand_in_the_order_of_time() -> None:
    """Turns keep their order; suggestions stand by their time, else behind the turn that they answer, else at the end."""
    turns = (
        Turn("m1", "customer", start_ms=1_000),
        Turn("m2", "agent"),
        Turn("m3", "customer", start_ms=3_000),
        Turn("m4", "agent", start_ms=2_500),
    )
    suggestions = (
        Suggestion(id="nowhere"),
        Suggestion(id="answers-m1", triggering_turn_id="m1"),
        Suggestion(id="answers-m2", triggering_turn_id="m2"),
        Suggestion(id="at-3000", requested_at=after(3_000), triggering_turn_id="m1"),
        Suggestion(id="first", received_at=after(500), requested_at=after(9_000)),
        Suggestion(id="last-of-all", requested_at=after(99_000)),
    )
    shown = row(Assist(suggestions=suggestions), turns=turns)["messages"]
    assert [each["_id"] for each in shown] == [
        "first", "m1", "answers-m1", "m2", "answers-m2", "m3", "m4", "at-3000", "last-of-all", "nowhere",
    ]  # fmt: skip


def test_sessions_are_those_of_suggestions_and_searches() -> None:
    """Each once, in order, those without an id left out; all of it absent where the assistant answered nothing."""

    def answered(session: str | None, request: str = "aa-1") -> Suggestion:
        return Suggestion(request_id=request, session=AgenticSession(session_id=session))

    shown = row(
        Assist(
            suggestions=(answered("s-2"), answered("s-1"), answered("s-2"), answered(None), Suggestion()),
            searches=(answered("s-3", "ua-1"),),
        )
    )
    assert shown["agenticAssistSessionIds"] == ["s-2", "s-1"]
    assert shown["agenticSearchSessionIds"] == ["s-3"]
    assert shown["searchHistory"][0]["_id"] == shown["searchHistory"][0]["requestId"] == "ua-1"
    assert shown["messages"][0]["sessionInfo"] == {"sessionId": "s-2", "activeConversationAgent": None}
    only_searches = row(Assist(searches=(answered(None),)))
    assert (only_searches["messages"], only_searches["agenticAssistSessionIds"]) == ([], [])


def test_feedback_says_what_it_is_about() -> None:
    """Its type is told from where it stands."""
    said = Feedback(agent=AssistedAgent(id="a-1"), value="like", comment="good", details=("Fast",))
    shown = row(
        Assist(
            suggestions=(Suggestion(feedback=said),), summaries=(Summary(feedback=said),), feedback=(said, Feedback())
        )
    )
    whole = {
        "agentDetails": {"identity": "a-1"}, "feedback": "like", "comment": "good", "feedbackDetails": ["Fast"],
    }  # fmt: skip
    assert shown["messages"][0]["feedbackInfo"] == {**whole, "type": "agentic"}
    assert shown["summaries"][0]["feedbackInfo"] == {**whole, "type": "summary"}
    assert shown["widgetFeedbacks"] == [{**whole, "type": "widget"}, {"feedbackDetails": [], "type": "widget"}]


@pytest.mark.parametrize(("ms", "shown"), [(1435, b"1.435"), (2000, b"2"), (0, b"0"), (1, b"0.001")])
def test_seconds_are_exact(ms: int, shown: bytes) -> None:
    """As the sample writes them."""
    stored = rendered(Assist(summaries=(Summary(generation_ms=ms),))) or b""
    assert b'"generationTimeInSecs":%b}' % shown in stored


def test_the_envelope_is_the_seeds() -> None:
    """Sample aaconversation, rule 20: what was skipped, what was asked for, and the totals; a cursor where it was asked for."""
    assert page(total=29, page=2) == {
        "results": [], "skip": 20, "limit": 20, "hasMore": True, "totalPages": 2, "totalResults": 29,
    }  # fmt: skip
    assert page(total=0)["totalPages"] == 0
    shown = page(rendered(Assist()), total=3, more=True, cursor="", limit=1)
    assert list(shown) == ["results", "skip", "limit", "hasMore", "totalPages", "totalResults", "nextCursor"]
    assert shown["hasMore"] is True


def asked(**body: Any) -> RecordQuery:
    """The query that a body makes."""
    request = ReportRequest(path={}, headers={}, query={}, body={**DAYS, **body})
    return REPORT.query(request, ("st-1",), REPORT.limits)


def test_the_whole_request_is_read() -> None:
    """Rules 19 to 21: whole days in UTC, pages of twenty; rows of every duration are listed."""
    assert asked(**{"from": "2024-02-26", "to": "2024-03-03"}, page=3, limit=5, includeHistory=True) == RecordQuery(
        report="aaconversation",
        app_ids=("st-1",),
        since_ms=1708905600000,
        until_ms=1708905600000 + 7 * 86_400_000,
        include_below_threshold=True,
        skip=10,
        limit=5,
    )
    assert asked().limit == 20


@pytest.mark.parametrize(("body", "reason", "field"), data_of(__file__, "faults_are_named"))
def test_faults_are_named(body: dict[str, Any], reason: str, field: str) -> None:
    """Rules 17, 19 and 21."""
    with pytest.raises(RequestError) as caught:
        asked(**body)
    assert (caught.value.reason, caught.value.field) == (reason, field)


@pytest.mark.parametrize("field", ["from", "to"])
def test_both_days_are_needed(field: str) -> None:
    """Rule 17: and the message says what a day looks like."""
    request = ReportRequest(path={}, headers={}, query={}, body={key: DAYS[key] for key in DAYS if key != field})
    with pytest.raises(RequestError, match="2026-03-23") as caught:
        REPORT.query(request, ("st-1",), REPORT.limits)
    assert (caught.value.reason, caught.value.field) == ("field.missing", field)
