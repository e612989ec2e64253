"""The gain of more audits of a metric."""

import pytest

from auscult.domain.statistics.post_stratified import Stratum, post_stratified
from auscult.services.insights.trust import _curve


def test_the_curve_passes_through_the_width_of_the_estimate() -> None:
    """The page says how wide the estimate is, and how narrow more audits make it: both from the same start."""
    strata = [Stratum("YES", 80, 8, 0, 0), Stratum("NO", 70, 1, 11, 0)]
    estimate = post_stratified(strata)
    assert estimate is not None
    curve = dict(_curve(strata, 20, estimate))
    assert curve[20] == pytest.approx((estimate.high - estimate.low) / 2)
    widths = [curve[n] for n in sorted(curve)]
    assert widths == sorted(widths, reverse=True)
    assert len(set(widths)) == len(widths)
