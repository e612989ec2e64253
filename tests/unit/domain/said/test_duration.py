"""Spans of time in forms."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.said.duration import parse_duration_ms
from tests.data_files import data_of


@pytest.mark.parametrize(("written", "expected"), data_of(__file__, "reads_what_people_write"))
def test_reads_what_people_write(written: str | int, expected: int) -> None:
    """Units in the usual spellings; a bare whole number is seconds."""
    assert parse_duration_ms(written) == expected


@pytest.mark.parametrize(
    "written",
    ["", "s", "15x", "-3s", "3s and more", "1.2345s", "0.1ms", "1e3s", True, -1, Decimal("1.5"), "9" * 80, "\u0661s"],
)
def test_refuses_the_rest_and_says_what_would_be_right(written: Any) -> None:
    """No guess is made, and no part of a ms is lost."""
    with pytest.raises(ValueError, match="write it like 15s"):
        parse_duration_ms(written)


@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 999))
def test_adds_up_its_parts(minutes: int, seconds: int, ms: int) -> None:
    """The whole is the sum."""
    assert parse_duration_ms(f"{minutes}m {seconds}s {ms}ms") == minutes * 60_000 + seconds * 1_000 + ms
