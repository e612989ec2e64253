"""The laws of the score (rules 1 to 5 and 11), and every worked sample of the rules and the seeds."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.evaluation import MetricResult, Verdict, duration_status, passed, score
from auscult.domain.form import Form, Metric
from tests.strategies import cited

weights = st.decimals(min_value=0, max_value=100, places=2)
qualifications = st.sampled_from(["YES", "NO", "NA"])


@st.composite
def metric_results(draw: st.DrawFn, *, fatal: bool | None = False) -> MetricResult:
    """One answered metric; ``fatal=None`` draws that too."""
    metric = Metric(
        id=draw(st.uuids().map(str)),
        name="m",
        type="by_question",
        weight=draw(weights),
        negative_weight=draw(weights),
        fatal=draw(st.booleans()) if fatal is None else fatal,
        correct_answer=draw(st.sampled_from(["yes", "no"])),
    )
    return MetricResult(metric=metric, verdict=cited(draw(qualifications)))


def lists_of_results(*, fatal: bool | None = False) -> st.SearchStrategy[list[MetricResult]]:
    """Whole evaluations' worth of results."""
    return st.lists(metric_results(fatal=fatal), max_size=12)


def a_form(**changes: Any) -> Form:
    """A form whose metrics do not matter, because results carry theirs."""
    return replace(Form(id="ef", name="f", channel="voice", metrics=()), **changes)


def answers(*pairs: tuple[str, str, str]) -> list[MetricResult]:
    """Results from (qualification, weight, negative weight)."""
    number = count(1)
    return [
        MetricResult(
            metric=Metric(
                id=f"em-{next(number)}", name="m", type="manual", weight=Decimal(w), negative_weight=Decimal(n)
            ),
            verdict=cited(q),  # type: ignore[arg-type]
        )
        for q, w, n in pairs
    ]


@given(lists_of_results(fatal=None), st.randoms())
def test_order_of_metrics_does_not_matter(results: list[MetricResult], random: Any) -> None:
    """Rule 2: a sum does not know the order."""
    shuffled = list(results)
    random.shuffle(shuffled)
    assert score(shuffled, a_form()) == score(results, a_form())


@given(lists_of_results(fatal=None))
def test_both_kinds_of_form_have_one_formula(results: list[MetricResult]) -> None:
    """Rule 2: a form that is switched to points gives the same scores, so the builder may offer the switch (decision 100)."""
    assert score(results, a_form(scoring="points")) == score(results, a_form(scoring="percentage"))


@given(lists_of_results(fatal=None), weights)
def test_not_applicable_changes_nothing_under_exclude(results: list[MetricResult], weight: Decimal) -> None:
    """Rule 2: NA leaves both sums."""
    assert score([*results, *answers(("NA", str(weight), "5"))], a_form()) == score(results, a_form())


@given(lists_of_results(), weights)
def test_not_applicable_never_lowers_under_award(results: list[MetricResult], weight: Decimal) -> None:
    """Rule 2: awarding adds the same to both sums, which can only draw the score towards 100."""
    form = a_form(not_applicable="award")
    before = score(results, form)
    after = score([*results, *answers(("NA", str(weight), "5"))], form)
    assert before is None or (after is not None and after >= before)


@given(lists_of_results(), st.data())
def test_failing_a_metric_never_raises_the_score(results: list[MetricResult], data: st.DataObject) -> None:
    """Rule 2: where nothing is fatal, turning adhered into not adhered never helps."""
    adhered = [i for i, result in enumerate(results) if result.adhered]
    assume(adhered)
    index = data.draw(st.sampled_from(adhered))
    wrong = "NO" if results[index].verdict.qualification == "YES" else "YES"
    failed = [*results]
    failed[index] = replace(results[index], verdict=cited(wrong))
    before, after = score(results, a_form()), score(failed, a_form())
    assert (before is None) == (after is None)
    assert before is None or after is None or after <= before


@given(lists_of_results(fatal=None))
def test_score_is_a_whole_number_within_bounds(results: list[MetricResult]) -> None:
    """Rules 2 and 4: rounded, and between -100 and 100."""
    value = score(results, a_form())
    assert value is None or (-100 <= value <= 100 and value == value.to_integral_value())


@given(lists_of_results(fatal=None), st.decimals(min_value=-100, max_value=100, places=0))
def test_a_failed_fatal_metric_gives_zero_and_fails(results: list[MetricResult], pass_score: Decimal) -> None:
    """Rule 3: whatever the rest, and whatever the pass score."""
    fatal = MetricResult(metric=Metric(id="em-fatal", name="m", type="by_question", fatal=True), verdict=cited("NO"))
    form = a_form(pass_score=pass_score)
    everything = [*results, fatal]
    errors = sum(result.is_fatal_error for result in everything)
    assert score(everything, form) == 0
    assert passed(Decimal(0), errors, form) is False


@given(lists_of_results(), st.decimals(min_value="0.01", max_value=50, places=2))
def test_scaling_all_weights_changes_nothing(results: list[MetricResult], factor: Decimal) -> None:
    """Rule 2: only proportions count."""
    scaled = [
        replace(
            r,
            metric=replace(
                r.metric, weight=r.metric.weight * factor, negative_weight=r.metric.negative_weight * factor
            ),
        )
        for r in results
    ]
    assert score(scaled, a_form()) == score(results, a_form())


