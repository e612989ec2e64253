"""The effect of a scorecard as it is shown: who changes is in sight."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

from auscult.domain.definitions.scorecard import Scorecard
from auscult.server.console.frame.reader import Reader
from auscult.server.console.history.effects_view import card_effect_view
from auscult.services.definitions.scorecards import check_scorecard
from auscult.services.history.card_effect import AgentEffect, CardEffect

READER = Reader(now=datetime(2026, 11, 27, tzinfo=UTC))


def card(pass_score: int) -> Scorecard:
    """A scorecard that passes from this score on."""
    text = (
        f"id: sc-1\nname: One\npass_score: {pass_score}\nagents: ['*']\n"
        "attributes:\n- {id: at-1, name: All, weight: 100, metrics: [{metric: em-1, weight: 100}]}\n"
    )
    found = check_scorecard(text.encode())
    assert found.card, found.problems
    return found.card


def test_who_fails_with_the_same_score_is_in_sight() -> None:
    """A higher pass score changes no mean: the agents who no longer reach it are listed, the others are folded."""
    agents = tuple(
        AgentEffect(
            agent_id=name,
            name=name,
            conversations=12,
            before=Decimal(mean),
            after=Decimal(mean),
            passes=(True, mean >= 90),
        )
        for name, mean in (("Ann", 95), ("Bo", 85))
    )
    mean = (Decimal(90), Decimal(90))
    found = CardEffect(read=24, counted=24, gained=0, lost=0, mean=mean, agents=agents, answers={"em-1": Counter()})
    view = card_effect_view(found, card(80), card(90), {}, READER, "/console")
    assert [(each.name, each.result) for each in view.agents] == [("Bo", "fail")]
    assert [each.name for each in view.same] == ["Ann"]
    assert view.title == "Of 2 agents, 1 would no longer reach the score that is needed"
