from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from auscult.analyzers import ANALYZERS
from auscult.domain.audits.sheet import Sheet, results_of
from auscult.domain.conversation import Conversation, Queue, Turn
from auscult.domain.evaluation import Evaluation
from auscult.domain.form import Assignment, Form
from auscult.domain.probe import FailedAnswer, Similarity
from auscult.domain.questions.outcome import is_passed
from auscult.domain.scoring.stored import PendingConversation
from auscult.engines.wordllama import WordLlama
from auscult.metrics import METRICS
from auscult.services.definitions.forms.reading import read_form
from auscult.services.scoring.evaluate import Evaluator
from tests.data_files import data_of

NOW = datetime(2026, 3, 23, 12, tzinfo=UTC)
STARTED = datetime(2026, 3, 23, 10, tzinfo=UTC)
ENGINE = WordLlama()
EVALUATOR = Evaluator(METRICS, {Similarity: ENGINE})
FORM = read_form(
    data_of(__file__, "form").encode(),
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
    batch = [PendingConversation(conversation=one, revision=7) for one in conversations]
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


SPOKEN = data_of(__file__, "spoken")


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize("is_tagged", [True, False])
def test_a_form_is_only_for_its_languages(language: str, *, is_tagged: bool) -> None:
    """A conversation in another language is not evaluated, with that reason; nothing of it is judged, nothing is 0."""
    analysts = EVALUATOR._replace(analyzers=ANALYZERS)
    tag: dict[str, Any] = {"language": language} if is_tagged else {}
    (found,) = evaluate(conversation(*SPOKEN[language], **tag), evaluator=analysts)
    assert (found.form, found.status, found.score, found.passed, found.results) == (
        None,
        "not_evaluated",
        None,
        None,
        (),
    )
    assert found.reason == f"form 'ef-1' is for en, and the conversation is in {language}"
    (own,) = evaluate(
        conversation(*SPOKEN[language], **tag), forms=[replace(FORM, languages=("en", language))], evaluator=analysts
    )
    assert (own.status, own.reason) == ("evaluated", None)


def test_a_region_is_no_other_language() -> None:
    """A form for pt-BR scores conversations in pt and pt-PT; a tag counts where nothing was analysed."""
    for language, is_for in (("pt", True), ("pt-PT", True), ("PT_br", True), ("es", False)):
        (found,) = evaluate(conversation("ok", language=language), forms=[replace(FORM, languages=("pt-BR",))])
        assert (found.form is not None) is is_for


def test_of_an_unknown_language_only_what_needs_none_is_judged() -> None:
    """Cyrillic that may be one of several languages: words are not judged, and that is no NO."""
    analysts = EVALUATOR._replace(analyzers=ANALYZERS)
    (found,) = evaluate(conversation("добрый день спасибо за звонок", "всё хорошо"), evaluator=analysts)
    assert [each.verdict.qualification for each in found.results] == ["NA", "NA", "-"]
    assert {each.verdict.reason for each in found.results[:2]} == {"the language of the conversation is unknown"}
    assert (found.form is not None, found.score) == (True, None)


def test_what_has_no_score_says_why() -> None:
    """No form, no duration, and too short a duration each have their reason; what is evaluated has none."""
    short, unknown, chat, right = evaluate(
        conversation("hello", seconds=4.5),
        conversation(seconds=None),
        conversation("hello", channel="chat"),
        conversation("hello"),
    )
    assert short.reason == "it lasts 4.5 s, and form 'ef-1' requires 30 s"
    assert unknown.reason == "its duration is unknown: give ended_at, or the times of its turns"
    assert chat.reason == "no form applies to its queue, channel and direction"
    assert right.reason is None


def test_a_conversation_passes_by_the_mark_of_its_queue() -> None:
    """Its form has that pass score, one object for all conversations of the queue."""
    strict = Assignment(queue="Gold", pass_score=Decimal(100))
    form = replace(FORM, assignments=(Assignment(), strict))
    gold = (Queue(id="qu-1", name="Gold"),)
    said = ("hello", "see you")
    plain, first, second = evaluate(
        conversation(*said), conversation(*said, queues=gold), conversation(*said, queues=gold), forms=[form]
    )
    assert [one.score for one in (plain, first, second)] == [40, 40, 40]
    assert plain.form is form
    assert first.form is second.form
    assert first.form is not None
    assert (form.pass_score, first.form.pass_score) == (50, 100)
    eased = replace(form, assignments=(Assignment(), replace(strict, pass_score=Decimal(40))))
    assert [one.passed for one in evaluate(conversation(*said, queues=gold), conversation(*said), forms=[eased])] == [
        True,
        False,
    ]


def test_a_fatal_manual_metric_is_unanswered_only_in_an_audit() -> None:
    """Rule 5: the machine's verdict stands without it."""
    *others, feeling = FORM.metrics
    form = replace(FORM, metrics=(*others, replace(feeling, fatal=True)))
    (found,) = evaluate(conversation("good morning to you"), forms=[form])
    assert (found.score, found.passed, found.reason) == (Decimal(100), True, None)
    assert is_passed(found.score, 0, results_of(form, Sheet()), form) is None


def test_a_fatal_question_that_an_engine_gave_no_usable_answer_to_is_undecided() -> None:
    """Rule 5: the score of the rest stands, with the reason; nothing is said of one that too short a call leaves open."""

    class Failing:
        version = "failing 1"

        def answer(self, probes: Sequence[Similarity]) -> list[FailedAnswer]:
            return [FailedAnswer(reason="it said maybe", engine=self.version) for _ in probes]

    form = replace(FORM, metrics=(replace(FORM.metrics[0], fatal=True), *FORM.metrics[1:]))
    evaluator = Evaluator(METRICS, {Similarity: Failing()})  # type: ignore[dict-item]
    (found,) = evaluate(conversation("hm"), forms=[form], evaluator=evaluator)
    assert (found.score, found.passed, found.is_undecided) == (Decimal(100), None, True)
    assert found.reason == "fatal and without an answer: em-greeting (no usable answer: it said maybe)"
    (short,) = evaluate(
        conversation("hm", seconds=5), forms=[form], evaluator=evaluator._replace(judge_ineligible=True)
    )
    assert (short.passed, short.is_undecided) == (None, False)
