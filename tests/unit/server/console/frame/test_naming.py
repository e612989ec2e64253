"""Names of the people, clients and commands that did something."""

import pytest

from auscult.server.console.frame.naming import by_in_words
from tests.data_files import data_of

NAMES = {"ann@example.com": "Ann"}


@pytest.mark.parametrize(("by", "words"), data_of(__file__, "who_did_it_is_named"))
def test_who_did_it_is_named(by: str, words: str) -> None:
    """A person by name, others by what they are; what a newer version writes stays as it is."""
    assert by_in_words(by, NAMES) == words
