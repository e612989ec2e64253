"""What a draft would have done to history, without touching it, on both databases."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from auscult.domain.conversation import Conversation, Queue
from auscult.domain.errors import AuscultError
from auscult.domain.evaluation import Verdict
from auscult.domain.history.backfills import BackfillScope
from auscult.domain.probe import Judgement, JudgementAnswer, Probe, Similarity
from auscult.domain.scoring.judging import JudgeResult, RetryAfter, Usage
from auscult.engines.wordllama import WordLlama
from auscult.metrics import METRICS
from auscult.metrics.by_question import ByQuestion
from auscult.reports import REPORTS
from auscult.services.definitions.forms.reading import read_form
from auscult.services.history.backtests import begin_backtest, end_backtest, names_before, to_line, view_backtest
from auscult.services.history.chunks import ChunkProcessing
from auscult.services.history.rescore_chunks import Rescoring
from auscult.services.history.rescores import begin_rescore
from auscult.services.history.trial_chunks import Trying
from auscult.services.history.trials import TrialOrder, TrialPart, plan
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.process import Processing
from auscult.storage import Store
from auscult.storage.core.tables.base import METADATA, change_counts
from auscult.storage.store import AppStore
from tests.integration.working import FORM, TENANT, conversation
from tests.unit.services.history.test_rescore_chunks import TWO
from tests.waiting import existing

NOW = datetime(2026, 3, 24, tzinfo=UTC)
EVALUATOR = Evaluator(METRICS, {Similarity: WordLlama()})
TEXTS = ("hello", "thanks", "hello thanks", "good morning", "what do you want")
JUDGED = FORM.replace(b"{phrases: [hello]}", b'{judge: "The agent says hello."}')


@pytest.fixture
def app(app: AppStore, store: Store) -> AppStore:
    """An app with one form, and conversations that it scored."""
    app.forms.publish("ef-1", FORM)
    load(store, *(conversation(f"c-{n:02}", TEXTS[n % len(TEXTS)]) for n in range(12)))
    return app


def load(store: Store, *conversations: Conversation) -> None:
    """Accept and record these."""
    work = Processing(store, EVALUATOR, REPORTS, lambda: NOW)
    finished = existing(work.evaluate(store.within(TENANT).conversations.accept(conversations).batch_id or ""))
    work.record(finished)


def tried(app: AppStore, document: bytes, evaluator: Evaluator = EVALUATOR, size: int = 500, **order: Any) -> TrialPart:
    """What came of a backtest in this process."""
    form = read_form(document, 0)
    asked = TrialOrder(document=document.decode(), **order)
    found = TrialPart()
    trying = Trying(evaluator, lambda: NOW)
    for chunk_range in plan(app, form, asked):
        for part in app.backfills.ranges(BackfillScope(), size) if size != 500 else (chunk_range,):
            found.merge(trying.try_on(app, part, asked, may_ask=asked.may_ask)[0])
    return found


def content(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, but for the count of transactions."""
    with store._database.reading() as connection:
        return {
            name: sorted(tuple(row) for row in connection.execute(sa.select(table)))
            for name, table in METADATA.tables.items()
            if table is not change_counts
        }


def test_what_is_told_is_what_a_rescore_comes_to(store: Store, app: AppStore) -> None:
    """Scores, passes and answers after a backtest are those that publishing and re-scoring gives."""
    found = tried(app, TWO, size=5)
    assert found.counts == tried(app, TWO).counts
    app.forms.publish("ef-1", TWO)
    begin_rescore(app, EVALUATOR.answered, form_id="ef-1")
    work = ChunkProcessing(
        store, {"rescore": Rescoring(EVALUATOR, REPORTS, lambda: NOW + timedelta(days=1))}, lambda: NOW
    )
    for chunk_id in store.work.next("chunk", 100):
        written = existing(work.process(chunk_id))
        work.record(written)
    (chunk_range,) = app.backfills.ranges(BackfillScope(), 500)
    evaluations = [case.evaluation for case in app.backfills.cases(chunk_range)]
    after = found.counts.after
    assert after.scores == Counter(int(one.score) for one in evaluations if one.score is not None)
    assert after.outcomes["passed"] == sum(one.passed is True for one in evaluations)
    for metric_id, rate in after.metrics.items():
        answers = [r.verdict.qualification for one in evaluations for r in one.results if r.metric.id == metric_id]
        assert (rate.yes, rate.no, rate.na) == tuple(answers.count(each) for each in ("YES", "NO", "NA"))


