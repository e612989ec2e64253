"""Adding up and finding places in tallies, against plain counting."""

from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.storage.tallies import WIDTHS, Key, Tree, hour_of, raised

HOURS = st.lists(st.integers(-100_000, 500_000) | st.sampled_from([0, 23, 24, 767, 768, 24_575, 24_576]), max_size=60)


class Rows:
    """Rows by their hours, as the tallies of every level hold them."""

    def __init__(self, hours: list[int]) -> None:
        """Count them at every level."""
        self.hours = sorted(hours)
        self.levels: list[Counter[int]] = [Counter(hour // width for hour in hours) for width in WIDTHS]
        self.loads = 0

    def load(self, spans: Mapping[int, tuple[int, int]]) -> list[tuple[int, int, int]]:
        """What a database would answer, in no order."""
        self.loads += 1
        return [
            (level, bucket, n)
            for level, (first, last) in spans.items()
            for bucket, n in self.levels[level].items()
            if first <= bucket < last
        ]


@given(HOURS, st.integers(-100_001, 500_001))
def test_before_counts_the_rows_of_earlier_hours(hours: list[int], hour: int) -> None:
    """Adding up nodes gives what counting gives."""
    rows = Rows(hours)
    assert Tree().before(hour, rows.load) == sum(each < hour for each in hours)
    assert rows.loads == 1


@given(HOURS)
def test_every_place_is_found_where_it_is(hours: list[int]) -> None:
    """The row at each place lies in the hour found, at the place in that hour found; past the end there is none."""
    rows, tree = Rows(hours), Tree()
    for place, hour in enumerate(rows.hours):
        assert tree.locate(place, rows.load) == (hour, place - rows.hours.index(hour))
    with pytest.raises(IndexError):
        tree.locate(len(hours), rows.load)


@given(HOURS, HOURS)
def test_changes_are_raised_to_every_level(came: list[int], went: list[int]) -> None:
    """Each level holds the sum of what changed below it, and nothing that cancels out."""
    change = Counter(Key(1, 0, 0, hour, 16) for hour in came)
    change.subtract(Counter(Key(1, 0, 0, hour, 16) for hour in went))
    changes = raised(change)
    assert all(changes.values())
    for level, width in enumerate(WIDTHS):
        expected = Counter(hour // width for hour in came)
        expected.subtract(hour // width for hour in went)
        found = {key.bucket: n for key, n in changes.items() if key.level == level}
        assert found == {bucket: n for bucket, n in expected.items() if n}


@given(st.integers(-(10**14), 10**14))
def test_an_instant_lies_in_its_hour(ms: int) -> None:
    """Also before the epoch."""
    assert hour_of(ms) * 3_600_000 <= ms < (hour_of(ms) + 1) * 3_600_000
