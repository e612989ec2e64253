"""The laws of partial credit (rule 9): a metric of several parts counts as that many metrics, each with its share."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from auscult.domain.evaluation import MetricResult, Part, half_up, joined, score
from auscult.domain.form import Form, Metric
from tests.strategies import cited

ANSWERS = st.sampled_from(["YES", "NO", "NA"])
WEIGHTS = st.decimals(min_value=0, max_value=100, places=2)
FORM = Form(id="ef", name="f", channel="voice", metrics=())


def shares(count: int) -> st.SearchStrategy[list[Decimal]]:
    """So many shares that total exactly 100."""
    cuts = st.lists(st.decimals(0, 100, places=2), min_size=count - 1, max_size=count - 1).map(sorted)
    return cuts.map(lambda at: [b - a for a, b in zip([Decimal(0), *at], [*at, Decimal(100)], strict=True)])


@st.composite
def results(draw: st.DrawFn, *, parts: bool | None = None, fatal: bool = False) -> MetricResult:
    """One answered metric; with parts that have weights, without, or either."""
    metric = Metric(
        id="em",
        name="m",
        type="hold",
        weight=draw(WEIGHTS),
        negative_weight=draw(WEIGHTS),
        fatal=fatal and draw(st.booleans()),
    )
    if parts is False or (parts is None and draw(st.booleans())):
        return MetricResult(metric=metric, verdict=cited(draw(ANSWERS)))
    made = tuple(
        Part(
            id=str(index),
            name="p",
            qualification=draw(ANSWERS),
            weight=share,
            negative_weight=draw(st.just(share) | st.decimals(0, share, places=2)),
            fatal=fatal and draw(st.booleans()),
            correct_answer=draw(st.sampled_from(["yes", "no"])),
        )
        for index, share in enumerate(draw(st.integers(1, 4).flatmap(shares)))
    )
    return MetricResult(metric=metric, verdict=cited(joined(made), parts=made))


def plain(result: MetricResult) -> list[MetricResult]:
    """The same as so many metrics without parts."""
    metric = result.metric
    return [
        MetricResult(
            metric=replace(
                metric,
                weight=metric.weight * part.weight / 100,
                negative_weight=metric.negative_weight * part.negative_weight / 100,
                correct_answer=part.correct_answer,
                fatal=part.fatal,
            ),
            verdict=cited(part.qualification),
        )
        for part in result.verdict.parts
    ]


def before(results: list[MetricResult]) -> Decimal | None:
    """The score as it was before there were parts (rule 2, by the letter)."""
    counted = [one for one in results if one.adhered is not None]
    possible = sum((one.metric.weight for one in counted), Decimal(0))
    gained = sum((one.metric.weight if one.adhered else -one.metric.negative_weight for one in counted), Decimal(0))
    if not possible:
        return None
    return max(Decimal(-100), min(Decimal(100), half_up(100 * gained / possible)))


@given(st.lists(results(parts=False), max_size=8))
def test_without_parts_nothing_is_new(answered: list[MetricResult]) -> None:
    """Rule 9: partial credit is there only for what has parts."""
    assert score(answered, FORM) == before(answered)


@pytest.mark.landing
@given(st.lists(results(fatal=True), max_size=6), st.sampled_from(["exclude", "award"]))
def test_a_metric_of_parts_counts_as_that_many_metrics(answered: list[MetricResult], na: Any) -> None:
    """Rules 2, 3 and 9: the same formula, part by part."""
    form = replace(FORM, not_applicable=na)
    spelt_out = [one for result in answered for one in (plain(result) if result.verdict.parts else [result])]
    whole_fatal = any(result.is_fatal_error for result in answered)
    assert score(answered, form) == (Decimal(0) if whole_fatal else score(spelt_out, form))


@given(st.lists(results(), max_size=6), st.data())
def test_failing_a_part_never_raises_the_score(answered: list[MetricResult], data: st.DataObject) -> None:
    """Rule 2, where nothing is fatal."""
    indexes = [
        (at, index)
        for at, result in enumerate(answered)
        for index, part in enumerate(result.verdict.parts)
        if part.adhered
    ]
    assume(indexes)
    at, index = data.draw(st.sampled_from(indexes))
    parts = list(answered[at].verdict.parts)
    parts[index] = replace(parts[index], qualification="NO" if parts[index].qualification == "YES" else "YES")
    failed = [*answered]
    failed[at] = replace(answered[at], verdict=cited(joined(parts), parts=tuple(parts)))
    old, new = score(answered, FORM), score(failed, FORM)
    assert (old is None) == (new is None)
    assert old is None or new is None or new <= old


@given(st.lists(results(fatal=True), max_size=6))
def test_the_score_stays_within_bounds(answered: list[MetricResult]) -> None:
    """Rule 4: a whole number from -100 to 100, parts or none."""
    value = score(answered, FORM)
    assert value is None or (-100 <= value <= 100 and value == value.to_integral_value())


@given(results(parts=True))
def test_all_or_nothing_at_the_ends(result: MetricResult) -> None:
    """Rule 9: adhered is full credit, and all parts not met is none."""
    alone = score(
        [replace(result, metric=replace(result.metric, weight=Decimal(10), negative_weight=Decimal(0)))], FORM
    )
    weighty = [part for part in result.verdict.parts if part.weight and part.adhered is not None]
    assert (alone is None) == (not weighty)
    if weighty and all(part.adhered for part in weighty):
        assert alone == 100
    if weighty and not any(part.adhered for part in weighty):
        assert alone == 0


def test_the_documented_instance_scores_seventy() -> None:
    """Domain 2: notification 40 % met, duration 30 % missed, resumption 30 % met is 70."""
    parts = tuple(
        Part(id=name, name=name, qualification=answer, weight=Decimal(weight), negative_weight=Decimal(weight))
        for name, answer, weight in (("notice", "YES", 40), ("duration", "NO", 30), ("resumption", "YES", 30))
    )
    metric = Metric(id="em", name="Hold", type="hold", weight=Decimal(20))
    result = MetricResult(metric=metric, verdict=cited(joined(parts), parts=parts))
    assert score([result], FORM) == 70
    assert result.adhered is False
    assert score([replace(result, metric=replace(metric, negative_weight=Decimal(10)))], FORM) == 55


def test_a_part_that_does_not_apply_leaves_both_sums() -> None:
    """Rules 2 and 9: NA of a part is as NA of a metric; awarded, it counts as met."""
    parts = (
        Part(id="a", name="a", qualification="YES", weight=Decimal(40)),
        Part(id="b", name="b", qualification="NA", weight=Decimal(60)),
    )
    other = MetricResult(metric=Metric(id="o", name="o", type="manual", weight=Decimal(4)), verdict=cited("NO"))
    metric = Metric(id="em", name="Hold", type="hold", weight=Decimal(10))
    result = MetricResult(metric=metric, verdict=cited(joined(parts), parts=parts))
    assert result.adhered is True
    assert score([result, other], FORM) == 50
    assert score([result, other], replace(FORM, not_applicable="award")) == 71


def test_parts_without_weights_are_told_and_not_scored() -> None:
    """Domain 2: a transfer is all or nothing, whatever its parts."""
    parts = (
        Part(id="a", name="a", qualification="YES"),
        Part(id="b", name="b", qualification="NO"),
    )
    metric = Metric(id="em", name="Transfer", type="transfer", weight=Decimal(10), negative_weight=Decimal(5))
    assert score([MetricResult(metric=metric, verdict=cited(joined(parts), parts=parts))], FORM) == -50


def test_a_fatal_part_that_is_not_met_gives_zero() -> None:
    """Rule 3, domain 2: the fatal toggle of a sub-metric; its metric's row is the one that says so."""
    parts = (
        Part(id="a", name="a", qualification="YES", weight=Decimal(90)),
        Part(id="b", name="b", qualification="NO", weight=Decimal(10), fatal=True),
    )
    metric = Metric(id="em", name="Agent", type="by_ai_agent", weight=Decimal(10))
    result = MetricResult(metric=metric, verdict=cited(joined(parts), parts=parts))
    assert result.is_fatal_error
    assert score([result], FORM) == 0


def test_a_parent_of_no_weight_does_not_count() -> None:
    """Rule 2: its parts are told, and the score is that of the rest."""
    parts = (Part(id="a", name="a", qualification="NO", weight=Decimal(100)),)
    parent = MetricResult(metric=Metric(id="em", name="Agent", type="by_ai_agent"), verdict=cited("NO", parts=parts))
    other = MetricResult(metric=Metric(id="o", name="o", type="manual", weight=Decimal(4)), verdict=cited("YES"))
    assert score([parent], FORM) is None
    assert score([parent, other], FORM) == 100
