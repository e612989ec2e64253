"""What the hook reads out of a body."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.assist.live import Arrival, Ended, Message, Moved, SummaryAsked
from auscult.domain.errors import RequestError
from auscult.formats import Limits
from auscult.server.vendor.hooks import HookBody, read_hook
from tests.data_files import data_of
from tests.strategies import json_objects

NOW = datetime(2026, 6, 7, 3, 5, tzinfo=UTC)
MESSAGE: dict[str, Any] = data_of(__file__, "message")
ENTRY: dict[str, Any] = data_of(__file__, "entry")


def read(key: str | None = None, **body: Any) -> HookBody:
    """Read a body of one conversation."""
    return read_hook({"conversationId": "c-1", **body}, "st-1", NOW, key, Limits(turn_bytes=100))


def only(**body: Any) -> Arrival:
    """The one thing that a body tells."""
    (arrival,) = read(**body).arrivals
    return arrival


def refusal(**body: Any) -> tuple[str, str | None]:
    """Why a body is refused, and which field of it."""
    with pytest.raises(RequestError) as refused:
        read(**body)
    return refused.value.reason, refused.value.field


def test_the_vendors_message() -> None:
    """Domain facts 9a: the message body of the vendor's page."""
    arrival = only(botId="st-1", **MESSAGE)
    assert arrival == Arrival(
        event=Message(
            id="",
            at=NOW,
            received_at=NOW,
            channel="chat",
            language="en",
            source="genesys",
            message_id="",
            author="customer",
            text="Price is too expensive",
            agent_id="a-1",
        )
    )
    spoken = only(**{**MESSAGE, "author": {"type": "agent"}, "sendUserMessage": False}).event
    assert isinstance(spoken, Message)
    assert (spoken.author, spoken.wants_answer) == ("agent", False)


def test_the_vendors_events() -> None:
    """Domain facts 9a: entries and exits of every kind, the summary's trigger, the end; flags as text or not."""
    moved = only(events=[ENTRY]).event
    assert isinstance(moved, Moved)
    assert (moved.transfer, moved.is_entry, moved.is_external, moved.channel) == ("first", True, True, "voice")
    assert (moved.participant.id, moved.participant.email, moved.participant.queue_id) == (
        "a-1",
        "ada@example.com",
        "1694",
    )
    kinds = [only(events=[{**ENTRY, "transfertype": kind}]).event for kind in ("COLD", "warm", "redial", "NA")]
    assert [kind.transfer for kind in kinds if isinstance(kind, Moved)] == ["cold", "warm", "redial", "first"]
    asked = only(events=[{"name": "TRIGGER_SUMMARY_EVENT", "data": {"language": "English", "locale": "de"}}]).event
    assert isinstance(asked, SummaryAsked)
    assert asked.language == "de"
    ended = only(
        events=[{"name": "END_OF_CONVERSATION", "reason": "agent_initiated", "participant": ENTRY["participant"]}]
    ).event
    assert isinstance(ended, Ended)
    assert (ended.reason, ended.participant and ended.participant.queue_name) == ("agent_initiated", "Support")


def test_what_a_body_says_holds_for_its_events() -> None:
    """Where an event does not say it itself."""
    end = {"name": "END_OF_CONVERSATION"}
    said = {"source": "genesys", "language": "de", "experience": "voice", "timestamp": "2026-06-07T03:04:00Z"}
    for arrival in (only(events=[end], **said), only(events=[{**end, **said}], **dict.fromkeys(said, None))):
        event = arrival.event
        assert isinstance(event, Ended)
        assert (event.source, event.language, event.channel) == ("genesys", "de", "voice")
        assert event.at == NOW - timedelta(minutes=1)


def test_what_comes_together_keeps_its_order() -> None:
    """A message, then the events; each a microsecond later than the one before."""
    body = read(**MESSAGE, events=[ENTRY, {"name": "END_OF_CONVERSATION"}])
    assert [type(each.event) for each in body.arrivals] == [Message, Moved, Ended]
    assert [each.event.received_at - NOW for each in body.arrivals] == [timedelta(microseconds=n) for n in range(3)]


def test_names_and_times_of_the_callers_own() -> None:
    """What the vendor's bodies cannot say: which message it is, and when it was said."""
    arrival = only(**MESSAGE, messageId="ms-7", timestamp="2026-06-07T03:04:00.5Z")
    assert (arrival.key, arrival.is_timed, arrival.event.at) == ("ms-7", True, NOW - timedelta(seconds=59.5))
    assert isinstance(arrival.event, Message)
    assert arrival.event.message_id == "ms-7"
    assert only(**MESSAGE, timestamp=1780801440500).event.at == NOW - timedelta(seconds=59.5)
    assert only(events=[{**ENTRY, "timestamp": 1780801440.5}]).event.at == NOW - timedelta(seconds=59.5)
    assert only(events=[ENTRY], timestamp=1780801440).event.at == NOW - timedelta(seconds=60)
    keyed = read("k-1", **MESSAGE, events=[ENTRY])
    assert [each.key for each in keyed.arrivals] == ["key k-1 0", "key k-1 1"]


@pytest.mark.parametrize(("body", "reason", "field"), data_of(__file__, "what_is_wrong_is_named"))
def test_what_is_wrong_is_named(body: dict[str, Any], reason: str, field: str) -> None:
    """Rule 17: the field, and what would be right."""
    assert refusal(**body) == (reason, field)


def test_clocks_may_differ_and_nothing_said_is_no_message() -> None:
    """A clock that is some minutes ahead loses nothing; an empty message beside events is passed over."""
    ahead = NOW + timedelta(minutes=59)
    assert only(**MESSAGE, timestamp=ahead.isoformat()).event.at == ahead
    assert isinstance(only(query=" ", events=[ENTRY]).event, Moved)


@given(json_objects(), st.booleans(), st.booleans())
def test_any_body_is_read_or_refused(body: dict[str, Any], is_message: bool, is_event: bool) -> None:
    """Rule 17: never a 500 for input; and what is read can be stored."""
    more = {**(MESSAGE if is_message else {}), **({"events": [{**ENTRY, **body}]} if is_event else {})}
    with suppress(RequestError):
        told = read_hook({"conversationId": "c-1", **body, **more}, "st-1", NOW, None, Limits())
        assert all(msgspec.json.encode(arrival.event) for arrival in told.arrivals)
