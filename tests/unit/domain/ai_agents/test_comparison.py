"""Two versions compared: signs, intervals that hold together, and how many conversations are needed."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.ai_agents.comparison import DROP, Met, compared

_MET = st.integers(0, 400).flatmap(lambda n: st.builds(Met, st.integers(0, n), st.just(n)))
_ANSWERS = st.dictionaries(st.sampled_from(["kept", "grounded", "human", "safe"]), st.tuples(_MET, _MET), min_size=1)
_DROPS = st.sampled_from([0.05, DROP, 0.4])


@given(_ANSWERS, _DROPS)
def test_the_other_order_has_the_other_sign(answers: dict[str, tuple[Met, Met]], drop: float) -> None:
    """A difference lies within its interval; swapped, it and its interval are mirrored, and worse is better."""
    found = compared(answers, (400, 400), drop)
    mirrored = compared({name: (b, a) for name, (a, b) in answers.items()}, (400, 400), drop)
    assert found.needed == mirrored.needed
    for one, other in zip(found.questions, mirrored.questions, strict=True):
        assert (one.difference is None) == (not (one.a.n and one.b.n))
        assert (one.is_worse, one.is_better) == (other.is_better, other.is_worse)
        if one.difference and other.difference:
            assert one.difference.low <= one.difference.value <= one.difference.high
            assert one.difference.low == pytest.approx(-other.difference.high)


@given(_ANSWERS, _DROPS)
def test_each_further_question_widens_every_interval(answers: dict[str, tuple[Met, Met]], drop: float) -> None:
    """What is looked at as well makes the others less sure, and never sooner worse."""
    one = compared({"first": (Met(30, 40), Met(20, 40))}, (40, 40), drop).questions[0]
    more = compared({"first": (Met(30, 40), Met(20, 40)), **answers}, (40, 40), drop).questions[0]
    assert one.difference
    assert more.difference
    assert more.difference.low <= one.difference.low
    assert more.difference.high >= one.difference.high
    assert more.needed >= one.needed


@given(st.integers(0, 20), st.integers(1, 4), _DROPS)
def test_as_many_as_are_needed_are_enough(met: int, questions: int, drop: float) -> None:
    """Equal shares: with the answers that are needed in each version the drop would show, with one fewer not."""
    first = {str(n): (Met(met, 20), Met(met, 20)) for n in range(questions)}
    needed = compared(first, (20, 20), drop).questions[0].needed
    for n, is_enough in ((needed, True), (needed - 1, False)):
        share = Met(met * n / 20, n)  # type: ignore[arg-type]  (a share that whole numbers miss)
        assert compared(dict.fromkeys(first, (share, share)), (n, n), drop).questions[0].is_enough is is_enough


def test_nothing_to_compare_is_too_few() -> None:
    """Without answers there is a number that is needed; rare answers need more conversations."""
    none = compared({}, (0, 0))
    assert (none.is_worse, none.is_enough) == (False, False)
    often, rare = (compared({"kept": (Met(8, 10), Met(8, 10))}, (n, n)) for n in (10, 100))
    assert rare.needed >= 10 * (often.needed - 1)
    assert not often.is_enough


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 5), st.integers(0, 5))
def test_a_handful_is_never_enough(n: int, m: int, met: int, other: int) -> None:
    """Not even where every answer of a version is the same."""
    found = compared({"kept": (Met(min(met, n), n), Met(min(other, m), m))}, (n, m))
    assert not found.questions[0].is_enough


def test_versions_that_do_not_differ_are_seldom_worse() -> None:
    """Of 400 pairs of the same share, with ten questions each, at most 1 in 20 has one that is called worse or better."""
    draw = Random(60)

    def met() -> Met:
        return Met(sum(draw.random() < 0.85 for _ in range(80)), 80)

    pairs = [compared({str(n): (met(), met()) for n in range(10)}, (80, 80)) for _ in range(400)]
    wrong = sum(any(each.is_worse or each.is_better for each in pair.questions) for pair in pairs)
    assert wrong <= 20
