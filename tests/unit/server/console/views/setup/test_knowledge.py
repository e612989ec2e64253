"""The page of the knowledge base, as a reader sees it."""

from datetime import UTC, datetime

from auscult.server.console.reader import Reader
from auscult.server.console.views.setup.knowledge import language_choices


def test_languages_are_in_the_order_of_a_dictionary() -> None:
    """A letter with a mark stands with the same letter without: Dänisch before Deutsch, not behind Ungarisch."""
    reader = Reader(language="de", timezone=UTC, now=datetime(2026, 3, 1, tzinfo=UTC))
    assert [code for code, _ in language_choices(["tr", "de", "da", "hu"], reader)] == ["da", "de", "tr", "hu"]
