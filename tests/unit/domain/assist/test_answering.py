"""Parts of a passage that can answer alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.assist.answering import answer_parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("A code is valid for a week.", ("A code is valid for a week.",)),
        ("Parcels cost 3.95. Express is 6.95!", ("Parcels cost 3.95.", "Express is 6.95!")),
        ("Send it back. It is free.", ("Send it back. It is free.",)),
        ("Open from 8 a.m. to 8 p.m. Ring us then.", ("Open from 8 a.m. to 8 p.m.", "Ring us then.")),
        ("Ask Dr. Smith at the till. Bring an id.", ("Ask Dr. Smith at the till.", "Bring an id.")),
        (
            "You need:\n- an id\n- the receipt\n\nRefunds take five days.",
            ("You need:\n- an id\n- the receipt", "Refunds take five days."),
        ),
        ("1. Hold the button.\n2. Wait.", ("1. Hold the button.\n2. Wait.",)),
        ("", ()),
    ],
)
def test_a_part_can_be_read_alone(text: str, parts: tuple[str, ...]) -> None:
    """A sentence with what leans on it, or a list with the line before it."""
    assert answer_parts(text) == parts


@given(st.text())
def test_nothing_is_lost(text: str) -> None:
    """The parts together are the passage, but for white space."""
    assert "".join("".join(answer_parts(text)).split()) == "".join(text.split())
