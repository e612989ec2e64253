"""Conversations evaluated once more with one version of one form (rule 7), on both databases."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import msgspec
import pytest
import sqlalchemy as sa

from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.conversation import Conversation, Queue
from auscult.domain.engines import RemoteEngine
from auscult.domain.errors import AuscultError
from auscult.domain.probe import FailedAnswer, Judgement, JudgementAnswer, Probe, Similarity
from auscult.domain.scoring.judging import JudgeResult, Usage
from auscult.domain.scoring.stored import ConversationDetail
from auscult.engines.wordllama import WordLlama
from auscult.metrics import METRICS
from auscult.reports import REPORTS
from auscult.services.audits.workflow import Auditing
from auscult.services.history.chunks import ChunkProcessing
from auscult.services.history.rescore_chunks import Rescoring
from auscult.services.history.rescores import (
    RescoreCounts,
    RescoreLine,
    begin_rescore,
    cancel_rescore,
    list_rescores,
    resume_rescore,
    view_rescore,
)
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.process import Processing
from auscult.services.scoring.rebuild import rebuild
from auscult.storage import Store
from auscult.storage.core.tables.pages import report_rows
from auscult.storage.store import AppStore
from tests.data_files import data_of
from tests.integration.working import FORM, TENANT, Poisoned, conversation
from tests.waiting import existing

FIRST, LATER = datetime(2026, 3, 24, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
EVALUATOR = Evaluator(METRICS, {Similarity: WordLlama()})
ANSWERED = EVALUATOR.answered
TWO = data_of(__file__, "two").encode()


@pytest.fixture
def app(app: AppStore) -> AppStore:
    """An app with one form."""
    app.forms.publish("ef-1", FORM)
    return app


def load(store: Store, *conversations: Conversation, evaluator: Evaluator = EVALUATOR) -> None:
    """Accept and record these."""
    work = Processing(store, evaluator, REPORTS, lambda: FIRST)
    finished = existing(work.evaluate(store.within(TENANT).conversations.accept(conversations).batch_id or ""))
    work.record(finished)
    for more in work.ask_judge(finished) if finished.waiting else ():
        work.record(more)


def judged_by(judge: RemoteEngine) -> Evaluator:
    """The evaluator, with a judge."""
    return EVALUATOR._replace(far={Judgement: judge})


def answers_of(app: AppStore, name: str) -> list[str]:
    """What each metric came to that counts."""
    return [one.verdict.qualification for one in detail(app, name).evaluations[0].results]


def backfill(store: Store, evaluator: Evaluator = EVALUATOR, at: datetime = LATER) -> None:
    """Do all that waits, as a worker would."""
    work = ChunkProcessing(store, {"rescore": Rescoring(evaluator, REPORTS, lambda: at)}, lambda: at)
    while some := store.work.next("chunk", 100):
        for chunk_id in some:
            written = existing(work.process(chunk_id))
            assert not written.must_ask or evaluator.far
            work.record(work.ask_judge(written) if written.must_ask else written)


def rescore(store: Store, evaluator: Evaluator = EVALUATOR, at: datetime = LATER, **order: Any) -> RescoreLine:
    """Re-score, and what became of it."""
    app = store.within(TENANT)
    begun = begin_rescore(app, order.pop("answered", ANSWERED), **{"form_id": "ef-1"} | order)
    backfill(store, evaluator, at)
    view = view_rescore(app, begun.id)
    assert view.state == "done"
    return view


def detail(app: AppStore, name: str) -> ConversationDetail:
    """All that is kept of one."""
    return existing(app.conversations.get(name))


def stands(app: AppStore, name: str) -> tuple[int | None, int | None]:
    """Version and score that count."""
    newest = detail(app, name).evaluations[0]
    return newest.form and newest.form.version, None if newest.score is None else int(newest.score)


def some(counts: RescoreLine) -> dict[str, int]:
    """The counts that are not 0."""
    names = [each for each in RescoreCounts.__struct_fields__ if each != "faults"]
    return {name: n for name in names if (n := getattr(counts, name))}


IDLE = EVALUATOR._replace(types={}, engines={})
"""An evaluator that can score, and neither ask nor judge."""


def test_changed_weights_judge_nothing(store: Store, app: AppStore) -> None:
    """Verdicts are reused; the old evaluation is kept, the trail has a line, all rows and counts agree."""
    load(store, *(conversation(f"c-{n}", text) for n, text in enumerate(("hello", "thanks", "hello thanks"))))
    app.forms.publish("ef-1", TWO)
    assert some(rescore(store)) == {"looked": 3, "rescored": 3}
    assert [stands(app, f"c-{n}") for n in range(3)] == [(2, 30), (2, 70), (2, 100)]
    app.forms.publish("ef-1", TWO.replace(b"weight: 30", b"weight: 80").replace(b"weight: 70", b"weight: 20"))
    assert some(rescore(store, IDLE, LATER + timedelta(days=1))) == {"looked": 3, "rescored": 3}
    assert [stands(app, f"c-{n}") for n in range(3)] == [(3, 80), (3, 20), (3, 100)]
    kept = detail(app, "c-1")
    assert [one.form and one.form.version for one in kept.evaluations] == [3, 2, 1]
    assert [line.action for line in kept.trail] == ["rescored", "rescored"]
    assert store.recount() == []


def test_rows_are_what_a_rebuild_makes(store: Store, app: AppStore) -> None:
    """Every row of every report shows the new evaluation, byte for byte as if all were rendered anew."""
    load(store, conversation("c-1"), conversation("c-2", "thanks"))
    app.forms.publish("ef-1", TWO)
    before = rows(store)
    rescore(store)
    after = rows(store)
    assert after != before
    rebuild(store, REPORTS, lambda _done, _total: None)
    assert rows(store) == after


def rows(store: Store) -> Mapping[int, bytes]:
    """Every row there is."""
    with store._database.reading() as connection:
        return {row.row: row.body for row in connection.execute(sa.select(report_rows.c.row, report_rows.c.body))}


def test_a_changed_duration_counts_now(store: Store, app: AppStore) -> None:
    """Rule 11: changing the minimum never re-evaluates; a re-score, which is asked for, does."""
    load(store, conversation("c-1"))
    app.forms.publish("ef-1", FORM + b"min_duration: 30s\n")
    assert stands(app, "c-1") == (1, 100)
    rescore(store)
    assert app.conversations.statuses(["c-1"]) == {"c-1": "below_threshold"}
    app.forms.publish("ef-1", FORM)
    rescore(store, at=LATER + timedelta(days=1))
    assert stands(app, "c-1") == (3, 100)
    assert store.recount() == []


def test_only_what_is_asked_for(store: Store, app: AppStore) -> None:
    """Range, queues, and the choice of the form (rule 10); whatever is left is counted."""
    app.forms.publish("ef-other", FORM.replace(b"id: ef-1", b"id: ef-other") + b'assignments: [{queue: "qu-9"}]\n')
    start = conversation("x").started_at

    def one(name: str, hours: int, queue: Queue) -> Conversation:
        moved = start + timedelta(hours=hours)
        return msgspec.structs.replace(
            conversation(name), started_at=moved, ended_at=moved + timedelta(seconds=10), queues=(queue,)
        )

    sales, other = Queue("qu-1", "Sales"), Queue("qu-9")
    load(store, one("c-1", 0, sales), one("c-2", 1, sales), one("c-3", 2, Queue("qu-2")), one("c-4", 3, other))
    app.forms.publish("ef-1", TWO)
    counts = rescore(store, since=start + timedelta(hours=1), queues=["SALES"])
    assert some(counts) == {"looked": 3, "rescored": 1, "other_queue": 2}
    assert [stands(app, f"c-{n}")[0] for n in range(1, 5)] == [1, 2, 1, 1]
    assert some(rescore(store, until=start + timedelta(hours=1))) == {"looked": 1, "rescored": 1}
    assert some(rescore(store)) == {"looked": 4, "rescored": 1, "already": 2, "other_form": 1}


def test_afresh_judges_all_anew(store: Store, app: AppStore) -> None:
    """Also what this version decided before, which is passed over without it."""
    load(store, conversation("c-1"))
    assert some(rescore(store)) == {"looked": 1, "already": 1}
    assert some(rescore(store, afresh=True)) == {"looked": 1, "rescored": 1}
    assert [one.evaluated_at for one in detail(app, "c-1").evaluations] == [LATER, FIRST]


class Judge:
    """A judge that gives one answer to everything."""

    kinds: ClassVar[frozenset[type[Probe]]] = frozenset({Judgement})
    version, at_once = "judge 1 m", 1

    def __init__(self, answer: JudgementAnswer | FailedAnswer) -> None:
        """Nobody asked yet."""
        self.answer = answer
        self.asked = 0

    def ask(self, questions: Sequence[Any]) -> Iterator[JudgeResult]:
        """One thing heard for each question."""
        for one in questions:
            self.asked += 1
            yield JudgeResult(
                conversation_id=one.transcript.conversation_id, answers={one: self.answer}, usage=Usage(calls=1)
            )

    def close(self) -> None:
        """Nothing to do."""


def test_afresh_asks_once_more_what_failed(store: Store, app: AppStore) -> None:
    """A failed answer may have lain in a setting, as of the context; without afresh it stands, as other answers do."""
    app.forms.publish("ef-1", TWO.replace(b"{phrases: [thanks]}", b"{judge: The agent gives thanks.}"))
    load(store, conversation("c-1"), evaluator=judged_by(Judge(FailedAnswer(reason="too long", engine="e"))))
    assert answers_of(app, "c-1") == ["YES", "-"]
    answer = JudgementAnswer(holds=True, turn_ids=("m1",), reason="", engine="e")
    judge = Judge(answer)
    rescore(store, judged_by(judge), answered=judged_by(judge).answered)
    assert (answers_of(app, "c-1"), judge.asked) == (["YES", "-"], 0)
    for more in (1, 2):  # the second time it is known
        at = LATER + timedelta(days=more)
        rescore(store, judged_by(judge), at, answered=judged_by(judge).answered, afresh=True)
        assert (answers_of(app, "c-1"), judge.asked) == (["YES", "YES"], 1)


def test_an_earlier_version_can_be_taken(store: Store, app: AppStore) -> None:
    """By its number; the newest is meant otherwise. A retired form only by number."""
    load(store, conversation("c-1", "thanks"))
    app.forms.publish("ef-1", TWO)
    rescore(store)
    assert stands(app, "c-1") == (2, 70)
    rescore(store, version=1, at=LATER + timedelta(days=1))
    assert stands(app, "c-1") == (1, 0)
    app.forms.retire("ef-1")
    with pytest.raises(AuscultError, check=lambda error: error.reason == "form.retired"):
        begin_rescore(app, ANSWERED, form_id="ef-1")
    assert some(rescore(store, version=2, at=LATER + timedelta(days=2))) == {"looked": 1, "rescored": 1}


def test_one_that_breaks_the_code_holds_nobody_up(
    store: Store, app: AppStore, caplog: pytest.LogCaptureFixture
) -> None:
    """The others are re-scored; it stays as it was, is counted, and its reason is told."""
    load(store, conversation("c-1"), conversation("c-bad"), conversation("c-2"))
    app.forms.publish("ef-1", TWO)
    counts = rescore(store, EVALUATOR._replace(types={**METRICS, "by_question": Poisoned()}))
    assert some(counts) == {"looked": 3, "rescored": 2, "failed": 1}
    assert counts.reason == "c-bad: ZeroDivisionError: of course"
    assert (stands(app, "c-bad")[0], stands(app, "c-1")[0]) == (1, 2)
    assert "c-bad" in caplog.text
    assert some(rescore(store, at=LATER + timedelta(days=1))) == {"looked": 3, "rescored": 1, "already": 2}


def test_an_audit_belongs_to_the_evaluation_it_was_made_on(store: Store, app: AppStore) -> None:
    """A submitted one stays with its answers, score and the version it is of, and rows go on showing it."""
    load(store, conversation("c-1", "thanks"))
    auditing = Auditing(app, REPORTS, lambda: FIRST + timedelta(hours=1))
    auditing.assign("c-1", "Ada")
    audit = auditing.submit("c-1", [AuditAnswer(metric_id="em-greeting", answer="YES")])
    app.forms.publish("ef-1", TWO)
    rescore(store)
    kept = detail(app, "c-1")
    assert kept.audit == audit
    assert audit.result is not None
    assert (audit.result.form_version, audit.result.score, audit.result.evaluated_at) == (1, 100, FIRST)
    made_on = [one for one in kept.evaluations if one.evaluated_at == audit.result.evaluated_at]
    assert [(one.form and one.form.version, one.score) for one in made_on] == [(1, 0)]
    assert stands(app, "c-1") == (2, 70)
    assert [line.action for line in kept.trail] == ["assigned", "submitted", "rescored"]
    shown = b"".join(rows(store).values())
    assert b'"AuditScore":100,' in shown
    assert b'"koreEvalutionScore":70,' in shown
    assert store.recount() == []


def test_an_audit_that_is_under_way(store: Store, app: AppStore) -> None:
    """It goes on against the new evaluation: what it asks beside has to be answered, and the result names it."""
    load(store, conversation("c-1", "thanks"))
    auditing = Auditing(app, REPORTS, lambda: LATER + timedelta(hours=1))
    auditing.assign("c-1", "Ada")
    auditing.draft("c-1", [AuditAnswer(metric_id="em-greeting", answer="NO")])
    app.forms.publish("ef-1", TWO)
    rescore(store)
    with pytest.raises(AuscultError) as refused:
        auditing.submit("c-1")
    assert refused.value.value == ["em-thanks"]
    audit = auditing.submit("c-1", [AuditAnswer(metric_id="em-thanks", answer="YES")])
    assert audit.result is not None
    assert (audit.result.form_version, audit.result.score, audit.result.evaluated_at) == (2, 70, LATER)
    assert store.recount() == []


def test_an_audit_that_goes_on_meanwhile(store: Store, app: AppStore) -> None:
    """Between evaluating and writing: the chunk is rendered again, and rows show the audit as it stands."""
    load(store, conversation("c-1"))
    app.forms.publish("ef-1", TWO)
    begin_rescore(app, ANSWERED, form_id="ef-1")
    work = ChunkProcessing(store, {"rescore": Rescoring(EVALUATOR, REPORTS, lambda: LATER)}, lambda: LATER)
    (chunk_id,) = store.work.next("chunk", 100)
    written = existing(work.process(chunk_id))
    Auditing(app, REPORTS, lambda: LATER).assign("c-1", "Ada Lovelace")
    work.record(written)
    assert stands(app, "c-1") == (2, 30)
    assert b'"AuditStatus":"Assigned"' in b"".join(rows(store).values())
    assert store.recount() == []


def test_cancelled_and_resumed(store: Store, app: AppStore) -> None:
    """It can be watched, ended and taken up again; what is not a re-score is none."""
    load(store, conversation("c-1"))
    app.forms.publish("ef-1", TWO)
    begun = begin_rescore(app, ANSWERED, form_id="ef-1", by="Ada")
    assert (begun.version, begun.by, begun.total) == (2, "Ada", 1)
    backfill_id = begun.id
    assert cancel_rescore(app, backfill_id).state == "cancelled"
    backfill(store)
    assert stands(app, "c-1")[0] == 1
    assert resume_rescore(app, backfill_id).state == "running"
    backfill(store)
    assert [view.state for view in list_rescores(app)] == ["done"]
    assert detail(app, "c-1").trail[0].by == "Ada"
    other = app.backfills.begin("backtest", b"{}", ())
    for unknown in ("sw-none", other.backfill_id):
        for act in (view_rescore, cancel_rescore, resume_rescore):
            with pytest.raises(AuscultError, check=lambda error: error.reason == "rescore.unknown"):
                act(app, unknown)


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ({"form_id": "ef-none"}, "form.unknown"),
        ({"version": 9}, "form.unknown"),
        ({"since": LATER, "until": FIRST}, "range.reversed"),
    ],
)
def test_what_cannot_be_done_is_refused(app: AppStore, order: dict[str, Any], reason: str) -> None:
    """Before anything is begun."""
    with pytest.raises(AuscultError, check=lambda error: error.reason == reason):
        begin_rescore(app, ANSWERED, **{"form_id": "ef-1"} | order)
    assert list_rescores(app) == []


def test_a_form_that_nobody_here_can_answer(app: AppStore) -> None:
    """A version that asks a judge is not begun without one."""
    app.forms.publish("ef-1", FORM.replace(b"{phrases: [hello]}", b'{judge: "The agent says hello."}'))
    with pytest.raises(AuscultError, check=lambda error: error.reason == "engine.missing"):
        begin_rescore(app, ANSWERED, form_id="ef-1")


def test_what_analysis_found_stays(store: Store, app: AppStore) -> None:
    """A re-score looks for nothing anew beside the form: insights are those of the revision."""
    load(store, conversation("c-1"))
    app.forms.publish("ef-1", TWO)
    before = detail(app, "c-1").insights
    rescore(store)
    assert detail(app, "c-1").insights == before
