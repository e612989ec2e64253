"""What ``auscult load`` says at its end."""

import pytest

from auscult.cli.scoring.load import sentence

PLAIN = {
    "accepted": 76,
    "unchanged": 0,
    "replaced": 0,
    "scored": 74,
    "below_threshold": 2,
    "duration_unavailable": 0,
    "not_evaluated": 0,
    "sides_unknown": 0,
    "failed": 0,
    "waiting": 0,
    "rejected": 0,
}


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (PLAIN, "76 loaded, 74 scored, 2 below threshold, 0 rejected"),
        (PLAIN | {"replaced": 2}, "76 loaded, 74 scored, 2 below threshold, 2 replaced, 0 rejected"),
        (PLAIN | {"unchanged": 76}, "76 loaded, 74 scored, 2 below threshold, 76 unchanged, 0 rejected"),
        (
            PLAIN | {"not_evaluated": 74, "scored": 0, "rejected": 3},
            "76 loaded, 0 scored, 2 below threshold, 74 not evaluated, 3 rejected",
        ),
    ],
)
def test_sentence(counts: dict[str, int], said: str) -> None:
    """The usual counts are always told, the seldom ones only where they are not 0."""
    assert sentence(counts) == said
