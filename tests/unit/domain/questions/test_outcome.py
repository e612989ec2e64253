"""Whether a conversation passes, and what leaves it undecided (rule 5)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.evaluation import MetricResult, Part, Qualification, score
from auscult.domain.form import Form, Metric
from auscult.domain.questions.abstaining import abstained
from auscult.domain.questions.outcome import is_passed, undecided_because
from tests.strategies import cited

FORM = Form(id="ef-1", name="", channel="voice", metrics=(), pass_score=Decimal(60), abstain_below=Decimal("0.7"))
ANSWERS: tuple[Qualification, ...] = ("YES", "NO", "NA", "-")
RESULTS = st.lists(st.tuples(st.sampled_from(ANSWERS), st.booleans()), min_size=1, max_size=6)


def result(name: str, answer: Qualification, *, is_fatal: bool, parts: tuple[Part, ...] = ()) -> MetricResult:
    """An answer to a question of weight 10."""
    metric = Metric(id=name, name=name, type="by_question", weight=Decimal(10), fatal=is_fatal)
    return MetricResult(metric=metric, verdict=cited(answer, parts=parts, reason="no usable answer"))


def decided(*results: MetricResult) -> tuple[Decimal | None, bool | None, str | None]:
    """The score, whether it passes, and why that is not known."""
    fatal_errors = sum(one.is_fatal_error for one in results)
    points = score(results, FORM)
    return points, is_passed(points, fatal_errors, results, FORM), undecided_because(fatal_errors, results, FORM)


@given(RESULTS)
def test_only_a_fatal_question_without_an_answer_leaves_it_undecided(given: list[tuple[Qualification, bool]]) -> None:
    """The score stays what it would be, a failed fatal one decides at once, and the reason names each that is open."""
    results = [result(f"em-{n}", answer, is_fatal=is_fatal) for n, (answer, is_fatal) in enumerate(given)]
    points, passed, reason = decided(*results)
    failed, unanswered = (("NO", True) in given), ("-", True) in given
    assert points == score([result("em-x", answer, is_fatal=is_fatal) for answer, is_fatal in given], FORM)
    if failed:
        assert (points, passed, reason) == (0, False, None)
    elif unanswered:
        assert passed is None
        assert reason is not None
        assert [name for name in reason.replace(";", "").split() if name.startswith("em-")] == [
            f"em-{n}" for n, one in enumerate(given) if one == ("-", True)
        ]
    else:
        assert reason is None
        assert passed == (None if points is None else points >= FORM.pass_score)


@pytest.mark.parametrize("abstention", ["na", "audit"])
@pytest.mark.parametrize("answer", ["YES", "NO", "NA"])
def test_an_answer_that_the_machine_abstains_from_is_none(abstention: str, answer: Qualification) -> None:
    """Whether it is left to a person or becomes NA; one that is sure enough counts."""
    form = Form(
        id="ef-1",
        name="",
        channel="voice",
        metrics=(),
        abstain_below=Decimal("0.7"),
        abstain=abstention,  # type: ignore[arg-type]
    )
    metric = Metric(id="em-1", name="", type="by_question", weight=Decimal(10), fatal=True)
    for confidence, is_open in ((Decimal("0.69"), True), (Decimal("0.7"), False)):
        verdict = abstained(cited(answer, confidence=confidence), form)
        assert MetricResult(metric=metric, verdict=verdict).is_fatal_open(form) is is_open


def test_a_fatal_part_without_an_answer_leaves_it_undecided() -> None:
    """Also of a metric that is not fatal itself; a fatal part that failed decides."""

    def part(answer: Qualification) -> Part:
        return Part(id="p", name="p", qualification=answer, weight=Decimal(50), fatal=True)

    assert decided(result("em-1", "-", is_fatal=False, parts=(part("YES"), part("-"))))[1] is None
    assert decided(result("em-1", "NO", is_fatal=False, parts=(part("NO"), part("-"))))[1:] == (False, None)
    assert decided(result("em-1", "YES", is_fatal=False, parts=(part("YES"), part("YES"))))[1:] == (True, None)
