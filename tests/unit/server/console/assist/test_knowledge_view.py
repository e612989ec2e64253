"""The page of the knowledge base, as a reader sees it."""

from datetime import UTC, datetime

from auscult.server.console.assist.knowledge import language_choices
from auscult.server.console.frame.reader import Reader


def test_languages_are_in_the_order_of_a_dictionary() -> None:
    """A letter with a mark stands with the same letter without: Dänisch before Deutsch, not behind Ungarisch."""
    reader = Reader(language="de", timezone=UTC, now=datetime(2026, 3, 1, tzinfo=UTC))
    assert [code for code, _ in language_choices(["tr", "de", "da", "hu"], reader)] == ["da", "de", "tr", "hu"]
