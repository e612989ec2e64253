"""Behind PgBouncer in transaction mode, where every transaction may have another server connection."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from auscult import bootstrap
from auscult.storage.core.pooled_jobs import pooled_jobs
from auscult.workers.dbos_database import jobs_url
from tests.conftest import pooled
from tests.contract.storing import query
from tests.data_files import data_of
from tests.databases import database
from tests.integration.program import TENANT, auscult, conversation, ran, write
from tests.integration.working import FORM, settings_for, working
from tests.integration.working import TENANT as APP
from tests.integration.working import conversation as chat
from tests.waiting import PATIENCE_S, existing, fixed_port, wait_until

pytestmark = pytest.mark.night

ROOT = Path(__file__).parents[3]
PGBOUNCER = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin")
CONTRACT = ("conversations/test_storage.py",)
SERVERS = 3
"""Connections to PostgreSQL for each database: fewer than we have to the pooler, and each transaction gets the next."""

SETTINGS = data_of(__file__, "settings")


@pytest.fixture(scope="module")
def pooler(postgresql_server: str) -> Iterator[str]:
    """Host and port of a PgBouncer before the PostgreSQL of the tests."""
    if PGBOUNCER is None:
        pytest.skip("pgbouncer is not installed")
    told: dict[str, Any] = {"port": 5432, **conninfo_to_dict(postgresql_server)}
    at = fixed_port()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o755)
        (home / "users").write_text(f'"{told["user"]}" "{told.get("password", "")}"\n', encoding="utf-8")
        text = SETTINGS.format(host=told["host"], port=told["port"], at=at, folder=folder, servers=SERVERS)
        (home / "pgbouncer.ini").write_text(text, encoding="utf-8")
        who = ["-u", "nobody"] if os.geteuid() == 0 else []  # it does not run as root
        with subprocess.Popen([PGBOUNCER, "-q", *who, str(home / "pgbouncer.ini")]) as process:  # noqa: S603  (our words)
            try:
                wait_until(lambda: process.poll() is not None or answers(at))
                assert process.poll() is None
                yield f"127.0.0.1:{at}"
            finally:
                process.terminate()


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def url(pooler: str, postgresql_server: str, tmp_path: Path) -> Iterator[str]:
    """A new database, by its address at the pooler."""
    with database("postgresql", postgresql_server, tmp_path, is_empty=True) as direct:
        yield pooled(direct, pooler)


def test_the_contract_of_the_store(pooler: str) -> None:
    """Much of what the tests of the store ask of a database holds behind the pooler."""
    tests = [str(ROOT / "tests" / "contract" / name) for name in CONTRACT]
    words = (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-k", "postgresql", *tests)
    done = ran(words, cwd=ROOT, env={**os.environ, "AUSCULT_TEST_POOLER": pooler}, timeout=6 * PATIENCE_S)
    assert done.returncode == 0, done.stdout[-5000:]


def test_from_a_file_to_a_page(url: str, tmp_path: Path) -> None:
    """The commands make tables, publish forms, load with a worker of their own, and find everything right."""
    settings = {"AUSCULT_DATABASE_URL": url, "AUSCULT_STATE_DIR": str(tmp_path), "AUSCULT_BATCH_SIZE": "10"}
    assert auscult(tmp_path, "forms", "apply", "starter", *TENANT, settings=settings).status == 0
    write(tmp_path / "many.ndjson", *(conversation(f"c-{n}") for n in range(100)))
    loaded = auscult(tmp_path, "load", "many.ndjson", *TENANT, settings=settings)
    assert loaded.status == 0, loaded.err
    assert "100 loaded, 100 scored" in loaded.out
    assert auscult(tmp_path, "verify", settings=settings).status == 0
    with bootstrap.open(settings_for(url, tmp_path)) as application:
        page = application.store.within(APP).conversations.page(query(APP.app_id, limit=100))
        assert (len(page.rows), page.total) == (100, 100)


@pytest.mark.landing
def test_several_share_few_servers_and_leave_nothing_with_them(url: str, tmp_path: Path) -> None:
    """Writers, readers and a worker over fewer servers than they are: nothing gets lost, no lock or setting stays."""
    with ExitStack() as stack:
        opened = [stack.enter_context(bootstrap.open(settings_for(url, tmp_path))) for _ in range(SERVERS + 2)]
        stores = [application.store for application in opened]
        store = stores[0]
        store.ensure(APP)
        store.within(APP).forms.publish("ef-1", FORM)
        jobs = existing(pooled_jobs(url, 4))
        with working(store, jobs_url(jobs[0]), jobs_engine=jobs[1]):
            for n in range(12):
                stores[n % len(stores)].within(APP).conversations.accept([chat(f"c-{n}-{k}") for k in range(5)])
                for each in stores:
                    page = each.within(APP).conversations.page(query(APP.app_id, limit=1000))
                    assert len(page.rows) == page.total
            wait_until(lambda: not store.batches.waiting())
        assert {each.within(APP).conversations.page(query(APP.app_id)).total for each in stores} == {60}
        assert store.recount() == []
        # Each held open, so that it has a server of its own: these are all there are.
        plain = url.partition("?")[0]
        for _ in range(SERVERS):
            connection = stack.enter_context(psycopg.connect(plain, prepare_threshold=None))
            left = connection.execute(
                "SELECT (SELECT count(*) FROM pg_prepared_statements),"
                " (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()),"
                " current_setting('idle_in_transaction_session_timeout'), current_setting('transaction_isolation')"
            ).fetchone()
            assert left == (0, 0, "0", "read committed")


def test_a_pooler_that_is_not_known_is_refused(tmp_path: Path) -> None:
    """With what would be right."""
    refused = auscult(tmp_path, "migrate", settings={"AUSCULT_DATABASE_URL": "postgresql://h/d?pooler=session"})
    assert refused.status == 1
    assert "pooler=transaction" in refused.err
