from hypothesis import given
from hypothesis import strategies as st

from auscult.services.scoring.intake.grouping import grouped
from tests.integration.working import conversation


@given(st.lists(st.integers(0, 12)), st.integers(1, 5), st.integers(1, 30))
def test_groups_are_the_whole_in_order_and_never_larger_than_they_may(
    lengths: list[int], most: int, characters: int
) -> None:
    """Nothing is lost, moved or split; a group that is too long holds one conversation."""
    given_ = [conversation(f"c-{at}", "x" * length) for at, length in enumerate(lengths)]
    groups = list(grouped(given_, most, characters))
    assert [one for group in groups for one in group] == given_
    for group in groups:
        said = sum(len(turn.text) for one in group for turn in one.turns)
        assert 0 < len(group) <= most
        assert said <= characters or len(group) == 1


@given(st.integers(1, 5))
def test_no_more_is_read_than_one_beyond_a_group(most: int) -> None:
    """Whoever takes one group has one more conversation read, at most."""
    numbers = iter(range(100))
    source = (conversation(f"c-{number}") for number in numbers)
    assert len(next(grouped(source, most))) == most
    assert next(numbers) <= most + 1
