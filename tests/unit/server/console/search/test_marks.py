"""Marks of a search's words in what it found."""

import pytest

from auscult.server.console.search.dialog import marked


@pytest.mark.parametrize(
    ("text", "words", "shown"),
    [
        ("a problem with it", ("it",), "a problem with [it]"),
        ("Refunds and refunded", ("refund",), "[Refund]s and [refund]ed"),
        ("by_dialog", ("dialog",), "by_[dialog]"),
        ("How we do it", ("how", "we", "do", "it"), "[How] [we] [do] [it]"),
        ("<b>", (), "&lt;b&gt;"),
        ("<it>", ("it",), "&lt;[it]&gt;"),
    ],
)
def test_words_are_marked_where_words_begin(text: str, words: tuple[str, ...], shown: str) -> None:
    """Within a word only where no word begins with them; text stays text."""
    found = str(marked(text, words)).replace('<mark class="hit">', "[").replace("</mark>", "]")
    assert found == shown
