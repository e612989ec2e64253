"""Rules hold for phrasings that no labelled set has, and leave what only resembles personal data."""

from pathlib import Path

import pytest

from auscult.redactors.builtin import BuiltIn
from bench.redaction.labelled import Case, read, score

HERE = Path(__file__).parent / "variants"
CASES = [(file.stem, case) for file in sorted(HERE.glob("*.txt")) for case in read(file)]


def _id(value: object) -> str:
    return " ".join(turn.text for turn in value.utterances)[:60] if isinstance(value, Case) else str(value)


@pytest.mark.parametrize(("kind", "case"), CASES, ids=_id)
def test_a_variant_is_found_and_nothing_else(kind: str, case: Case) -> None:
    """Every labelled span of a variant is covered, and no span without a label is found."""
    scored = score(BuiltIn(), [case])["all"]
    assert (scored.missed, scored.mistaken) == ([], []), kind
