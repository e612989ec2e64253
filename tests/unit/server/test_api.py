"""Our own API: its table of operations, and what is read of queries and bodies."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.cli.clients import SCOPES
from auscult.domain.errors import RequestError
from auscult.reports import REPORTS
from auscult.server.api import OPERATIONS, _description, _query
from auscult.server.api.audits import AssignBody, SubmitBody
from auscult.server.api.backtests import BacktestBody
from auscult.server.errors import REASONS


def refusal(act: Callable[[], object]) -> str | None:
    """Why this is refused, if it is."""
    try:
        act()
    except RequestError as error:
        return error.reason
    return None


def test_no_schema_takes_the_place_of_another() -> None:
    """What our own API calls its schemas, no report calls one of its own."""
    own: dict[str, Any] = {}
    _description.describe(OPERATIONS, own, {})
    for report in REPORTS.values():
        assert not own.keys() & report.describe(report.limits).schemas.keys(), report.name
    assert not own.keys() & {"Errors"}


def test_every_operation_has_a_name_a_scope_and_an_example() -> None:
    """Names are unique, scopes are those that clients can be given, and every answer with a body shows one."""
    assert len({operation.name for operation in OPERATIONS}) == len(OPERATIONS)
    for operation in OPERATIONS:
        assert operation.scopes <= set(SCOPES)
        assert all(shown.example is not None for shown in operation.answers.values() if shown.body is not None)


@given(st.lists(st.one_of(st.text().filter(lambda text: "\0" not in text), st.integers(-(2**53) + 1, 2**53 - 1))))
def test_a_cursor_reads_back(key: list[Any]) -> None:
    """Whatever a key holds."""
    cursor = _query.write_cursor(*key)
    assert _query.read_cursor({"cursor": [cursor]}, list[str | int]) == key


@given(st.text())
def test_any_other_cursor_is_refused(given: str) -> None:
    """Nothing but a refusal comes of a cursor that nobody gave."""
    assert refusal(lambda: _query.read_cursor({"cursor": [given]}, tuple[int, str])) in (None, "cursor.unreadable")


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("2026-03-23T10:17:54Z", "2026-03-23T10:17:54+00:00"),
        ("2026-03-23t10:17:54.123456789z", "2026-03-23T10:17:54.123456+00:00"),
        ("2026-03-23T10:17:54.5-03:45", "2026-03-23T10:17:54.500000-03:45"),
        ("2026-03-23", None),
        ("2026-03-23T10:17:54", None),
        ("2026-03-23T10:17:54 02:00", None),
        ("2026-13-23T10:17:54Z", None),
        ("", None),
    ],
)
def test_instants(given: str, read: str | None) -> None:
    """RFC 3339 with a zone, and nothing else."""
    if read is None:
        with pytest.raises(RequestError, match="RFC 3339") as refused:
            _query.instant({"since": [given]}, "since")
        assert refused.value.reason == "date.unreadable"
        return
    found = _query.instant({"since": [given]}, "since")
    assert found is not None
    assert found.isoformat() == read


@given(st.binary())
def test_any_body_is_read_or_refused(body: bytes) -> None:
    """No body ends in anything but a value or a reason of the table."""
    assert refusal(lambda: _query.read_body(body, SubmitBody)) in (None, *REASONS)


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
        _query.read_body(body, AssignBody)
    assert (refused.value.message, refused.value.field, refused.value.value) == (message, field, value)


def test_words_that_can_stand_there_are_told() -> None:
    """Rule 17: what would be right; of an answer these are four."""
    with pytest.raises(RequestError) as refused:
        _query.read_body(b'{"answers": [{"metric_id": "em-1", "answer": "MAYBE"}]}', SubmitBody)
    assert refused.value.field == "answers[0].answer"
    assert refused.value.value == "MAYBE"
    assert set(refused.value.message.removeprefix("answers[0].answer: give ").rstrip(".").split(", ")) == {
        "YES",
        "NO",
        "NA",
        "-",
    }


@pytest.mark.parametrize("body", [b'{"since": "2026-03-23"}', b'{"since": 5}'])
def test_times_in_a_body_are_told_as_in_a_query(body: bytes) -> None:
    """Rule 17: a day alone is no point in time for our own API, and the answer shows one that is."""
    with pytest.raises(RequestError, match="since: give a time as RFC 3339 has it, 2026-03-23T10:17:54Z"):
        _query.read_body(body, BacktestBody)
