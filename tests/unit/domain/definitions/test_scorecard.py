"""Scorecards and attributes (domain 6): what is weighed how, and the laws of the figures."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from auscult.domain.conversation import Agent, Conversation
from auscult.domain.definitions.scorecard import (
    AgentTally,
    Attribute,
    CardMetric,
    Interaction,
    Mean,
    Scorecard,
    measures,
    rounded,
    takes,
    weigh,
)
from auscult.domain.evaluation import Evaluation, MetricResult, Part, Qualification, Verdict, half_up, joined, score
from auscult.domain.form import Form, Metric
from tests.data_files import data_of, tuples_of
from tests.strategies import cited, evaluation_of

NOW = datetime(2026, 3, 23, 10, tzinfo=UTC)
CALL = Conversation(
    id="c-1", channel="voice", started_at=NOW, ended_at=NOW + timedelta(minutes=1), agents=(Agent("a-1", "Robert"),)
)


def evaluated(**answers: Qualification | Verdict) -> Evaluation:
    """An evaluation with these answers, by metric; the form's own weights do not matter here."""
    results = tuple(
        MetricResult(
            metric=Metric(id=name, name=name, type="by_question", weight=Decimal(7)),
            verdict=given if isinstance(given, Verdict) else cited(given),
        )
        for name, given in answers.items()
    )
    form = Form(id="ef-1", name="f", channel="voice", metrics=tuple(one.metric for one in results), version=3)
    return evaluation_of(form=form, status="evaluated", results=results, evaluated_at=NOW)


def attribute(name: str, weight: int, **metrics: int) -> Attribute:
    """An attribute of metrics with these weights."""
    made = tuple(CardMetric(metric=one, weight=Decimal(share)) for one, share in metrics.items())
    return Attribute(id=name, name=name, weight=Decimal(weight), metrics=made)


CARD = Scorecard(
    id="sc",
    name="s",
    attributes=(attribute("kind", 60, greeting=40, empathy=60), attribute("able", 40, resolution=100)),
    pass_score=Decimal(70),
)


def weighed(card: Scorecard = CARD, /, **answers: Qualification | Verdict) -> Interaction:
    """What the call comes to."""
    return weigh(card, CALL, evaluated(**answers))


@pytest.mark.parametrize(
    ("answers", "attributes", "total", "passed"),
    tuples_of(__file__, "attributes_weigh_metrics_and_the_scorecard_weighs_attributes"),
)
def test_attributes_weigh_metrics_and_the_scorecard_weighs_attributes(
    answers: dict[str, Qualification], attributes: tuple[int | None, ...], total: int | None, passed: bool | None
) -> None:
    """Domain 6: weights at both levels; what does not apply, or is not on the form, leaves both sums."""
    found = weighed(**answers)
    assert tuple(found.attributes.values()) == attributes
    assert (found.score, found.passed) == (total, passed)
    assert (found.conversation_id, found.form_id, found.form_version) == ("c-1", "ef-1", 3)


def test_not_applicable_may_be_awarded_whatever_the_form_says() -> None:
    """Domain 6: the scorecard's own treatment; what the form does not have is not awarded."""
    card = replace(CARD, not_applicable="award")
    found = weighed(card, greeting="NA", empathy="NO")
    assert found.attributes == {"kind": 40, "able": None}


def changed(**changes: Any) -> Scorecard:
    """The scorecard with its first metric changed."""
    kind = CARD.attributes[0]
    first = replace(kind.metrics[0], **changes)
    return replace(CARD, attributes=(replace(kind, metrics=(first, *kind.metrics[1:])), *CARD.attributes[1:]))


def test_negative_weights_fatal_and_the_right_answer_are_the_scorecards_own() -> None:
    """Domain 6: outcome weights, correct response and fatal flag of the attribute."""
    assert weighed(changed(negative_weight=Decimal(90)), greeting="NO", empathy="YES").attributes["kind"] == -30
    assert weighed(changed(correct_answer="no"), greeting="NO", empathy="YES").score == 100
    fatal = weighed(changed(fatal=True), greeting="NO", empathy="YES", resolution="YES")
    assert (fatal.score, fatal.passed, fatal.fatal_errors) == (0, False, 1)


def test_parts_are_scored_one_by_one_here_too() -> None:
    """Rule 9 goes through."""
    parts = (
        Part(id="a", name="A", qualification="YES", weight=Decimal(25)),
        Part(id="b", name="B", qualification="NO", weight=Decimal(75)),
    )
    split = cited(joined(parts), parts=parts)
    assert weighed(resolution=split).score == 25


@pytest.mark.parametrize(
    ("changes", "conversation", "evaluation", "counts"),
    [
        *data_of(__file__, "which_conversations_count"),
        ({"languages": ("en",)}, {"language": "en-GB"}, {}, True),
        ({"languages": ("de",)}, {}, {}, False),
    ],
)
def test_which_conversations_count(
    changes: dict[str, Any], conversation: dict[str, Any], evaluation: dict[str, Any], counts: bool
) -> None:
    """Domain 6: direction, languages, minimum duration (at the threshold it counts), evaluated ones."""
    found = takes(replace(CARD, **changes), replace(CALL, **conversation), replace(evaluated(), **evaluation))
    assert found is counts


