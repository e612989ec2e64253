"""Addresses of the list of conversations: what they select, in which order, and what is refused."""

from datetime import UTC, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from auscult.domain.errors import RequestError
from auscult.domain.scoring.list_fields import ListFields, Order
from auscult.services.conversations.latest import Sought
from auscult.services.conversations.list_query import read_query
from tests.data_files import data_of

NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def read(**query: str | list[str]) -> Sought:
    """Read an address of Berlin."""
    return read_query({name: [each] if isinstance(each, str) else each for name, each in query.items()}, NOW, BERLIN)


def test_filters_by_result_and_length() -> None:
    """Each name of the API is one of the address, and a length may be a clock."""
    found = read(
        score_from="-5",
        score_to="79",
        duration_from="1:30",
        duration_to="1:00:05",
        sentiment=["positive", "negative"],
        escalation="true",
        churn_risk="false",
        resolved=["NA", "NO"],
    )
    assert found.fields == ListFields(
        score_from=-5,
        score_to=79,
        duration_from=90,
        duration_to=3605,
        sentiment=("negative", "positive"),
        escalation=True,
        churn_risk=False,
        resolved=("NO", "NA"),
    )
    assert read(escalation=["true", "false"], score_from="", sentiment="").fields == ListFields()
    assert read(duration_from="45").fields.duration_from == 45


@pytest.mark.parametrize("order", get_args(Order))
def test_orders(order: Order) -> None:
    """Every order of the definition is one of the address; without it the newest are first."""
    assert read(sort=order).order == order
    assert read(sort="").order == read().order == "-started_at"


def test_days_from_and_to() -> None:
    """The last day is included, also where it is an hour shorter; of several bounds the narrowest hold."""
    found = read(since="2026-03-28", to="2026-03-29")
    assert found.since == datetime(2026, 3, 27, 23, tzinfo=UTC)
    assert found.until == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert read(until="2026-03-29T00:00:00+00:00", to="2026-03-29").until == datetime(2026, 3, 29, tzinfo=UTC)
    assert read(days="7", since="2026-01-01").since == NOW - timedelta(days=7)
    assert read(days="7", since="2026-03-27").since == datetime(2026, 3, 26, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        *data_of(__file__, "what_cannot_be_read_is_named"),
        ("score_to", "9" * 5000, "is no whole number"),
    ],
)
def test_what_cannot_be_read_is_named(name: str, value: str, message: str) -> None:
    """With the field, the value, and what would be right."""
    with pytest.raises(RequestError) as fault:
        read(**{name: value})
    assert message in fault.value.message
    assert (fault.value.field, fault.value.value) == (name, value)


def test_a_range_without_anything_in_it_is_refused() -> None:
    """As the API refuses it."""
    with pytest.raises(RequestError, match="score_to is below score_from"):
        read(score_from="80", score_to="79")
