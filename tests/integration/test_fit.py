"""The weights in the package are what the command of the bench makes, and their confidence can be taken at its word."""

from typing import NamedTuple

import numpy as np
import pytest

from auscult.domain.conversation import Turn
from auscult.engines._acts.reading import AGENT_ACTS, CUSTOMER_ACTS
from auscult.engines.acts import FOLDER
from bench.acts.fit_votes import Calibration, Decision, calibration, fit_votes
from bench.acts.material import Labelled, hands_of
from bench.acts.train import Unit, as_labelled, fit, material_of, train_heads, units_of, vocabulary_of, whole_numbers
from tests.tiers import drawn

pytestmark = pytest.mark.night

LAST_DIGITS = 20
"""Another processor adds up in another order, and stops at another step at the bottom of the slope. Weights are in
hundreds of thousands."""


class Hands(NamedTuple):
    """The labelled conversations of a language, and their turns."""

    language: str
    sets: list[Labelled]
    units: list[Unit]


@pytest.fixture(scope="module")
def hands(request: pytest.FixtureRequest) -> Hands:
    """The languages whose conversations the repository has."""
    sets = hands_of(request.param)
    return Hands(request.param, sets, units_of(sets, request.param))


@pytest.mark.landing
@pytest.mark.parametrize("hands", drawn(["es", "de", "fr", "pt"], 1), indirect=True)
def test_a_part_of_the_heads_is_made_again(hands: Hands) -> None:
    """The customers' acts, fitted to the conversations of the repository, are those that the package has."""
    vocabulary = vocabulary_of(hands.units, hands.language)
    _, columns, known, counts = material_of(hands.units, "customer", vocabulary, hands.language)
    with np.load(FOLDER / f"{hands.language}.npz", allow_pickle=False) as file:
        packaged = dict(file)
    assert packaged["gram_names"].tobytes().decode().split("\n") == list(vocabulary.grams)
    for name, made in whole_numbers(fit(columns, known, counts), vocabulary).items():
        there = packaged[name]
        there = there.reshape(len(there), 3, -1) if made.ndim == 3 else there
        assert np.abs(there[..., len(AGENT_ACTS) :] - made).max() <= LAST_DIGITS, name


@pytest.mark.parametrize("hands", ["es", "de"], indirect=True)
def test_confidence_holds_for_authors_left_out(hands: Hands) -> None:
    """Of the metrics' decisions with a confidence, about that share is right, and it says more than the share of all."""
    scores = train_heads(hands.units, hands.language, write=False)
    found = calibration(fit_votes(hands.sets, scores, hands.language, write=False))
    assert found.error <= 0.04
    assert found.brier <= found.base - 0.01


@pytest.mark.landing
def test_calibration_is_counted_by_bins() -> None:
    """Four decisions of 0.8 of which two are right are 0.3 off; two of 1.0 that are right are not."""
    decisions = [Decision("c-1", "em-greeting", "YES", answer, 0.8) for answer in ("YES", "YES", "NO", "NO")]
    decisions += [Decision("c-1", "em-greeting", "YES", "YES", 1.0)] * 2
    error, brier, right = 4 / 6 * 0.3, (2 * 0.04 + 2 * 0.64) / 6, 4 / 6
    assert calibration(decisions) == pytest.approx(Calibration(6, error, brier, right * (1 - right)))


@pytest.mark.landing
def test_labelled_acts_are_certain() -> None:
    """Acts that people label replace scores; what they do not label, outcomes and other sources keep theirs."""
    turn = Turn(id="m1", speaker="customer", text="Where is it?")
    known = {"ask": 1, "problem": 0, "sounds_served": 1}
    units = [Unit(source, source, 0, turn, None, None, (), known) for source in ("a read", "challenge")]
    row = tuple(range(len(CUSTOMER_ACTS)))
    found = as_labelled(units, {("a read", 0): row, ("challenge", 0): row})
    assert found == {("a read", 0): (48, -48, *row[2:]), ("challenge", 0): row}
