"""The carrier for engines that are far: what was answered once is kept, and what cannot be answered waits."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from msgspec.structs import replace

from auscult.analyzers.outcome.summary import Summary
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.errors import EngineError
from auscult.domain.form import Form
from auscult.domain.probe import (
    Answer,
    FailedAnswer,
    FailedAnswerError,
    Judgement,
    JudgementAnswer,
    Probe,
    Summarization,
    Transcript,
    UsableAnswers,
)
from auscult.domain.scoring.judging import JudgeResult, RetryAfter, Usage
from auscult.domain.scoring.stored import PendingConversation
from auscult.engines import embedded
from auscult.metrics import METRICS
from auscult.services.definitions.forms.reading import read_form
from auscult.services.scoring.engine_calls.answer_cache import Memory
from auscult.services.scoring.engine_calls.ask_remote import INTERRUPTED, NOT_ASKED, NOT_CONFIGURED, ask_remote
from auscult.services.scoring.evaluate import Evaluator, Judged, Waiting
from tests.data_files import data_of

AWAY = RetryAfter(reason="the judge is away", after_s=5.0)
YES = JudgementAnswer(holds=True, turn_ids=("m1",), reason="so it is", engine="scribe 1")
FAILED = FailedAnswer(reason="it points at turn 9", engine="scribe 1")


class Scribe:
    """A far engine that says what it is told to, by the conversation's id, and writes down what it is asked."""

    kinds: ClassVar[frozenset[type[Probe]]] = frozenset({Judgement, Summarization})
    at_once = 2

    def __init__(self, version: str = "scribe 1", **says: Answer | FailedAnswer | RetryAfter | None) -> None:
        """``says``: for ``c_1`` its answer to every question about c-1; None ends early."""
        self.version = version
        self.asked: list[Any] = []
        self._says = {name.replace("_", "-"): said for name, said in says.items()}

    def ask(self, questions: Sequence[Any]) -> Iterator[JudgeResult]:
        """One thing heard for each conversation."""
        self.asked += questions
        for name in dict.fromkeys(one.transcript.conversation_id for one in questions):
            said = self._says.get(name, YES)
            about = [one for one in questions if one.transcript.conversation_id == name]
            if isinstance(said, RetryAfter):
                yield JudgeResult(conversation_id=name, answers={}, postponed=said, usage=Usage(calls=1, tokens_in=7))
            elif said is not None:
                yield JudgeResult(conversation_id=name, answers=dict.fromkeys(about, said), usage=Usage(calls=1))

    def close(self) -> None:
        """Nothing to do."""


def transcript(name: str, text: str = "hello") -> Transcript:
    """One turn."""
    return Transcript(name, (Turn("m1", "agent", text),))


def about(name: str, statement: str = "It holds.", text: str = "hello") -> Judgement:
    """One question."""
    return Judgement(statement, transcript(name, text), ("m1",))


def ask(scribe: Scribe, *questions: Any, kept: Memory | None = None, may_ask: bool = True) -> dict[Any, Any]:
    """Have them answered."""
    return ask_remote(questions, dict.fromkeys(scribe.kinds, scribe), kept or Memory(), may_ask=may_ask)


def test_equal_questions_are_asked_once_and_never_again() -> None:
    """Within a batch, and later: answers are looked up by what they depend on."""
    scribe, kept = Scribe(), Memory()
    first = ask(scribe, about("c-1"), about("c-1"), about("c-2"), kept=kept)
    assert first == {about("c-1"): YES, about("c-2"): YES}
    assert len(scribe.asked) == 2
    assert ask(scribe, about("c-1"), about("c-2"), kept=kept) == first
    assert len(scribe.asked) == 2
    assert kept.used.calls == 2


@pytest.mark.parametrize(
    "other",
    [
        about("c-1", "It does not hold."),
        about("c-1", text="hello!"),
        about("c-2"),
        replace(about("c-1"), turn_ids=()),
        Summarization(transcript("c-1")),
    ],
)
def test_what_an_answer_depends_on_is_in_its_key(other: Any) -> None:
    """The statement, the words, the turns that may be pointed at, the kind of question."""
    scribe, kept = Scribe(), Memory()
    ask(scribe, about("c-1"), kept=kept)
    ask(scribe, other, kept=kept)
    assert scribe.asked == [about("c-1"), other]


def test_another_model_is_asked_anew() -> None:
    """And what the first one said is found again when it comes back."""
    kept = Memory()
    ask(Scribe(), about("c-1"), kept=kept)
    newer, older = Scribe("scribe 2"), Scribe()
    ask(newer, about("c-1"), kept=kept)
    ask(older, about("c-1"), kept=kept)
    assert (len(newer.asked), len(older.asked)) == (1, 0)


def test_failed_answers_are_kept_too() -> None:
    """At temperature 0 the same is said again: it is not paid for again."""
    scribe, kept = Scribe(c_1=FAILED), Memory()
    assert ask(scribe, about("c-1"), kept=kept) == ask(scribe, about("c-1"), kept=kept) == {about("c-1"): FAILED}
    assert len(scribe.asked) == 1


def test_what_waits_waits_alone_and_is_asked_again() -> None:
    """Every question about that conversation, and none about another; what it took all the same is counted."""
    scribe, kept = Scribe(c_1=AWAY), Memory()
    questions = [about("c-1"), about("c-1", "Second."), about("c-2")]
    assert list(ask(scribe, *questions, kept=kept).values()) == [AWAY, AWAY, YES]
    assert kept.used == Usage(calls=2, tokens_in=7)
    ask(scribe, *questions, kept=kept)
    assert scribe.asked == [*questions, *questions[:2]]


