"""Batches as those see them who look after them, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from auscult.pipeline.batch_ports import JobState
from auscult.pipeline.jobs import cancel_job, list_jobs, retry_job, view_job
from auscult.pipeline.ports import AppStore
from auscult.storage import Store
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
    store.batches.begin(running)
    store.batches.postpone(postponed, "the judge is away", datetime.now(UTC) + NEXT_YEAR)
    store.batches.fail(failed, "no engine")
    app.conversations.record(done, [rendered(conversation("c-4"))])
    stand = {failed: "failed", postponed: "postponed", running: "running", waiting: "waiting"}
    assert list(states(app).items()) == list(stand.items())
    for job_id, state in stand.items():
        assert states(app, state) == {job_id: state}
    assert set(states(app, "failed", "waiting")) == {failed, waiting}
    page = list_jobs(app, limit=3)
    assert [job.id for job in page.jobs] == [failed, postponed, running]
    assert [job.id for job in list_jobs(app, before=page.next_place, limit=3).jobs] == [waiting]
    assert list_jobs(app, limit=4).next_place is None
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
    store.batches.begin(job)
    app.conversations.record(job, [rendered(conversation("c-2"))], failure="c-1: no")
    assert view_job(app, job).unscored == ("c-1",)
    again = retry_job(app, job)
    assert (again.state, again.attempts, again.reason, again.ended_at) == ("waiting", 0, None, None)
    (pending,) = app.conversations.pending(job)
    app.conversations.record(job, [of_pending(pending)])
    assert app.conversations.statuses(["c-1", "c-2"]) == {"c-1": "evaluated", "c-2": "evaluated"}
    assert retry_job(app, job).state == "done"
    later = accept(app, "c-3")
    store.batches.postpone(later, "the judge is away", datetime.now(UTC) + NEXT_YEAR)
    assert retry_job(app, later).state == "waiting"
    assert [one.batch_id for one in store.batches.waiting()] == [later]


def test_of_a_cancelled_job_nothing_more_is_written(store: Store, app: AppStore) -> None:
    """Its conversations stay and say so; whoever was at it writes nothing; a retry or loading again goes on."""
    job = accept(app, "c-1", "c-2")
    store.batches.begin(job)
    cancelled = cancel_job(app, job)
    assert (cancelled.state, cancelled.unscored, cancelled.reason) == ("cancelled", ("c-1", "c-2"), None)
    assert store.batches.waiting() == []
    app.conversations.record(job, [rendered(conversation("c-1"))])
    store.batches.fail(job, "too late")
    store.batches.postpone(job, "too late", datetime.now(UTC) + NEXT_YEAR)
    assert app.conversations.statuses(["c-1", "c-2"]) == {}
    dossier = app.conversations.get("c-1")
    assert dossier
    assert (dossier.is_current, dossier.is_cancelled, dossier.has_failed) == (False, True, False)
    assert store.recount() == []
    assert retry_job(app, job).state == "waiting"
    cancel_job(app, job)
    loaded = accept(app, "c-1", "c-2")
    assert sorted(each.conversation.id for each in app.conversations.pending(loaded)) == ["c-1", "c-2"]
    assert view_job(app, job).unscored == ()


def test_one_that_failed_can_be_put_aside(store: Store, app: AppStore) -> None:
    """With its reason; of one that is done nothing changes."""
    failed, done = accept(app, "c-1"), accept(app, "c-2")
    store.batches.fail(failed, "no engine")
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
