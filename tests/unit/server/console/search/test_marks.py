"""Marks of a search's words in what it found."""

import pytest

from auscult.server.console.search.dialog import marked
from tests.data_files import tuples_of


@pytest.mark.parametrize(
    ("text", "words", "shown"),
    tuples_of(__file__, "words_are_marked_where_words_begin"),
)
def test_words_are_marked_where_words_begin(text: str, words: tuple[str, ...], shown: str) -> None:
    """Within a word only where no word begins with them; text stays text."""
    found = str(marked(text, words)).replace('<mark class="hit">', "[").replace("</mark>", "]")
    assert found == shown
