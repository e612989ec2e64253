"""Validity that documents state of themselves, in three languages, and what looks like it and is not."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from auscult.domain.assist.validity import Opening, Stated, Validity, validity_of, validity_of_heading

DAY = date(2026, 11, 24)


def read(source: str = "returns.md", language: str = "en", **opening: Any) -> Validity:
    """Return what a document states."""
    return validity_of(source, Opening(**opening), None, language)


TITLES = [
    *(
        "Returns - archived policy",
        "Archived policy",
        "ACME | Returns | Archived policy",
        "Returns 2023 archived policy",
    ),
    *("Returns (terms until March 2025)", "Old terms", "Old terms and conditions", "Old returns policy"),
    *(
        "Returns policy (superseded)",
        "ARCHIVED: Returns",
        "[OLD] Returns",
        "Returns, valid for orders until 31 March 2025",
    ),
    *("Política archivada", "Condiciones antiguas", "Devoluciones (condiciones hasta marzo de 2025)"),
    *("Antigua política de devoluciones", "Política de devoluciones archivada", "Tarifas anteriores"),
    *("Archivierte Richtlinie", "Alte Bedingungen", "Rückgabe (Bedingungen bis März 2025)"),
    *("Alte Rückgabebedingungen", "Rückgabe (veraltet)", "Alte AGB"),
]
LINES = [
    *("Valid until March 2025", "Valid until March 2025.", "This policy applied until 1 March 2025."),
    *(
        "Our returns (terms until March 2025).",
        "No longer valid since 1 March 2025.",
        "This document has been withdrawn.",
    ),
    *("This page is no longer valid.", "These terms were valid from 1 January 2024 to 31 March 2025."),
    *(
        "Expiry date: 03/2025",
        "Until 1 March 2025 this policy applied to all orders.",
        "Validity: 1 January to 31 March 2025",
    ),
    *("These terms apply to all online orders until 31 March 2025.", "This offer ended on 31 March 2025."),
    *("Withdrawn on 1 March 2025.", "Superseded by returns-2026.md.", "Valid until | 31 March 2025"),
    *(
        "Válido hasta marzo de 2025",
        "Esta política se aplicó hasta el 1 de marzo de 2025.",
        "Vigente hasta el 31/03/2025",
    ),
    *("Esta política ya no está vigente.", "Sustituida por devoluciones-2026.md."),
    *("Vigencia: del 1 de enero al 31 de marzo de 2025", "Hasta el 1 de marzo de 2025 se aplicaba esta política."),
    *("Estas condiciones estuvieron vigentes hasta marzo de 2025.", "Gültig bis März 2025", "Gilt bis 31.03.2025"),
    *("Diese Richtlinie galt bis zum 1. März 2025.", "Diese Bedingungen sind nicht mehr gültig."),
    *("Diese Richtlinie wurde durch rueckgabe-2026.md ersetzt.", "Ersetzt durch die neue Rückgaberichtlinie."),
    *("Diese Preisliste war vom 1. Januar bis 31. März 2025 gültig.", "Bis 31. März 2025 galt diese Richtlinie."),
    *("Diese Richtlinie ist seit 1. März 2025 außer Kraft.", "Dieses Dokument ist veraltet."),
    *("Return terms until March 2025: 14 days.", "Our price list from 1 January until 31 March 2025"),
    *("Condiciones de devolución hasta marzo de 2025", "Allgemeine Bedingungen bis März 2025: 14 Tage"),
]
NAMES = [
    *("returns-old.md", "returns_old_2023.md", "returns (archived).md", "returns-until-march-2025.md", "old-terms.md"),
    *("terms-until-2025-03.html", "returnsOld.md", "devoluciones-antiguo.md", "archived-policy.pdf", "old-returns.md"),
]
FIELDS = [
    *(
        ("validUntil", "2025-03-31"),
        ("expiry_date", "31 March 2025"),
        ("dcterms.valid", "start=2025-01-01; end=2025-03-31"),
    ),
    *(
        ("status", "archived"),
        ("archived", "true"),
        ("robots", "unavailable_after: 25 Jun 2025"),
        ("valid_to", "2025-03"),
    ),
    *(("superseded_by", "returns-2026.md"), ("vigente_hasta", "2025-03-31"), ("gültig bis", "31.03.2025")),
]


@pytest.mark.parametrize("text", TITLES)
def test_a_title_or_a_heading_that_states_the_end(text: str) -> None:
    """A title, the first heading, and the first line of a document without either are read alike."""
    assert not read(title=text).holds(DAY)
    assert not read(headings=(text,)).holds(DAY)
    assert not read(lines=(text, "You can return what you bought.")).holds(DAY)
    assert not validity_of_heading(text).holds(DAY)


@pytest.mark.parametrize("text", LINES)
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


FINE_TITLES = [
    *(
        "Old town branch",
        "Archived calls",
        "What happens to the old terms?",
        "Expired cards",
        "Old phones",
        "How old must I be?",
    ),
    *("Sucursal del casco antiguo", "Condiciones previas", "Filiale Altstadt", "Altes Handy verkaufen", "Latest terms"),
    *("Withdrawn cash", "Retired customers", "Previous orders", "Terms until you cancel", "Tarife bis 18 Jahre"),
]
FINE_LINES = [
    *("Valid until cancelled.", "Offers until 6 pm daily", "Archived calls can be found under Settings."),
    *("Archived policies can be found under Documents.", "Valid until further notice.", "Stand: März 2025"),
    *(
        "Valid from 1 March 2025 until further notice.",
        "Vouchers issued before March 2024 are valid until 1 June 2025.",
    ),
    *(
        "Your policy is valid until 31 March 2025 if you paid.",
        "If you signed before 2020, the old terms apply to you.",
    ),
    *("This policy replaces the terms valid until March 2025.", "This policy has not been withdrawn."),
    *(
        "The old price list applied until March 2025; this one is current.",
        "This policy will be replaced by a new one.",
    ),
    *("Expired cards are replaced by the bank.", "Old version of the app: please update.", "Applies to 2000 products."),
    *("The promotion code WELCOME is valid until 31 March 2025 for members.", "Old terms no longer apply."),
    *(
        "Terms that applied until March 2025 are no longer valid; these are.",
        "- Old prices",
        "Valid until 31 December 2026.",
    ),
    *("Válido hasta nuevo aviso", "Las llamadas archivadas se encuentran en Ajustes.", "Ofertas hasta las 18:00"),
    *("El cupón es válido hasta marzo de 2025.", "Gültig bis auf Weiteres", "Angebote täglich bis 18 Uhr"),
    *("Archivierte Anrufe finden Sie unter Einstellungen.", "Diese Richtlinie ersetzt die Fassung von 2024."),
    *("Der Gutschein ist bis März 2025 gültig.", "Gutscheine gelten bis 31. März 2025."),
    *("Valid tickets until 31 March 2025 can be exchanged.", "Your returns are archived after 30 days."),
    *("See the terms until March 2025.", "- Price list until March 2025", "We used other terms until March 2025."),
    *("Prices until March 2025 were lower.", "Vouchers until March 2025", "Your terms until March 2025"),
]


@pytest.mark.parametrize("text", FINE_TITLES)
def test_a_title_about_something_else(text: str) -> None:
    """What is old or archived is not the document."""
    assert read(title=text, headings=(text,)).is_open
    assert validity_of_heading(text).is_open


@pytest.mark.parametrize("text", FINE_LINES)
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
