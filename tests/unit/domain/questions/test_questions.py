"""Sections, grades, bonus points and conditions, recounted exactly with fractions."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from auscult.domain.conversation import Queue
from auscult.domain.evaluation import MetricResult, Qualification, score, total
from auscult.domain.form import Assignment, Form, Metric, choose_form, pass_score_of
from auscult.domain.questions.conditions import apply_conditions, cycle_of
from auscult.domain.questions.grades import find_level, graded
from auscult.domain.questions.outcome import band_of, is_passed, section_scores
from auscult.domain.questions.structure import Band, Condition, Grades, Level, Section
from tests.strategies import cited, talk

LEVELS = tuple(Level(name=str(share), share=Decimal(share)) for share in (0, 25, 60, 100))
GRADES = Grades(kind="levels", levels=LEVELS, met_at=Decimal(60))
SECTIONS = (Section(id="se-a", name="A", pass_score=Decimal(50), required=True), Section(id="se-b", name="B"))
FORM = Form(id="ef-1", name="Form", channel="voice", metrics=(), sections=SECTIONS)

weights = st.decimals(0, 100, places=2)


@st.composite
def results(draw: st.DrawFn) -> tuple[MetricResult, ...]:
    """Answered metrics of every kind; conditions point at earlier ones."""
    found: list[MetricResult] = []
    for at in range(draw(st.integers(0, 8))):
        is_graded, is_bonus = draw(st.booleans()), draw(st.booleans())
        earlier = st.sampled_from([f"em-{before}" for before in range(at)]) if at else st.nothing()
        condition = st.builds(Condition, metric=earlier, answers=st.sampled_from([("YES",), ("NO", "NA")]))
        section = draw(st.sampled_from([None, "se-a", "se-b"]))
        metric = Metric(
            id=f"em-{at}",
            name="m",
            type="manual",
            weight=draw(weights),
            negative_weight=Decimal(0) if is_bonus else draw(weights),
            bonus=is_bonus,
            section=section,
            fails_section=section is not None and draw(st.booleans()),
            not_applicable=draw(st.sampled_from([None, "exclude", "award"])),
            grades=GRADES if is_graded else None,
            when=draw(st.none() | condition) if at else None,
        )
        answer: Qualification = draw(st.sampled_from(["YES", "NO", "NA"]))
        level = draw(st.sampled_from(LEVELS)).name if is_graded and answer != "NA" else None
        found.append(
            MetricResult(metric=metric, verdict=graded(metric, cited("YES" if level else answer, level=level)))
        )
    return apply_conditions(found)


def recount(given_results: tuple[MetricResult, ...], form: Form) -> int | None:
    """The score by the words of the documentation, in fractions."""
    gained = possible = bonus = Fraction(0)
    failing = {r.metric.section for r in given_results if r.metric.fails_section and r.verdict.qualification == "NO"}
    for result in given_results:
        metric, answer = result.metric, result.verdict.qualification
        weight, negative = Fraction(metric.weight), Fraction(metric.negative_weight)
        share = Fraction(result.verdict.share) / 100 if result.verdict.share is not None else Fraction(answer == "YES")
        if answer == "NA":
            earned = weight if (metric.not_applicable or form.not_applicable) == "award" and not metric.bonus else 0
            possible += earned
        else:
            earned = weight * share - (negative * (1 - share) if answer == "NO" else 0)
            possible += 0 if metric.bonus else weight
        if metric.section in failing:
            earned = min(earned, 0)
        bonus, gained = (bonus + earned, gained) if metric.bonus else (bonus, gained + earned)
    gained += bonus if form.bonus_cap is None else min(bonus, Fraction(form.bonus_cap))
    return None if not possible else max(-100, min(100, floor(100 * gained / possible + Fraction(1, 2))))


@given(results(), st.sampled_from(["exclude", "award"]), st.none() | st.decimals("0.01", 50, places=2))
def test_every_score_is_that_of_an_exact_recount(
    answered: tuple[MetricResult, ...], rule: str, cap: Decimal | None
) -> None:
    """Graded, sectioned, conditional metrics and bonus points."""
    form = replace(FORM, not_applicable=rule, bonus_cap=cap)
    assert score(answered, form) == recount(answered, form)


@given(results())
def test_subtotals_add_up(answered: tuple[MetricResult, ...]) -> None:
    """Weights gained and possible of the sections, and of what is in none, are those of the form."""
    parts = section_scores(answered, FORM)
    rest = total([one for one in answered if one.metric.section is None], FORM)
    whole = total(answered, FORM)
    assert sum((one.gained for one in parts), rest.gained) == whole.gained
    assert sum((one.possible for one in parts), rest.possible) == whole.possible


def result(answer: str, **changes: object) -> MetricResult:
    """A metric of weight 10 with this answer."""
    metric = replace(Metric(id="em-1", name="m", type="manual", weight=Decimal(10)), **changes)
    return MetricResult(metric=metric, verdict=cited(answer))  # type: ignore[arg-type]


def test_halves_of_negative_scores_round_up() -> None:
    """Rule 2: -12.5 is -12."""
    lost = result("NO", weight=Decimal(80), negative_weight=Decimal(10))
    assert score([lost], FORM) == -12


def test_a_required_section_fails_the_conversation_and_leaves_the_score() -> None:
    """The section of se-a is below its mark, the form is not."""
    answered = [result("NO", section="se-a"), result("YES", id="em-2", weight=Decimal(90), section="se-b")]
    whole = score(answered, FORM)
    assert whole == 90
    assert [one.passed for one in section_scores(answered, FORM)] == [False, None]
    assert is_passed(whole, 0, answered, FORM) is False


def test_a_failed_section_keeps_its_losses() -> None:
    """Auto-fail never raises a score."""
    bad = result("NO", section="se-a", fails_section=True, negative_weight=Decimal(5))
    good = result("YES", id="em-2", weight=Decimal(90), section="se-a")
    assert score([bad, good], FORM) == -5


def test_a_condition_that_waits_leaves_its_question_unanswered() -> None:
    """Nobody knows yet whether the question arises."""
    first = result("-")
    second = result("YES", id="em-2", when=Condition(metric="em-1", answers=("YES",)))
    assert [one.verdict.qualification for one in apply_conditions([first, second])] == ["-", "-"]


def test_a_chain_of_conditions_ends_in_na() -> None:
    """A condition on a metric that is NA does not hold, wherever the metrics stand."""
    last = result("YES", id="em-3", when=Condition(metric="em-2", answers=("YES",)))
    middle = result("YES", id="em-2", when=Condition(metric="em-1", answers=("YES",)))
    found = apply_conditions([last, middle, result("NO")])
    assert [one.verdict.qualification for one in found] == ["NA", "NA", "NO"]
    assert found[1].verdict.reason == "asked only where em-1 is YES; it is NO"


def test_a_cycle_is_named() -> None:
    """From a metric through the others back to it; a metric that only leads into a cycle is none of it."""
    metrics = tuple(
        result("YES", id=one, when=Condition(metric=other, answers=("YES",))).metric
        for one, other in (("em-1", "em-2"), ("em-2", "em-1"), ("em-3", "em-1"))
    )
    form = replace(FORM, metrics=metrics)
    assert [cycle_of(form, one) for one in metrics] == [("em-1", "em-2", "em-1"), ("em-2", "em-1", "em-2"), ()]


@pytest.mark.parametrize(("number", "share"), [("59", 50), ("60", 100), ("-1", None), ("x", None), ("NaN", None)])
def test_a_number_is_in_the_highest_band_that_it_reaches(number: str, share: int | None) -> None:
    """Below the lowest band, and where it is no number, there is none."""
    bands = (Level(name="some", share=Decimal(50), at_least=Decimal(0)),)
    grades = Grades(
        kind="number", levels=(*bands, Level(name="all", share=Decimal(100), at_least=Decimal(60))), met_at=Decimal(100)
    )
    found = find_level(grades, number)
    assert (found and found.share) == share


def test_a_band_is_the_highest_that_is_reached() -> None:
    """None below the lowest."""
    bands = (Band(name="gold", at_least=Decimal(90)), Band(name="silver", at_least=Decimal(80)))
    form = replace(FORM, bands=bands)
    assert [band_of(mark and Decimal(mark), form) for mark in (95, 90, 89, 79, None)] == [
        "gold",
        "gold",
        "silver",
        None,
        None,
    ]


def test_a_form_is_for_conversations_from_its_first_day_on() -> None:
    """``valid_from`` is a day in UTC, and that day is among them."""
    conversation = talk("agent: Hello")
    day = conversation.started_at.date()
    form = replace(FORM, assignments=(Assignment(),), valid_from=day)
    assert choose_form(conversation, [form]) is form
    assert choose_form(conversation, [replace(form, valid_from=date(day.year + 1, 1, 1))]) is None


def test_the_version_before_decides_until_the_first_day() -> None:
    """The newest version whose day had come is the form's, even where an older one is for a conversation that it is not for."""
    conversation = talk("agent: Hello")
    day = conversation.started_at.date()
    old = replace(FORM, assignments=(Assignment(),), version=1)
    begun = replace(old, version=2, valid_from=day)
    later = replace(old, version=2, valid_from=date(day.year + 1, 1, 1))
    elsewhere = replace(begun, assignments=(Assignment(queue="qu-elsewhere"),))
    assert choose_form(conversation, [begun, old]) is begun
    assert choose_form(conversation, [old, later]) is old
    assert choose_form(conversation, [elsewhere, old]) is None


def test_a_queue_has_a_pass_score_of_its_own() -> None:
    """That of the assignment by which the form is chosen; the form's where that has none."""
    assignments = (
        Assignment(pass_score=Decimal(60)),
        Assignment(queue="qu-vip", direction="inbound", pass_score=Decimal(90)),
        Assignment(queue="Sales"),
    )
    form = replace(FORM, pass_score=Decimal(75), assignments=assignments)
    for queue, mark in ((Queue(id="qu-vip", name="VIP"), 90), (Queue(id="qu-2", name="Sales"), 75), (None, 60)):
        conversation = talk("agent: Hello", queues=(queue,) if queue else ())
        assert pass_score_of(form, conversation) == mark
    assert pass_score_of(replace(form, assignments=()), talk("agent: Hello")) == 75
