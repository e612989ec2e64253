"""Beginnings of documents of each kind: title, metadata, headings and first lines."""

from auscult.documents import KINDS
from auscult.documents._opening import opening_of
from auscult.domain.assist.validity import Opening


def opening(kind: str, data: bytes) -> Opening:
    """Return the beginning of a document."""
    of = KINDS[kind]
    return opening_of(of.front(data), list(of.read(data)))


def test_a_page() -> None:
    """Its title and metadata are in its head; the expiry for caches is none of them."""
    found = opening(
        "html",
        b"<html><head><title>Archived\n policy &amp; terms</title><meta name='valid-until' content='2025-03-31'>"
        b"<meta http-equiv='expires' content='0'><meta property='article:expiration_time' content='2025-03'></head>"
        b"<body><h1>Returns</h1><p>Keep the receipt.</p><svg><title>Logo</title></svg></body></html>",
    )
    assert found.title == "Archived policy & terms".replace(" policy", "\npolicy")
    assert found.fields == (("valid-until", "2025-03-31"), ("article:expiration_time", "2025-03"))
    assert (found.headings, found.lines) == (("Returns",), ("Keep the receipt.",))


def test_markdown() -> None:
    """Settings at the top are metadata; headings are those that all of the text is under."""
    found = opening(
        "markdown",
        b"---\ntitle: 'Returns'\nvalid_until: 2025-03-31\n---\n# Returns\n\n## Old terms\n\nOne.\n\n## New\n\nTwo.\n",
    )
    assert (found.title, found.fields[1]) == ("Returns", ("valid_until", "2025-03-31"))
    assert (found.headings, found.lines) == (("Returns",), ("One.",))
    alone = opening("markdown", b"# Shop\n\n## Old terms\n\nOne.\n")
    assert alone.headings == ("Shop", "Old terms")


def test_a_table_of_questions() -> None:
    """An answer is about its question, not about the table."""
    assert opening("csv", b"question,answer\nOld terms,Valid until March 2025.\n") == Opening()
