"""Withdrawn documents in other words than those they were found with: none counts, and their neighbours do."""

from datetime import date

import pytest

from auscult.documents import KINDS
from auscult.documents._opening import opening_of
from auscult.domain.assist.validity import validity_of

ON = date(2026, 3, 1)
TEXT = "You may send goods back within thirty days."


def counts(source: str, document: str) -> bool:
    """Return whether a document is in force on 1 March 2026, read as ``knowledge add`` reads it."""
    kind = KINDS["html" if source.endswith(".html") else "markdown"]
    data = document.encode()
    return validity_of(source, opening_of(kind.front(data), list(kind.read(data)))).holds(ON)


def page(head: str) -> str:
    """An HTML page with this in its head."""
    return f"<html><head>{head}</head><body><h1>Returns</h1><p>{TEXT}</p></body></html>"


@pytest.mark.parametrize(
    "heading",
    [
        "Returns (superseded)",
        "Former returns policy",
        "Previous terms of return",
        "Returns (until 28 February 2026)",
        "Returns, valid through 2025",
        "Returns: discontinued",
    ],
)
def test_withdrawn_by_its_heading(heading: str) -> None:
    """A heading names it superseded, former, or over on a day."""
    assert not counts("returns.md", f"# {heading}\n\n{TEXT}\n")


@pytest.mark.parametrize(
    "line",
    [
        "This page has been replaced by the policy of January 2026.",
        "No longer in force.",
        "This document is obsolete.",
        "Expired on 3 May 2025.",
        "These conditions ceased to apply on 30 November 2025.",
        "In force from 1 January 2024 to 31 December 2025.",
        "This version was withdrawn in October 2025.",
    ],
)
def test_withdrawn_by_its_first_line(line: str) -> None:
    """The line before the text."""
    assert not counts("returns.md", f"# Returns\n\n{line}\n\n{TEXT}\n")


@pytest.mark.parametrize(
    "field", ["status: retired", "expires: 2026-02-01", "archived: true", "valid_until: 2026-02-28"]
)
def test_withdrawn_by_its_metadata(field: str) -> None:
    """Fields before a page of Markdown."""
    assert not counts("returns.md", f"---\n{field}\n---\n# Returns\n\n{TEXT}\n")


@pytest.mark.parametrize("name", ["returns_obsolete.md", "returns-deprecated.md", "returns-until-2025.md"])
def test_withdrawn_by_its_name(name: str) -> None:
    """The end of a file's name."""
    assert not counts(name, f"# Returns\n\n{TEXT}\n")


@pytest.mark.parametrize(
    "head",
    [
        "<title>Outdated: returns</title>",
        "<title>Returns (no longer valid)</title>",
        '<title>Returns</title><meta name="expires" content="2026-01-31">',
    ],
)
def test_withdrawn_by_the_head_of_a_page(head: str) -> None:
    """The title of an HTML page, and its metadata."""
    assert not counts("returns.html", page(head))


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("returns.md", "# Returns\n\nThis policy replaces that of 2024."),
        ("returns.md", "# Returns\n\nValid until further notice."),
        ("returns.md", "# Returns\n\nValid until 31 December 2027."),
        ("returns.md", "# Returns\n\nIn force since 1 January 2024."),
        ("returns.md", "# Returns\n\nVouchers that expired in 2025 cannot be used."),
        ("old-town-store.md", "# Old Town store\n\nWe open at nine."),
        ("card.md", "# If your card has expired\n\nOrder a new one."),
        ("device.md", "# An old device\n\nBring it to the store and we recycle it."),
        ("statements.md", "# Archive of statements\n\nStatements until March 2025 are in the archive."),
        ("cash.md", "# Withdrawn cash\n\nHow much cash may be withdrawn a day."),
        ("parts.md", "# Discontinued products\n\nParts for discontinued products are sold for five years."),
        ("cover.md", "# Lapsed cover\n\nYour cover lapses if a premium is not paid."),
    ],
)
def test_a_neighbour_counts(name: str, document: str) -> None:
    """Documents with the same words about other things are in force."""
    assert counts(name, f"{document}\n\n{TEXT}\n")
