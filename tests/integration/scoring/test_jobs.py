"""The worker, on both databases: every accepted batch comes to an end, whatever happened to its workflow."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from itertools import count
from typing import Any, get_args

import psycopg
import pytest
import sqlalchemy as sa
from dbos import DBOS

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Verdict
from auscult.domain.scoring.batches import Priority
from auscult.domain.tenancy import Tenant
from auscult.metrics.by_question import ByQuestion
from auscult.storage import Store
from auscult.storage.core.tables.conversations import batches, evaluations
from auscult.storage.store import AppStore
from auscult.workers import worker as worker_room
from auscult.workers.dbos_database import jobs_url
from auscult.workers.heartbeat import BULK, WorkerName
from tests.contract.storing import accept
from tests.integration.working import FORM, Poisoned, conversation, working
from tests.unit.services.scoring.test_process import COSTLY_FORM, costly
from tests.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.night


@pytest.fixture
def app(app: AppStore) -> AppStore:
    """An app with one form."""
    app.forms.publish("ef-1", FORM)
    return app


def ended(store: Store, *batch_ids: str) -> Callable[[], bool]:
    """Whether none of these batches waits."""
    return lambda: all(batch is not None and batch.state != "accepted" for batch in map(store.batches.get, batch_ids))


def state(store: Store, batch_id: str) -> tuple[str, str | None]:
    """How a batch stands, and why."""
    with store._database.reading() as connection:
        query = sa.select(batches.c.state, batches.c.reason).where(batches.c.batch_id == batch_id)
        found = connection.execute(query).one()
        return found.state, found.reason


def evaluated(store: Store) -> int:
    """How many evaluations there are."""
    with store._database.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(evaluations)).scalar_one()


@pytest.mark.landing
def test_what_is_accepted_is_found_and_processed(store: Store, app: AppStore, database_url: str) -> None:
    """Batches from before the worker came and from while it works; it leaves nothing of itself behind."""
    early = accept(app, conversation("c-1"), conversation("c-2", "what do you want"))
    with working(store, database_url) as name:
        assert name in store.workers.beats()
        late = accept(app, conversation("c-3"))
        wait_until(ended(store, early, late))
    assert app.conversations.statuses(["c-1", "c-2", "c-3"]) == dict.fromkeys(["c-1", "c-2", "c-3"], "evaluated")
    scores = {one.conversation.id: one.evaluation.score for one in app.conversations.rerender("", 10)}
    assert scores == {"c-1": 100, "c-2": 0, "c-3": 100}
    assert store.workers.beats() == {}
    assert store.recount() == []


def test_one_that_breaks_the_code_holds_nobody_up(
    store: Store, app: AppStore, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Its neighbours are recorded, its batch says which it was and why, later batches go on, and it can be mended."""
    sound = bootstrap.evaluator(read_settings({}))
    poisoned = sound._replace(types={**sound.types, "by_question": Poisoned()})
    batch = accept(app, conversation("c-1"), conversation("c-bad"), conversation("c-2"))
    with working(store, database_url, poisoned):
        wait_until(ended(store, batch))
        after = accept(app, conversation("c-3"))
        wait_until(ended(store, after))
    assert state(store, batch) == ("failed", "1 could not be processed: c-bad: ZeroDivisionError: of course")
    assert state(store, after) == ("done", None)
    assert app.conversations.statuses(["c-1", "c-2", "c-3", "c-bad"]).keys() == {"c-1", "c-2", "c-3"}
    assert "c-bad" in caplog.text
    again = accept(app, conversation("c-bad"))
    with working(store, database_url, sound):
        wait_until(ended(store, again))
    assert app.conversations.statuses(["c-bad"]) == {"c-bad": "evaluated"}
    assert store.recount() == []


