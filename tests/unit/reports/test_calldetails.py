"""The rows and the request of sample calldetails, from domain values."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.contact import Contact, Destination, Segment, Survey
from auscult.domain.conversation import Agent, Customer, Queue, Turn
from auscult.domain.errors import RequestError
from auscult.domain.record import RecordPage, RecordQuery, RowKey
from auscult.formats._parts import parts_of
from auscult.reports._contract import ReportRequest
from auscult.reports.calldetails import CallDetails
from tests.data_files import data_of
from tests.strategies import some_of
from tests.unit.reports.records import record

REPORT = CallDetails()
AT = datetime(2026, 3, 23, 10, 0, 0, 900_000, tzinfo=UTC)
DATES = {"startDate": "2026-03-23", "endDate": "2026-03-23"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


def after(seconds: float) -> datetime:
    """An instant so long after the start."""
    return AT + timedelta(seconds=seconds)


def rendered(contact: Contact | None = None, **changes: Any) -> bytes:
    """The rendered row of a conversation with this contact."""
    given = {"started_at": AT, "contact": contact} | changes
    return REPORT.row(record("not_evaluated", (), None, None, **given))


def page(*rows: bytes, **body: Any) -> dict[str, Any]:
    """The page that these rows make for a request."""
    request = ReportRequest(path={}, headers={}, query={}, body={**DATES, **body})
    query = REPORT.query(request, ("st-1",), REPORT.limits)
    return msgspec.json.decode(
        REPORT.page(request, query, RecordPage(rows=rows, total=len(rows), last=RowKey(0, "c-1")))
    )


def row(contact: Contact | None = None, **changes: Any) -> dict[str, Any]:
    """The row as a page shows it."""
    (shown,) = page(rendered(contact, **changes))["data"]
    return shown


EVERYTHING = msgspec.convert(data_of(__file__, "everything"), Contact)


def test_every_field_is_shown_where_the_sample_has_it() -> None:
    """Rule 23: keys and their order as in the sample, then those of the table and of newer pages."""
    shown = row(EVERYTHING, direction="outbound")
    assert list(shown) == [
        "conversationId", "sessionId", "channel", "isVoicemail", "Direction", "finalStatus", "smartStatus", "Reason",
        "botId", "dispositions", "dispositionRemarks", "metaInfo", "sessionStartTime", "sessionEndTime",
        "channelSpecificUserId", "userId", "destinations",
        "surveyType", "csatScore", "csatFeedback", "disconnectingEvent", "errorDetails", "automationBotIDs", "appId",
    ]  # fmt: skip
    assert (shown["channel"], shown["isVoicemail"], shown["Direction"]) == ("campaign", "YES", "Outbound")
    assert (shown["sessionStartTime"], shown["sessionEndTime"]) == ("2026-03-23T09:59:55", "2026-03-23T10:08:20")
    entry, direct = shown["destinations"]
    assert list(entry) == [
        "destinationType", "queueId", "queueName", "EnterTime", "respondingAgent", "nonRespondingAgents",
        "CallbackOpted", "CallbackOptedTime", "CallbackInitiatedTime", "userCallbackAcceptTime",
        "ExternalTransferTime", "ExternalTransferDestination",
    ]  # fmt: skip
    agent = entry["respondingAgent"]
    assert list(agent) == [
        "agentId", "agentNotes", "destinationType", "status", "firstResponseTime", "firstResponseDuration",
        "interactionEndTime", "interactionDuration", "holdDuration", "afterCallWorkDuration", "afterCallWorkEndTime",
        "ConsultingAgents", "JoinedUsers", "email", "name", "acceptedTime", "assignedAt",
    ]  # fmt: skip
    durations = ("firstResponseDuration", "interactionDuration", "holdDuration", "afterCallWorkDuration")
    assert [agent[name] for name in durations] == [7, 97, 15, 4]
    assert list(agent["ConsultingAgents"][0]) == ["isMerged", "name", "acceptedTime", "assignedAt", "consultingEndTime"]
    assert entry["nonRespondingAgents"][0]["nonResponseEvent"] == "Ignored"
    assert (direct["destinationType"], direct["agentId"], direct["status"]) == ("AgentSegment", "a-3", "Answered")


def test_a_row_read_as_a_contact_gives_the_same_row() -> None:
    """What the report shows can be loaded again, key by key: also the stay directly with an agent."""
    shown = row(EVERYTHING)
    of_others = {"conversationId", "Direction", "botId", "appId", "surveyType"}
    again = parts_of({name: value for name, value in shown.items() if name not in of_others}, None).contact
    assert again is not None
    assert row(again) == shown


def test_a_conversation_without_contact_is_listed_with_what_is_known() -> None:
    """Rule 23: nothing is invented; what is not known is absent."""
    assert row() == data_of(__file__, "a_conversation_without_contact_is_listed_with_what_is_known")
    shown = row(
        ended_at=after(60),
        customer=Customer(id="u-7"),
        queues=(Queue("qu-1"),),
        agents=(Agent("a-1", "Ann", joined_at=after(5)),),
        turns=(Turn("m1", "agent", "hi", start_ms=1_000), Turn("m2", "agent", "hello", start_ms=8_000)),
    )
    assert shown["userId"] == "u-7"
    assert shown["sessionEndTime"] == "2026-03-23T10:01:00"
    assert shown["destinations"] == data_of(__file__, "a_conversation_without_contact_is_listed_with_what_is_known_2")


def test_what_the_bot_closed_alone_has_no_conversation() -> None:
    """Rule 23: `reason` in small letters, the org, and neither conversationId nor destinations."""
    shown = row(Contact(is_bot_only=True, session_id="s-1", reason="", destinations=(Destination(queue_id="q"),)))
    assert list(shown) == ["sessionId", "channel", "sessionStartTime", "botId", "orgId", "reason", "appId"]
    assert (shown["reason"], shown["orgId"]) == ("", "o")


def test_dispositions_without_remarks_have_a_dash() -> None:
    """As the sample shows; without dispositions, both are absent, and none is an empty array."""
    assert row(Contact(dispositions=("A", "B")))["dispositionRemarks"] == ["-"]
    assert "dispositionRemarks" not in row(Contact())
    assert row(Contact(dispositions=()))["dispositions"] == []
    assert "dispositionRemarks" not in row(Contact(dispositions=()))


@pytest.mark.parametrize(
    ("kind", "key"), [("csat", "csatScore"), ("nps", "npsScore"), ("likeDislike", "likeDislikeScore")]
)
def test_each_survey_has_its_score(kind: Any, key: str) -> None:
    """0 is a score; no score is none."""
    shown = row(Contact(survey=Survey(type=kind, score=0)))
    assert (shown["surveyType"], shown[key]) == (kind, 0)
    assert not {"csatScore", "npsScore", "likeDislikeScore", "csatFeedback"} - {key} & shown.keys()
    assert key not in row(Contact(survey=Survey(type=kind)))


def test_durations_are_between_times_as_they_are_shown() -> None:
    """Who subtracts the times shown finds the duration; what cannot be is absent."""
    segment = Segment(accepted_at=after(0), first_response_at=after(0.1), ended_at=after(-1))
    (shown,) = row(Contact(destinations=(Destination(responding_agent=segment),)))["destinations"]
    assert (shown["acceptedTime"], shown["firstResponseTime"]) == ("2026-03-23T10:00:00", "2026-03-23T10:00:01")
    assert shown["firstResponseDuration"] == 1
    assert "interactionDuration" not in shown


def times(value: Any) -> list[str]:
    """Every text that is a time, but for what is kept as given."""
    if isinstance(value, dict):
        return [time for key, each in value.items() if key not in ("metaInfo", "JoinedUsers") for time in times(each)]
    if isinstance(value, list):
        return [time for each in value for time in times(each)]
    return [value] if isinstance(value, str) and TIME.fullmatch(value) else []


@pytest.mark.parametrize("west", [300, -330, -345, -840, 840, 1])
def test_times_are_local_where_a_zone_is_asked_for(west: int) -> None:
    """Rule 21: every time of ours moves and nothing else does; durations stay."""
    plain = rendered(EVERYTHING)
    (utc,), (local,) = page(plain)["data"], page(plain, timeZoneOffset=west)["data"]
    by = timedelta(minutes=west)
    moved = [(datetime.fromisoformat(time) - by).isoformat() for time in times(utc)]
    assert len(moved) == 17
    assert times(local) == moved
    assert local["metaInfo"] == utc["metaInfo"] == EVERYTHING.meta_info
    assert local["destinations"][0]["respondingAgent"]["JoinedUsers"] == [{"assignedAt": "2026-03-23T10:00:00"}]
    assert list(local) == list(utc)


def test_daylight_saving_plays_no_part() -> None:
    """Rule 21: an offset is an offset; New York's clocks of summer and winter are not looked at."""
    winter, summer = datetime(2026, 1, 1, 12, tzinfo=UTC), datetime(2026, 7, 1, 12, tzinfo=UTC)
    for at in (winter, summer):
        (local,) = page(rendered(started_at=at), timeZoneOffset=300)["data"]
        assert local["sessionStartTime"] == f"{at:%Y-%m-%d}T07:00:00"


