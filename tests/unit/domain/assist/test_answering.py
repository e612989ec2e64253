"""Parts of a passage that can answer alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.assist.answering import answer_parts
from tests.data_files import tuples_of


@pytest.mark.parametrize(
    ("text", "parts"),
    tuples_of(__file__, "a_part_can_be_read_alone"),
)
def test_a_part_can_be_read_alone(text: str, parts: tuple[str, ...]) -> None:
    """A sentence with what leans on it, or a list with the line before it."""
    assert answer_parts(text) == parts


@given(st.text())
def test_nothing_is_lost(text: str) -> None:
    """The parts together are the passage, but for white space."""
    assert "".join("".join(answer_parts(text)).split()) == "".join(text.split())
