from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.conversation import Conversation, Queue, Turn
from auscult.domain.evaluation import Evaluation
from auscult.domain.form import Assignment, Form
from auscult.domain.probe import Similarity
from auscult.engines.wordllama import WordLlama
from auscult.metrics import METRICS
from auscult.pipeline.evaluate import Evaluator
from auscult.pipeline.forms import read_form
from auscult.pipeline.ports import Pending

NOW = datetime(2026, 3, 23, 12, tzinfo=UTC)
STARTED = datetime(2026, 3, 23, 10, tzinfo=UTC)
ENGINE = WordLlama()
EVALUATOR = Evaluator(METRICS, {Similarity: ENGINE})
FORM = read_form(
    b"""
id: ef-1
name: Two questions
channel: voice
scoring: points
pass_score: 50
min_duration: 30s
metrics:
  - id: em-greeting
    name: Greeting
    type: by_question
    question: Does the agent greet?
    weight: 3
    answer: {speaker: agent, any_of: [{similar: [good morning to you], threshold: 0.8}]}
  - id: em-rude
    name: Rude
    type: by_question
    question: Is the agent rude?
    weight: 2
    negative_weight: 1
    correct_answer: "no"
    fatal: true
    answer: {speaker: agent, any_of: [{phrases: [shut up]}]}
  - id: em-feeling
    name: Feeling
    type: manual
    question: How did it feel?
    weight: 5
""",
    version=4,
)


def conversation(*said: str, seconds: float | None = 60, **fields: Any) -> Conversation:
    """A call in which the agent says these things."""
    turns = tuple(Turn(f"m{at}", "agent", text, start_ms=1000 * at) for at, text in enumerate(said))
    ended = None if seconds is None else STARTED + timedelta(seconds=seconds)
    made: dict[str, Any] = {"id": "c-1", "channel": "voice", "started_at": STARTED, "ended_at": ended, "turns": turns}
    return Conversation(**made | fields)


def evaluate(
    *conversations: Conversation, forms: Sequence[Form] = (FORM,), evaluator: Evaluator = EVALUATOR
) -> list[Evaluation]:
    """Their evaluations, each at revision 7."""
    batch = [Pending(conversation=one, revision=7) for one in conversations]
    return [judged.evaluation for judged in evaluator.evaluate(batch, forms, NOW)]


def test_an_evaluation_says_what_was_decided_by_what_and_when() -> None:
    """Rules 1 to 5 and 7: verdicts beside the metrics of the form's version, score, and who answered."""
    (found,) = evaluate(conversation("Good morning to you!"))
    assert (found.conversation_id, found.revision, found.form, found.status) == ("c-1", 7, FORM, "evaluated")
    assert [one.verdict.qualification for one in found.results] == ["YES", "NO", "-"]
    assert [one.adhered for one in found.results] == [True, True, None]
    assert (found.score, found.passed, found.fatal_errors) == (Decimal(100), True, 0)
    assert (found.engines, found.evaluated_at) == ((ENGINE.version,), NOW)


def test_a_fatal_metric_that_fails_makes_it_zero() -> None:
    """Rule 3: score 0, not passed, counted."""
    (found,) = evaluate(conversation("good morning to you", "now shut up"))
    assert (found.score, found.passed, found.fatal_errors) == (Decimal(0), False, 1)


def test_who_was_not_asked_is_not_named() -> None:
    """An engine that had nothing to answer is not said to have answered."""
    (found,) = evaluate(conversation())
    assert found.engines == ()


@pytest.mark.parametrize(
    ("seconds", "status"), [(29.999, "below_threshold"), (30, "evaluated"), (None, "duration_unavailable")]
)
def test_too_short_or_unknown_is_not_judged(seconds: float | None, status: str) -> None:
    """Rules 4 and 11: no verdicts and no score; as long as the minimum is enough."""
    (found,) = evaluate(conversation("good morning to you", seconds=seconds))
    assert found.status == status
    assert (found.results == ()) == (status != "evaluated")
    assert (found.score is None, found.passed is None) == (status != "evaluated",) * 2


def test_trying_a_form_judges_the_short_ones_too() -> None:
    """``score`` and ``agree`` show every verdict; the status stays, and there is no score."""
    trying = EVALUATOR._replace(judge_ineligible=True)
    (found,) = evaluate(conversation("good morning to you", "shut up", seconds=5), evaluator=trying)
    assert [one.verdict.qualification for one in found.results] == ["YES", "YES", "-"]
    assert (found.status, found.score, found.passed, found.fatal_errors) == ("below_threshold", None, None, 1)


def test_no_form_is_no_evaluation() -> None:
    """Rules 4 and 10: listed all the same."""
    wrong_channel, wrong_queue = conversation("hello", channel="chat"), conversation("hello", queues=(Queue("other"),))
    only_sales = [read_form_for("sales")]
    for found in (*evaluate(wrong_channel), *evaluate(wrong_queue, forms=only_sales)):
        assert (found.form, found.status, found.score, found.results) == (None, "not_evaluated", None, ())


def read_form_for(queue: str) -> Form:
    """The form, for one queue."""
    return Form(
        id=FORM.id,
        name=FORM.name,
        channel=FORM.channel,
        metrics=FORM.metrics,
        assignments=(Assignment(queue=queue),),
    )


@given(st.lists(st.lists(st.sampled_from(["good morning to you", "shut up", "so what", ""]), max_size=4), max_size=5))
def test_company_in_a_batch_changes_nothing(said: list[list[str]]) -> None:
    """One by one or together: the same evaluations."""
    conversations = [conversation(*texts, id=f"c-{at}") for at, texts in enumerate(said)]
    assert evaluate(*conversations) == [found for one in conversations for found in evaluate(one)]
