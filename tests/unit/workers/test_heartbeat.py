import os
import subprocess
import sys
from pathlib import Path

import pytest

from auscult.storage import Store, migrate, new_secret_key, open_store
from auscult.workers.heartbeat import DEAD_AFTER_S, Heartbeat, WorkerName

ELSEWHERE = "host:17:another-place:123"


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        """The time, in seconds."""
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store on a file: how beats are kept on either database is tried elsewhere."""
    url = f"sqlite:///{tmp_path / 'auscult.db'}"
    migrate(url)
    return open_store(url, new_secret_key())


def test_elsewhere_who_beats_is_alive_and_who_stops_is_not(store: Store) -> None:
    """A worker is given up once its count has stood still for the whole patience, and not before."""
    clock = Clock()
    heartbeat = Heartbeat(store.workers, clock)
    store.workers.beat("steady")
    store.workers.beat(ELSEWHERE)
    assert heartbeat.check() == ({"steady", ELSEWHERE}, set())
    for _ in range(4):
        clock.now += DEAD_AFTER_S / 2 - 0.1
        store.workers.beat("steady")
        seen = heartbeat.check()
    assert seen == ({"steady"}, {ELSEWHERE})
    store.workers.beat(ELSEWHERE)
    assert heartbeat.check().running == {"steady", ELSEWHERE}


def test_elsewhere_one_never_seen_before_has_the_benefit_of_the_doubt(store: Store) -> None:
    """Whoever looks for the first time cannot know yet."""
    clock = Clock()
    store.workers.beat(ELSEWHERE)
    heartbeat = Heartbeat(store.workers, clock)
    assert heartbeat.check().running == {ELSEWHERE}
    clock.now += DEAD_AFTER_S
    assert heartbeat.check().ended == {ELSEWHERE}


def test_here_the_kernel_is_asked(store: Store) -> None:
    """One that lives is alive however long it is silent; one that has ended is dead at once, buried or not."""
    clock = Clock()
    heartbeat = Heartbeat(store.workers, clock)
    mine = str(WorkerName.mine())
    script = "from auscult.workers.heartbeat import WorkerName; print(WorkerName.mine(), flush=True); input()"
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:  # noqa: S603
        assert other.stdout
        theirs = other.stdout.readline().strip()
        store.workers.beat(mine)
        store.workers.beat(theirs)
        clock.now += 10 * DEAD_AFTER_S
        assert heartbeat.check() == ({mine, theirs}, set())
        clock.now += 10 * DEAD_AFTER_S
        assert heartbeat.check() == ({mine, theirs}, set())
        other.kill()
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
        assert heartbeat.check() == ({mine}, {theirs})
    assert heartbeat.check() == ({mine}, {theirs})


def test_here_another_process_of_the_same_id_is_another(store: Store) -> None:
    """Ids are given again; when the process started tells them apart."""
    before = WorkerName.mine()._replace(started="1")
    store.workers.beat(str(before))
    assert Heartbeat(store.workers, Clock()).check() == (set(), {str(before)})


def test_one_that_left_is_gone_at_once(store: Store) -> None:
    """A worker that ended in order is waited for by nobody."""
    heartbeat = Heartbeat(store.workers, Clock())
    store.workers.beat(ELSEWHERE)
    assert heartbeat.check().running == {ELSEWHERE}
    store.workers.leave(ELSEWHERE)
    assert heartbeat.check() == (set(), set())
