"""Names of the people, clients and commands that did something."""

import pytest

from auscult.server.console.frame.naming import by_in_words, why_not_scored
from tests.data_files import data_of

NAMES = {"ann@example.com": "Ann"}


@pytest.mark.parametrize(("by", "words"), data_of(__file__, "who_did_it_is_named"))
def test_who_did_it_is_named(by: str, words: str) -> None:
    """A person by name, others by what they are; what a newer version writes stays as it is."""
    assert by_in_words(by, NAMES) == words


def test_why_there_is_no_score() -> None:
    """A recording without words waits for them; what has words and no times has no length."""
    assert why_not_scored("duration_unavailable", "", has_words=False) == "Waits for a transcript"
    assert why_not_scored("duration_unavailable", "") == "No length known"
    assert why_not_scored("evaluated", "Not scored", has_words=False) == "Not scored"