@given(lists_of_results(fatal=None))
def test_unanswered_manual_metrics_do_not_count(results: list[MetricResult]) -> None:
    """Rule 2: "-" is in neither sum."""
    assert score([*results, *answers(("-", "30", "30"))], a_form()) == score(results, a_form())


def test_nothing_applicable_is_null() -> None:
    """Rule 4: no sum to divide by."""
    assert score([], a_form()) is None
    assert score(answers(("NA", "40", "0"), ("NA", "60", "0")), a_form()) is None
    assert passed(None, 0, a_form()) is None


@dataclass(frozen=True)
class Sample:
    """A worked sample: weights adhered, (weight, penalty) not adhered, and the published score."""

    adhered: tuple[int, ...]
    failed: tuple[tuple[int, int], ...]
    published: int


WORKED = {
    "80/100 (sample scorereporting, row 1)": Sample((15, 15, 10, 15, 15, 10), ((10, 0), (10, 0)), 80),
    "40/85 (sample scorereporting, row 2)": Sample((10, 15, 15), ((15, 0), (10, 0), (10, 0), (10, 0)), 47),
    "35/70 (sample scorereporting, row 5)": Sample((10, 10, 15), ((15, 0), (10, 0), (10, 0)), 50),
    "30/75 (sample account_rawdata)": Sample((30,), ((30, 0), (15, 0)), 40),
    "(81-13)/100": Sample((16, 17, 12, 11, 12, 9, 1, 3), ((19, 13),), 68),
    "(17-10)/20": Sample((3, 5, 5, 4), ((3, 10),), 35),
    "(13-10)/16": Sample((4, 4, 5), ((3, 10),), 19),
}


@pytest.mark.parametrize("name", WORKED)
def test_worked_samples(name: str) -> None:
    """Rule 2: the published arithmetic, to the digit."""
    sample = WORKED[name]
    yes = [("YES", str(w), "0") for w in sample.adhered]
    no = [("NO", str(w), str(n)) for w, n in sample.failed]
    assert score(answers(*yes, *no, ("NA", "15", "0")), a_form()) == sample.published


@pytest.mark.parametrize(
    ("gained", "possible", "rounded"), [("1", "8", 13), ("1", "40", 3), ("249", "1000", 25), ("245", "1000", 25)]
)
def test_halves_round_up(gained: str, possible: str, rounded: int) -> None:
    """Rule 2: 12.5 is 13, 2.5 is 3, 24.5 is 25: never to even."""
    rest = str(Decimal(possible) - Decimal(gained))
    assert score(answers(("YES", gained, "0"), ("NO", rest, "0")), a_form()) == rounded


@pytest.mark.parametrize(("lost", "rounded"), [("12.5", -12), ("2.5", -2), ("12.6", -13)])
def test_halves_of_penalties_round_up_too(lost: str, rounded: int) -> None:
    """Rule 2: -12.5 is -12."""
    assert score(answers(("NO", "100", lost)), a_form()) == rounded


def test_penalties_are_not_clamped_at_zero_but_at_minus_100() -> None:
    """Rule 4: negative scores are real, down to -100."""
    assert score(answers(("YES", "10", "0"), ("NO", "90", "25")), a_form()) == -15
    assert score(answers(("NO", "10", "90")), a_form()) == -100


def test_correct_answer_no() -> None:
    """Rule 1: YES to a question whose right answer is No is not adhered, and is published as YES."""
    rude = MetricResult(
        metric=Metric(id="em-rude", name="Rude", type="by_question", weight=Decimal(3), correct_answer="no"),
        verdict=cited("YES"),
    )
    assert rude.adhered is False
    assert replace(rude, verdict=cited("NO")).adhered is True
    assert replace(rude, verdict=Verdict(qualification="NA")).adhered is None


@pytest.mark.parametrize(("value", "expected"), [(69, False), (70, True), (71, True)])
def test_pass_score_itself_passes(value: int, expected: bool) -> None:
    """Rule 5: passed when the rounded score is at least the pass score."""
    assert passed(Decimal(value), 0, a_form(pass_score=Decimal(70))) is expected


STARTED = datetime(2026, 3, 23, 10, 17, 54, tzinfo=UTC)


def voice(**changes: Any) -> Conversation:
    """A voice call that started and may have ended."""
    return replace(Conversation(id="c-1", channel="voice", started_at=STARTED), **changes)


@pytest.mark.parametrize(
    ("seconds", "status"),
    [(14.999, "below_threshold"), (15, "evaluated"), (16, "evaluated"), (None, "duration_unavailable")],
)
def test_minimum_duration_includes_its_bound(seconds: float | None, status: str) -> None:
    """Rule 11: at least the minimum evaluates; unknown is unknown."""
    ended = None if seconds is None else STARTED + timedelta(seconds=seconds)
    assert duration_status(voice(ended_at=ended), a_form(min_duration_ms=15_000)) == status


def test_no_form_is_not_evaluated() -> None:
    """Rule 10: still listed, never scored."""
    assert duration_status(voice(ended_at=STARTED), None) == "not_evaluated"


def test_chat_lasts_from_first_to_last_message() -> None:
    """Rule 11: a chat left open for an hour did not last an hour."""
    chat = voice(
        channel="chat",
        ended_at=STARTED + timedelta(hours=1),
        turns=(Turn("m1", "customer", start_ms=2_000), Turn("m2", "agent", start_ms=21_500)),
    )
    assert chat.duration_ms == 19_500
    assert replace(chat, turns=()).duration_ms == 3_600_000