def test_a_batch_that_fails_as_a_whole_is_given_up_with_its_reason(
    store: Store, app: AppStore, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some attempts, each counted; another batch is not held up."""
    monkeypatch.setitem(worker_room.PROCESS, "interval_seconds", 0.01)
    logging.getLogger("dbos").setLevel(logging.CRITICAL)
    bad = accept(app, conversation("c-1"))
    evaluate = worker_room.Processing.evaluate

    def fail(self: Any, batch_id: str, *more: Any) -> Any:
        if batch_id == bad:
            raise OSError("the disk has gone")
        return evaluate(self, batch_id, *more)

    monkeypatch.setattr(worker_room.Processing, "evaluate", fail)
    with working(store, database_url):
        good = accept(app, conversation("c-2"))
        wait_until(ended(store, bad, good))
    assert state(store, bad) == ("failed", "OSError: the disk has gone")
    assert state(store, good) == ("done", None)
    assert store.work.begin(bad) == 5


def test_a_database_that_is_away_for_a_while_fails_nothing(
    store: Store, app: AppStore, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often it is asked for meanwhile: what is in hand goes on when it is back."""
    batch_id = accept(app, conversation("c-1"))
    looks = count(1)
    is_ready, begin = store.is_ready, store.work.begin

    def is_away() -> bool:
        return bool(started) and next(looks) <= 10

    def ready_or_not() -> bool:
        return not is_away() and is_ready()

    def begin_or_not(one_id: str) -> int:
        started.append(one_id)
        if is_away():
            raise ConnectionError
        return begin(one_id)

    started: list[str] = []
    monkeypatch.setattr(store, "is_ready", ready_or_not)
    monkeypatch.setattr(store.work, "begin", begin_or_not)
    with working(store, database_url):
        wait_until(ended(store, batch_id))
    assert state(store, batch_id) == ("done", None)
    assert started == [batch_id, batch_id]


def test_a_batch_that_never_comes_to_an_end_is_given_up(store: Store, app: AppStore, database_url: str) -> None:
    """One that kills its worker again and again is begun so many times and no more."""
    batch = accept(app, conversation("c-1"))
    for _ in range(worker_room.MOST_STARTS):
        store.work.begin(batch)
    with working(store, database_url):
        wait_until(ended(store, batch))
    assert state(store, batch) == ("failed", "its processing was begun 10 times and never came to an end")


@pytest.mark.landing
def test_one_that_kills_its_worker_is_found_among_its_batch(store: Store, app: AppStore, database_url: str) -> None:
    """Begun again and again, a batch is split; only the one that kills is given up, and it can be put back to work."""
    batch = accept(app, *map(conversation, ("c-1", "c-bad", "c-2")))
    for _ in range(worker_room.SPLIT_AFTER):
        store.work.begin(batch)
    with working(store, database_url):
        wait_until(ended(store, batch))
        wait_until(lambda: len(app.conversations.statuses(["c-1", "c-bad", "c-2"])) == 3)
    told = state(store, batch)
    assert told[0] == "done"
    assert "split into 3 batches" in str(told[1])
    other = accept(app, conversation("c-3"), conversation("c-worse"))
    assert store.batches.split(other) == 2
    bad = next(one.batch_id for one in store.batches.waiting() if app.jobs.left(one.batch_id) == ["c-worse"])
    for _ in range(worker_room.MOST_STARTS):
        store.work.begin(bad)
    with working(store, database_url):
        wait_until(ended(store, bad))
        wait_until(lambda: not store.batches.waiting())
        assert app.conversations.statuses(["c-3", "c-worse"]) == {"c-3": "evaluated"}
        assert [one.batch_id for one in store.batches.failed()] == [bad]
        app.jobs.retry(bad)
        wait_until(ended(store, bad))
    assert app.conversations.statuses(["c-worse"]) == {"c-worse": "evaluated"}
    assert store.recount() == []


def test_live_goes_first_and_no_app_starves(
    store: Store, app: AppStore, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long backfill of one app holds up neither a small load of another nor what is live."""
    other = Tenant(account_id="a-2", org_id="o-2", app_id="st-2")
    store.ensure(other)
    small = store.within(other)
    backfill = [accept(app, conversation(f"c-{n}")) for n in range(60)]
    loaded = [str(small.conversations.accept([conversation(f"s-{n}")]).batch_id) for n in range(3)]
    live = str(app.conversations.accept([conversation("c-live")], priority="live").batch_id)
    evaluate = worker_room.Processing.evaluate

    def begin_together(self: Any, batch_id: str, *more: Any) -> Any:
        """Nobody is far ahead because somebody else's queue was looked at later."""
        if batch_id == backfill[0]:
            wait_until(
                lambda: [one.status for one in DBOS.list_workflows(workflow_ids=[live])] not in ([], ["ENQUEUED"])
            )
        return evaluate(self, batch_id, *more)

    monkeypatch.setattr(worker_room.Processing, "evaluate", begin_together)
    with working(store, database_url):
        wait_until(ended(store, *backfill, *loaded, live))
    ends = {one: found.ended_at for one in (*backfill, *loaded, live) if (found := store.batches.get(one))}
    order = sorted(ends, key=lambda one: (str(ends[one]), one))
    # Of what a worker has taken at once the order is that of its slots; so much may have gone before.
    assert order.index(live) <= worker_room.AT_ONCE
    assert max(map(order.index, loaded)) <= 2 * worker_room.AT_ONCE + len(loaded) + 1


class Halting(ByQuestion):
    """A metric that stops at one conversation, until it may go on."""

    def __init__(self) -> None:
        """Nothing has come yet."""
        self.is_there, self.may_go_on = threading.Event(), threading.Event()

    def judge(self, settings: Any, conversation: Conversation, answers: Any, insights: Any = None) -> Verdict:
        """Wait at c-slow."""
        if conversation.id == "c-slow":
            self.is_there.set()
            assert self.may_go_on.wait(PATIENCE_S)
        return super().judge(settings, conversation, answers, insights)


def test_a_live_conversation_waits_for_no_batch_in_hand(store: Store, app: AppStore, database_url: str) -> None:
    """It is evaluated and recorded while its worker is in the middle of a batch, whoever sent that."""
    sound, halting = bootstrap.evaluator(read_settings({})), Halting()
    slow = accept(app, conversation("c-slow"), conversation("c-1"))
    with working(store, database_url, sound._replace(types={**sound.types, "by_question": halting})):
        assert halting.is_there.wait(PATIENCE_S)
        live = str(app.conversations.accept([conversation("c-live")], priority="live").batch_id)
        wait_until(ended(store, live))
        assert not ended(store, slow)()
        halting.may_go_on.set()
        wait_until(ended(store, slow))
    assert store.recount() == []


@pytest.mark.landing
def test_dbos_asks_seldom_at_rest(store: Store, database_url: str) -> None:
    """Its queue and its timers are read every few seconds: each second, it would be at least 18 statements in six."""
    asked: list[str] = []
    engine = sa.create_engine(jobs_url(database_url).replace("postgresql:", "postgresql+psycopg:"))
    with working(store, database_url, jobs_engine=engine):
        time.sleep(1)  # DBOS looks for schedules each second at first
        sa.event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
        time.sleep(6)
    by_timers = [each for each in asked if "workflow_status" in each]
    assert 0 < len(by_timers) <= 9, by_timers


@pytest.mark.landing
def test_loads_are_left_to_workers_for_loads(store: Store, app: AppStore, database_url: str) -> None:
    """Those take nothing live that others have room for, if there are any; others take no load until they have gone."""
    for_loads, for_all = str(WorkerName.mine(BULK)), str(WorkerName.mine())
    store.workers.beat(for_all)
    first, live = (
        str(app.conversations.accept([conversation(f"c-{priority}")], priority=priority).batch_id)
        for priority in get_args(Priority)[::-1]
    )
    with working(store, database_url, kind=BULK):
        wait_until(ended(store, first))
        assert not ended(store, live)()
        store.workers.leave(for_all)
        wait_until(ended(store, live))
    live = str(app.conversations.accept([conversation("c-3")], priority="live").batch_id)
    store.workers.beat(for_loads)
    second = accept(app, conversation("c-2"))
    with working(store, database_url):
        wait_until(ended(store, live))
        assert not ended(store, second)()
        store.workers.leave(for_loads)
        wait_until(ended(store, second))


def test_costly_forms_of_one_tenant_hold_no_other_up(store: Store, app: AppStore, database_url: str) -> None:
    """Conversations that would take minutes fail by name, one after the other; another tenant's is scored meanwhile."""
    other = Tenant(account_id="a-2", org_id="o-2", app_id="st-2")
    store.ensure(other)
    innocent = store.within(other)
    innocent.forms.publish("ef-1", FORM)
    app.forms.publish("ef-1", COSTLY_FORM)
    # Four: when the first has failed, the next is being evaluated and one is ready to be; the fourth has to give way.
    hostile = [accept(app, *(costly(f"c-{n}-{m}") for m in range(2))) for n in range(4)]
    evaluator = bootstrap.evaluator(read_settings({}))._replace(conversation_s=1)
    with working(store, database_url, evaluator):
        wait_until(lambda: bool(store.batches.failed()))
        loaded = accept(innocent, conversation("c-1"))
        wait_until(ended(store, loaded))
        assert not ended(store, *hostile)()
        assert innocent.conversations.statuses(["c-1"]) == {"c-1": "evaluated"}
        wait_until(ended(store, *hostile))
    assert sum(one.size for one in store.batches.failed()) == 8
    assert all("processor time" in (one.reason or "") for one in store.batches.failed())
    assert store.recount() == []


def lose_jobs(url: str) -> None:
    """Delete all that DBOS keeps."""
    if url.startswith("sqlite"):
        path = jobs_url(url).removeprefix("sqlite:///")
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("DELETE FROM workflow_status")
            connection.commit()
    else:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA dbos CASCADE")


def test_the_jobs_database_may_be_lost(store: Store, app: AppStore, database_url: str) -> None:
    """What must be done stands in the store."""
    first = accept(app, conversation("c-1"))
    with working(store, database_url):
        wait_until(ended(store, first))
    lose_jobs(database_url)
    second = accept(app, conversation("c-2"))
    with working(store, database_url):
        wait_until(ended(store, second))
    assert evaluated(store) == 2


def test_a_store_older_than_the_jobs_database_is_caught_up(store: Store, app: AppStore, database_url: str) -> None:
    """A workflow that ended says nothing where the store, put back from a copy, still waits; nothing is doubled."""
    batch = accept(app, conversation("c-1"))
    with working(store, database_url):
        wait_until(ended(store, batch))
        with store._database.writing() as connection:
            connection.execute(sa.update(batches).values(state="accepted"))
        wait_until(ended(store, batch))
    assert evaluated(store) == 1
    assert store.recount() == []


def test_a_worker_that_ends_in_the_middle_begins_nothing_more_and_says_nothing(
    app: AppStore, database_url: str, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What it had taken and not begun stays in the list for the next worker; no failure is logged."""
    evaluate, begun, begins = worker_room.Worker._evaluate, threading.Event(), count()

    def slow(self: worker_room.Worker, *given: Any) -> Any:
        next(begins)
        begun.set()
        time.sleep(1)
        return evaluate(self, *given)

    batch_ids = [app.conversations.accept([conversation(f"c-{n}")]).batch_id for n in range(6)]
    with monkeypatch.context() as slowed:
        slowed.setattr(worker_room, "GOODBYE_S", 0.2)
        slowed.setattr(worker_room.Worker, "_evaluate", slow)
        with working(store, database_url):
            assert begun.wait(PATIENCE_S)
        time.sleep(1)  # threads of DBOS find out now
    assert next(begins) < 4
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
    states = {found.state for each in batch_ids if (found := store.batches.get(each or "")) is not None}
    assert "failed" not in states
    with working(store, database_url):
        wait_until(
            lambda: all(found and found.state == "done" for found in map(store.batches.get, map(str, batch_ids)))
        )