def test_metrics_of_other_forms_have_their_names(app: AppStore) -> None:
    """A new form takes conversations from others, whose metrics it may not have."""
    assert names_before(app, "ef-2") == {}
    assert names_before(app, "ef-2", ["ef-1 1"]) == names_before(app, "ef-1")
    names = names_before(app, "ef-2", ["ef-1 1", "ef-gone 3"])
    assert names["em-greeting"] == "Greeting"


def test_the_line_tells_it(app: AppStore) -> None:
    """Before and after, passes gained and lost, rates by metric in the order of the form, those gone behind them."""
    gone = TWO.replace(b"em-greeting", b"em-hello")
    found = tried(app, gone)
    line = to_line(found, read_form(gone, 0), names_before(app, "ef-1"))
    assert (line.form_id, line.version, line.looked, line.counted) == ("ef-1", None, 12, 12)
    assert (line.before.scored, line.before.passed, line.before.mean) == (12, 7, 58.33)
    assert (line.gained, line.lost) == (3, 5)
    assert line.flow == {"failed>passed": 3, "passed>failed": 5, "passed>passed": 2, "failed>failed": 2}
    assert line.decided_by == {"ef-1 1": 12}
    assert [(one.id, one.name, one.before is None, one.after is None) for one in line.metrics] == [
        ("em-hello", "Greeting", True, False),
        ("em-thanks", "Thanks", True, False),
        ("em-greeting", "Greeting", False, True),
    ]
    assert sum(one.conversations for one in line.after.scores) == 12
    assert {(one.least, one.most): one.conversations for one in line.before.scores if one.conversations} == {
        (90, 100): 7,
        (0, 9): 5,
    }
    assert line.judge is None
    assert [shift.conversation_id for shift in line.most_changed[:2]] == ["c-00", "c-01"]


def test_only_what_is_asked_for(store: Store, app: AppStore) -> None:
    """Range, queues, sample; conversations of other forms are told apart, and those that the form leaves."""
    start = conversation("x").started_at
    queue = Queue("qu-9", "Nine")
    moved = replace(conversation("c-99"), started_at=start + timedelta(days=1), queues=(queue,))
    load(store, replace(moved, ended_at=start + timedelta(days=1, seconds=10)))
    assert tried(app, TWO).counts.looked == 13
    assert tried(app, TWO, since=start + timedelta(hours=1)).counts.looked == 1
    assert tried(app, TWO, until=start + timedelta(hours=1)).counts.looked == 12
    assert tried(app, TWO, queues=("NINE",)).counts.looked == 1
    assert tried(app, TWO, sample=5).counts == tried(app, TWO, sample=5).counts
    assert tried(app, TWO, sample=5).counts.counted == 5
    narrow = tried(app, TWO + b'assignments: [{queue: "qu-9"}]\n').counts
    assert (narrow.looked, narrow.counted, narrow.left) == (13, 1, 12)
    with pytest.raises(AuscultError, check=lambda error: error.reason == "sample.invalid"):
        tried(app, TWO, sample=0)


class Poisoned(ByQuestion):
    """A metric type that fails on one conversation."""

    def judge(self, settings: Any, conversation: Conversation, answers: Any, insights: Any = None) -> Verdict:
        """Fail on c-03."""
        if conversation.id == "c-03":
            raise ZeroDivisionError("of course")
        return super().judge(settings, conversation, answers, insights)


def test_one_that_breaks_the_code_is_told(app: AppStore, caplog: pytest.LogCaptureFixture) -> None:
    """The others are counted."""
    counts = tried(app, TWO, EVALUATOR._replace(types={**METRICS, "by_question": Poisoned()})).counts
    assert (counts.looked, counts.counted, counts.failed) == (12, 11, 1)
    assert counts.faults == ["c-03: ZeroDivisionError: of course"]
    assert "c-03" in caplog.text


