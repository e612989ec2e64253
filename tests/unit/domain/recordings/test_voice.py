"""Figures from voice activity: the arithmetic of spans."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.recordings.voice import DEAD_AIR_MS, Overlap, Span, joined, silences, voice_figures

LENGTH = 20_000
CUTS = st.lists(st.integers(0, LENGTH), unique=True, max_size=20).map(
    lambda cuts: [Span(start, end) for start, end in list(pairwise(sorted(cuts)))[::2]]
)


def covered(spans: list[Span]) -> set[int]:
    """Every millisecond in these spans."""
    return {ms for span in spans for ms in range(span.start_ms, span.end_ms)}


def test_an_overlap_is_begun_by_who_came_later() -> None:
    """Talk counts for both; the share is of all talk."""
    found = voice_figures([[Span(0, 2000)], [Span(1800, 2300)]], ("agent", "customer"), 9000)
    assert found.overlaps == (Overlap(start_ms=1800, end_ms=2000, begun_by="customer"),)
    assert [each.talk_share for each in found.channels] == [0.8, 0.2]
    assert (found.silence_ms, found.dead_air) == (6700, (Span(2300, 9000),))


def test_where_nobody_speaks_all_is_silent() -> None:
    """A share of nothing is unknown."""
    found = voice_figures([[]], ("unknown",), DEAD_AIR_MS - 1)
    assert (found.silence_ms, found.dead_air_ms, found.channels[0].talk_share) == (DEAD_AIR_MS - 1, 0, None)


@given(CUTS, CUTS)
def test_talk_overlap_and_silence_add_up(left: list[Span], right: list[Span]) -> None:
    """Talk of both channels, less what overlaps, and silence make the whole; each is what counting each ms yields."""
    found = voice_figures([left, right], ("agent", "customer"), LENGTH)
    talk = sum(each.talk_ms for each in found.channels)
    assert talk - found.overlap_ms + found.silence_ms == LENGTH
    assert found.overlap_ms == len(covered(left) & covered(right))
    assert covered(silences([*left, *right], LENGTH)) == set(range(LENGTH)) - covered(left) - covered(right)


@given(CUTS, st.integers(1, 500), st.integers(0, 500))
def test_joined_spans_lie_apart(spans: list[Span], gap: int, least: int) -> None:
    """Gaps are at least as long as asked for, spans too, and no speech is added outside of gaps that were closed."""
    found = joined(spans, gap, least)
    assert all(after.start_ms - before.end_ms >= gap for before, after in pairwise(found))
    assert all(span.length_ms >= least for span in found)
    assert covered(joined(spans, 1, 0)) == covered(spans)
