"""Slots at the judge, on both databases: at most the configured number is taken, also after a holder was killed."""

import threading

from auscult.services.scoring.engine_calls.slots import DistributedSemaphore
from auscult.storage import Store
from auscult.workers.heartbeat import Heartbeat, WorkerName

MOST = 3
LONG_S = 3600.0


def test_no_more_than_there_are(store: Store) -> None:
    """A slot has one holder until it is released, and only its holder can release it."""
    slots = store.judge_slots
    assert sorted(slots.claim(f"h-{n}", MOST, LONG_S) or 0 for n in range(MOST)) == [1, 2, 3]
    assert slots.claim("h-9", MOST, LONG_S) is None
    assert slots.holders() == {"h-0", "h-1", "h-2"}
    slots.release("h-9", 1)
    assert slots.claim("h-9", MOST, LONG_S) is None
    slots.release("h-0", 1)
    assert slots.claim("h-9", MOST, LONG_S) == 1
    assert slots.claim("h-8", MOST + 1, LONG_S) == MOST + 1


def test_a_slot_whose_lease_has_ended_is_free(store: Store) -> None:
    """Another holder may claim it, and its former holder cannot release it any more."""
    assert store.judge_slots.claim("h-slow", 1, -1.0) == 1
    assert store.judge_slots.claim("h-next", 1, LONG_S) == 1
    store.judge_slots.release("h-slow", 1)
    assert store.judge_slots.holders() == {"h-next"}


def test_slots_of_ended_processes_are_released(store: Store) -> None:
    """Heartbeat finds ended processes: by the kernel in its own namespace, by heartbeats in another. The others keep theirs."""
    mine = WorkerName.mine()
    dead, elsewhere = mine._replace(started="1"), mine._replace(pid_namespace="elsewhere")
    for name in (mine, dead, elsewhere):
        store.judge_slots.claim(str(name), MOST, LONG_S)
    heartbeat = Heartbeat(store.workers)
    heartbeat.check()
    assert heartbeat.ended(store.judge_slots.holders()) == {str(dead)}
    store.judge_slots.release_all(heartbeat.ended(store.judge_slots.holders()))
    assert store.judge_slots.holders() == {str(mine), str(elsewhere)}


def test_many_at_once_take_turns(store: Store) -> None:
    """All get a slot in the end, and never more than there are have one."""
    lock, inside, most = threading.Lock(), set[int](), list[int]()

    def ask(number: int) -> None:
        gate = DistributedSemaphore(store.judge_slots, f"h-{number}", 2, LONG_S)
        with gate.slot(lambda: False) as is_let_in:
            assert is_let_in
            with lock:
                inside.add(number)
                most.append(len(inside))
            with lock:
                inside.remove(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 8
    assert max(most) <= 2
    assert store.judge_slots.holders() == frozenset()


def test_a_caller_can_stop_waiting(store: Store) -> None:
    """A caller that stops waiting gets no slot."""
    store.judge_slots.claim("h-0", 1, LONG_S)
    with DistributedSemaphore(store.judge_slots, "h-1", 1, LONG_S).slot(lambda: True) as is_let_in:
        assert not is_let_in
    assert store.judge_slots.holders() == {"h-0"}
