"""New colleagues' conversations: all flagged at first, then fewer, then none."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.coaching.item import flag_share, is_flagged

HIRED = date(2026, 3, 2)


@given(st.integers(-10, 100))
def test_the_share_fades(days: int) -> None:
    """One for two weeks, zero from eight, never growing; before hiring nothing is flagged."""
    share, later = (flag_share(HIRED, HIRED + timedelta(days=each)) for each in (days, days + 1))
    assert 0 <= share <= 1
    if days < 0:
        assert share == 0
    elif days <= 14:
        assert share == 1
    elif days >= 56:
        assert share == 0
    else:
        assert 0 < share < 1
    assert days < 0 or later <= share


@given(st.text(min_size=1, max_size=8), st.integers(0, 80))
def test_a_flag_never_comes_back(conversation_id: str, days: int) -> None:
    """What is not flagged on a day would not be flagged on a later one."""
    later = is_flagged(conversation_id, HIRED, HIRED + timedelta(days=days + 1))
    assert is_flagged(conversation_id, HIRED, HIRED + timedelta(days=days)) or not later
