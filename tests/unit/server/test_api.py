"""Our own API: what is read of queries, cursors and bodies."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.errors import RequestError
from auscult.server.api.audits.cases import AssignBody, SubmitBody
from auscult.server.api.history.backtests import BacktestBody
from auscult.server.errors import REASONS
from auscult.server.rest.bodies import decode_body
from auscult.server.rest.cursors import read_cursor, write_cursor
from auscult.server.rest.query import check_query, lacking_in
from tests.data_files import data_of


def refusal(act: Callable[[], object]) -> str | None:
    """Why this is refused, if it is."""
    try:
        act()
    except RequestError as error:
        return error.reason
    return None


@given(st.lists(st.one_of(st.text().filter(lambda text: "\0" not in text), st.integers(-(2**53) + 1, 2**53 - 1))))
def test_a_cursor_reads_back(key: list[Any]) -> None:
    """Whatever a key holds."""
    cursor = write_cursor(*key)
    assert read_cursor(cursor, list[str | int]) == key


@given(st.text())
def test_any_other_cursor_is_refused(given: str) -> None:
    """Nothing but a refusal comes of a cursor that nobody gave."""
    assert refusal(lambda: read_cursor(given, tuple[int, str])) in (None, "cursor.unreadable")


TIME = {"since": {"type": "string", "format": "date-time"}}


@pytest.mark.parametrize(
    "given", ["2026-03-23T10:17:54Z", "2026-03-23t10:17:54.123456789z", "2026-03-23T10:17:54.5-03:45"]
)
def test_times_with_a_zone_are_taken(given: str) -> None:
    """A time as RFC 3339 has it passes."""
    assert check_query(urlencode({"since": given}).encode(), TIME) == {"since": given}


@pytest.mark.parametrize(
    "given", ["2026-02-30", "2026-03-23T10:17:54", "2026-03-23T10:17:54 02:00", "2026-13-23T10:17:54Z", "", "5"]
)
def test_other_times_are_refused(given: str) -> None:
    """A day alone, a time without a zone, and no time at all are refused, with an example of what is right."""
    with pytest.raises(RequestError, match="RFC 3339", check=lambda error: error.reason == "date.unreadable"):
        check_query(urlencode({"since": given}).encode(), TIME)


PARAMETERS = data_of(__file__, "parameters")


@pytest.mark.parametrize(("query", "reason", "message"), data_of(__file__, "queries_are_held_to_what_is_promised"))
def test_queries_are_held_to_what_is_promised(query: str, reason: str, message: str) -> None:
    """Each fault has its reason, and says what would be right."""
    with pytest.raises(RequestError) as refused:
        check_query(query.encode(), PARAMETERS)
    assert (refused.value.reason, refused.value.message) == (reason, message)


def test_any_number_between_the_bounds_is_a_number() -> None:
    """Also the smallest that there is."""
    assert check_query(b"share=5e-324", PARAMETERS) == {"share": "5e-324"}


def test_what_a_query_lacks_is_named() -> None:
    """A parameter that may not be left out is found, unless the query has it."""
    parameters = {**PARAMETERS, "form_id": {"type": "string", "required": True}}
    assert lacking_in({"limit": "7"}, parameters) == "form_id"
    assert lacking_in({"form_id": "ef-cards"}, parameters) is None


def test_a_repeatable_parameter_may_be_repeated() -> None:
    """Lists are given by repeating the name."""
    assert check_query(b"queue=a&queue=b&limit=7", PARAMETERS) == {"queue": "a", "limit": "7"}


@given(st.binary())
def test_any_query_is_taken_or_refused(query: bytes) -> None:
    """No query ends in anything but a value or a reason of the table."""
    assert refusal(lambda: check_query(query, PARAMETERS)) in (None, *REASONS)


def test_a_whole_number_may_be_written_with_a_point() -> None:
    """JSON does not distinguish 2.0 from 2, nor does JSON Schema; 2.5 is no whole number."""
    assert decode_body(b'{"version": 2.0, "sample": 30.0}', BacktestBody) == BacktestBody(version=2, sample=30)
    for body in (b'{"version": 2.5}', b'{"version": 0.0}', b'{"version": 1e300}'):
        assert refusal(lambda body=body: decode_body(body, BacktestBody)) == "field.wrong_type"


@given(st.binary())
def test_any_body_is_read_or_refused(body: bytes) -> None:
    """No body ends in anything but a value or a reason of the table."""
    assert refusal(lambda: decode_body(body, SubmitBody)) in (None, *REASONS)


@pytest.mark.parametrize(
    ("body", "message", "field", "value"),
    [
        (b"{}", "auditor is missing.", "auditor", None),
        (b'{"auditor": 7}', "auditor: give text.", "auditor", 7),
        (b'{"auditor": "J", "to": "J"}', "to: there is no such field here.", "to", None),
    ],
)
def test_what_is_wrong_with_a_body_is_told_in_words_of_ours(
    body: bytes, message: str, field: str, value: object
) -> None:
    """Rule 17: the field, what was given, and what would be right; no library's way of saying it."""
    with pytest.raises(RequestError) as refused:
        decode_body(body, AssignBody)
    assert (refused.value.message, refused.value.field, refused.value.value) == (message, field, value)


def test_words_that_can_stand_there_are_told() -> None:
    """Rule 17: what would be right; of an answer these are four."""
    with pytest.raises(RequestError) as refused:
        decode_body(b'{"answers": [{"metric_id": "em-1", "answer": "MAYBE"}]}', SubmitBody)
    assert refused.value.field == "answers[0].answer"
    assert refused.value.value == "MAYBE"
    assert set(refused.value.message.removeprefix("answers[0].answer: give ").rstrip(".").split(", ")) == {
        "YES",
        "NO",
        "NA",
        "-",
    }


@pytest.mark.parametrize("body", [b'{"since": "2026-02-30"}', b'{"since": 5}'])
def test_times_in_a_body_are_told_as_in_a_query(body: bytes) -> None:
    """Rule 17: a day alone is no point in time for our own API, and the answer shows one that is."""
    with pytest.raises(RequestError, match="since: give a time as RFC 3339 has it, 2026-03-23T10:17:54Z"):
        decode_body(body, BacktestBody)
