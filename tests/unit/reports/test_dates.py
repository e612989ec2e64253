"""Times in a request (rule 21)."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.errors import RequestError
from auscult.reports._dates import read_span, read_zone
from tests.data_files import data_of

DAY_MS = 86_400_000


def ms(text: str) -> int:
    """Milliseconds since the epoch of an ISO time with its zone."""
    at = datetime.fromisoformat(text)
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def refused(body: dict[str, Any]) -> RequestError:
    """The error that this body is answered with."""
    with pytest.raises(RequestError) as caught:
        read_span(body)
    return caught.value


@pytest.mark.parametrize(("spelling", "instant"), data_of(__file__, "every_spelling_is_one_instant"))
def test_every_spelling_is_one_instant(spelling: str, instant: str) -> None:
    """Rule 21: with or without T, fraction, Z or offset; both ends are inclusive."""
    span = read_span({"startDate": spelling, "endDate": spelling})
    assert span == (ms(instant), ms(instant) + (1 if re.search(r"\d[.,]\d", spelling) else 1_000))


def test_a_second_is_the_whole_second() -> None:
    """Two ranges, the second beginning in the second after the end of the first, miss nothing and share nothing."""
    first = read_span({"startDate": "2026-03-23 00:00:00", "endDate": "2026-03-23 11:59:59"})
    second = read_span({"startDate": "2026-03-23 12:00:00", "endDate": "2026-03-23 23:59:59"})
    assert first.until_ms == second.since_ms == ms("2026-03-23T12:00:00+00:00")
    assert second.until_ms == ms("2026-03-24T00:00:00+00:00")
    fine = read_span({"startDate": "2026-03-23 12:00:00.500", "endDate": "2026-03-23 12:00:00"})
    assert fine == (ms("2026-03-23T12:00:00.500+00:00"), ms("2026-03-23T12:00:01+00:00"))


def test_date_alone_is_the_whole_day() -> None:
    """Rule 21: a date covers its day, as start and as end."""
    span = read_span({"startDate": "2026-03-23", "endDate": "2026-03-24"})
    assert span == (ms("2026-03-23T00:00:00+00:00"), ms("2026-03-25T00:00:00+00:00"))


def test_start_within_the_day_that_ends_the_range() -> None:
    """Rule 21: an end that is a date lies at the end of its day, so a start within that day is not after it."""
    span = read_span({"startDate": "2026-03-23 18:00:00", "endDate": "2026-03-23"})
    assert span.until_ms - span.since_ms == 6 * 3_600_000


@pytest.mark.parametrize("name", ["timeZoneOffset", "timeZoneOffSet"])
@pytest.mark.parametrize(("west", "instant"), [(-330, "2026-03-22T18:30:00+00:00"), (300, "2026-03-23T05:00:00+00:00")])
def test_offset_makes_dates_local(name: str, west: int, instant: str) -> None:
    """Rule 21: -330 is India, 300 is New York, in either spelling of the field."""
    span = read_span({"startDate": "2026-03-23", "endDate": "2026-03-23 23:59:59.999", name: west})
    assert span == (ms(instant), ms(instant) + DAY_MS)


def test_own_zone_wins_over_the_offset() -> None:
    """Rule 21: a time that names its zone is that instant, whatever timeZoneOffset says."""
    span = read_span(
        {"startDate": "2026-03-23T00:00:00Z", "endDate": "2026-03-23T00:00:00+00:00", "timeZoneOffset": 60}
    )
    assert span.since_ms == ms("2026-03-23T00:00:00+00:00")
    assert span.until_ms == span.since_ms + 1_000


def test_misspelt_end_is_read() -> None:
    """Rule 22: the vendor's page says endtDate; where both are given the right one counts."""
    assert read_span({"startDate": "2026-03-23", "endtDate": "2026-03-23"}).until_ms == ms("2026-03-24T00:00:00+00:00")
    both = {"startDate": "2026-03-23", "endtDate": "2026-03-29", "endDate": "2026-03-23"}
    assert read_span(both).until_ms == ms("2026-03-24T00:00:00+00:00")


