"""The effect of a scorecard before it is published."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from auscult.domain.conversation import Agent, Conversation
from auscult.domain.definitions.scorecard import Attribute, CardMetric, Scorecard
from auscult.domain.evaluation import MetricResult, Qualification
from auscult.domain.form import Form, Metric
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.history.card_effect import card_effect
from tests.strategies import cited, evaluation_of

NOW = datetime(2026, 3, 23, 10, tzinfo=UTC)
FORM = Form(
    id="ef-1",
    name="f",
    channel="voice",
    metrics=tuple(Metric(id=each, name=each, type="by_question", weight=Decimal(1)) for each in ("greet", "close")),
)


def case(name: str, agent: str, greet: Qualification, close: Qualification) -> EvaluatedConversation:
    """A call of an agent with two answers."""
    results = tuple(
        MetricResult(metric=metric, verdict=cited(given))
        for metric, given in zip(FORM.metrics, (greet, close), strict=True)
    )
    return EvaluatedConversation(
        conversation=Conversation(
            id=name, channel="voice", started_at=NOW, ended_at=NOW + timedelta(minutes=1), agents=(Agent(agent, agent),)
        ),
        evaluation=evaluation_of(name, form=FORM, results=results, evaluated_at=NOW),
    )


def card(greet: int, close: int, pass_score: int = 70) -> Scorecard:
    """A scorecard of one attribute, by the weights of its two questions."""
    weights = [("greet", greet), ("close", close)]
    metrics = tuple(CardMetric(metric=name, weight=Decimal(weight)) for name, weight in weights if weight)
    attribute = Attribute(id="a", name="a", weight=Decimal(100), metrics=metrics)
    return Scorecard(id="sc", name="s", attributes=(attribute,), pass_score=Decimal(pass_score))


CASES = [case("c-1", "Zoe", "YES", "NO"), case("c-2", "Zoe", "YES", "YES"), case("c-3", "adam", "NO", "YES")]


def test_agents_are_listed_by_name_before_and_after() -> None:
    """Each with their mean by both, and whether it reaches the score that is needed."""
    found = card_effect(CASES, card(80, 20), card(20, 80))
    assert [(each.name, each.conversations, each.before, each.after, each.passes) for each in found.agents] == [
        ("adam", 1, Decimal(20), Decimal(80), (False, True)),
        ("Zoe", 2, Decimal(90), Decimal(60), (True, False)),
    ]
    assert found.mean == (Decimal("66.67"), Decimal("66.67"))
    assert (found.read, found.counted, found.gained, found.lost) == (3, 3, 1, 1)


def test_answers_are_those_of_the_questions_in_it() -> None:
    """Answers to questions that the new scorecard does not have are not counted."""
    found = card_effect(CASES, card(80, 20), card(0, 100))
    assert [(each.metric, each.before, each.share, each.answers) for each in found.questions] == [
        ("close", Decimal(20), Decimal(100), {"YES": 2, "NO": 1})
    ]


def test_the_first_version_has_nothing_before_it() -> None:
    """Then only what it gives is known."""
    found = card_effect(CASES, None, card(50, 50))
    assert {(each.name, each.before, each.after) for each in found.agents} == {
        ("adam", None, Decimal(50)),
        ("Zoe", None, Decimal(75)),
    }
    assert (found.mean, found.gained, found.lost) == ((None, Decimal("66.67")), 0, 0)


def test_who_fails_with_the_same_score_is_another() -> None:
    """A higher pass score changes no mean, and those who no longer reach it are told apart from the others."""
    found = card_effect([*CASES, case("c-4", "Bo", "YES", "YES")], card(80, 20), card(80, 20, pass_score=95))
    assert [(each.name, each.falls, each.has_other_score, each.is_other, each.places) for each in found.agents] == [
        ("adam", False, False, False, (20.0, 20.0)),
        ("Bo", False, False, False, (100.0, 100.0)),
        ("Zoe", True, False, True, (90.0, 90.0)),
    ]


def test_what_a_scorecard_does_not_count_changes_nothing() -> None:
    """An agent that it is no longer for has no mean after; an agent whom the reader may not see is not there."""
    found = card_effect(CASES, card(50, 50), replace(card(50, 50), agents=("adam",)))
    assert {each.name: each.after for each in found.agents} == {"adam": Decimal(50), "Zoe": None}
    assert (found.counted, found.gained, found.lost) == (1, 0, 0)
    assert [each.name for each in card_effect(CASES, None, card(50, 50), lambda agent: agent == "Zoe").agents] == [
        "Zoe"
    ]
