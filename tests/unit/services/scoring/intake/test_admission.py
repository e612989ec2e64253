"""Back pressure: whether there is room for more, on both databases."""

import tracemalloc

import pytest

from auscult.domain.errors import BusyError
from auscult.services.scoring.intake.admission import COUNT_EVERY_S, AdmissionControl
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.integration.working import conversation


def test_there_is_room_until_so_many_wait(store: Store, app: AppStore) -> None:
    """Counted once a second; live and backfill have rooms of their own."""
    time = 0.0
    room = AdmissionControl(store.batches, 2, lambda: time)
    room.must_have("backfill")
    app.conversations.accept([conversation("c-1")])
    assert (room.is_full("backfill", 0.5), room.is_full("backfill")) == (False, False)
    time += COUNT_EVERY_S
    assert (room.is_full("backfill", 0.5), room.is_full("backfill")) == (True, False)
    batch = app.conversations.accept([conversation("c-2"), conversation("c-3")]).batch_id
    time += COUNT_EVERY_S
    with pytest.raises(BusyError, match="2 conversations or more wait") as refused:
        room.must_have("backfill")
    assert (refused.value.reason, refused.value.again_after_s) == ("backlog.full", 10)
    room.must_have("live")
    app.conversations.accept([conversation("c-live-1")], priority="live")
    app.conversations.accept([conversation("c-live-2")], priority="live")
    store.work.fail(str(batch), "no engine")
    time += COUNT_EVERY_S
    assert (room.is_full("live"), room.is_full("backfill")) == (True, False)
    assert not AdmissionControl(store.batches, 0).is_full("live")


@pytest.mark.landing
def test_what_waits_takes_no_memory(store: Store, app: AppStore) -> None:
    """A long list of work is looked at in its first part, however long it is."""

    def needed() -> int:
        tracemalloc.start()
        assert len(store.batches.waiting(16)) == 16
        store.batches.backlog()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    for n in range(20):
        app.conversations.accept([conversation(f"c-{n}")])
    needed()
    few = needed()
    (batch, *_) = app.conversations.accept([conversation(f"more-{n}") for n in range(1_500)]).batch_id, None
    assert store.batches.split(str(batch)) == 1_500
    assert needed() < 2 * few
