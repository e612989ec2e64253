"""How much is written into PostgreSQL at once: by COPY, and readied for reading afterwards."""

import re
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event

from auscult.domain.conversation import Queue
from auscult.storage import migrate, new_secret_key, open_store
from auscult.storage.core.database import Database
from tests.contract.storing import TENANT, conversation, put
from tests.integration.program import AUSCULT, environment
from tests.waiting import existing, wait_until

MANY = 400
TABLES = {"conversations", "evaluations", "report_rows", "facet_rows", "tallies", "changes"}


def fill(url: str, trace: Path) -> None:
    """Accept and record many, and write down what is said to the server meanwhile."""
    migrate(url)
    with psycopg.connect(url.partition("?")[0], autocommit=True) as server:  # its own round would leave nothing to do
        server.execute("ALTER TABLE tallies SET (autovacuum_enabled = off)")
    store = open_store(url, new_secret_key())
    store.ensure(TENANT)
    app = store.within(TENANT)
    with trace.open("wb") as file:

        @event.listens_for(store._database.engine, "checkout")
        def _write_down(connection: psycopg.Connection[Any], *_: object) -> None:
            connection.pgconn.trace(file.fileno())

        queues = (Queue("qu-1", "Queue"),)
        put(app, *(conversation(f"c-{n}", timedelta(days=n), queues=queues) for n in range(MANY)))
        store.close()


def test_a_load_copies(postgresql_url: str, tmp_path: Path) -> None:
    """No table that grows with a load is written row by row: COPY goes into it, or into one that is added to it."""
    fill(postgresql_url, tmp_path / "trace")
    said = (tmp_path / "trace").read_text(encoding="utf-8", errors="replace")
    copied = set(re.findall(r"COPY (\w+) ", said))
    added = set(re.findall(r"INSERT INTO (\w+) [^\n]* FROM incoming", said))
    assert "incoming" in copied
    assert copied | added >= TABLES
    assert TABLES.isdisjoint(re.findall(r"INSERT INTO (\w+) [^\n]* VALUES", said))


def test_what_was_loaded_is_vacuumed(postgresql_url: str, tmp_path: Path) -> None:
    """Pages read indexes alone, by statistics, without waiting for the server's own rounds; a second time is nothing."""
    fill(postgresql_url, tmp_path / "trace")
    asked = "SELECT {} FROM pg_stat_user_tables WHERE relname = %s"
    with psycopg.connect(postgresql_url.partition("?")[0], autocommit=True) as looking:

        def told(what: str, table: str) -> Any:
            return existing(looking.execute(asked.format(what), (table,)).fetchone())[0]

        wait_until(lambda: told("n_mod_since_analyze", "tallies") > MANY)  # the server counts a little later
        database = Database(postgresql_url)
        for _ in range(2):
            database.vacuum()
            assert (told("vacuum_count", "tallies"), told("analyze_count", "tallies")) == (1, 1)
            assert told("vacuum_count", "conversations") == 0  # too few to be worth it
        database.close()


@pytest.mark.landing
def test_a_worker_readies_what_came_in(postgresql_url: str, tmp_path: Path) -> None:
    """What comes over HTTP is readied, too, whether or not the server has rounds of its own."""
    fill(postgresql_url, tmp_path / "trace")
    counted = "SELECT vacuum_count + analyze_count FROM pg_stat_user_tables WHERE relname = 'tallies'"
    command = [str(AUSCULT), "worker", "--database", postgresql_url]
    with (
        psycopg.connect(postgresql_url.partition("?")[0], autocommit=True) as looking,
        subprocess.Popen(command, env=environment(AUSCULT_STATE_DIR=str(tmp_path))) as worker,  # noqa: S603
    ):
        try:
            wait_until(lambda: looking.execute(counted).fetchone() == (2,))
        finally:
            worker.terminate()


def test_what_cannot_be_vacuumed_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """A load that came to its end does not fail for it."""
    database = Database("postgresql://nobody@127.0.0.1:1/none")
    database.vacuum()
    assert "could not be vacuumed" in caplog.text
