"""Graded metrics: the level that rules decide, its share of the score, and what an auditor gives."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from auscult.domain.audits.audit import AuditAnswer, Sheet, results_of, unanswered
from auscult.domain.errors import RequestError
from auscult.domain.evaluation import score
from auscult.domain.scoring.stored import PendingConversation
from auscult.metrics import METRICS
from auscult.services.definitions.forms.reading import check_form, read_form
from auscult.services.scoring.evaluate import Evaluator
from tests.data_files import data_of
from tests.strategies import STARTED, talk

FORM = data_of(__file__, "form")
AUDITED = data_of(__file__, "audited")


def outcome(*lines: str) -> tuple[Decimal | None, list[tuple[str, str | None]]]:
    """The score of a conversation, and answer and level of each metric."""
    evaluator = Evaluator(types=METRICS, engines={})
    pending = PendingConversation(conversation=talk(*lines, ended_at=STARTED), revision=1)
    (found,) = evaluator.evaluate([pending], [read_form(FORM.encode())], datetime(2026, 1, 1, tzinfo=UTC))
    results = found.evaluation.results
    return found.evaluation.score, [(one.verdict.qualification, one.verdict.level) for one in results]


@pytest.mark.parametrize(
    ("said", "points", "answers"),
    [
        ("what budget and how many", 100, [("YES", "Full"), ("NA", None)]),
        ("how many are you", 50, [("YES", "Some"), ("NA", None)]),
        ("hello", -10, [("NO", "None"), ("NO", None)]),
        ("sorry", 30, [("NO", "None"), ("YES", None)]),
    ],
)
def test_the_first_rule_that_holds_names_the_level(
    said: str, points: int, answers: list[tuple[str, str | None]]
) -> None:
    """The score counts the level's share; the answer by the mark decides what depends on it."""
    assert outcome(f"agent: {said}") == (points, answers)


def test_a_level_that_the_answers_lack_is_a_fault() -> None:
    """Named at its rule, with what was most likely meant."""
    found = check_form(FORM.replace("level: Some", "level: Sme").encode())
    assert [(one.field, one.reason) for one in found.problems] == [
        ("metrics[0].rules[1].level", "unknown level 'Sme'; did you mean Some?")
    ]


def test_an_auditor_gives_a_level() -> None:
    """Its share counts; a metric whose condition does not hold need not be answered."""
    form = replace(read_form(AUDITED.encode()), version=1)
    sheet = Sheet(answers=(AuditAnswer(metric_id="em-tone", answer="YES", level="4"),))
    assert unanswered(form, sheet) == ()
    assert score(results_of(form, sheet), form) == 80
    low = Sheet(answers=(AuditAnswer(metric_id="em-tone", answer="YES", level="2"),))
    assert unanswered(form, low) == ("em-late",)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (AuditAnswer(metric_id="em-tone", answer="YES", level="9"), "level.unknown"),
        (AuditAnswer(metric_id="em-late", answer="NO", reason_code="early"), "reason.unknown"),
    ],
)
def test_an_answer_that_the_form_does_not_know_is_refused(answer: AuditAnswer, code: str) -> None:
    """The message names what there is."""
    with pytest.raises(RequestError, match="available: ", check=lambda error: error.reason == code):
        results_of(read_form(AUDITED.encode()), Sheet(answers=(answer,)))
