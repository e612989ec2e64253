"""What ``auscult load`` says at its end."""

import pytest

from auscult.cli.scoring.load import sentence
from tests.data_files import data_of

PLAIN = data_of(__file__, "plain")


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
