"""What somebody may have meant who wrote a name that there is not."""

import pytest

from auscult.domain.said.spelling import did_you_mean, nearest

METRICS = ("em-greeting", "em-closing", "em-hold-notice")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("em-greting", "em-greeting"),
        ("EM-GREETING", "em-greeting"),
        ("em_closing", "em-closing"),
        ("em-holdnotice", "em-hold-notice"),
        ("em-empathy", None),
        ("", None),
        ("x" * 1_000_000, None),
    ],
)
def test_the_nearest_name_where_one_is_near(word: str, meant: str | None) -> None:
    """ "em-greting: did you mean em-greeting?"; and no guess where nothing is near."""
    assert nearest(word, METRICS) == meant
    assert did_you_mean(word, METRICS, "else") == (f"did you mean {meant}?" if meant else "else")


def test_many_names_are_compared_up_to_a_thousand() -> None:
    """A list of any length is answered in no time."""
    assert nearest("name-5", [f"name-{n}" for n in range(100_000)]) == "name-5"
    assert nearest("zzz", ["z" * 10_000] * 10) is None
