import random
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from unittest.mock import Mock

import pytest
from msgspec.structs import replace

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.errors import EngineError
from auscult.domain.evaluation import Verdict
from auscult.domain.probe import Similarity
from auscult.engines.wordllama import WordLlama
from auscult.metrics import METRICS
from auscult.metrics.by_question import ByQuestion
from auscult.reports import REPORTS
from auscult.services.definitions.forms.reading import check_form
from auscult.services.scoring import evaluate as evaluate_room
from auscult.services.scoring import process as process_room
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.process import Processing
from auscult.services.scoring.rebuild import rebuild
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.contract.storing import accept
from tests.integration.working import FORM, TENANT, conversation
from tests.waiting import existing

EVALUATOR = Evaluator(METRICS, {Similarity: WordLlama()})


def processing(store: Store, evaluator: Evaluator = EVALUATOR) -> Processing:
    """Processing at a fixed time."""
    return Processing(store, evaluator, REPORTS, lambda: datetime(2026, 3, 24, tzinfo=UTC))


@pytest.fixture
def app(app: AppStore) -> AppStore:
    """An app with one form."""
    app.forms.publish("ef-1", FORM)
    return app


def process(work: Processing, batch_id: str) -> tuple[str, ...]:
    """Take a batch to its end; what could not be processed."""
    finished = existing(work.evaluate(batch_id))
    work.record(finished)
    return finished.faults


def test_a_form_that_is_published_while_a_batch_is_evaluated_scores_it(store: Store) -> None:
    """The re-score that goes with it passes over what waits, so the batch is evaluated again, with the new form."""
    store.ensure(TENANT)
    app, work = store.within(TENANT), processing(store)
    batch_id = accept(app, conversation("c-1"))
    evaluated = existing(work.evaluate(batch_id))
    app.forms.publish("ef-1", FORM)
    work.record(evaluated)
    assert app.conversations.statuses(["c-1"]) == {}
    assert [each.batch_id for each in store.batches.waiting()] == [batch_id]
    assert process(work, batch_id) == ()
    assert app.conversations.statuses(["c-1"]) == {"c-1": "evaluated"}


