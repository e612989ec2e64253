"""Counts of the rate limit, on every store that can keep them (rule 18)."""

import multiprocessing
import os
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import redis
import sqlalchemy as sa
from sqlalchemy import event

from auscult.domain.operations.rate_limits import Windows as Port
from auscult.storage.access.rate_windows import Windows, windows_url
from auscult.storage.access.redis_windows import RedisWindows

REDIS = "redis://127.0.0.1:6379/9"


def opened(url: str) -> Port:
    """The windows at a URL."""
    return RedisWindows(url) if url.startswith("redis") else Windows(url)


@pytest.fixture(params=["sqlite", "postgresql", "redis"])
def url(request: pytest.FixtureRequest) -> str:
    """Where to count: a new database of each kind, or Redis where one answers."""
    if request.param != "redis":
        return str(request.getfixturevalue(f"{request.param}_url"))
    with closing(redis.Redis.from_url(REDIS)) as server:
        try:
            server.ping()
        except redis.ConnectionError:
            if os.environ.get("CI") == "true":
                pytest.fail(f"no Redis answers at {REDIS}")
            pytest.skip(f"no Redis answers at {REDIS}")
    return REDIS


@pytest.fixture
def windows(url: str) -> Iterator[Port]:
    """The windows there."""
    with closing(opened(url)) as found:
        yield found


@pytest.fixture
def key() -> str:
    """A key that nobody else counts."""
    return f"account {uuid.uuid4()}"


def test_counts_up_to_one_more_than_the_limit(windows: Port, key: str) -> None:
    """Rule 18: what is refused is not counted, and the window does not move."""
    counted = [windows.consume(key, 3, 60) for _ in range(6)]
    assert [n for n, _ in counted] == [1, 2, 3, 4, 4, 4]
    assert all(0 < left <= 60 for _, left in counted)
    assert windows.consume(key + "'", 3, 60)[0] == 1


def test_a_window_that_is_over_begins_anew(windows: Port, key: str) -> None:
    """Rule 18: so many in each window."""
    assert windows.consume(key, 1, 0 if not isinstance(windows, RedisWindows) else 1)[0] == 1
    if isinstance(windows, RedisWindows):
        windows._redis.pexpire(f"auscult:window:{key}", 1)
        windows._redis.wait(0, 5)
        while windows._redis.exists(f"auscult:window:{key}"):
            pass
    assert windows.consume(key, 1, 60)[0] == 1
    assert windows.consume(key, 1, 60)[0] == 2


def _consume(url: str, key: str, times: int) -> int:
    with closing(opened(url)) as windows, ThreadPoolExecutor(4) as threads:
        return sum(n <= 100 for n, _ in threads.map(lambda _: windows.consume(key, 100, 60), range(times)))


@pytest.mark.landing
def test_exact_across_processes_and_threads(url: str, key: str) -> None:
    """Rule 18: two processes of four threads each get exactly the limit through between them."""
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        allowed = pool.starmap(_consume, [(url, key, 90), (url, key, 90)])
    assert sum(allowed) == 100


def test_an_embedded_database_is_not_written_to(tmp_path: Path) -> None:
    """A load that holds the database's only write lock must not hold up requests."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with closing(Windows(url)) as windows:
        windows.consume("a", 1, 60)
    assert [path.name for path in tmp_path.iterdir()] == ["a.db-limits"]
    assert windows_url(f"{url}?mode=rw") == f"{url}-limits"


def test_a_full_disk_is_counted_by_each_process_alone(tmp_path: Path) -> None:
    """What is stored can be read meanwhile, within the limit; with room again, all processes count together again."""
    with closing(Windows(f"sqlite:///{tmp_path / 'a.db'}")) as windows:

        def keep_small(connection: sa.Connection) -> None:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")  # it becomes what the file has

        event.listen(windows._engine, "begin", keep_small)
        key = "a long name of an account " * 1_000
        assert [windows.consume(key, 2, 60)[0] for _ in range(4)] == [1, 2, 3, 3]
        event.remove(windows._engine, "begin", keep_small)
        windows._engine.dispose()
        assert windows.consume(key, 2, 60)[0] == 1
