"""Every reason of the starter forms and of the analyzers over examples/ can be shown in another language."""

from datetime import UTC, datetime

import pytest

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.scoring.stored import PendingConversation
from auscult.services.definitions.forms.reading import starter_forms
from bench.quality.verdicts import conversations_in
from tests.golden.test_verdicts import SOURCES
from tests.template_parts import left_in_english

REASON, WHY = "reason", "why"

EXCUSED = ", and excused, because "
"""What a starter form excuses follows in the form's own words."""


@pytest.fixture(scope="module")
def reasons() -> dict[str, set[str]]:
    """Every text that is shown: reasons, and why evidence counts."""
    pending = [PendingConversation(conversation=one, revision=1) for one in conversations_in(SOURCES)]
    evaluator = bootstrap.evaluator(read_settings(), judge_ineligible=True)
    found: dict[str, set[str]] = {REASON: set(), WHY: set()}
    for judged in evaluator.evaluate(pending, starter_forms(), datetime(2026, 1, 1, tzinfo=UTC)):
        verdicts = [result.verdict for result in judged.evaluation.results]
        found[REASON] |= {verdict.reason for verdict in verdicts if verdict.reason}
        found[WHY] |= {each.why for verdict in verdicts for each in (*verdict.evidence, *verdict.trigger)}
        if judged.insights is not None:
            found[REASON] |= set(judged.insights.unknown.values())
    return found


def test_there_are_reasons(reasons: dict[str, set[str]]) -> None:
    """The examples have reasons of each kind, with places, excuses, doubts and what is not known."""
    assert len(reasons[REASON]) >= 15
    assert sum(EXCUSED in each for each in reasons[REASON]) >= 3
    assert "no taxonomy is configured" in reasons[REASON]
    assert len(reasons[WHY]) >= 80


@pytest.mark.parametrize("group", [REASON, WHY])
def test_every_reason_is_translated(reasons: dict[str, set[str]], group: str) -> None:
    """None is left in English."""
    assert left_in_english(reasons[group]) == []
