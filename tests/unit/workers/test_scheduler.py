"""Slots in one process that apps get in turn, and work that makes way for other work."""

import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress

from hypothesis import given
from hypothesis import strategies as st

from auscult.workers.scheduler import FairScheduler, Precedence
from tests.waiting import wait_until


def served(waiting: Sequence[str]) -> list[str]:
    """Return the order in which these apps get the only slot; all of them wait before it is free."""
    turns, done, threads = FairScheduler(1), list[str](), list[threading.Thread]()

    def take(app: str) -> None:
        with turns.slot(app):
            done.append(app)

    with turns.slot("before"):
        for at, one in enumerate(waiting, 1):
            threads.append(threading.Thread(target=take, args=(one,)))
            threads[-1].start()
            wait_until(lambda at=at: len(turns._waiting) == at)
    for thread in threads:
        thread.join()
    return done


def law(waiting: Sequence[str]) -> list[str]:
    """Return the order by its definition: the app served longest ago, then the first to arrive."""
    left, done = list(waiting), list[str]()
    while left:
        done.append(min(left, key=lambda app: (_last(done, app), left.index(app))))
        left.remove(done[-1])
    return done


def _last(apps: Sequence[str], app: str) -> int:
    return max((at for at, one in enumerate(apps) if one == app), default=-1)


@given(st.lists(st.sampled_from("ABC"), max_size=8))
def test_slots_go_to_apps_in_turn(waiting: list[str]) -> None:
    """This holds for any tasks in any order of arrival."""
    assert served(waiting) == law(waiting)


def test_no_more_have_a_slot_than_there_are() -> None:
    """A task that fails releases its slot."""
    turns, inside, most = FairScheduler(2), list[int](), list[int]()

    def take(number: int) -> None:
        with suppress(ZeroDivisionError), turns.slot("A"):
            inside.append(number)
            most.append(len(inside))
            inside.remove(number)
            _ = 1 / 0

    threads = [threading.Thread(target=take, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 20
    assert max(most) <= 2


@given(st.integers(1, 4))
def test_work_makes_way_until_nothing_goes_first(ahead: int) -> None:
    """It waits for the last of those ahead, and does not wait where there is none."""
    precedence = Precedence()
    precedence.make_way()
    waiting = threading.Thread(target=precedence.make_way)
    with ExitStack() as last:
        last.enter_context(precedence.first())
        with ExitStack() as others:
            for _ in range(ahead - 1):
                others.enter_context(precedence.first())
            waiting.start()
        waiting.join(0.01)
        assert waiting.is_alive()
    waiting.join()
