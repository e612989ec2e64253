"""Figures for monitoring: work that is due and since when, recordings that failed, and the seal of the access log."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from auscult.storage import Store
from auscult.storage.core.tables.recordings import HAS_FAILED, recording_tasks, transcriptions
from auscult.storage.store import AppStore
from tests.contract.history.test_storage_backfills import begin, put_some
from tests.contract.privacy.test_retention_kinds import recording
from tests.waiting import existing

HOUR = timedelta(hours=1)


def due(store: Store, after: timedelta = timedelta(0)) -> dict[str, tuple[int, bool]]:
    """Return each list of work: how much is due, and whether it is known since when."""
    return {
        each.name: (each.waiting, each.oldest is not None) for each in store.figures(datetime.now(UTC) + after).work
    }


def sounding(store: Store, app: AppStore) -> None:
    """Add a recording, and finish what follows its arrival."""
    (name,) = put_some(app, 1)
    app.recordings.add(recording("rec-1", name))
    store.recording_tasks.request("rec-1", "fetch")
    claimed = existing(store.recording_tasks.claim(lease_ms=60_000))
    store.recording_tasks.finish(claimed)


def test_chunks_have_an_age_while_they_are_due(store: Store, app: AppStore) -> None:
    """The oldest one, from when it was made; a postponed one is not due."""
    put_some(app, 7)
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    begin(app)
    (chunks,) = (each for each in store.figures().work if each.name == "chunks")
    assert chunks.oldest is not None
    assert (chunks.waiting, before <= chunks.oldest <= datetime.now(UTC)) == (3, True)
    for chunk_id in store.work.next("chunk", 9):
        store.work.postpone(chunk_id, "the judge is away", datetime.now(UTC) + HOUR)
    assert due(store)["chunks"] == (0, False)


def test_what_a_dead_worker_had_begun_is_due_after_its_lease(store: Store, app: AppStore) -> None:
    """It is no work that is due before, for a worker may be at it."""
    sounding(store, app)
    store.recording_tasks.request("rec-1", "figures")
    assert due(store)["recordings"] == (1, True)
    assert store.recording_tasks.claim(lease_ms=60_000) is not None
    assert due(store)["recordings"] == (0, False)
    assert due(store, HOUR)["recordings"] == (1, True)


def test_a_task_that_is_requested_again_while_it_is_done_is_done_again(store: Store, app: AppStore) -> None:
    """The end of the first claim ends nothing then."""
    sounding(store, app)
    store.recording_tasks.request("rec-1", "redacted", b"1")
    claimed = existing(store.recording_tasks.claim(lease_ms=60_000))
    store.recording_tasks.request("rec-1", "redacted", b"2")
    store.recording_tasks.finish(claimed, b"1")
    assert existing(store.recording_tasks.claim(lease_ms=60_000)).given == b"2"


def test_failed_work_on_recordings_is_counted_until_it_is_asked_for_again(store: Store, app: AppStore) -> None:
    """By kind, and transcriptions with them."""
    sounding(store, app)
    none = {"fetch": 0, "figures": 0, "playable": 0, "redacted": 0, "transcription": 0}
    assert dict(store.figures().failed_recordings) == none
    store.recording_tasks.request("rec-1", "fetch")
    claimed = existing(store.recording_tasks.claim(lease_ms=60_000))
    store.recording_tasks.fail(claimed, "404")
    store.transcriptions.request("rec-1")
    words = existing(store.transcriptions.claim(60_000))
    store.transcriptions.fail(words.number, "no server")
    assert dict(store.figures().failed_recordings) == none | {"fetch": 1, "transcription": 1}
    store.recording_tasks.request("rec-1", "fetch")
    assert dict(store.figures().failed_recordings) == none | {"transcription": 1}


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (lambda: sa.select(sa.func.count()).select_from(transcriptions), "ix_transcriptions_failed"),
        (lambda: sa.select(recording_tasks.c.kind, sa.func.count()).group_by("kind"), "ix_recording_tasks_failed"),
    ],
)
def test_failed_work_is_counted_along_an_index(
    store: Store, query: Callable[[], sa.Select[*tuple[int, ...]]], index: str
) -> None:
    """However much was done without a fault."""
    statement = query().where(sa.text(HAS_FAILED))
    database = store._database
    with database.reading() as connection:
        if not database.dialect.is_embedded:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # an empty table is read whole
        how = "EXPLAIN QUERY PLAN" if database.dialect.is_embedded else "EXPLAIN"
        plan = connection.exec_driver_sql(f"{how} {statement.compile(dialect=connection.dialect)}").all()
    assert index in str(plan)


def test_entries_of_the_access_log_wait_for_their_seal(store: Store) -> None:
    """All of them before the first one."""
    store.log.append("ann", "test.entry")
    found = store.figures()
    assert (found.last_seal, found.unsealed_entries) == (None, 1)
    sealed = existing(store.log.seal())
    found = store.figures()
    assert found.last_seal is not None
    assert (round(found.last_seal.timestamp() * 1000), found.unsealed_entries) == (sealed.at, 0)
    store.log.append("ann", "test.entry")
    assert store.figures().unsealed_entries == 1