@pytest.mark.parametrize(
    ("agents", "measured"),
    tuples_of(__file__, "whom_it_is_for"),
)
def test_whom_it_is_for(agents: tuple[str, ...], measured: bool) -> None:
    """By id, address or name; an inactive one measures nobody."""
    agent = Agent("a-1", "Robert", "robert@example.com")
    assert measures(replace(CARD, agents=agents), agent) is measured
    assert not measures(replace(CARD, agents=agents, is_active=False), agent)


ANSWERS: st.SearchStrategy[Qualification] = st.sampled_from(("YES", "NO", "NA"))


@st.composite
def shares(draw: st.DrawFn, count: int) -> list[Decimal]:
    """So many weights that total 100."""
    cuts = sorted(draw(st.lists(st.integers(1, 99), min_size=count - 1, max_size=count - 1, unique=True)))
    return [Decimal(b - a) for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]


@st.composite
def cards(draw: st.DrawFn) -> Scorecard:
    """Scorecards of up to three attributes of up to three metrics: m0, m1 and so on."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    names = iter(range(9))
    attributes = tuple(
        Attribute(
            id=f"at-{at}",
            name="a",
            weight=weight,
            metrics=tuple(
                CardMetric(
                    metric=f"m{next(names)}", weight=share, negative_weight=draw(st.integers(0, 100).map(Decimal))
                )
                for share in draw(shares(size))
            ),
        )
        for at, (size, weight) in enumerate(zip(sizes, draw(shares(len(sizes))), strict=True))
    )
    return Scorecard(
        id="sc", name="s", attributes=attributes, not_applicable=draw(st.sampled_from(["exclude", "award"]))
    )


@given(cards(), st.lists(ANSWERS, min_size=9, max_size=9))
def test_a_score_is_a_mean_of_attributes_and_within_bounds(card: Scorecard, answers: list[Qualification]) -> None:
    """Between the least and the greatest attribute, from -100 to 100; an attribute is a form's score."""
    given_answers: dict[str, Qualification] = {f"m{at}": answer for at, answer in enumerate(answers)}
    found = weighed(card, **given_answers)
    known = [one for one in found.attributes.values() if one is not None]
    assert (found.score is None) == (not known)
    if found.score is not None:
        assert min(known) <= found.score <= max(known)
        assert -100 <= found.score <= 100
    for one in card.attributes:
        form = Form(id="f", name="f", channel="voice", metrics=(), not_applicable=card.not_applicable)
        results = [
            MetricResult(
                metric=Metric(id="m", name="m", type="t", weight=each.weight, negative_weight=each.negative_weight),
                verdict=cited(given_answers[each.metric]),
            )
            for each in one.metrics
        ]
        whole = score(results, form)
        assert found.attributes[one.id] == (None if whole is None else int(whole))


@given(cards(), st.lists(ANSWERS, min_size=9, max_size=9), st.integers(0, 8))
def test_one_more_right_answer_never_lowers_the_score(
    card: Scorecard, answers: list[Qualification], index: int
) -> None:
    """Monotone, where nothing is fatal."""
    if answers[index] != "NO":
        return
    given_answers: dict[str, Qualification] = {f"m{at}": answer for at, answer in enumerate(answers)}
    before = weighed(card, **given_answers)
    given_answers[f"m{index}"] = "YES"
    after = weighed(card, **given_answers)
    assert (before.score is None) == (after.score is None)
    assert before.score is None or after.score is None or after.score >= before.score


@given(st.lists(st.none() | st.integers(-100, 100), max_size=20))
def test_figures_of_an_agent_are_those_of_the_conversations(scores: list[int | None]) -> None:
    """Counts add up; the mean is of those that have a score, with two decimals."""
    tally = AgentTally(CARD, CALL.agents[0])
    for one in scores:
        passed = None if one is None else one >= 70
        tally.add(
            Interaction(
                conversation_id="c",
                started_at=NOW,
                form_id="f",
                form_version=1,
                score=one,
                passed=passed,
                fatal_errors=0,
                attributes={"kind": one, "able": None},
            )
        )
    known = [one for one in scores if one is not None]
    assert (tally.interactions, tally.passed + tally.failed) == (len(scores), len(known))
    exact = Decimal(sum(known)) / len(known) if known else None
    assert tally.score.value == (None if exact is None else half_up(100 * exact) / 100)
    assert tally.attributes["kind"].value == tally.score.value
    assert tally.attributes["able"].value is None


@given(st.fractions(-200, 200))
def test_halves_go_up(exact: Fraction) -> None:
    """As rule 2 rounds."""
    assert abs(rounded(exact) - exact) <= Fraction(1, 2)
    is_half = (2 * exact).denominator == 1 and exact.denominator != 1
    assert rounded(-exact) == -rounded(exact) + is_half


def test_a_mean_of_nothing_is_none() -> None:
    """Never 0."""
    assert Mean().value is None


def test_the_interval_of_a_mean() -> None:
    """It is Student's, within -100 to 100, and there is none of fewer than ten scores."""
    mean = Mean()
    for value in (60, 70, 80, 90, 100, 60, 70, 80, 90):
        mean.add(value)
    assert mean.interval == (None, None)
    mean.add(100)
    low, high = mean.interval
    assert (mean.value, low, high) == (Decimal(80), Decimal("69.34"), Decimal("90.66"))
    best = Mean()
    for value in (100,) * 9 + (0,):
        best.add(value)
    assert best.interval == (Decimal("67.38"), Decimal(100)), "the upper end would be 112.62"
