"""Instants in rows: as they are rendered, and moved into another zone (rule 21)."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.record import RecordPage
from auscult.reports import _instants
from tests.data_files import data_of
from tests.strategies import instants

AT = datetime(2026, 3, 23, 12, 30, 0, 7_999, tzinfo=UTC)
KEYS: _instants.Moved = {"at": None, "on": None, "Agents": {"joined": None}}


def moved(row: dict[str, object], west: int) -> dict[str, object]:
    """A row as a request with this offset gets it."""
    page = RecordPage(rows=(msgspec.json.encode(row),), total=1, last=None)
    return msgspec.json.decode(_instants.in_zone(page, west, KEYS).rows[0])


def test_spellings() -> None:
    """To the ms with a Z, and to the second without a zone; what is finer is cut off."""
    assert _instants.with_zone(AT) == "2026-03-23T12:30:00.007Z"
    assert _instants.without_zone(AT) == "2026-03-23 12:30:00"


@pytest.mark.parametrize(("west", "at", "on"), data_of(__file__, "a_zone_moves_named_keys_alone"))
def test_a_zone_moves_named_keys_alone(west: int, at: str, on: str) -> None:
    """New York, India, Nepal, and across midnight; null stays null, and other texts stay though they look like times."""
    written = {"at": _instants.with_zone(AT), "on": _instants.without_zone(AT)}
    row = {
        **written,
        "Agents": [{"joined": written["at"], "at": "2026-03-23T12:30:00.007Z"}, {"joined": None}, {}],
        "custom_fields": {"at": written["at"]},
        "weight": 2.5,
    }
    assert moved(row, west) == {
        "at": at,
        "on": on,
        "Agents": [{"joined": at, "at": "2026-03-23T12:30:00.007Z"}, {"joined": None}, {}],
        "custom_fields": {"at": written["at"]},
        "weight": 2.5,
    }


def test_utc_is_not_touched() -> None:
    """Not even read."""
    page = RecordPage(rows=(b"no JSON at all",), total=1, last=None)
    assert _instants.in_zone(page, 0, KEYS) is page


@given(at=instants(), west=st.integers(-840, 840).filter(bool))
def test_moving_is_subtracting(at: datetime, west: int) -> None:
    """Rule 21: local time is UTC less the minutes west; daylight saving plays no part."""
    local = str(moved({"at": _instants.with_zone(at)}, west)["at"])
    assert datetime.fromisoformat(local).replace(tzinfo=UTC) + timedelta(minutes=west) == at


def test_at_the_end_of_the_calendar() -> None:
    """There is no day after the last: the time stays what it is."""
    last = "9999-12-31T23:59:59.999Z"
    assert moved({"at": last}, -60)["at"] == "9999-12-31T23:59:59.999"