def test_the_end_of_the_calendar_is_no_fault() -> None:
    """Rule 17: a time that no calendar can move stays where it is."""
    (local,) = page(rendered(started_at=datetime(9999, 12, 31, 23, tzinfo=UTC)), timeZoneOffset=-330)["data"]
    assert local["sessionStartTime"] == "9999-12-31T23:00:00"


@given(contact=some_of(Contact), west=st.integers(-840, 840))
def test_any_row_comes_back_from_any_zone(contact: Contact, west: int) -> None:
    """Rule 21: moved there and back, a row is the same."""
    plain = page(rendered(contact))["data"]
    there = page(rendered(contact), timeZoneOffset=west)["data"]
    back = page(*(msgspec.json.encode(each) for each in there), timeZoneOffset=-west)["data"]
    assert back == plain


def test_selected_fields_are_shown_when_they_are_asked_for() -> None:
    """Newer pages: what is not selected is not there, and what is not known does not come by selecting it."""
    plain = rendered(EVERYTHING)
    wanted = ["customerinfo", "campaigninfo", "userleveltags", "sessionleveltags", "skills"]
    (without,), (with_all,) = page(plain)["data"], page(plain, selectedFields=wanted)["data"]
    assert set(with_all) - set(without) == set(wanted) - {"skills"}
    assert with_all["userleveltags"] == [{"name": "vip", "value": "yes"}]
    assert with_all["sessionleveltags"] == [{"name": "new"}]
    assert {key: with_all[key] for key in without} == without
    (some,) = page(plain, selectedFields=["CampaignInfo"], timeZoneOffset=300)["data"]
    assert some["campaigninfo"] == {"campaignName": "Spring"}
    assert "customerinfo" not in some
    (local,) = page(plain, selectedFields=["customerinfo"], timeZoneOffset=300)["data"]
    assert local["customerinfo"] == EVERYTHING.customer_info
    assert page(rendered(), selectedFields=wanted) == page(rendered())


