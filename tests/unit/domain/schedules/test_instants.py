"""Instants that are written: one function reads them, and all of them are of the calendar in UTC."""

from datetime import UTC, datetime

import pytest
from msgspec import Struct

from auscult.domain.errors import RequestError
from auscult.domain.schedules.instants import in_utc, read_instant
from auscult.server.rest.bodies import decode_body
from auscult.server.rest.parameters import Instant
from auscult.server.rest.query import _check_instant

BEYOND = ("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+00:01")


class Inner(Struct):
    """A part of a body."""

    since: Instant


class Body(Struct):
    """A body with instants in each place where one may be."""

    at: Instant | None = None
    many: tuple[Instant, ...] = ()
    inner: Inner | None = None
    named: dict[str, Instant] = {}


@pytest.mark.parametrize("text", BEYOND)
def test_an_instant_beyond_the_calendar_is_no_instant(text: str) -> None:
    """Nor does a body, or a query, have one anywhere, whose refusal names the field."""
    for read in (lambda: read_instant(text), lambda: in_utc(datetime.fromisoformat(text))):
        with pytest.raises(ValueError, match="before the year 1 or after 9999"):
            read()
    bodies = {
        "at": f'{{"at": "{text}"}}',
        "many[0]": f'{{"many": ["{text}"]}}',
        "inner.since": f'{{"inner": {{"since": "{text}"}}}}',
        "named.x": f'{{"named": {{"x": "{text}"}}}}',
    }
    for field, body in bodies.items():
        with pytest.raises(RequestError, match="from the year 1 to 9999 in UTC") as refused:
            decode_body(body.encode(), Body)
        assert refused.value.field == field
    with pytest.raises(RequestError):
        _check_instant("since", text)


def test_the_ends_of_the_calendar_are_instants() -> None:
    """A day is its beginning, and without a zone it is UTC."""
    assert read_instant("9999-12-31T23:59:59.999999Z") == datetime.max.replace(tzinfo=UTC)
    assert read_instant("0001-01-01") == datetime.min.replace(tzinfo=UTC)
    assert read_instant("2026-03-23T12:00:00+02:00") == datetime(2026, 3, 23, 10, tzinfo=UTC)
