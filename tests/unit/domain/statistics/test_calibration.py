"""Figures of a calibration session."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.statistics.calibration import (
    colour_of,
    metric_gaps,
    question_figures,
    session_figures,
)

answers = st.sampled_from(["YES", "NO", "NA"])


def test_a_consensus_needs_more_than_half() -> None:
    """Three of four agree: majority; two of four: none; all: full."""
    found = question_figures(["YES", "YES", "YES", "NA"])
    assert (found.consensus, found.agreement, found.category) == ("YES", 0.75, "majority")
    found = question_figures(["YES", "YES", "NO", "NO"])
    assert (found.consensus, found.agreement, found.category) == (None, 0.5, "none")
    found = question_figures(["NA", "NA"])
    assert (found.consensus, found.agreement, found.category) == ("NA", 1, "full")


@given(st.lists(answers, min_size=1, max_size=9))
def test_agreement_is_the_share_of_the_largest(given_answers: list[str]) -> None:
    """From a third, as there are three answers, to 1; a consensus exactly above a half."""
    found = question_figures(given_answers)
    assert 1 / 3 <= found.agreement <= 1
    assert (found.consensus is not None) == (found.agreement > 0.5)


def test_a_session() -> None:
    """Agreement over consensus questions, accuracy against the reference, NA rate against the session's mean."""
    session = {
        "c-1 greeting": {"ann": "YES", "bob": "YES", "cy": "NA"},
        "c-1 closing": {"ann": "NO", "bob": "NO", "cy": "NO"},
        "c-2 greeting": {"ann": "YES", "bob": "NO", "cy": "NA"},
    }
    found = session_figures(session, {"c-1 greeting": "NO", "c-2 greeting": "YES"})
    assert found.agreement == pytest.approx((2 / 3 + 1) / 2)
    assert found.colour == "amber"
    assert found.raters["ann"].agreement == 1
    assert found.raters["ann"].accuracy == 0.5
    assert found.raters["cy"].agreement == 0.5
    assert found.raters["cy"].na_rate == pytest.approx(2 / 3)
    assert found.raters["cy"].na_flagged
    assert not found.raters["ann"].na_flagged
    assert found.raters["ann"].kappa is None


def test_kappa_needs_ten_consensus_questions() -> None:
    """Ten questions with a consensus: kappa against it, with its band."""
    session = {
        f"q{index}": {"ann": "YES" if index % 2 else "NO", "bob": "YES" if index % 2 else "NO", "cy": "YES"}
        for index in range(10)
    }
    found = session_figures(session)
    assert found.raters["ann"].kappa == 1
    assert found.raters["ann"].band == "near-perfect"
    assert found.raters["cy"].kappa == 0
    assert found.raters["cy"].accuracy is None


def test_gaps_come_lowest_first() -> None:
    """Calibrated from 80 %, needs attention from 65 %; ties stay in the order of the form."""
    questions = {
        "c-1 a": question_figures(["YES"] * 4),
        "c-1 b": question_figures(["YES"] * 3 + ["NO"]),
        "c-1 c": question_figures(["YES"] * 2 + ["NO"] * 2),
        "c-1 d": question_figures(["NO"] * 3 + ["YES"]),
    }
    gaps = metric_gaps(questions, {key: key[-1] for key in questions})
    assert list(gaps) == ["c", "b", "d", "a"]
    assert [gap.label for gap in gaps.values()] == [
        "calibration required",
        "needs attention",
        "needs attention",
        "calibrated",
    ]
    assert [colour_of(share) for share in (0.9, 0.89, 0.7, 0.69)] == ["green", "amber", "amber", "red"]


def test_a_session_without_answers_has_no_figures() -> None:
    """Nothing submitted, nothing shown."""
    found = session_figures({})
    assert (found.agreement, found.colour, found.raters) == (None, None, {})
