"""What a form would have done, counted conversation by conversation."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.domain.evaluation import (
    Evaluation,
    Evidence,
    MetricResult,
    Qualification,
    answered,
    passed,
    score,
)
from auscult.domain.form import Form, Metric
from auscult.domain.history.backtest import MOST_SHIFTS, Backtest, outcome_of
from tests.strategies import evaluation_of

STARTED = datetime(2026, 3, 23, tzinfo=UTC)
ANSWERS: list[Qualification] = ["YES", "NO", "NA", "-"]


def form(name: str = "ef-1", version: int = 1, **weights: int) -> Form:
    """A form with a metric of each of these names, and its weight; ``fatal`` is a fatal one."""
    metrics = [
        Metric(id=each, name=each.title(), type="by_question", weight=Decimal(weight), fatal=each == "fatal")
        for each, weight in (weights or {"greeting": 60, "closing": 40}).items()
    ]
    return Form(id=name, name="Form", channel="voice", version=version, metrics=tuple(metrics), pass_score=Decimal(50))


def evaluation(of: Form | None, *answers: Qualification, name: str = "c-1") -> Evaluation:
    """An evaluation with these answers; without any it is too short."""
    results = tuple(
        MetricResult(
            metric=metric,
            verdict=answered(answer, [Evidence(turn_id="m1", text="x" * 1000)], reason="why"),
        )
        for metric, answer in zip(of.metrics if of and answers else (), answers, strict=True)
    )
    points = score(results, of) if of and answers else None
    fatal_errors = sum(result.is_fatal_error for result in results)
    return evaluation_of(
        name,
        form=of,
        status="not_evaluated" if of is None else "evaluated" if answers else "below_threshold",
        score=points,
        passed=passed(points, fatal_errors, of) if of else None,
        fatal_errors=fatal_errors,
        results=results,
        evaluated_at=STARTED,
    )


OLD, NEW, OTHER = form(), form(version=2, greeting=30, closing=30, empathy=40), form("ef-other")
answers = st.sampled_from(ANSWERS)
evaluations = st.one_of(
    st.builds(evaluation, st.just(OLD), answers, answers),
    st.builds(evaluation, st.just(OTHER), answers, answers),
    st.builds(evaluation, st.sampled_from([None, OLD])),
)
afters = st.one_of(
    st.builds(evaluation, st.just(NEW), answers, answers, answers),
    st.builds(evaluation, st.sampled_from([None, OTHER, NEW])),
)
Pair = tuple[Evaluation, Evaluation]


def tried(pairs: list[Pair], first: int = 0) -> Backtest:
    """The counts over these, each a conversation of its own."""
    counts = Backtest()
    for index, (before, after) in enumerate(pairs, start=first):
        before, after = (msgspec.structs.replace(each, conversation_id=f"c-{index}") for each in (before, after))  # noqa: PLW2901
        if after.form is not None and after.form.id == "ef-1":
            counts.add(before, after, STARTED + timedelta(hours=index))
        else:
            counts.pass_over(before, "ef-1")
    return counts


@settings(max_examples=50)
@given(st.lists(st.tuples(evaluations, afters), max_size=40), st.data())
def test_parts_add_up(pairs: list[Pair], data: st.DataObject) -> None:
    """Counted in parts and merged is counted at once, whatever the parts are; and a count can be sent as JSON."""
    cut = data.draw(st.integers(0, len(pairs)))
    parts = [tried(pairs[:cut]), tried(pairs[cut:], cut)]
    merged = Backtest()
    for part in parts if data.draw(st.booleans()) else reversed(parts):
        merged.merge(msgspec.json.decode(msgspec.json.encode(part), type=Backtest))
    assert merged == tried(pairs)


@settings(max_examples=50)
@given(st.lists(st.tuples(evaluations, afters), max_size=40))
def test_every_conversation_is_counted_once(pairs: list[Pair]) -> None:
    """Sides and flow are about the same conversations; those that the form is not for are left out."""
    counts = tried(pairs)
    of_it = [(before, after) for before, after in pairs if after.form is not None and after.form.id == "ef-1"]
    assert (counts.looked, counts.counted) == (len(pairs), len(of_it))
    for side, stands in ((counts.before, [one for one, _ in of_it]), (counts.after, [one for _, one in of_it])):
        assert sum(side.outcomes.values()) == len(of_it)
        assert side.scored == sum(one.score is not None for one in stands)
        assert side.outcomes.get("passed", 0) == sum(one.passed is True for one in stands)
        for rate in side.metrics.values():
            assert rate.met + rate.missed == rate.yes + rate.no
    assert sum(counts.flow.values()) == len(of_it)
    assert counts.gained == sum(before.passed is False and after.passed is True for before, after in of_it)
    assert counts.lost == sum(before.passed is True and after.passed is False for before, after in of_it)
    assert counts.left == sum(
        before.form is OLD and (after.form is None or after.form.id != "ef-1") for before, after in pairs
    )


@settings(max_examples=50)
@given(st.lists(st.tuples(evaluations, afters), max_size=60))
def test_those_that_change_most(pairs: list[Pair]) -> None:
    """At most twenty, the largest change first; no other changes more, and none of them changes nothing."""
    counts = tried(pairs)

    def change(before: Evaluation, after: Evaluation) -> int:
        return abs(int(after.score) - int(before.score)) if before.score is not None and after.score is not None else 0

    of_it = [(one, two) for one, two in pairs if two.form is not None and two.form.id == "ef-1"]
    changes = sorted((change(*pair) for pair in of_it), reverse=True)
    kept = [abs(shift.after.score - shift.before.score) for shift in counts.most_changed]
    changed = [each for each in changes if each]
    assert len(kept) <= MOST_SHIFTS
    assert kept[: len(changed)] == changed[:MOST_SHIFTS]
    assert all(shift.before != shift.after for shift in counts.most_changed)


@pytest.mark.parametrize("after", [("YES", "NO", "NO"), ("NO", "NA", "YES"), ("NA", "YES", "-")])
def test_points_explain_the_change(after: tuple[Qualification, ...]) -> None:
    """What is told of the metrics adds up to the change of the score."""
    before = evaluation(OLD, "YES", "NO")
    counts = tried([(before, evaluation(NEW, *after))])
    (shift,) = counts.most_changed
    told = sum(metric.points for metric in shift.metrics)
    assert told == pytest.approx(shift.after.score - shift.before.score, abs=1)
    assert {metric.id for metric in shift.metrics} <= {"greeting", "closing", "empathy"}


def test_a_shift_shows_what_decided() -> None:
    """Answers before and after, points, and the evidence cut to what can be read."""
    counts = tried([(evaluation(OLD, "YES", "YES"), evaluation(NEW, "NO", "YES", "NA"))])
    (shift,) = counts.most_changed
    assert (shift.before.score, shift.after.score, shift.before.passed, shift.after.passed) == (100, 50, True, True)
    greeting = next(metric for metric in shift.metrics if metric.id == "greeting")
    assert (greeting.before, greeting.after, greeting.points) == ("YES", "NO", -60.0)
    assert (len(greeting.evidence[0].text), greeting.reason) == (300, "why")
    empathy = next(metric for metric in shift.metrics if metric.id == "empathy")
    assert (empathy.before, empathy.after) == (None, "NA")
    assert [len(one.evidence_before) for one in (greeting, empathy)] == [1, 0]


def test_what_is_fatal_stands_first() -> None:
    """Whatever the points say: it is what made the score."""
    old, new = form(greeting=90, fatal=10), form(version=2, greeting=80, fatal=20)
    (shift,) = tried([(evaluation(old, "YES", "YES"), evaluation(new, "NO", "NO"))]).most_changed
    assert (shift.metrics[0].id, shift.metrics[0].is_fatal, shift.after.fatal_errors) == ("fatal", True, 1)


@pytest.mark.parametrize(
    ("stands", "outcome"),
    [
        (evaluation(None), "no_form"),
        (evaluation(OLD), "no_score"),
        (evaluation(OLD, "NA", "-"), "no_score"),
        (evaluation(OLD, "YES", "NO"), "passed"),
        (evaluation(OLD, "NO", "YES"), "failed"),
    ],
)
def test_outcomes(stands: Evaluation, outcome: str) -> None:
    """A conversation passes, fails, has no score, or no form."""
    assert outcome_of(stands) == outcome


def test_means_and_rates() -> None:
    """None where there is nothing to work them out of."""
    counts: Any = tried(
        [
            (evaluation(OLD, "YES", "YES"), evaluation(NEW, "YES", "NO", "NO")),
            (evaluation(OLD, "NO", "NO"), evaluation(NEW, "YES", "YES", "YES")),
        ]
    )
    assert (counts.before.mean, counts.after.mean) == (50, 65)
    assert (counts.before.pass_rate, counts.after.pass_rate) == (0.5, 0.5)
    assert counts.after.metrics["closing"].adherence == 0.5
    assert (counts.decided_by, counts.unchanged) == ({"ef-1 1": 2}, 0)
    empty: Any = Backtest()
    assert (empty.before.mean, empty.before.pass_rate) == (None, None)
