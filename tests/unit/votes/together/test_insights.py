"""Insights that heads vote on: one answer with the metric of the same question, and words alone where heads are off."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from msgspec import UNSET
from msgspec.structs import replace

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.conversation import Conversation
from auscult.domain.scoring.stored import PendingConversation
from auscult.services.definitions.forms.reading import starter_forms
from auscult.services.scoring.evaluate import Evaluator, Judged
from bench.quality.deciders import by_insights, is_same
from tests.unit.analyzers.conversations import conversations, talk

LEAVES = talk(
    "A: good morning bright energy, kemi here",
    "C: hi, my neighbour pays forty less with the other lot so it's them from june for us",
    "A: okay, i'll note that",
    "C: bye",
)
MET = talk(
    "A: hello, parts desk, what can i get you",
    "C: could you send me two more of the blue filters",
    "A: two blue ones, that's gone through, they'll be with you on thursday",
    "C: lovely, that's great",
    "A: take care, bye",
)
FAILED = talk(
    "A: hello how can i help", "C: can you book me a table for two tonight", "A: sorry, i could not book it.", "C: bye"
)


@pytest.fixture(scope="module")
def evaluators() -> dict[bool, Evaluator]:
    """Evaluators without votes and with them."""
    settings = read_settings()
    return {
        votes: bootstrap.evaluator(replace(settings, votes="on" if votes else "off"), judge_ineligible=True)
        for votes in (False, True)
    }


def _judged(evaluator: Evaluator, conversation: Conversation) -> Judged:
    pending = PendingConversation(conversation=conversation, revision=1)
    (judged,) = evaluator.evaluate([pending], starter_forms(), datetime(2026, 1, 2, tzinfo=UTC))
    return judged


def test_acts_see_a_risk_that_no_phrase_knows(evaluators: dict[bool, Evaluator]) -> None:
    """Words alone miss it; the vote has the turn, what it does, and a confidence."""
    without, voted = (_judged(evaluators[votes], LEAVES).insights for votes in (False, True))
    assert without is not None
    assert voted is not None
    assert without.churn_risk is not None
    assert voted.churn_risk is not None
    assert (without.churn_risk.observed, without.churn_risk.confidence) == (False, UNSET)
    assert voted.churn_risk.observed
    assert voted.churn_risk.evidence[0].turn_id == "m2"
    assert voted.churn_risk.evidence[0].why == "speaks of leaving"
    assert isinstance(voted.churn_risk.confidence, Decimal)


def test_metric_has_the_answer_and_the_confidence_of_the_insight(evaluators: dict[bool, Evaluator]) -> None:
    """Resolution is decided once, and shown alike on the form and among the insights."""
    judged = _judged(evaluators[True], MET)
    verdict = next(one.verdict for one in judged.evaluation.results if one.metric.id == "em-resolution")
    assert judged.insights is not None
    assert judged.insights.resolution is not None
    assert verdict.qualification == judged.insights.resolution.resolution == "YES"
    assert verdict.confidence == judged.insights.resolution.confidence


def test_failure_at_the_end_is_overruled_by_no_weak_vote(evaluators: dict[bool, Evaluator]) -> None:
    """A failure that nothing follows stays one."""
    insights = _judged(evaluators[True], FAILED).insights
    assert insights is not None
    assert insights.resolution is not None
    assert insights.resolution.resolution == "NO"


def test_no_head_is_asked_where_votes_are_off(evaluators: dict[bool, Evaluator]) -> None:
    """The starter forms ask for votes, and words decide alone as long as the setting does not allow them."""
    judged = _judged(evaluators[False], MET)
    assert judged.insights is not None
    engines = {*judged.evaluation.engines, *judged.insights.engines}
    assert not any(engine.startswith("acts ") for engine in engines)
    assert all(one.verdict.confidence is None for one in judged.evaluation.results)


@given(asked=conversations())
def test_metric_and_insight_agree_on_anything(evaluators: dict[bool, Evaluator], asked: Conversation) -> None:
    """Whatever is said: one answer to one question, with votes too."""
    judged = _judged(evaluators[True], asked)
    metrics = {result.metric.id: result.verdict.qualification for result in judged.evaluation.results}
    if judged.insights is None or not metrics:
        return
    for question, answer in by_insights(judged.insights).items():
        assert is_same(question, metrics[question], answer), question
