"""Withdrawn documents in other words than those they were found with: none counts, and their neighbours do."""

from datetime import date

import pytest

from auscult.documents import KINDS
from auscult.documents._opening import opening_of
from auscult.domain.assist.validity import validity_of
from tests.data_files import data_of

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


@pytest.mark.parametrize("heading", data_of(__file__, "withdrawn_by_its_heading"))
def test_withdrawn_by_its_heading(heading: str) -> None:
    """A heading names it superseded, former, or over on a day."""
    assert not counts("returns.md", f"# {heading}\n\n{TEXT}\n")


@pytest.mark.parametrize("line", data_of(__file__, "withdrawn_by_its_first_line"))
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


@pytest.mark.parametrize("head", data_of(__file__, "withdrawn_by_the_head_of_a_page"))
def test_withdrawn_by_the_head_of_a_page(head: str) -> None:
    """The title of an HTML page, and its metadata."""
    assert not counts("returns.html", page(head))


@pytest.mark.parametrize(("name", "document"), data_of(__file__, "a_neighbour_counts"))
def test_a_neighbour_counts(name: str, document: str) -> None:
    """Documents with the same words about other things are in force."""
    assert counts(name, f"{document}\n\n{TEXT}\n")