def test_the_envelope_counts_its_rows() -> None:
    """Sample calldetails: numResults is the rows of this answer, and a cursor comes only when it was asked for."""
    assert page(rendered(), rendered())["numResults"] == 2
    assert page() == {"numResults": 0, "data": []}
    assert list(page(rendered(), cursor="")) == ["numResults", "data", "nextCursor"]


def asked(query: dict[str, str] | None = None, **body: Any) -> RecordQuery:
    """The query that a request makes."""
    request = ReportRequest(path={}, headers={}, query=query or {}, body={**DATES, **body})
    return REPORT.query(request, ("st-1",), REPORT.limits)


def test_the_whole_request_is_read() -> None:
    """Rules 20, 21 and 24; rows of every duration are listed."""
    query = asked(
        {"limit": "7", "offset": "3"},
        startDate="1970-01-01 00:00:01",
        endDate="1970-01-01 00:00:02",
        timeZoneOffset=-60,
        direction="Outbound",
        channels=["rtm", "Voice"],
        queues=["qu-1"],
        limit=50,
        offset=99,
    )
    assert query == RecordQuery(
        report="calldetails",
        app_ids=("st-1",),
        since_ms=1_000 - 3_600_000,
        until_ms=3_000 - 3_600_000,
        directions=("outbound",),
        contact_channels=("rtm", "Voice"),
        queues=("qu-1",),
        include_below_threshold=True,
        skip=3,
        limit=7,
    )
    assert asked(direction="Both").directions == ()
    assert asked(channel=["voice"], contact_direction="inbound").contact_channels == ("voice",)
    assert (asked(limit=5, offset=6).limit, asked(limit=5, offset=6).skip) == (5, 6)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        *data_of(__file__, "the_query_string_is_checked_like_the_body"),
        ({"offset": "1" * 10_000}, "field.wrong_type"),
    ],
)
def test_the_query_string_is_checked_like_the_body(query: dict[str, str], reason: str) -> None:
    """Rules 17 and 19."""
    with pytest.raises(RequestError) as caught:
        asked(query)
    assert (caught.value.reason, caught.value.field) == (reason, next(iter(query)))


@pytest.mark.parametrize(("start", "end", "is_right"), data_of(__file__, "a_range_is_seven_days_at_most"))
def test_a_range_is_seven_days_at_most(start: str, end: str, *, is_right: bool) -> None:
    """Rule 21: to the second, over leap days and zones."""
    if is_right:
        assert asked(startDate=start, endDate=end)
        return
    with pytest.raises(RequestError) as caught:
        asked(startDate=start, endDate=end)
    assert (caught.value.reason, caught.value.field, caught.value.value) == ("range.too_long", "endDate", end)
    assert "7 days" in caught.value.message
