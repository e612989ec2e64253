"""Repetition of example conversations over weeks."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from auscult.services.conversations.repeating import REPEATS, Span, repeated
from tests.unit.analyzers.conversations import conversation

EXAMPLES = [replace(conversation([]), id=f"c-{number}") for number in range(9)]
A_WEEKEND = datetime(2026, 11, 21, tzinfo=UTC)


@given(st.integers(min_value=0, max_value=14 * 24 * 60))
def test_the_end_of_the_span_does_not_choose_the_examples(minutes: int) -> None:
    """At any minute of any day the same examples come, in the same order, and none in the future."""
    until = A_WEEKEND + timedelta(minutes=minutes)
    found = list(repeated(EXAMPLES, "app", Span(until, 3, 20)))
    assert [each.custom_fields[REPEATS] for each in found] == [
        each.custom_fields[REPEATS] for each in repeated(EXAMPLES, "app", Span(A_WEEKEND, 3, 20))
    ]
    assert max(each.started_at for each in found) < until
    assert len({each.id for each in found}) == len(found)
