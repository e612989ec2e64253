"""Several processes on one database, and processes that are killed: what is accepted is there, and everything adds up."""

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from auscult.domain.conversation import Conversation, Queue
from auscult.storage import Store, migrate, new_secret_key, open_store
from auscult.storage.store import AppStore
from tests.contract.storing import TENANT, conversation, of_pending, put, query
from tests.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.night

ROOT = Path(__file__).parents[3]
FEED = 10
"""Conversations in each batch that the writing process writes."""

WRITER = f"import sys; from {__name__} import write; write(sys.argv[1], sys.argv[2], int(sys.argv[3]))"


def fed(writer: str, batch: int, language: str = "en") -> list[Conversation]:
    """What a writing process puts into one batch."""
    return [
        conversation(
            f"c-{writer}-{batch}-{n}",
            after=timedelta(minutes=17 * batch + n),
            queues=(Queue(f"qu-{n % 3}", "Support"),),
            custom_fields={"n": str(n % 2)},
            language=language,
        )
        for n in range(FEED)
    ]


def write(url: str, writer: str, batches: int) -> None:
    """Be a writing process: tell on stdout whenever a batch is accepted, and when it is recorded."""
    store = open_store(url, new_secret_key())
    app = store.within(TENANT)
    for batch in range(batches):
        documents = fed(writer, batch, random.choice(["en", "nl"]))
        accepted = app.conversations.accept(documents)
        print("accepted", batch, flush=True)  # noqa: T201  the parent reads it
        if accepted.batch_id:
            waiting = app.conversations.pending(accepted.batch_id)
            app.conversations.record(accepted.batch_id, [of_pending(each) for each in waiting])
        print("recorded", batch, flush=True)  # noqa: T201
    store.close()


@contextmanager
def writing(url: str, writer: str, batches: int) -> Iterator[subprocess.Popen[str]]:
    """A process that writes; killed at the end if it still does."""
    command = [sys.executable, "-c", WRITER, url, writer, str(batches)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as process:  # noqa: S603  our own
        try:
            yield process
        finally:
            process.kill()


def run(*arguments: str) -> None:
    """Run Python to its end."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, *arguments], check=True, cwd=ROOT, env=environment, timeout=PATIENCE_S)  # noqa: S603  our own


def others_at_work(store: Store) -> bool:
    """Whether a server still ends what somebody began who is gone."""
    if store.is_embedded:
        return False
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'"
    with store._database.reading() as connection:
        return connection.execute(sa.text(query)).scalar_one() > 1


@pytest.mark.parametrize("wait_s", [0.0, 0.004, 0.02, 0.05])
def test_a_killed_writer_leaves_all_it_accepted_and_nothing_by_half(
    store: Store, app: AppStore, database_url: str, wait_s: float
) -> None:
    """Accepted means committed: after SIGKILL at any moment everything adds up, and what waits can be recorded."""
    with writing(database_url, "w", 100_000) as process:
        assert process.stdout is not None
        for _ in range(3):
            process.stdout.readline()
        time.sleep(wait_s)
        process.kill()
        told = 3 + len(process.stdout.readlines())
    wait_until(lambda: not others_at_work(store))
    accepted = (told + 1) // 2
    assert store.recount() == []
    waiting = store.batches.waiting()
    assert len(waiting) <= 1
    for batch in waiting:
        pending = app.conversations.pending(batch.batch_id)
        assert len(pending) == FEED
        app.conversations.record(batch.batch_id, [of_pending(each) for each in pending])
    total = app.conversations.page(query()).total
    assert total in (accepted * FEED, (accepted + 1) * FEED)
    assert store.recount() == []


def test_writers_and_a_reader_do_not_disturb_each_other(store: Store, database_url: str) -> None:
    """Two processes write while this one reads: every page is of one state of the data, and nothing is lost."""
    store.ensure(TENANT)
    read = store.within(TENANT).conversations.page
    put(store.within(TENANT), conversation("c-first"))
    pages = 0
    with writing(database_url, "a", 15) as one, writing(database_url, "b", 15) as two:
        while one.poll() is None or two.poll() is None:
            whole = read(query(limit=10_000))
            assert len(whole.rows) == whole.total
            assert whole.total % FEED == 1
            mine = read(query(limit=10_000, queues=("support",)))
            assert len(mine.rows) == mine.total
            assert mine.total % FEED == 0
            end = read(query(skip=max(0, mine.total - 3), limit=100))
            assert len(end.rows) == end.total - max(0, mine.total - 3)
            pages += 3
        assert (one.wait(), two.wait()) == (0, 0)
    assert pages > 3
    assert read(query(limit=0)).total == 2 * 15 * FEED + 1
    assert store.recount() == []
    assert store.batches.waiting() == []


def test_the_same_may_be_accepted_by_several_at_once(store: Store, database_url: str) -> None:
    """New conversations count as new for one of them only, and a form published by several has one version."""
    store.ensure(TENANT)
    others = [open_store(database_url, new_secret_key()) for _ in range(4)]

    def accept(other: Store) -> tuple[int, int]:
        app = other.within(TENANT)
        version = app.forms.publish("ef-1", b"the same").version
        return app.conversations.accept(fed("w", 0)[:: 1 if version == 1 else 2]).new, version

    with ThreadPoolExecutor(len(others)) as pool:
        found = list(pool.map(accept, others))
    for other in others:
        other.close()
    assert sorted(new for new, _ in found) == [0, 0, 0, FEED]
    assert {version for _, version in found} == {1}
    assert len(store.batches.waiting()) == 1


def test_several_processes_may_migrate_a_new_database_at_once(database_url: str) -> None:
    """One makes the tables, the others wait and find them."""
    script = "import sys; from auscult.storage import migrate; migrate(sys.argv[1])"
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: run("-c", script, database_url), range(3)))
    migrate(database_url)
    store = open_store(database_url, new_secret_key())
    assert store.tenants() == []
    store.close()


def test_a_new_file_to_which_another_process_writes_is_waited_for(tmp_path: Path) -> None:
    """SQLite alone refuses at once to begin a write-ahead log while another connection is about to write."""
    with closing(sqlite3.connect(tmp_path / "new.db", isolation_level=None)) as other, ThreadPoolExecutor(1) as pool:
        other.execute("BEGIN IMMEDIATE")
        migrating = pool.submit(migrate, f"sqlite:///{tmp_path / 'new.db'}")
        with pytest.raises(TimeoutError):
            migrating.result(timeout=0.5)
        other.execute("ROLLBACK")
        migrating.result()


def test_a_server_that_was_restarted_is_found_again(postgresql_url: str, postgresql_server: str) -> None:
    """Connections that went away meanwhile are replaced without anybody noticing."""
    migrate(postgresql_url)
    store = open_store(postgresql_url, new_secret_key())
    store.ensure(TENANT)
    app = store.within(TENANT)
    put(app, conversation("c-1"))
    for n in range(2, 4):
        assert app.conversations.page(query()).total == n - 1
        with psycopg.connect(postgresql_server, autocommit=True) as server:
            database = postgresql_url.rpartition("/")[2]
            ended = server.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s", [database]
            ).fetchone()
        assert ended
        assert ended[0] > 0
        assert app.conversations.page(query()).total == n - 1
        assert store.clients.find("cs-1") is None
        put(app, conversation(f"c-{n}"))
    store.close()
