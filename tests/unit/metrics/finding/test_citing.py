"""What a verdict quotes."""

import pytest

from auscult.metrics._finding.citing import why_by_words
from auscult.metrics._finding.language import What
from auscult.metrics._finding.patterns import wording_pattern
from tests.data_files import data_of
from tests.strategies import talk


@pytest.mark.parametrize(("text", "why"), data_of(__file__, "a_quote_holds_whole_numbers"))
def test_a_quote_holds_whole_numbers(text: str, why: str) -> None:
    """No digits are cut off a number, or another amount would stand in the evidence."""
    conversation = talk(f"agent: {text}")
    wording = (r"\d+ euros",)
    condition = What(wording=wording)
    told, _ = why_by_words(condition, conversation.turns[0], conversation, wording_pattern(wording))
    assert told == why


@pytest.mark.parametrize(
    ("condition", "text", "why"),
    [
        (What(pattern=r"\d+ euros?"), "It would be 2,340 euros.", "says '2,340 euros'"),
        (What(pattern=r"\d+ eur"), "That is 12.50 euros", "says '12.50 euros'"),
        (What(phrases=("340 euros",)), "It would be 2,340 euros.", "says '2,340 euros'"),
        (What(phrases=("costs 2",)), "It costs 2,340 euros.", "says 'costs 2,340'"),
        (What(phrases=("room 2",)), "Room 2, please", "says 'Room 2'"),
        (What(pattern=r"\bno\b"), "I know there is no card", "says 'no'"),
    ],
)
def test_every_kind_of_words_quotes_whole_tokens(condition: What, text: str, why: str) -> None:
    """Patterns and phrases too, at both ends."""
    conversation = talk(f"agent: {text}")
    assert why_by_words(condition, conversation.turns[0], conversation, "")[0] == why