def test_where_nobody_may_ask_or_nobody_is_there_it_waits() -> None:
    """Nothing is asked, what is kept is found, and each says why."""
    scribe, kept = Scribe(), Memory()
    assert ask(scribe, about("c-1"), kept=kept, may_ask=False) == {about("c-1"): NOT_ASKED}
    assert scribe.asked == []
    assert ask_remote([about("c-1")], {}, kept, may_ask=True) == {about("c-1"): NOT_CONFIGURED}
    ask(scribe, about("c-1"), kept=kept)
    assert ask(scribe, about("c-1"), kept=kept, may_ask=False) == {about("c-1"): YES}
    assert ask(Scribe(c_2=None), about("c-2")) == {about("c-2"): INTERRUPTED}


def test_an_answer_that_failed_cannot_be_read() -> None:
    """Nobody takes it for another, and one on which nothing depends does no harm."""
    answers = UsableAnswers({about("c-1"): FAILED, about("c-2"): YES})
    assert answers[about("c-2")] == YES
    with pytest.raises(FailedAnswerError, match="it points at turn 9"):
        answers[about("c-1")]
    with pytest.raises(KeyError):
        answers[about("c-3")]


FORM: Form = read_form(data_of(__file__, "form").encode())


def pending(name: str) -> PendingConversation:
    """A chat of ten seconds."""
    turns = (Turn("m1", "agent", "hello", start_ms=0), Turn("m2", "customer", "bye", start_ms=10_000))
    now = datetime(2026, 3, 23, tzinfo=UTC)
    return PendingConversation(
        conversation=Conversation(id=name, channel="chat", started_at=now, turns=turns), revision=1
    )


def evaluate(scribe: Scribe, *names: str, may_ask: bool = True) -> list[Judged | Waiting]:
    """Evaluate these chats."""
    evaluator = Evaluator(METRICS, {}, far=dict.fromkeys(scribe.kinds, scribe))
    batch = [pending(name) for name in names]
    return evaluator.evaluate_ready(batch, [FORM], datetime(2026, 3, 24, tzinfo=UTC), Memory(), may_ask=may_ask)


def test_a_conversation_waits_without_holding_up_another() -> None:
    """Each at its index; never silently NA."""
    first, second, third = evaluate(Scribe(c_2=AWAY), "c-1", "c-2", "c-3")
    assert isinstance(first, Judged)
    assert isinstance(third, Judged)
    assert second == Waiting("c-2", AWAY)
    assert first.evaluation.score == 100
    assert first.evaluation.engines == ("scribe 1",)
    (one,) = evaluate(Scribe(), "c-1", may_ask=False)
    assert one == Waiting("c-1", NOT_ASKED)


def test_a_failed_answer_leaves_its_metric_unanswered() -> None:
    """As a manual metric is: "-" with the reason, in neither sum; the others stand."""
    (one,) = evaluate(Scribe(c_1=FAILED), "c-1")
    assert isinstance(one, Judged)
    verdict = one.evaluation.results[0].verdict
    assert (verdict.qualification, verdict.evidence) == ("-", ())
    assert verdict.reason.endswith("no usable answer: it points at turn 9")
    assert (one.evaluation.score, one.evaluation.passed, one.evaluation.results[0].adhered) == (
        Decimal(100),
        True,
        None,
    )
    assert one.evaluation.engines == ("scribe 1",)


def test_where_all_must_be_judged_now_what_waits_is_an_error() -> None:
    """For commands that compare: they have nothing to say about half."""
    scribe = Scribe(c_1=AWAY)
    evaluator = Evaluator(METRICS, {}, far=dict.fromkeys(scribe.kinds, scribe))
    with pytest.raises(EngineError, match="c-1 cannot be judged now: the judge is away") as caught:
        evaluator.evaluate([pending("c-1")], [FORM], datetime(2026, 3, 24, tzinfo=UTC))
    assert caught.value.reason == "engine.postponed"
    assert evaluator.asks_remote([FORM])
    assert not evaluator._replace(far={}).asks_remote([FORM])
    assert Judgement in evaluator.answered


@pytest.mark.parametrize(
    ("summaries", "asked"),
    [
        ("along", {"c-1": {Judgement, Summarization}}),
        ("all", {"c-1": {Judgement, Summarization}, "c-2": {Summarization}}),
        ("none", {"c-1": {Judgement}}),
    ],
)
def test_a_summary_goes_along_in_the_call_for_the_metrics(summaries: Any, asked: dict[str, set[type]]) -> None:
    """Analyzers ask in the same call as metrics; calls for nothing but a summary are to be chosen."""
    scribe = Scribe()
    near = {engine.probe: engine for engine in embedded()}
    evaluator = Evaluator(
        METRICS, near, analyzers={"summary": Summary()}, far=dict.fromkeys(scribe.kinds, scribe), summaries=summaries
    )
    plain = pending("c-2")
    batch = [pending("c-1"), replace(plain, conversation=replace(plain.conversation, channel="voice"))]
    evaluator.evaluate_ready(batch, [FORM], datetime(2026, 3, 24, tzinfo=UTC), Memory())
    found: dict[str, set[type]] = {}
    for one in scribe.asked:
        found.setdefault(one.transcript.conversation_id, set()).add(type(one))
    assert found == asked
