"""Adding up and finding positions in tallies, against plain counting."""

from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.storage.pages import rollups
from auscult.storage.pages.rollups import DAY, FINEST, TOP, WIDTHS, Key, Tree, bucket_of, is_crowded, raised

A_FEW = 4
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
BORDERS = st.sampled_from([0, 23, 24, 767, 768, 24_575, 24_576]).map(lambda hour: hour * HOUR_MS)
CROWDED = st.integers(-2 * HOUR_MS, -2 * HOUR_MS + 130_000) | st.integers(0, 5_000)
"""Of two hours, some minutes; so that some of them are crowded when a few rows are a crowd."""
STARTS = st.lists(st.integers(-(10**11), 10**12) | BORDERS | CROWDED, max_size=60)


@pytest.fixture(scope="module", autouse=True)
def _few_are_a_crowd() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rollups, "CROWD", A_FEW)
        yield


class Rows:
    """Rows by their starts, as tallies hold them."""

    def __init__(self, starts: list[int]) -> None:
        """Count them at every level, below the day where they are a crowd."""
        self.starts = sorted(starts)
        self.levels = {level: Counter(start // width for start in starts) for level, width in WIDTHS.items()}
        self.loads = 0
        for level in range(DAY - 1, FINEST - 1, -1):
            whole, fan = self.levels[level + 1], WIDTHS[level + 1] // WIDTHS[level]
            self.levels[level] = Counter(
                {bucket: n for bucket, n in self.levels[level].items() if is_crowded(level + 1, whole[bucket // fan])}
            )

    def load(self, spans: Mapping[int, tuple[int, int]]) -> list[tuple[int, int, int, int]]:
        """What a database would answer, in no order."""
        self.loads += 1
        return [
            (level, bucket, n, n)
            for level, (first, last) in spans.items()
            for bucket, n in self.levels[level].items()
            if first <= bucket < last
        ]


def most_in_a_second(starts: list[int]) -> int:
    """So many rows start in the second that has most."""
    return max(Counter(start // 1_000 for start in starts).values(), default=0)


@given(STARTS, st.integers(-(10**11), 10**12) | BORDERS | CROWDED)
def test_before_counts_the_rows_that_start_earlier(starts: list[int], ms: int) -> None:
    """Adding up nodes gives what counting gives; no more rows than a crowd are left to be counted one by one."""
    rows = Rows(starts)
    count, known_to = Tree().before(ms, rows.load)
    assert count == sum(start < known_to for start in starts)
    assert known_to <= ms
    assert sum(known_to <= start < ms for start in starts) <= max(A_FEW, most_in_a_second(starts))
    assert rows.loads == 1 or ms % DAY_MS


@given(STARTS)
def test_every_position_is_found_where_it_is(starts: list[int]) -> None:
    """The row at each position lies at the position told from the start told, no further than a crowd; past the end is none."""
    rows, tree = Rows(starts), Tree()
    for position in range(len(starts)):
        start, rest = tree.locate(position, rows.load)
        assert sum(each < start for each in starts) + rest == position
        assert rest <= max(A_FEW, most_in_a_second(starts))
    with pytest.raises(IndexError):
        tree.locate(len(starts), rows.load)


@given(st.integers(A_FEW + 1, 60))
def test_parts_that_do_not_have_all_rows_are_not_believed(n: int) -> None:
    """Of two listings together the hour may be crowded, and be counted by its parts for one of them only."""
    rows = Rows([7] * n)
    del rows.levels[-1][0]
    tree = Tree()
    assert tree.locate(n - 1, rows.load) == (0, n - 1)
    assert tree.before(8, rows.load) == (0, 0)


@given(STARTS, STARTS)
def test_changes_are_raised_to_every_level(came: list[int], went: list[int]) -> None:
    """Each level holds the sum of what changed below it, and nothing that cancels out."""
    change = Counter(Key(1, 0, DAY, start // DAY_MS, 16) for start in came)
    change.subtract(Counter(Key(1, 0, DAY, start // DAY_MS, 16) for start in went))
    changes = raised(change)
    assert all(changes.values())
    for level in range(DAY, TOP + 1):
        expected = Counter(start // WIDTHS[level] for start in came)
        expected.subtract(start // WIDTHS[level] for start in went)
        found = {key.bucket: n for key, n in changes.items() if key.level == level}
        assert found == {bucket: n for bucket, n in expected.items() if n}


@given(st.sampled_from(sorted(WIDTHS)), st.integers(-(10**14), 10**14))
def test_an_instant_lies_in_its_bucket(level: int, ms: int) -> None:
    """Also before the epoch."""
    assert bucket_of(level, ms) * WIDTHS[level] <= ms < (bucket_of(level, ms) + 1) * WIDTHS[level]