class Judge:
    """A far engine that says YES to everything, and what that takes."""

    kinds: ClassVar[frozenset[type[Probe]]] = frozenset({Judgement})
    version = "judge 1"
    at_once = 4

    def __init__(self) -> None:
        """Nobody asked yet."""
        self.asked = 0
        self.is_away = False

    def ask(self, questions: Sequence[Any]) -> Iterator[JudgeResult]:
        """One call a conversation."""
        for question in questions:
            name = question.transcript.conversation_id
            if self.is_away:
                yield JudgeResult(conversation_id=name, answers={}, postponed=RetryAfter(reason="away", after_s=0.0))
                continue
            self.asked += 1
            answer = JudgementAnswer(holds=True, turn_ids=("m1",), reason="it does", engine=self.version)
            yield JudgeResult(
                conversation_id=name,
                answers={question: answer},
                usage=Usage(calls=1, tokens_in=90, tokens_out=9, cost=5),
                prompt_hash="x",
                model="judge",
            )

    def estimate(self, questions: Sequence[Any]) -> Usage:
        """At most so much a question."""
        return Usage(calls=len(questions), tokens_in=100 * len(questions), tokens_out=10 * len(questions), cost=7)

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def judge() -> Judge:
    """A judge that nobody asked yet."""
    return Judge()


def with_judge(judge: Judge) -> Evaluator:
    """The evaluator with it."""
    return EVALUATOR._replace(far={Judgement: judge})


def test_what_a_judge_takes_is_told_before_it_is_asked(store: Store, app: AppStore, judge: Judge) -> None:
    """Without leave nobody is asked and nothing written; with it, answers are kept, and are not paid for again."""
    before = content(store)
    found = tried(app, JUDGED, with_judge(judge))
    line = to_line(found, read_form(JUDGED, 0), {})
    assert line.judge is not None
    assert (line.counted, line.unjudged, judge.asked) == (0, line.judge.conversations, 0)
    assert (line.judge.calls, line.judge.tokens_in, line.judge.tokens_out) == (
        line.unjudged,
        100 * line.unjudged,
        10 * line.unjudged,
    )
    assert line.judge.cost == 7 / 10**9
    assert content(store) == before
    asked = tried(app, JUDGED, with_judge(judge), may_ask=True).counts
    assert (asked.counted, asked.unjudged) == (line.unjudged, 0)
    assert judge.asked == line.unjudged > 0
    again = tried(app, JUDGED, with_judge(judge)).counts
    assert again == asked
    assert judge.asked == line.unjudged
    after = content(store)
    untouched = after.keys() - {"judge_answers", "judge_calls"}
    assert {name: after[name] for name in untouched} == {name: before[name] for name in untouched}


def test_a_form_that_asks_a_judge_where_there_is_none(app: AppStore) -> None:
    """Its conversations are left out, and told; nothing can be said of what it takes."""
    line = to_line(tried(app, JUDGED), read_form(JUDGED, 0), {})
    assert line.judge is not None
    assert (line.counted, line.unjudged, line.judge.calls) == (0, 12, 0)


def backfill(store: Store, evaluator: Evaluator) -> None:
    """Do what waits, as a worker would."""
    work = ChunkProcessing(store, {"backtest": Trying(evaluator, lambda: NOW)}, lambda: NOW)
    for chunk_id in store.work.next("chunk", 100):
        written = existing(work.process(chunk_id))
        work.record(work.ask_judge(written) if written.must_ask else written)


def test_as_durable_work(store: Store, app: AppStore) -> None:
    """What workers come to is what this process comes to; beside the backfill itself nothing is written."""
    before = content(store)
    begun = begin_backtest(app, read_form(TWO, 0), TrialOrder(document=TWO.decode()))
    assert (begun.state, begun.total, begun.result) == ("running", 12, None)
    backfill(store, EVALUATOR)
    done = view_backtest(app, begun.id)
    assert done.state == "done"
    assert done.result == to_line(tried(app, TWO), read_form(TWO, 0), names_before(app, "ef-1"))
    untouched = before.keys() - {"backfills", "backfill_chunks", "backfill_mentions", "batches"}
    after = content(store)
    assert {name: after[name] for name in untouched} == {name: before[name] for name in untouched}
    assert set(before["batches"]) < set(after["batches"])  # which has the chunks, too
    end_backtest(app, begun.id)
    assert content(store) == before
    with pytest.raises(AuscultError, check=lambda error: error.reason == "backtest.unknown"):
        view_backtest(app, begun.id)


def test_ended_before_its_end(store: Store, app: AppStore) -> None:
    """Whoever does not want it any more forgets it, whether it is over or not."""
    begun = begin_backtest(app, read_form(TWO, 0), TrialOrder(document=TWO.decode()))
    end_backtest(app, begun.id)
    assert store.work.next("chunk", 100) == []
    with pytest.raises(AuscultError):
        end_backtest(app, begun.id)
