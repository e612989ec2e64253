"""How long a document of a knowledge base holds, by its own words."""

from datetime import date

import pytest

from auscult.domain.assist.validity import Opening, Validity, impossible_day, validity_of
from tests.data_files import data_of

DAY = date(2026, 3, 15)


def said(text: str, *heading: str, source: str = "returns.md") -> Validity:
    """The validity of a document that begins with this."""
    return validity_of(source, Opening(headings=heading, lines=(text,)))


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("Valid from 1 March 2026 until 31 December 2026.", date(2026, 3, 1), date(2026, 12, 31)),
        ("Valid: 2026-03-01 to 2026-12-31", date(2026, 3, 1), date(2026, 12, 31)),
        ("Effective date: March 1, 2026", date(2026, 3, 1), None),
        ("This policy is in force since 1 March 2026.", date(2026, 3, 1), None),
        ("This price list expires on 31 January 2026.", None, date(2026, 1, 31)),
        ("Applies through 31 March 2026.", None, date(2026, 3, 31)),
        ("Parcels ordered in December can be returned until 31 January 2026.", None, None),
        ("Valid from 31 February 2026.", None, None),
    ],
)
def test_dates(text: str, since: date | None, until: date | None) -> None:
    """Days are read as documents write them, and only where they say how long the document holds."""
    found = said(text)
    assert (found.since, found.until, found.is_over) == (since, until, False)


@pytest.mark.parametrize(("text", "day"), data_of(__file__, "a_day_that_does_not_exist"))
def test_a_day_that_does_not_exist(text: str, day: str) -> None:
    """It is found where it says how long the document holds, so that the document can be refused."""
    assert impossible_day(Opening(lines=(text,))) == day


def test_superseded() -> None:
    """A document that names what took its place is over, and so is one that says so without a name."""
    found = said("This document is superseded by returns-2026.md. Keep it for reference.")
    assert (found.superseded_by, found.is_over, found.holds(DAY)) == ("returns-2026.md", True, False)
    assert said("Replaced by the Spring price list.").superseded_by == "Spring price list"
    assert said("30 days.", source="returns (archived).md").is_over
    assert not said("A lost card is replaced within 5 days.").is_over


def test_both_days_are_included() -> None:
    """It holds on its first and its last day, and neither before nor after."""
    one = Validity(since=DAY, until=DAY)
    assert one.holds(DAY)
    assert not one.holds(date(2026, 3, 14))
    assert not one.holds(date(2026, 3, 16))
