from pathlib import Path

import pytest

from auscult.jobs.pulse import DEAD_AFTER_S, Pulse
from auscult.storage import Store, migrate, new_secret_key, open_store


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


def test_who_beats_is_alive_and_who_stops_is_not(store: Store) -> None:
    """A worker is given up once its count has stood still for the whole patience, and not before."""
    clock = Clock()
    pulse = Pulse(store.workers, clock=clock)
    store.workers.beat("steady")
    store.workers.beat("dying")
    assert pulse.alive() == {"steady", "dying"}
    for _ in range(4):
        clock.now += DEAD_AFTER_S / 2 - 0.1
        store.workers.beat("steady")
        alive = pulse.alive()
    assert alive == {"steady"}
    store.workers.beat("dying")
    assert pulse.alive() == {"steady", "dying"}


def test_one_never_seen_before_has_the_benefit_of_the_doubt(store: Store) -> None:
    """Whoever looks for the first time cannot know yet."""
    clock = Clock()
    store.workers.beat("unknown")
    pulse = Pulse(store.workers, clock=clock)
    assert pulse.alive() == {"unknown"}
    clock.now += DEAD_AFTER_S
    assert pulse.alive() == set()


def test_one_that_left_is_gone_at_once(store: Store) -> None:
    """A worker that ended in order is waited for by nobody."""
    pulse = Pulse(store.workers, clock=Clock())
    store.workers.beat("leaving")
    assert pulse.alive() == {"leaving"}
    store.workers.leave("leaving")
    assert pulse.alive() == set()
