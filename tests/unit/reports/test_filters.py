"""Filters of the Quality reports (rule 24)."""

from typing import Any

import pytest

from auscult.domain.errors import RequestError
from auscult.reports._filters import Filters, read_filters
from tests.data_files import data_of


def test_no_filter_keeps_all() -> None:
    """Rule 24: below-threshold rows are left out unless asked for; everything else is kept."""
    assert read_filters({"unknown": 1}) == Filters((), (), (), (), (), include_below_threshold=False)


@pytest.mark.parametrize(
    ("value", "directions"),
    [("inbound", ("inbound",)), ("Outbound", ("outbound",)), ("both", ()), ("INBOUND", ("inbound",))],
)
def test_direction(value: str, directions: tuple[str, ...]) -> None:
    """Rule 24: contact_direction, in any letter case."""
    assert read_filters({"contact_direction": value}).directions == directions


@pytest.mark.parametrize("name", ["channel", "channels"])
def test_channels(name: str) -> None:
    """Rule 24: either spelling, as an array or alone, in any letter case."""
    assert read_filters({name: ["Voice", "chat", "voice"]}).channels == ("voice", "chat")
    assert read_filters({name: "chat"}).channels == ("chat",)
    assert read_filters({name: "chat"}).channel_words == ()


@pytest.mark.parametrize("given", [["rtm"], ["RTM", "voice"]])
def test_words_of_a_contact_centre_are_channels(given: list[str]) -> None:
    """A client filters by the words that the rows show; where one is not voice or chat, all are looked up as words."""
    filters = read_filters({"channel": given})
    assert filters.channels == ()
    assert filters.channel_words == tuple(each.lower() for each in given)


def test_queues_and_custom_fields() -> None:
    """Rule 24: queues by id or name; custom fields by equality, all given pairs."""
    filters = read_filters({"queues": ["qu-1", "Billing"], "custom_fields": {"plan": "gold", "tier": 3, "vip": True}})
    assert filters.queues == ("qu-1", "Billing")
    assert filters.custom_fields == (("plan", "gold"), ("tier", "3"), ("vip", "true"))


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        *data_of(__file__, "wrong_filters_are_refused"),
        ({"channels": ["voice"] * 51}, "channels", "field.out_of_range"),
        ({"queues": ["x"] * 501}, "queues", "field.out_of_range"),
        ({"custom_fields": {str(n): "" for n in range(21)}}, "custom_fields", "field.out_of_range"),
    ],
)
def test_wrong_filters_are_refused(body: dict[str, Any], field: str, reason: str) -> None:
    """Rule 17: every wrong type or value is a 400 that names its field."""
    with pytest.raises(RequestError) as caught:
        read_filters(body)
    assert (caught.value.field, caught.value.reason) == (field, reason)
