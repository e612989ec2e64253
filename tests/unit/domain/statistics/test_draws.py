"""Draws by permanent random numbers."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.statistics.draws import (
    count_of_percent,
    draw_by_risk,
    draw_count,
    draw_share,
    permanent_number,
    risk_probability,
)

frames = st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=8), max_size=40, unique=True)
seeds = st.text(st.characters(codec="utf-8"), max_size=8)
shares = st.floats(0, 1)


def test_a_number_is_part_of_the_contract() -> None:
    """A draw can be repeated elsewhere: the first 53 bits of SHA-256 over seed, zero byte and id."""
    assert permanent_number("s", "c-1") == 0xD581528C8AEED / 2**53
    assert permanent_number("s", "c-1") != permanent_number("t", "c-1")


@given(seeds, frames, shares)
def test_a_share_takes_the_numbers_below_it(seed: str, frame: list[str], share: float) -> None:
    """A conversation is drawn exactly when its number is below the share."""
    drawn = draw_share(seed, frame, share)
    assert {one.conversation_id for one in drawn} == {one for one in frame if permanent_number(seed, one) < share}
    assert all(one.probability == share for one in drawn)


@given(seeds, frames, st.integers(0, 50))
def test_a_count_is_met_exactly(seed: str, frame: list[str], count: int) -> None:
    """The n smallest numbers are drawn, each with probability n / N."""
    drawn = draw_count(seed, frame, count)
    assert len(drawn) == min(count, len(frame))
    assert [one.u for one in drawn] == sorted(permanent_number(seed, one) for one in frame)[:count]
    assert all(one.probability == len(drawn) / len(frame) for one in drawn)


@given(seeds, frames, st.integers(0, 50), st.randoms())
def test_order_does_not_matter(seed: str, frame: list[str], count: int, stream: random.Random) -> None:
    """The same frame gives the same draw, however it is sorted."""
    other = list(frame)
    stream.shuffle(other)
    assert draw_count(seed, other, count) == draw_count(seed, frame, count)


@given(seeds, frames, frames, shares)
def test_late_arrivals_change_nothing(seed: str, frame: list[str], late: list[str], share: float) -> None:
    """What a share has drawn stays drawn when the frame grows."""
    before = {one.conversation_id for one in draw_share(seed, frame, share)}
    after = {one.conversation_id for one in draw_share(seed, [*frame, *late], share)}
    assert before <= after
    assert after - before <= set(late)


@given(seeds, frames, shares, shares)
def test_a_greater_share_holds_a_smaller(seed: str, frame: list[str], one: float, other: float) -> None:
    """Two plans with one seed overlap as much as possible."""
    small, great = (draw_share(seed, frame, share) for share in sorted((one, other)))
    assert {each.conversation_id for each in small} <= {each.conversation_id for each in great}


def test_numbers_are_spread_evenly() -> None:
    """Of 20,000 numbers each tenth holds a tenth, within five standard deviations."""
    counts = [0] * 10
    for index in range(20_000):
        counts[int(10 * permanent_number("even", f"c-{index}"))] += 1
    assert all(abs(count - 2_000) < 5 * (20_000 * 0.1 * 0.9) ** 0.5 for count in counts)


def test_risk_raises_the_probability_from_the_floor() -> None:
    """No risk leaves the floor, full risk is certain, and every probability is given with its item."""
    assert risk_probability(0.2, 0) == 0.2
    assert risk_probability(0.2, 1) == 1
    drawn = draw_by_risk("s", [(f"c-{index}", index % 2) for index in range(200)], 0.2)
    assert sum(one.probability == 1 for one in drawn) == 100
    assert 5 < sum(one.probability == 0.2 for one in drawn) < 40


def test_percentages_are_rounded_up() -> None:
    """Two per cent of 101 conversations are 3; decimals do not suffer from binary fractions."""
    assert count_of_percent(2, 101) == 3
    assert count_of_percent(0.1, 1000) == 1
    assert count_of_percent(100, 7) == 7
    assert count_of_percent(2.5, 40) == 1


def test_invalid_designs_are_refused() -> None:
    """Shares lie from 0 to 1, counts from 0."""
    with pytest.raises(ValueError, match="invalid share"):
        draw_share("s", ["c"], 1.1)
    with pytest.raises(ValueError, match="invalid count"):
        draw_count("s", ["c"], -1)
    with pytest.raises(ValueError, match="invalid floor"):
        risk_probability(0.2, 1.5)
