"""Sweeps that are steered, erased from, and verified, over both databases."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from auscult.domain.errors import ConflictError, NotFoundError
from auscult.domain.scoring.batches import Backlog
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.contract.history.test_storage_sweeps import EVERYTHING, begin, do, finish, put_some, record, rescoring
from tests.contract.storing import TENANT


@pytest.fixture
def app(store: Store) -> AppStore:
    """An app with nothing in it."""
    store.ensure(TENANT)
    return store.within(TENANT)


class TestSteering:
    """Cancelled, taken up again, failed, postponed."""

    def test_cancelled_and_resumed(self, store: Store, app: AppStore) -> None:
        """Nothing is written from the cancelling on, not even by whoever was at it; then it goes on where it was."""
        put_some(app, 7)
        sweep = begin(app)
        first, second, third = store.work.next("chunk", 100)
        do(store, app, first)
        portion = store.sweeps.get(second)
        assert portion is not None
        some = [rescoring(case) for case in app.sweeps.cases(portion.stretch)]
        cancelled = app.sweeps.cancel(sweep.sweep_id)
        assert cancelled is not None
        assert (cancelled.state, cancelled.looked, cancelled.ended_at is not None) == ("cancelled", 3, True)
        assert app.sweeps.cancel(sweep.sweep_id) == cancelled
        assert not record(app, second, some)
        for portion_id in (second, third):
            store.sweeps.fail(portion_id, "whoever was at it could not")
        assert app.sweeps.get(sweep.sweep_id) == cancelled
        assert (store.work.next("chunk", 100), store.sweeps.get(second)) == ([], None)
        resumed = app.sweeps.resume(sweep.sweep_id)
        assert resumed is not None
        assert (resumed.state, resumed.looked, resumed.ended_at) == ("running", 3, None)
        finish(store, app)
        assert app.sweeps.results(sweep.sweep_id) == [b"0", b"0", b"0"]
        dossiers = [app.conversations.get(f"c-{at:03}") for at in range(7)]
        assert [len(each.evaluations) for each in dossiers if each] == [2] * 7

    def test_a_portion_that_cannot_be_done(self, store: Store, app: AppStore) -> None:
        """The others are; the sweep says why it failed, and can be taken up again."""
        put_some(app, 7)
        sweep = begin(app)
        first, second, third = store.work.next("chunk", 100)
        assert [store.work.begin(first) for _ in range(2)] == [1, 2]
        store.sweeps.fail(first, "the disk has gone")
        for portion_id in (second, third):
            do(store, app, portion_id)
        store.sweeps.fail(second, "too late")
        failed = app.sweeps.get(sweep.sweep_id)
        assert failed is not None
        assert (failed.state, failed.looked, failed.reason) == ("failed", 7, "the disk has gone")
        assert store.sweeps.unfinished() == [failed]
        left = app.sweeps.cancel(sweep.sweep_id)
        assert left is not None
        assert (left.state, store.sweeps.unfinished()) == ("cancelled", [])
        assert app.sweeps.resume(sweep.sweep_id) is not None
        assert store.work.next("chunk", 100) == [first]
        assert store.work.begin(first) == 1
        finish(store, app)
        ended = app.sweeps.get(sweep.sweep_id)
        assert ended is not None
        assert (ended.state, ended.reason, store.sweeps.unfinished()) == ("done", None, [])

    def test_a_portion_that_waits_for_a_judge(self, store: Store, app: AppStore) -> None:
        """It is not given out before its time; the sweep says what it waits for."""
        put_some(app, 2)
        sweep = begin(app)
        (portion_id,) = store.work.next("chunk", 100)
        store.work.begin(portion_id)
        store.work.postpone(portion_id, "the judge is away", datetime.now(UTC) + timedelta(hours=1))
        assert store.work.next("chunk", 100) == []
        waiting = app.sweeps.get(sweep.sweep_id)
        assert waiting is not None
        assert (waiting.state, waiting.reason, waiting.is_postponed) == ("running", "the judge is away", True)
        assert store.sweeps.unfinished() == [waiting]
        store.work.postpone(portion_id, "the judge is away", datetime.now(UTC) - timedelta(seconds=1))
        assert store.work.next("chunk", 100) == [portion_id]
        again = app.sweeps.get(sweep.sweep_id)
        assert again is not None
        assert not again.is_postponed
        assert store.work.begin(portion_id) == 1

    def test_one_at_a_time_about_the_same(self, store: Store, app: AppStore) -> None:
        """A second sweep with the claim of one that runs is refused, and named; other claims and later ones are not."""
        put_some(app, 2)
        first = begin(app, claim="ef-1")
        begin(app, claim="ef-2")
        begin(app)
        with pytest.raises(ConflictError) as refused:
            begin(app, claim="ef-1")
        assert (refused.value.reason, refused.value.value) == ("sweep.running", first.sweep_id)
        app.sweeps.cancel(first.sweep_id)
        begin(app, claim="ef-1")
        with pytest.raises(ConflictError):
            app.sweeps.resume(first.sweep_id)
        assert len(store.work.next("chunk", 100)) == 3

    def test_all_that_run_go_on(self, store: Store, app: AppStore) -> None:
        """A long sweep does not keep a short one waiting."""
        put_some(app, 9)
        long, short = begin(app, size=1), begin(app, size=5)
        some = store.work.next("chunk", 4)
        assert [portion_id.rpartition("-")[0] for portion_id in some] == [long.sweep_id, short.sweep_id] * 2

    def test_chunks_are_no_jobs(self, store: Store, app: AppStore) -> None:
        """Commands for batches neither list nor change a chunk, and it is not counted as a conversation that waits."""
        put_some(app, 2)
        begin(app)
        (portion_id,) = store.work.next("chunk", 9)
        assert (app.jobs.listing(), store.batches.waiting(), store.batches.has_waiting(TENANT)) == ([], [], False)
        assert store.batches.backlog() == Backlog(live=0, backfill=0)
        found = (store.batches.get(portion_id), app.jobs.retry(portion_id), app.jobs.cancel(portion_id))
        assert found == (None, None, None)
        assert [queue.batches for queue in store.figures().queues] == [0, 0]
        store.work.postpone(portion_id, "the judge is away", datetime.now(UTC) + timedelta(hours=1))
        assert (store.batches.postponed(), store.figures().postponed_batches) == ([], 0)
        store.sweeps.fail(portion_id, "no engine")
        assert (store.batches.failed(), app.jobs.listing()) == ([], [])
        assert (store.figures().failed_batches, store.figures().failed_conversations) == (0, 0)

    def test_nothing_to_do(self, store: Store, app: AppStore) -> None:
        """A sweep over nothing is done at once."""
        sweep = begin(app)
        assert (sweep.state, sweep.total, store.work.next("chunk", 100)) == ("done", 0, [])

    def test_finished_with_a_result_and_forgotten(self, store: Store, app: AppStore) -> None:
        """What writes nothing but its result; it is deleted when it is over, and not before."""
        put_some(app, 4)
        sweep = app.sweeps.begin("backtest", b"order", app.sweeps.stretches(EVERYTHING, 3))
        first, second = store.work.next("chunk", 100)
        assert [app.sweeps.record(first, (), lambda _: b"one") for _ in range(2)] == [True, False]
        assert not app.sweeps.forget(sweep.sweep_id)
        assert app.sweeps.record(second, (), lambda _: b"two")
        assert app.sweeps.results(sweep.sweep_id) == [b"one", b"two"]
        assert app.sweeps.forget(sweep.sweep_id)
        assert (app.sweeps.get(sweep.sweep_id), app.sweeps.forget(sweep.sweep_id)) == (None, False)

    def test_what_is_not_there(self, store: Store, app: AppStore) -> None:
        """Nothing, and no error but of whoever works on it."""
        assert (app.sweeps.get("sw-none"), app.sweeps.cancel("sw-\0"), app.sweeps.results("sw-none")) == (
            None,
            None,
            [],
        )
        assert store.sweeps.get("none") is None
        store.sweeps.fail("none", "why")
        with pytest.raises(NotFoundError):
            store.work.begin("none")

    def test_a_worker_that_starts_tries_again(self, store: Store, app: AppStore) -> None:
        """What was postponed may be answered now: settings may have changed."""
        put_some(app, 2)
        begin(app)
        (portion_id,) = store.work.next("chunk", 100)
        store.work.postpone(portion_id, "the judge is away", datetime.now(UTC) + timedelta(hours=1))
        store.work.resume()
        assert store.work.next("chunk", 100) == [portion_id]


class TestErasing:
    """What a result names or quotes goes with its conversation (erases everywhere)."""

    def test_a_result_forgets_what_is_erased(self, store: Store, app: AppStore) -> None:
        """Entries and reasons of that conversation, and no other's; counts stay, which say nothing of anybody."""
        put_some(app, 3)
        sweep = begin(app)
        (portion_id,) = store.work.next("chunk", 100)
        shifts = [{"conversation_id": name, "evidence": [{"text": "my secret"}]} for name in ("c-000", "c-001")]
        result = {"looked": 3, "counts": {"most_changed": shifts, "faults": ["c-000: secret", "c-0001: other"]}}
        mentions = ("c-000", "c-001", "c-none")
        assert app.sweeps.record(portion_id, (), lambda _: msgspec.json.encode(result), mentions)
        assert app.conversations.erase("c-000")
        (left,) = app.sweeps.results(sweep.sweep_id)
        assert msgspec.json.decode(left) == {
            "looked": 3,
            "counts": {"most_changed": shifts[1:], "faults": ["c-0001: other"]},
        }
        app.sweeps.cancel(sweep.sweep_id)
        assert app.sweeps.forget(sweep.sweep_id)
        assert app.conversations.erase("c-001")

    def test_while_it_is_under_way(self, store: Store, app: AppStore) -> None:
        """What was erased before a portion is written is not named by it."""
        put_some(app, 2)
        sweep = begin(app)
        (portion_id,) = store.work.next("chunk", 100)
        app.conversations.erase("c-000")
        result = b'{"shown":[{"conversation_id":"c-000"},{"conversation_id":"c-001"}]}'
        assert app.sweeps.record(portion_id, (), lambda _: result, ("c-000", "c-001"))
        assert app.sweeps.results(sweep.sweep_id) == [b'{"shown":[{"conversation_id":"c-001"}]}']
        assert app.conversations.erase("c-001")
        assert app.sweeps.results(sweep.sweep_id) == [b'{"shown":[]}']


@pytest.mark.parametrize(
    ("tampered", "told"),
    [
        ("UPDATE conversations SET status = 'not_evaluated' WHERE conversation_id = 'c-000'", "status of c-000"),
        ("UPDATE batches SET state = 'done' WHERE priority = 2", "portions that wait of"),
        ("UPDATE sweeps SET state = 'done'", "portions that wait of"),
        ("DELETE FROM report_rows WHERE conversation_id = 'c-000'", "rows of c-000"),
        ("UPDATE conversations SET recorded_revision = NULL WHERE conversation_id = 'c-000'", "not recorded in batch"),
    ],
)
def test_verify_sees_what_does_not_agree(store: Store, app: AppStore, tampered: str, told: str) -> None:
    """`auscult verify` holds statuses to the evaluations that count, sweeps to their portions, and more; all is mended."""
    put_some(app, 2)
    begin(app)
    assert store.recount() == []
    with store._database.writing() as connection:
        connection.exec_driver_sql(tampered)
    assert any(told in str(difference) for difference in store.recount())
    store.repair()
    store.rebuild_tallies()
    assert not any(told in str(difference) for difference in store.recount() if not told.startswith("rows"))