def test_a_batch_makes_way_before_each_further_part(
    app: AppStore, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is more urgent goes between its parts, and all of it is evaluated."""
    monkeypatch.setattr(evaluate_room, "TURNS_AT_A_TIME", 3)
    ways = count()
    finished = processing(store).evaluate(accept(app, *map(conversation, ("c-1", "c-2", "c-3"))), lambda: next(ways))
    assert finished is not None
    assert len(finished.rendered) == 3
    assert next(ways) == 2


def test_what_is_recorded_before_a_crash_is_not_done_again(
    app: AppStore, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is let go of between the pieces of a batch, and each is kept by itself; the next start does the rest."""
    monkeypatch.setattr(process_room, "PIECE", 2)
    monkeypatch.setattr(store, "is_embedded", True)
    work, ids = processing(store), [f"c-{number}" for number in range(5)]
    batch_id = accept(app, *map(conversation, ids))
    finished = existing(work.evaluate(batch_id))
    with pytest.raises(InterruptedError):
        work.record(finished, Mock(side_effect=[None, InterruptedError]))
    assert app.conversations.statuses(ids) == dict.fromkeys(ids[:4], "evaluated")
    rest = existing(work.evaluate(batch_id))
    assert [each.conversation.id for each in rest.rendered] == ids[4:]
    work.record(rest)
    assert not store.batches.waiting()


def test_until_its_first_day_the_version_before_scores(app: AppStore, store: Store) -> None:
    """A version that is published for a day to come leaves the conversations of before to the one that it follows."""
    day = conversation("c-1").started_at.date() + timedelta(days=7)
    app.forms.publish("ef-1", FORM + f"valid_from: {day}\n".encode())
    later = replace(conversation("c-2"), started_at=conversation("c-1").started_at + timedelta(days=7), ended_at=None)
    assert process(processing(store), accept(app, conversation("c-1"), later)) == ()
    scored = {one.conversation.id: one.evaluation.form for one in app.conversations.rerender("", 9)}
    assert {name: form and form.version for name, form in scored.items()} == {"c-1": 1, "c-2": 2}
    app.forms.retire("ef-1")
    assert process(processing(store), accept(app, conversation("c-3"))) == ()
    assert app.conversations.statuses(["c-3"]) == {"c-3": "not_evaluated"}


COSTLY_FORM = b"""
id: ef-1
name: Costly
channel: chat
pass_score: 50
metrics:
""" + b"".join(
    b"""  - id: em-%d
    name: Metric %d
    type: by_question
    question: Is it said?
    weight: 5
    answer: {speaker: agent, any_of: [{pattern: '[^x]{0,3%02d}q.{100}z'}]}
"""
    % (n, n, n)
    for n in range(20)
)
"""As costly as a form may be that is published."""


def costly(name: str) -> Conversation:
    """A conversation over which that form takes minutes."""
    chance = random.Random(1)  # text that repeats itself is searched quickly
    said = [
        Turn(f"e{n}", "agent", "Thank you for calling, how can I help you with your order today?") for n in range(9)
    ]
    noise = [
        Turn(f"m{n}", "agent", "".join(chance.choices("abcdefghijklmnopqrstuvw ", k=20_000)), start_ms=n * 1_000)
        for n in range(60)
    ]
    turns = (*said, *noise)  # English to whoever looks for its language, which the form asks for
    return replace(conversation(name), turns=turns)


@pytest.mark.landing
def test_a_costly_conversation_fails_by_name_and_others_have_their_turn(store: Store, app: AppStore) -> None:
    """It is set aside when its time and the turn of its batch are over; the others of the batch are done next."""
    assert check_form(COSTLY_FORM).problems == ()
    app.forms.publish("ef-1", COSTLY_FORM)
    evaluator = EVALUATOR._replace(conversation_s=0.2)
    work = Processing(store, evaluator, REPORTS, lambda: datetime(2026, 3, 24, tzinfo=UTC), turn_s=0.01)
    batch_id = accept(app, costly("c-0"), conversation("c-1"), conversation("c-2"))
    first = existing(work.evaluate(batch_id))
    assert (first.rendered, first.faults, first.is_unfinished) == ((), (), True)
    work.record(first)
    assert process(work, batch_id) == ()
    assert app.conversations.statuses(["c-0", "c-1", "c-2"]) == {"c-1": "evaluated", "c-2": "evaluated"}
    (failed,) = store.batches.failed()
    assert (failed.size, (failed.reason or "").startswith("c-0 takes more than 0.2 s of processor time")) == (1, True)
    done = existing(store.batches.get(batch_id))
    assert (done.state, done.size) == ("done", 2)
    assert store.recount() == []


@pytest.mark.landing
def test_a_costly_conversation_alone_fails_its_batch(store: Store, app: AppStore) -> None:
    """Where nothing else is left of a batch it ends with the reason; without a limit nothing is cut off."""
    app.forms.publish("ef-1", COSTLY_FORM)
    work = processing(store, EVALUATOR._replace(conversation_s=0.2))
    (fault,) = process(work, accept(app, costly("c-0")))
    assert "simplify the patterns of its form" in fault
    assert [(one.state, one.size) for one in store.batches.failed()] == [("failed", 1)]


def test_a_new_version_of_a_form_holds_from_the_next_batch_on(store: Store, app: AppStore) -> None:
    """Rule 7: earlier evaluations keep the version they were made with; nobody has to start again."""
    work = processing(store)
    process(work, accept(app, conversation("c-1")))
    app.forms.publish("ef-1", FORM.replace(b"pass_score: 50", b"pass_score: 60"))
    process(work, accept(app, conversation("c-2")))
    versions = {
        one.conversation.id: one.evaluation.form and (one.evaluation.form.version, one.evaluation.form.pass_score)
        for one in app.conversations.rerender("", 9)
    }
    assert versions == {"c-1": (1, 50), "c-2": (2, 60)}


def test_twice_is_once(store: Store, app: AppStore) -> None:
    """Evaluated by two, recorded by both: as if one had done it; and a batch that is done is left alone."""
    work = processing(store)
    batch = accept(app, conversation("c-1"), conversation("c-2"))
    first, second = work.evaluate(batch), work.evaluate(batch)
    assert first
    assert second
    work.record(first)
    work.record(second)
    assert work.evaluate(batch) is None
    assert work.evaluate("b-unknown") is None
    assert app.conversations.statuses(["c-1", "c-2"]) == {"c-1": "evaluated", "c-2": "evaluated"}
    assert store.recount() == []


class Poisoned(ByQuestion):
    """A metric type that fails on whoever is called bad."""

    def judge(self, settings: Any, conversation: Conversation, answers: Any, insights: Any = None) -> Verdict:
        """Fail, or judge."""
        if "bad" in conversation.id:
            raise ZeroDivisionError(conversation.id)
        return super().judge(settings, conversation, answers, insights)


def test_those_that_break_the_code_are_named_and_the_others_recorded(
    store: Store, app: AppStore, caplog: pytest.LogCaptureFixture
) -> None:
    """The reason of a failed batch stays readable however many they are."""
    work = processing(store, EVALUATOR._replace(types={**METRICS, "by_question": Poisoned()}))
    batch = accept(app, conversation("c-1"), *(conversation(f"bad-{number}") for number in range(7)))
    finished = work.evaluate(batch)
    assert finished
    assert [one.conversation.id for one in finished.rendered] == ["c-1"]
    assert finished.faults[0] == "bad-0: ZeroDivisionError: bad-0"
    assert len(finished.faults) == 7
    work.record(finished)
    ended = store.batches.get(batch)
    assert ended
    assert ended.state == "failed"
    assert len([one for one in caplog.records if "cannot be processed" in one.message]) == 7


def test_an_engine_that_is_away_is_no_fault_of_a_conversation(store: Store, app: AppStore) -> None:
    """It may come back: the batch is not failed, the error goes to the one who tries again."""
    batch = accept(app, conversation("c-1", "good day"))
    with pytest.raises(EngineError):
        processing(store, EVALUATOR._replace(engines={})).evaluate(batch)
    assert process(processing(store), batch) == ()


def test_a_stored_form_that_is_no_longer_understood_fails_the_batch(store: Store, app: AppStore) -> None:
    """With what is wrong in it."""
    app.forms.publish("ef-old", b"id: ef-old\nscoring: stars\n")
    faults = process(processing(store), accept(app, conversation("c-1")))
    assert len(faults) == 1
    assert "scoring" in faults[0]


def test_rebuilding_renders_what_is_recorded(store: Store, app: AppStore) -> None:
    """Rows come back as they were, of every app, and progress is told."""
    work = processing(store)
    process(work, accept(app, *(conversation(f"c-{number}") for number in range(5))))
    waiting = accept(app, conversation("c-9"))
    told: list[tuple[int, int | None]] = []
    assert rebuild(store, REPORTS, lambda done, total: told.append((done, total))) == 5
    assert told == [(5, None)]
    assert store.recount() == []
    process(work, waiting)
    assert store.recount() == []
