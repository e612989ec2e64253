"""Slots in one process: live before backfill, and apps in turn."""

import threading
from collections.abc import Sequence
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from auscult.workers.scheduler import FairScheduler
from tests.waiting import wait_until

ONE = st.tuples(st.booleans(), st.sampled_from("ABC"))


def served(waiting: Sequence[tuple[bool, str]]) -> list[tuple[bool, str]]:
    """Return the order in which these get the only slot; all of them wait before it is free."""
    turns, done, threads = FairScheduler(1), list[tuple[bool, str]](), list[threading.Thread]()

    def take(is_live: bool, app: str) -> None:
        with turns.slot(app, is_live=is_live):
            done.append((is_live, app))

    with turns.slot("before", is_live=True):
        for at, one in enumerate(waiting, 1):
            threads.append(threading.Thread(target=take, args=one))
            threads[-1].start()
            wait_until(lambda at=at: len(turns._waiting) == at)
    for thread in threads:
        thread.join()
    return done


def law(waiting: Sequence[tuple[bool, str]]) -> list[tuple[bool, str]]:
    """Return the order by its definition: live ones first, then the app served longest ago, then the first to arrive."""
    left, done = list(waiting), list[tuple[bool, str]]()
    while left:
        live = [one for one in left if one[0]] or left
        apps = [app for _, app in done]
        app = min({app for _, app in live}, key=lambda app: (_last(apps, app), [a for _, a in live].index(app)))
        done.append(next(one for one in live if one[1] == app))
        left.remove(done[-1])
    return done


def _last(apps: Sequence[str], app: str) -> int:
    return max((at for at, one in enumerate(apps) if one == app), default=-1)


@given(st.lists(ONE, max_size=8))
def test_slots_go_to_live_first_and_to_apps_in_turn(waiting: list[tuple[bool, str]]) -> None:
    """This holds for any tasks in any order of arrival."""
    assert served(waiting) == law(waiting)


def test_no_more_have_a_slot_than_there_are() -> None:
    """A task that fails releases its slot."""
    turns, inside, most = FairScheduler(2), list[int](), list[int]()

    def take(number: int) -> None:
        with suppress(ZeroDivisionError), turns.slot("A", is_live=False):
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
