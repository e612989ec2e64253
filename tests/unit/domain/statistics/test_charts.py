"""Control charts."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.statistics.charts import Mean, Period, ewma_chart, laney_chart, mean_chart
from tests.waiting import existing

periods_of = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda pair: (min(pair), max(pair))), min_size=1, max_size=30
).map(lambda pairs: [Period(f"w{index}", k, n) for index, (k, n) in enumerate(pairs)])


def weeks(rates: list[float], n: int, seed: int = 3) -> list[Period]:
    """Return weeks of n conversations with these true rates."""
    stream = random.Random(seed)
    return [Period(f"w{index}", sum(stream.random() < rate for _ in range(n)), n) for index, rate in enumerate(rates)]


def test_limits_by_hand() -> None:
    """Two periods of 100 with 40 and 60 %: z = -2, 2; sigma_z = 4 / 1.128; limits 0.5 +- 3 x 0.05 x sigma_z."""
    found = existing(laney_chart([Period("w1", 40, 100), Period("w2", 60, 100)]))
    assert found.centre == 0.5
    assert found.sigma_z == pytest.approx(4 / 1.128)
    assert found.points[0].low == pytest.approx(max(0.5 - 0.15 * 4 / 1.128, 0))
    assert found.advice == "common cause: leave it"


def test_large_periods_do_not_alarm_by_themselves() -> None:
    """With 100,000 conversations a week plain limits are too narrow; Laney's allow for what weeks differ anyway."""
    stream = random.Random(9)
    rates = [0.8 + stream.gauss(0, 0.01) for _ in range(40)]
    found = existing(laney_chart([Period(f"w{index}", 100_000 * rate, 100_000) for index, rate in enumerate(rates)]))
    assert found.sigma_z > 5
    assert sum("beyond limits" in point.signals for point in found.points) <= 1


def test_a_step_is_a_special_cause() -> None:
    """A fall of ten points lies on one side of the centre for eight weeks; its marker says which form came then."""
    found = existing(laney_chart(weeks([0.9] * 20 + [0.8] * 12, 400), {"w20": "form ef-1 version 2"}))
    assert any("8 on one side" in point.signals for point in found.points[20:])
    assert found.points[20].marker == "form ef-1 version 2"
    assert found.advice == "special cause: look here"


def test_slow_drift_shows_in_the_moving_average() -> None:
    """A fall of a third of a point a week is beyond the limits of the moving average in the end."""
    found = existing(ewma_chart(weeks([0.9 - 0.006 * week for week in range(25)], 500)))
    assert "beyond limits" in found.points[-1].signals
    with pytest.raises(ValueError, match="invalid smoothing"):
        ewma_chart([], 0)


@given(periods_of)
def test_charts_hold_their_centre(periods: list[Period]) -> None:
    """Empty periods are left out; limits lie from 0 to 1 around the centre."""
    found = laney_chart(periods)
    known = [one for one in periods if one.n]
    assert (found is None) == (not known)
    if found is not None:
        assert [point.name for point in found.points] == [one.name for one in known]
        for point in found.points:
            assert 0 <= point.low <= found.centre + 1e-12
            assert found.centre - 1e-12 <= point.high <= 1


@given(periods_of)
def test_no_smoothing_shows_the_shares(periods: list[Period]) -> None:
    """With a smoothing of 1 the moving average is the share itself, and its limits are Laney's."""
    plain, smoothed = laney_chart(periods), ewma_chart(periods, 1.0)
    if plain is None or smoothed is None:
        assert plain is smoothed
        return
    for one, other in zip(plain.points, smoothed.points, strict=True):
        assert other.value == pytest.approx(one.value)
        assert other.low == pytest.approx(one.low)


def test_means_within_chance_are_left_alone() -> None:
    """Means that scatter by their standard error lie within limits, which are narrower where there are more."""
    stream = random.Random(3)
    means = [Mean(f"w{n}", 400, 0.7 + stream.gauss(0, 0.01), 0.04) for n in range(25)]
    chart = existing(mean_chart([*means, Mean("many", 4_000, 0.7, 0.04), Mean("none", 0, 0.0, 0.0)]))
    assert len(chart.points) == len(means) + 1
    assert not any("beyond limits" in point.signals for point in chart.points)
    last, many = chart.points[-2:]
    assert many.high - many.low < last.high - last.low
    assert chart.sigma_z == pytest.approx(1, abs=0.4)


def test_a_mean_far_from_the_others_is_a_signal() -> None:
    """A week whose mean fell by twenty standard errors lies beyond its limits, and no other does."""
    stream = random.Random(5)
    means = [Mean(f"w{n}", 400, 0.7 + stream.gauss(0, 0.01), 0.04) for n in range(25)]
    chart = existing(mean_chart([*means, Mean("low", 400, 0.5, 0.04)]))
    assert [point.name for point in chart.points if "beyond limits" in point.signals] == ["low"]


def test_equal_scores_have_no_limits_to_pass() -> None:
    """Without any spread the limits are the mean itself; without a conversation there is no chart."""
    chart = existing(mean_chart([Mean("one", 3, 0.5, 0.0), Mean("two", 4, 0.5, 0.0)]))
    assert all(point.low == point.high == chart.centre and not point.signals for point in chart.points)
    assert mean_chart([Mean("one", 0, 0.0, 0.0)]) is None
