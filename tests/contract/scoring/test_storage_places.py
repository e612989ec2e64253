"""Places at the judge, on both databases: never more than there are, whoever takes them and whoever dies."""

import threading

from auscult.services.scoring.engine_calls.slots import DistributedSemaphore
from auscult.storage import Store
from auscult.workers.heartbeat import Heartbeat, WorkerName

MOST = 3
LONG_S = 3600.0


def test_no_more_than_there_are(store: Store) -> None:
    """Each is one holder's until it is left; what somebody else has is not given back."""
    places = store.places
    assert sorted(places.claim(f"h-{n}", MOST, LONG_S) or 0 for n in range(MOST)) == [1, 2, 3]
    assert places.claim("h-9", MOST, LONG_S) is None
    assert places.holders() == {"h-0", "h-1", "h-2"}
    places.release("h-9", 1)
    assert places.claim("h-9", MOST, LONG_S) is None
    places.release("h-0", 1)
    assert places.claim("h-9", MOST, LONG_S) == 1
    assert places.claim("h-8", MOST + 1, LONG_S) == MOST + 1


def test_a_place_whose_lease_has_ended_is_free(store: Store) -> None:
    """And is not given back by whoever had it before."""
    assert store.places.claim("h-slow", 1, -1.0) == 1
    assert store.places.claim("h-next", 1, LONG_S) == 1
    store.places.release("h-slow", 1)
    assert store.places.holders() == {"h-next"}


def test_places_of_the_dead_are_given_back(store: Store) -> None:
    """By whoever asks the kernel of this place, or watches the beats of another; the living keep theirs."""
    mine = WorkerName.mine()
    dead, elsewhere = mine._replace(started="1"), mine._replace(place="elsewhere")
    for name in (mine, dead, elsewhere):
        store.places.claim(str(name), MOST, LONG_S)
    heartbeat = Heartbeat(store.workers)
    heartbeat.check()
    assert heartbeat.ended(store.places.holders()) == {str(dead)}
    store.places.release_all(heartbeat.ended(store.places.holders()))
    assert store.places.holders() == {str(mine), str(elsewhere)}


def test_many_at_once_take_turns(store: Store) -> None:
    """All get a place in the end, and never more than there are have one."""
    lock, inside, most = threading.Lock(), set[int](), list[int]()

    def ask(number: int) -> None:
        gate = DistributedSemaphore(store.places, f"h-{number}", 2, LONG_S)
        with gate.place(lambda: False) as is_let_in:
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
    assert store.places.holders() == frozenset()


def test_nobody_waits_longer_than_they_want(store: Store) -> None:
    """Who is told to wait no more is not let in."""
    store.places.claim("h-0", 1, LONG_S)
    with DistributedSemaphore(store.places, "h-1", 1, LONG_S).place(lambda: True) as is_let_in:
        assert not is_let_in
    assert store.places.holders() == {"h-0"}
