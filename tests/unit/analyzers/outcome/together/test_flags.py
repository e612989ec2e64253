"""Escalation and churn risk: what raises the flag, and what only looks like it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given

from auscult.analyzers.outcome.churn_risk import ChurnRisk
from auscult.analyzers.outcome.escalation import Escalation
from auscult.domain.insight import Flag, Insights
from auscult.engines._contract import Engine
from auscult.wording import sentences
from tests.data_files import data_of
from tests.unit.analyzers.conversations import analyzed, conversation, conversations, talk


def raised(analyzer: Escalation | ChurnRisk, *lines: str) -> bool:
    """Whether a conversation of these lines raises the flag."""
    found = analyzer.analyze(talk(*lines), {}, Insights())
    assert isinstance(found, Flag)
    return found.observed


@given(asked=conversations())
def test_observed_means_evidence(engines: Mapping[type, Engine], asked: Any) -> None:
    """A flag is raised exactly where something shows it, and only the customer's words do."""
    insights = analyzed(asked, engines)
    customers = {turn.id for turn in asked.turns if turn.speaker == "customer"}
    for flag in (insights.escalation, insights.churn_risk):
        if flag is not None:
            assert flag.observed == bool(flag.evidence)
            assert {evidence.turn_id for evidence in flag.evidence} <= customers


@given(asked=conversations())
def test_one_more_customer_turn_never_lowers_a_flag(engines: Mapping[type, Engine], asked: Any) -> None:
    """What was said stays said, though it be taken back."""
    for name in ("escalation", "churn_risk"):
        before = getattr(analyzed(asked, engines), name)
        more = conversation([*asked.turns, talk("C: never mind, all is well").turns[0]])
        after = getattr(analyzed(more, engines), name)
        assert not (before and before.observed) or after.observed


@pytest.mark.parametrize("line", data_of(__file__, "escalation_is_raised"))
def test_escalation_is_raised(line: str) -> None:
    """Asking for somebody higher or else, a complaint, a review, a legal step."""
    assert raised(Escalation(), f"C: {line}")


@pytest.mark.parametrize("line", data_of(__file__, "escalation_is_not_raised"))
def test_escalation_is_not_raised(line: str) -> None:
    """Words that only look like it."""
    assert not raised(Escalation(), f"C: {line}")


def test_churn_risk_knows_many_ways_of_saying_it() -> None:
    """Of the sentences beside its pack, written apart from it, nine in ten are found, and hardly one is found wrongly."""
    found = [(proof.holds, raised(ChurnRisk(), f"C: {proof.text}")) for proof in sentences("en/leaving")]
    wanted = [is_raised for holds, is_raised in found if holds]
    unwanted = [is_raised for holds, is_raised in found if not holds]
    assert sum(wanted) >= 0.9 * len(wanted)
    assert sum(unwanted) <= 0.05 * len(unwanted)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("A: your subscription renews monthly", "C: then i'll cancel it"), True),
        (("A: your order ships on monday", "C: then i'll cancel it"), False),
    ],
)
def test_a_bare_cancel_depends_on_what_it_is_about(lines: Sequence[str], *, expected: bool) -> None:
    """Cancelling a subscription is leaving; cancelling an order is not."""
    assert raised(ChurnRisk(), *lines) == expected


def test_evidence_quotes_the_customer_as_they_wrote_it() -> None:
    """The words that decided, apostrophes, capitals, fillers and all."""
    found = Escalation().analyze(talk("C: Look, I'd like to SPEAK, uh, to your Manager. Now!"), {}, Insights())
    assert isinstance(found, Flag)
    assert found.evidence[0].why == "asks for somebody else: 'like to SPEAK, uh, to your Manager'"


def test_agents_raise_nothing() -> None:
    """It is the customer who leaves or asks."""
    assert not raised(ChurnRisk(), "A: do you want to cancel your contract", "C: no")
    assert not raised(Escalation(), "A: would you like to speak to my manager", "C: no thanks")