@pytest.mark.parametrize("value", data_of(__file__, "what_no_calendar_shows_is_refused"))
def test_what_no_calendar_shows_is_refused(value: str) -> None:
    """Rule 17: an unreadable date is named with its value and with what would be right."""
    error = refused({"startDate": value, "endDate": "2026-03-23"})
    assert (error.reason, error.field, error.value) == ("date.unreadable", "startDate", value)
    assert "2026-03-23 10:17:54" in error.message


@pytest.mark.parametrize("value", [None, 1774260000000, 1.5, True, ["2026-03-23"], {}])
def test_what_is_no_text_is_refused(value: object) -> None:
    """Rule 17: a date of another type is refused, null too."""
    error = refused({"startDate": "2026-03-23", "endDate": value})
    assert (error.reason, error.field, error.value) == ("field.wrong_type", "endDate", value)


@pytest.mark.parametrize("given_", [{}, {"startDate": "2026-03-23"}, {"endDate": "2026-03-23"}])
def test_both_dates_are_required(given_: dict[str, Any]) -> None:
    """Rule 17: what is missing is named."""
    error = refused(given_)
    assert error.reason == "field.missing"
    assert error.field == ("endDate" if "startDate" in given_ else "startDate")


def test_reversed_range_is_refused() -> None:
    """Rule 21: an end before the start is a 400, and it says which."""
    error = refused({"startDate": "2026-03-24", "endtDate": "2026-03-23 23:59:59.999"})
    assert (error.reason, error.field, error.value) == ("range.reversed", "endtDate", "2026-03-23 23:59:59.999")


@pytest.mark.parametrize("value", ["-330", None, 841, -841, 0.5, True])
def test_wrong_offset_is_refused(value: object) -> None:
    """Rule 17: the offset is a whole number of minutes that some place on Earth has."""
    with pytest.raises(RequestError) as caught:
        read_zone({"timeZoneOffset": value})
    assert caught.value.field == "timeZoneOffset"
    assert "-840 to 840" in caught.value.message


INSTANTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 28))  # noqa: DTZ001  (zones are drawn beside)


@given(INSTANTS, st.integers(-14 * 60, 14 * 60), st.sampled_from("T "))
def test_any_zone_spells_the_same_instant(at: datetime, east: int, between: str) -> None:
    """Law: an instant written in any zone is read as that instant, to the ms in it or, without a fraction, second."""
    zone = timezone(timedelta(minutes=east))
    local = at.replace(tzinfo=UTC).astimezone(zone)
    span = read_span({"startDate": local.isoformat(between), "endDate": local.isoformat(between)})
    exact = (at - datetime(1970, 1, 1)) // timedelta(microseconds=1)  # noqa: DTZ001  (both naive, both UTC)
    assert span.since_ms == -(-exact // 1000)
    assert span.until_ms == exact // 1000 + (1 if at.microsecond else 1_000)


@given(INSTANTS, st.integers(-14 * 60, 14 * 60))
def test_offset_field_says_what_a_zone_would(at: datetime, west: int) -> None:
    """Law: timeZoneOffset with a bare time equals the same time with its zone spelled out."""
    sign, (hours, minutes) = "-" if west > 0 else "+", divmod(abs(west), 60)
    bare = at.isoformat(" ", "milliseconds")
    spelled = f"{bare}{sign}{hours:02}:{minutes:02}"
    assert read_span({"startDate": bare, "endDate": bare, "timeZoneOffset": west}) == read_span(
        {"startDate": spelled, "endDate": spelled}
    )


@given(
    st.dictionaries(st.sampled_from(["startDate", "endDate", "endtDate", "timeZoneOffset"]), st.text() | st.integers())
)
def test_anything_is_a_span_or_a_refusal(body: dict[str, Any]) -> None:
    """Rule 17: no input ends in anything but a span or a RequestError that names a field."""
    fields: set[str | None] = set()
    try:
        span = read_span(body)
        assert span.since_ms <= span.until_ms
    except RequestError as error:
        fields = {error.field}
    assert fields <= {"startDate", "endDate", "endtDate", "timeZoneOffset"}
