"""Batches as those see them who look after them, on both databases."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
import sqlalchemy as sa

from auscult.domain.scoring.batches import JobState
from auscult.services.scoring.batches import cancel_job, list_jobs, retry_job, view_job
from auscult.services.scoring.intake.ingest import Open, is_readable
from auscult.storage import Store
from auscult.storage.core.database import Database
from auscult.storage.core.tables import conversations as tables
from auscult.storage.store import AppStore
from auscult.storage.work import batches
from tests.contract.storing import OTHER, TENANT, conversation, of_pending, rendered

NEXT_YEAR = timedelta(days=365)


@pytest.fixture
def app(store: Store) -> AppStore:
    """An app beside another."""
    store.ensure(TENANT)
    store.ensure(OTHER)
    return store.within(TENANT)


def accept(app: AppStore, *names: str) -> str:
    """The batch in which these are accepted."""
    return str(app.conversations.accept([conversation(name) for name in names]).batch_id)


def states(app: AppStore, *asked: JobState) -> dict[str, JobState]:
    """The jobs that are listed, newest first, and how they stand."""
    return {job.id: job.state for job in list_jobs(app, asked).jobs}


def test_jobs_are_listed_by_how_they_stand(store: Store, app: AppStore) -> None:
    """Newest first, page by page, those that are done and those of other apps left out."""
    waiting, running, postponed, failed, done = (accept(app, f"c-{n}") for n in range(5))
    accept(store.within(OTHER), "c-0")
    store.work.begin(running)
    store.work.postpone(postponed, "the judge is away", datetime.now(UTC) + NEXT_YEAR)
    store.work.fail(failed, "no engine")
    app.conversations.record(done, [rendered(conversation("c-4"))])
    stand = {failed: "failed", postponed: "postponed", running: "running", waiting: "waiting"}
    assert list(states(app).items()) == list(stand.items())
    for job_id, state in stand.items():
        assert states(app, state) == {job_id: state}
    assert set(states(app, "failed", "waiting")) == {failed, waiting}
    page = list_jobs(app, limit=3)
    assert [job.id for job in page.jobs] == [failed, postponed, running]
    assert [job.id for job in list_jobs(app, after=page.next_position, limit=3).jobs] == [waiting]
    assert list_jobs(app, limit=4).next_position is None
    told = view_job(app, failed)
    assert (told.app, told.conversations, told.attempts, told.reason) == (TENANT.app_id, 1, 0, "no engine")
    assert (told.unscored, told.priority) == (("c-3",), "backfill")
    assert told.ended_at
    assert view_job(app, done).state == "done"
    assert view_job(app, running).attempts == 1
    assert view_job(app, postponed).next_attempt_at


def test_a_retry_does_the_rest(store: Store, app: AppStore) -> None:
    """What was recorded stays; the job waits again, with its starts counted anew."""
    job = accept(app, "c-1", "c-2")
    store.work.begin(job)
    app.conversations.record(job, [rendered(conversation("c-2"))], failure="c-1: no")
    assert view_job(app, job).unscored == ("c-1",)
    again = retry_job(app, job)
    assert (again.state, again.attempts, again.reason, again.ended_at) == ("waiting", 0, None, None)
    (pending,) = app.conversations.pending(job)
    app.conversations.record(job, [of_pending(pending)])
    assert app.conversations.statuses(["c-1", "c-2"]) == {"c-1": "evaluated", "c-2": "evaluated"}
    assert retry_job(app, job).state == "done"
    later = accept(app, "c-3")
    store.work.postpone(later, "the judge is away", datetime.now(UTC) + NEXT_YEAR)
    assert retry_job(app, later).state == "waiting"
    assert [one.batch_id for one in store.batches.waiting()] == [later]


def test_of_a_cancelled_job_nothing_more_is_written(store: Store, app: AppStore) -> None:
    """Its conversations stay and say so; whoever was at it writes nothing; a retry or loading again goes on."""
    job = accept(app, "c-1", "c-2")
    store.work.begin(job)
    cancelled = cancel_job(app, job)
    assert (cancelled.state, cancelled.unscored, cancelled.reason) == ("cancelled", ("c-1", "c-2"), None)
    assert store.batches.waiting() == []
    app.conversations.record(job, [rendered(conversation("c-1"))])
    store.work.fail(job, "too late")
    store.work.postpone(job, "too late", datetime.now(UTC) + NEXT_YEAR)
    assert app.conversations.statuses(["c-1", "c-2"]) == {}
    detail = app.conversations.get("c-1")
    assert detail
    assert (detail.is_current, detail.is_cancelled, detail.has_failed) == (False, True, False)
    assert store.recount() == []
    assert retry_job(app, job).state == "waiting"
    cancel_job(app, job)
    loaded = accept(app, "c-1", "c-2")
    assert sorted(each.conversation.id for each in app.conversations.pending(loaded)) == ["c-1", "c-2"]
    assert view_job(app, job).unscored == ()


def test_one_that_failed_can_be_put_aside(store: Store, app: AppStore) -> None:
    """With its reason; of one that is done nothing changes."""
    failed, done = accept(app, "c-1"), accept(app, "c-2")
    store.work.fail(failed, "no engine")
    app.conversations.record(done, [rendered(conversation("c-2"))])
    assert (cancel_job(app, failed).state, cancel_job(app, failed).reason) == ("cancelled", "no engine")
    assert store.batches.failed() == []
    assert cancel_job(app, done).state == "done"


def test_jobs_of_others_are_not_known(store: Store, app: AppStore) -> None:
    """An app neither sees nor steers what belongs to another."""
    job = accept(store.within(OTHER), "c-1")
    for known in (app.jobs.get, app.jobs.retry, app.jobs.cancel):
        assert known(job) is None
        assert known("b-\0") is None
    assert app.jobs.left(job) == []
    assert [one.state for one in store.batches.waiting()] == ["accepted"]


def test_a_batch_is_split_into_its_conversations(store: Store, app: AppStore) -> None:
    """Each alone, those that are recorded left where they are; one that has only one left cannot be split."""
    batch = accept(app, "c-1", "c-2", "c-3")
    app.conversations.record(batch, [rendered(conversation("c-2"))], is_last=False)
    assert store.batches.split(batch) == 2
    found = store.batches.get(batch)
    assert found
    assert (found.state, app.jobs.left(batch)) == ("done", [])
    alone = store.batches.waiting()
    assert [app.jobs.left(one.batch_id) for one in alone] == [["c-1"], ["c-3"]]
    assert {(one.size, one.priority, one.accepted_at) for one in alone} == {(1, "backfill", found.accepted_at)}
    assert store.batches.split(alone[0].batch_id) == 0
    app.conversations.record(batch, [rendered(conversation("c-1"))])  # whoever still had the whole of it in hand
    assert set(app.conversations.statuses(["c-1", "c-2", "c-3"])) == {"c-2"}
    assert store.recount() == []


def live(app: AppStore, *ids: str) -> list[str]:
    """Conversations that come one by one; their batches."""
    return [app.conversations.accept([conversation(each)], priority="live").batch_id or "" for each in ids]


def test_what_comes_one_by_one_is_processed_together(store: Store, app: AppStore) -> None:
    """Only live batches that have not started are merged with the first of their app."""
    begun, first, second, third = live(app, "c-1", "c-2", "c-3", "c-4")
    store.work.begin(begun)
    loaded = accept(app, "c-5")
    (other,) = live(store.within(OTHER), "c-1")
    store.batches.join()
    assert {one.batch_id: one.size for one in store.batches.waiting()} == {begun: 1, first: 3, other: 1, loaded: 1}
    assert sorted(app.jobs.left(first)) == ["c-2", "c-3", "c-4"]
    for along in (second, third):
        job = app.jobs.get(along)
        assert job
        assert (job.state, job.reason) == ("done", f"went along with {first}")
    assert not is_readable(app, store.batches, Open(third, ("c-4",)))
    app.conversations.record(first, [rendered(conversation(each)) for each in ("c-2", "c-3", "c-4")])
    assert is_readable(app, store.batches, Open(third, ("c-4",)))
    assert store.recount() == []


def test_what_is_being_begun_is_not_joined(store: Store, app: AppStore, database_url: str) -> None:
    """Its conversations are about to be read, and what came to it after that would be lost."""
    begun, first, second = live(app, "c-1", "c-2", "c-3")
    joining = Thread(target=store.batches.join)
    database = Database(database_url)
    try:
        with database.writing() as connection:
            of_it = sa.update(tables.batches).where(tables.batches.c.batch_id == begun)
            connection.execute(of_it.values(starts=1))
            joining.start()
            joining.join(0.2)  # on a file it waits for the end of this transaction
    finally:
        database.close()
    joining.join()
    assert [app.jobs.left(batch) for batch in (begun, first, second)] == [["c-1"], ["c-2", "c-3"], []]


def test_a_batch_does_not_end_before_all_of_it_is_recorded(store: Store, app: AppStore) -> None:
    """Whatever came to it after it was read: it is begun again."""
    batch = accept(app, "c-1", "c-2")
    app.conversations.record(batch, [rendered(conversation("c-1"))])
    assert [(one.batch_id, app.jobs.left(batch)) for one in store.batches.waiting()] == [(batch, ["c-2"])]
    app.conversations.record(batch, [rendered(conversation("c-2"))])
    assert store.batches.waiting() == []
    assert view_job(app, batch).state == "done"
    assert store.recount() == []


def test_nothing_is_joined_to_what_somebody_may_still_be_at(store: Store, app: AppStore) -> None:
    """Whoever began it before it was cancelled and put back may yet say that it failed: of what he never saw, too."""
    begun, _ = live(app, "c-1", "c-2")
    store.work.begin(begun)
    cancel_job(app, begun)
    retry_job(app, begun)
    live(app, "c-3")
    store.batches.join()
    app.conversations.record(begun, [], "c-1: nobody could read it")
    assert (view_job(app, begun).state, view_job(app, begun).unscored) == ("failed", ("c-1",))
    assert [app.jobs.left(one.batch_id) for one in store.batches.waiting()] == [["c-2", "c-3"]]


def test_what_may_do_harm_stays_alone(store: Store, app: AppStore) -> None:
    """What a split left alone is not put together again, nor what was postponed: it has its own pace."""
    (first, second) = live(app, "c-1", "c-2")
    store.batches.join()
    assert store.batches.split(first) == 2
    (later,) = live(app, "c-3")
    store.work.postpone(later, "the judge is away", datetime.now(UTC))
    live(app, "c-4")
    store.batches.join()
    assert [app.jobs.left(one.batch_id) for one in store.batches.waiting()] == [["c-1"], ["c-2"], ["c-3"], ["c-4"]]
    assert app.jobs.left(second) == []


def test_long_conversations_are_not_all_taken_into_memory(
    store: Store, app: AppStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many go along as fit, and the next are put together at the next look."""
    live(app, *(f"c-{number}" for number in range(4)))
    monkeypatch.setattr(batches, "MOST_TOGETHER", 2)
    store.batches.join()
    assert [one.size for one in store.batches.waiting()] == [2, 1, 1]
    store.work.begin(store.batches.waiting()[0].batch_id)
    store.batches.join()
    assert [one.size for one in store.batches.waiting()] == [2, 2]
    monkeypatch.setattr(batches, "MOST_BYTES", 1)
    live(app, "c-5", "c-6")
    store.work.begin(store.batches.waiting()[1].batch_id)
    store.batches.join()
    assert [one.size for one in store.batches.waiting()] == [2, 2, 1, 1]
