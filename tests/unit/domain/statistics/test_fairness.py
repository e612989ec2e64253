"""The machine's error by group, and auditors' severity by group."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.statistics.auditors import Rating
from auscult.domain.statistics.fairness import (
    GroupedVerdict,
    discoveries,
    errors_by_group,
    severities_by_group,
)

_PAPER = "0.0001 0.0004 0.0019 0.0095 0.0201 0.0278 0.0298 0.0344 0.0459 0.3240 0.4262 0.5719 0.6528 0.7590 1.0000"
answers = st.sampled_from(["YES", "NO"])


def test_discoveries_equal_the_paper() -> None:
    """Benjamini and Hochberg (1995), section 3: at 0.05 the four smallest of fifteen stand."""
    values = [float(value) for value in _PAPER.split()]
    assert discoveries(dict(enumerate(values))) == {0, 1, 2, 3}
    assert discoveries({}) == set()


def verdicts(group: str, n: int, miss: float, stream: random.Random) -> list[GroupedVerdict]:
    """Return audits of a group in which the machine misses this share of people's YES."""
    found: list[GroupedVerdict] = []
    for _ in range(n):
        person = "YES" if stream.random() < 0.8 else "NO"
        wrong = person == "YES" and stream.random() < miss
        found.append(GroupedVerdict(group, "NO" if wrong else person, person, 0.1))
    return found


def test_a_harsher_machine_is_found() -> None:
    """The machine misses a tenth of the Spanish YES and none of the English: about 8 points, and a discovery."""
    stream = random.Random(4)
    found = errors_by_group(verdicts("es", 300, 0.1, stream) + verdicts("en", 900, 0.005, stream))
    assert found["es"].bias.value == pytest.approx(0.08, abs=0.03)
    assert found["es"].bias.low > 0
    assert found["es"].against_others is not None
    assert found["es"].against_others.low > 0
    assert found["es"].sensitivity is not None
    assert found["es"].sensitivity.value == pytest.approx(0.9, abs=0.04)
    assert found["es"].specificity is not None
    assert found["es"].specificity.value == 1
    assert "es" in discoveries({group: one.p_value or 1.0 for group, one in found.items()})


def test_groups_alike_are_no_discovery() -> None:
    """Twenty groups of one error: hardly any is found."""
    stream = random.Random(8)
    found = errors_by_group([one for index in range(20) for one in verdicts(f"g{index}", 60, 0.05, stream)])
    assert len(discoveries({group: one.p_value or 1.0 for group, one in found.items()})) <= 1


@given(st.lists(st.tuples(st.sampled_from("ab"), answers, answers, st.floats(0.01, 1)), max_size=40))
def test_figures_lie_in_their_intervals(some: list[tuple[str, str, str, float]]) -> None:
    """Whatever the answers and probabilities; a group alone has no others to be compared with."""
    found = errors_by_group(GroupedVerdict(*one) for one in some)
    for one in found.values():
        assert -1 <= one.bias.low <= one.bias.value <= one.bias.high <= 1
        assert (one.against_others is None) == (len(found) == 1)
        assert one.p_value is None or 0 <= one.p_value <= 1


def test_a_weight_is_the_inverse_probability() -> None:
    """Errors drawn with a tenth of the probability count ten times."""
    found = errors_by_group([GroupedVerdict("a", "NO", "YES", 0.1), GroupedVerdict("a", "YES", "YES", 1.0)])
    assert found["a"].bias.value == pytest.approx(10 / 11)


def test_severity_by_group() -> None:
    """An auditor who is strict with one team only shows in the difference."""
    some = [
        (team, Rating(f"{team}-{index}", name, 50 - 10 * (team == "north" and name == "ann") + index % 3))
        for team in ("north", "south")
        for index in range(20)
        for name in ("ann", "bob")
    ]
    found = severities_by_group(some)
    assert found["north"]["ann"].figure.value > 3
    assert found["south"]["ann"].figure.value == pytest.approx(0, abs=0.5)
