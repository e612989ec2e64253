"""Figures from sound of an acted call, spoken by espeak-ng at the times of its turns (``python -m bench.voice``)."""

import shutil

import pytest
from msgspec.structs import replace

from bench.spoken_calls import speak, timed_calls
from bench.voice import CALLS, measured, spread

pytestmark = [
    pytest.mark.night,
    pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed"),
]
NOISE, TURNS, OVERLAPS = 0.001, 14, 5


def test_figures_are_those_of_the_transcript() -> None:
    """Speech begins and ends within 100 ms of its turns; overlaps, their side, the pause and the hold are found."""
    (acted,) = timed_calls(CALLS / "acted_calls.ndjson", 1)
    call = speak(replace(acted, turns=acted.turns[:TURNS]), NOISE)
    found = measured([call])
    assert (found.missed, found.invented) == (0, 0)
    assert spread(found.starts).p95 < 100
    assert spread(found.ends).p95 < 100
    assert found.begun_by_right == found.overlaps == OVERLAPS
    assert found.holds_found == 1
    assert max(found.hold + found.dead_air) < 200
    assert max(found.talk) < 0.02 * call.duration_ms
