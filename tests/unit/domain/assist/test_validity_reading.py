"""Validity that documents state of themselves, in three languages, and what looks like it and is not."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from auscult.domain.assist.validity import Opening, Stated, Validity, validity_of, validity_of_heading
from tests.data_files import data_of, lines_of

DAY = date(2026, 11, 24)


def read(source: str = "returns.md", language: str = "en", **opening: Any) -> Validity:
    """Return what a document states."""
    return validity_of(source, Opening(**opening), None, language)


PHRASES = Path(__file__).with_name("validity")
NAMES = data_of(__file__, "names")
FIELDS = data_of(__file__, "fields")


@pytest.mark.parametrize("text", lines_of(PHRASES / "titles.txt"))
def test_a_title_or_a_heading_that_states_the_end(text: str) -> None:
    """A title, the first heading, and the first line of a document without either are read alike."""
    assert not read(title=text).holds(DAY)
    assert not read(headings=(text,)).holds(DAY)
    assert not read(lines=(text, "You can return what you bought.")).holds(DAY)
    assert not validity_of_heading(text).holds(DAY)


@pytest.mark.parametrize("text", lines_of(PHRASES / "lines.txt"))
def test_a_first_line_that_states_the_end(text: str) -> None:
    """Whose subject is the document, or that has none."""
    assert not read(lines=("You can return what you bought.", "Keep the receipt.", text)).holds(DAY)


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_file_that_states_the_end(name: str) -> None:
    """As versions of files are named."""
    assert not read(source=name).holds(DAY)


@pytest.mark.parametrize("field", FIELDS)
def test_metadata_that_states_the_end(field: tuple[str, str]) -> None:
    """Of a page, or at the top of Markdown."""
    assert not read(fields=(field,)).holds(DAY)


@pytest.mark.parametrize("text", lines_of(PHRASES / "other_titles.txt"))
def test_a_title_about_something_else(text: str) -> None:
    """What is old or archived is not the document."""
    assert read(title=text, headings=(text,)).is_open
    assert validity_of_heading(text).is_open


@pytest.mark.parametrize("text", lines_of(PHRASES / "other_lines.txt"))
def test_a_line_about_something_else(text: str) -> None:
    """Whose subject is a voucher, a call or a card, or that names no end."""
    assert read(lines=("Acme, your shop", "Since 1999", text)).holds(DAY)


@pytest.mark.parametrize(
    ("name", "language"),
    [
        *(("old-town-branch.md", "en"), ("archived-calls.md", "en"), ("how-old.md", "en"), ("images-alt.md", "en")),
        *(
            ("filiale-altstadt.md", "de"),
            ("returns-2024.md", "en"),
            ("opening-until-6-pm.md", "en"),
            ("2-years-old.md", "en"),
        ),
    ],
)
def test_a_name_about_something_else(name: str, language: str) -> None:
    """A year is the year of the document, not its end."""
    assert read(source=name, language=language).is_open


def test_a_word_of_one_language_counts_in_it() -> None:
    """``alt`` is old in German, and alternative elsewhere."""
    assert not read(source="rueckgabe-alt.md", language="de").holds(DAY)
    assert read(source="rueckgabe-alt.md", language="en").is_open


@pytest.mark.parametrize(
    "field", [("archived", "false"), ("description", "archived policy"), ("expires", "2027-01-01")]
)
def test_metadata_about_something_else(field: tuple[str, str]) -> None:
    """A description is not read, and a day to come is no end."""
    assert read(fields=(field,)).holds(DAY)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("Valid until February 2028", None, date(2028, 2, 29)),
        ("Valid from March 2026", date(2026, 3, 1), None),
        ("Gültig ab März 2026 bis Ende 2026", date(2026, 3, 1), date(2026, 12, 31)),
        ("Vigente desde el 1 de marzo de 2026", date(2026, 3, 1), None),
        ("Valid until Q1 2027", None, date(2027, 3, 31)),
        ("Valid until 3/4/2027", None, date(2027, 4, 3)),
        ("Valid from 3/4/2026", date(2026, 3, 4), None),
        ("These prices are valid from 1 to 31 March 2027.", date(2027, 3, 1), date(2027, 3, 31)),
        ("This policy will be withdrawn on 1 March 2027.", None, date(2027, 3, 1)),
        ("No longer valid from 1 March 2027.", None, date(2027, 2, 28)),
    ],
)
def test_a_month_or_a_year_is_all_of_its_days(text: str, since: date | None, until: date | None) -> None:
    """A date that may be either of two counts from the earlier, to the later."""
    found = read(lines=(text,))
    assert (found.since, found.until, found.is_over) == (since, until, False)


def stated(**days: date | None) -> Stated:
    """Return what a person stated."""
    return Stated(by="user:ann@example.com", at=datetime(2026, 11, 1, tzinfo=UTC), **days)


def test_what_a_person_stated_goes_before() -> None:
    """A day that they did not state is the document's, unless it contradicts theirs."""
    archived = Opening(title="Archived policy", lines=("Valid from 1 March 2025 until 31 March 2025.",))
    both = validity_of("old-terms.md", archived, stated(since=None, until=None))
    assert both.is_open
    assert [(each.place, each.text) for each in both.sources] == [("person", "user:ann@example.com")]
    longer = validity_of("old-terms.md", archived, stated(until=date(2027, 3, 31)))
    assert (longer.since, longer.until, longer.holds(DAY)) == (date(2025, 3, 1), date(2027, 3, 31), True)
    later = validity_of("old-terms.md", archived, stated(since=date(2026, 1, 1)))
    assert (later.since, later.until) == (date(2026, 1, 1), None)
    ended = validity_of("returns.md", Opening(lines=("Valid until 31 December 2027.",)), stated(until=date(2026, 1, 1)))
    assert not ended.holds(DAY)


def test_the_place_that_stated_it_is_named() -> None:
    """The first place that names a day decides, and each that added something is named."""
    found = read(
        title="Returns (terms until March 2025)", lines=("Valid until 31 December 2027.",), source="returns-old.md"
    )
    assert found.until == date(2025, 3, 31)
    assert [each.place for each in found.sources] == ["title", "name"]
