"""Backfills that are steered, erased from, and verified, over both databases."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from auscult.domain.errors import ConflictError, NotFoundError
from auscult.domain.scoring.batches import Backlog
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.contract.history.test_storage_backfills import EVERYTHING, begin, do, finish, put_some, read_chunk, record
from tests.contract.storing import TENANT
from tests.data_files import data_of
from tests.waiting import existing


class TestSteering:
    """Cancelled, taken up again, failed, postponed."""

    def test_cancelled_and_resumed(self, store: Store, app: AppStore) -> None:
        """Nothing is written from the cancelling on, not even by whoever was at it; then it goes on where it was."""
        put_some(app, 7)
        backfill = begin(app)
        first, second, third = store.work.next("chunk", 100)
        do(store, app, first)
        some = read_chunk(store, app, second)
        cancelled = existing(app.backfills.cancel(backfill.backfill_id))
        assert (cancelled.state, cancelled.looked, cancelled.ended_at is not None) == ("cancelled", 3, True)
        assert app.backfills.cancel(backfill.backfill_id) == cancelled
        assert not record(app, second, some)
        for chunk_id in (second, third):
            store.backfills.fail(chunk_id, "whoever was at it could not")
        assert app.backfills.get(backfill.backfill_id) == cancelled
        assert (store.work.next("chunk", 100), store.backfills.get(second)) == ([], None)
        resumed = existing(app.backfills.resume(backfill.backfill_id))
        assert (resumed.state, resumed.looked, resumed.ended_at) == ("running", 3, None)
        finish(store, app)
        assert app.backfills.results(backfill.backfill_id) == [b"0", b"0", b"0"]
        details = [app.conversations.get(f"c-{at:03}") for at in range(7)]
        assert [len(each.evaluations) for each in details if each] == [2] * 7

    def test_a_chunk_that_cannot_be_done(self, store: Store, app: AppStore) -> None:
        """The others are; the backfill says why it failed, and can be taken up again."""
        put_some(app, 7)
        backfill = begin(app)
        first, second, third = store.work.next("chunk", 100)
        assert [store.work.begin(first) for _ in range(2)] == [1, 2]
        store.backfills.fail(first, "the disk has gone")
        for chunk_id in (second, third):
            do(store, app, chunk_id)
        store.backfills.fail(second, "too late")
        failed = existing(app.backfills.get(backfill.backfill_id))
        assert (failed.state, failed.looked, failed.reason) == ("failed", 7, "the disk has gone")
        assert store.backfills.unfinished() == [failed]
        left = existing(app.backfills.cancel(backfill.backfill_id))
        assert (left.state, store.backfills.unfinished()) == ("cancelled", [])
        assert app.backfills.resume(backfill.backfill_id) is not None
        assert store.work.next("chunk", 100) == [first]
        assert store.work.begin(first) == 1
        finish(store, app)
        ended = existing(app.backfills.get(backfill.backfill_id))
        assert (ended.state, ended.reason, store.backfills.unfinished()) == ("done", None, [])

    def test_a_chunk_that_waits_for_a_judge(self, store: Store, app: AppStore) -> None:
        """It is not given out before its time; the backfill says what it waits for."""
        put_some(app, 2)
        backfill = begin(app)
        (chunk_id,) = store.work.next("chunk", 100)
        store.work.begin(chunk_id)
        store.work.postpone(chunk_id, "the judge is away", datetime.now(UTC) + timedelta(hours=1))
        assert store.work.next("chunk", 100) == []
        waiting = existing(app.backfills.get(backfill.backfill_id))
        assert (waiting.state, waiting.reason, waiting.is_postponed) == ("running", "the judge is away", True)
        assert store.backfills.unfinished() == [waiting]
        store.work.postpone(chunk_id, "the judge is away", datetime.now(UTC) - timedelta(seconds=1))
        assert store.work.next("chunk", 100) == [chunk_id]
        assert not existing(app.backfills.get(backfill.backfill_id)).is_postponed
        assert store.work.begin(chunk_id) == 1

    def test_one_at_a_time_about_the_same(self, store: Store, app: AppStore) -> None:
        """A second backfill with the claim of one that runs is refused, and named; other claims and later ones are not."""
        put_some(app, 2)
        first = begin(app, claim="ef-1")
        begin(app, claim="ef-2")
        begin(app)
        with pytest.raises(ConflictError) as refused:
            begin(app, claim="ef-1")
        assert (refused.value.reason, refused.value.value) == ("backfill.running", first.backfill_id)
        app.backfills.cancel(first.backfill_id)
        begin(app, claim="ef-1")
        with pytest.raises(ConflictError):
            app.backfills.resume(first.backfill_id)
        assert len(store.work.next("chunk", 100)) == 3

    def test_all_that_run_go_on(self, store: Store, app: AppStore) -> None:
        """A long backfill does not keep a short one waiting."""
        put_some(app, 9)
        long, short = begin(app, size=1), begin(app, size=5)
        some = store.work.next("chunk", 4)
        assert [chunk_id.rpartition("-")[0] for chunk_id in some] == [long.backfill_id, short.backfill_id] * 2

    def test_chunks_are_no_jobs(self, store: Store, app: AppStore) -> None:
        """Commands for batches neither list nor change a chunk, and it is not counted as a conversation that waits."""
        put_some(app, 2)
        begin(app)
        (chunk_id,) = store.work.next("chunk", 9)
        assert (app.jobs.listing(), store.batches.waiting(), store.batches.has_waiting(TENANT)) == ([], [], False)
        assert store.batches.backlog() == Backlog(live=0, backfill=0)
        found = (store.batches.get(chunk_id), app.jobs.retry(chunk_id), app.jobs.cancel(chunk_id))
        assert found == (None, None, None)
        assert [queue.batches for queue in store.figures().queues] == [0, 0]
        store.work.postpone(chunk_id, "the judge is away", datetime.now(UTC) + timedelta(hours=1))
        assert (store.batches.postponed(), store.figures().postponed_batches) == ([], 0)
        store.backfills.fail(chunk_id, "no engine")
        assert (store.batches.failed(), app.jobs.listing()) == ([], [])
        assert (store.figures().failed_batches, store.figures().failed_conversations) == (0, 0)

    def test_nothing_to_do(self, store: Store, app: AppStore) -> None:
        """A backfill over nothing is done at once."""
        backfill = begin(app)
        assert (backfill.state, backfill.total, store.work.next("chunk", 100)) == ("done", 0, [])

    def test_finished_with_a_result_and_forgotten(self, store: Store, app: AppStore) -> None:
        """What writes nothing but its result; it is deleted when it is over, and not before."""
        put_some(app, 4)
        backfill = app.backfills.begin("backtest", b"order", app.backfills.ranges(EVERYTHING, 3))
        first, second = store.work.next("chunk", 100)
        assert [app.backfills.record(first, (), lambda _: b"one") for _ in range(2)] == [True, False]
        assert not app.backfills.forget(backfill.backfill_id)
        assert app.backfills.record(second, (), lambda _: b"two")
        assert app.backfills.results(backfill.backfill_id) == [b"one", b"two"]
        assert app.backfills.forget(backfill.backfill_id)
        assert (app.backfills.get(backfill.backfill_id), app.backfills.forget(backfill.backfill_id)) == (None, False)

    def test_what_is_not_there(self, store: Store, app: AppStore) -> None:
        """Nothing, and no error but of whoever works on it."""
        assert (app.backfills.get("sw-none"), app.backfills.cancel("sw-\0"), app.backfills.results("sw-none")) == (
            None,
            None,
            [],
        )
        assert store.backfills.get("none") is None
        store.backfills.fail("none", "why")
        with pytest.raises(NotFoundError):
            store.work.begin("none")

    def test_a_worker_that_starts_tries_again(self, store: Store, app: AppStore) -> None:
        """What was postponed may be answered now: settings may have changed."""
        put_some(app, 2)
        begin(app)
        (chunk_id,) = store.work.next("chunk", 100)
        store.work.postpone(chunk_id, "the judge is away", datetime.now(UTC) + timedelta(hours=1))
        store.work.resume()
        assert store.work.next("chunk", 100) == [chunk_id]


class TestErasing:
    """What a result names or quotes goes with its conversation (erases everywhere)."""

    def test_a_result_forgets_what_is_erased(self, store: Store, app: AppStore) -> None:
        """Entries and reasons of that conversation, and no other's; counts stay, which say nothing of anybody."""
        put_some(app, 3)
        backfill = begin(app)
        (chunk_id,) = store.work.next("chunk", 100)
        shifts = [{"conversation_id": name, "evidence": [{"text": "my secret"}]} for name in ("c-000", "c-001")]
        result = {"looked": 3, "counts": {"most_changed": shifts, "faults": ["c-000: secret", "c-0001: other"]}}
        mentions = ("c-000", "c-001", "c-none")
        assert app.backfills.record(chunk_id, (), lambda _: msgspec.json.encode(result), mentions)
        assert app.conversations.erase("c-000")
        (left,) = app.backfills.results(backfill.backfill_id)
        assert msgspec.json.decode(left) == {
            "looked": 3,
            "counts": {"most_changed": shifts[1:], "faults": ["c-0001: other"]},
        }
        app.backfills.cancel(backfill.backfill_id)
        assert app.backfills.forget(backfill.backfill_id)
        assert app.conversations.erase("c-001")

    def test_while_it_is_under_way(self, store: Store, app: AppStore) -> None:
        """What was erased before a chunk is written is not named by it."""
        put_some(app, 2)
        backfill = begin(app)
        (chunk_id,) = store.work.next("chunk", 100)
        app.conversations.erase("c-000")
        result = b'{"shown":[{"conversation_id":"c-000"},{"conversation_id":"c-001"}]}'
        assert app.backfills.record(chunk_id, (), lambda _: result, ("c-000", "c-001"))
        assert app.backfills.results(backfill.backfill_id) == [b'{"shown":[{"conversation_id":"c-001"}]}']
        assert app.conversations.erase("c-001")
        assert app.backfills.results(backfill.backfill_id) == [b'{"shown":[]}']


@pytest.mark.parametrize(("tampered", "told"), data_of(__file__, "verify_sees_what_does_not_agree"))
def test_verify_sees_what_does_not_agree(store: Store, app: AppStore, tampered: str, told: str) -> None:
    """`auscult verify` holds statuses to the evaluations that count, backfills to their chunks, and more; all is mended."""
    put_some(app, 2)
    begin(app)
    assert store.recount() == []
    with store._database.writing() as connection:
        connection.exec_driver_sql(tampered)
    assert any(told in str(difference) for difference in store.recount())
    store.repair()
    store.rebuild_tallies()
    assert not any(told in str(difference) for difference in store.recount() if not told.startswith("rows"))
