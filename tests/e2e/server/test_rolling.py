"""Two servers and two workers are replaced one after the other under load: nothing is lost, and no request is refused.

Old and new programs are of one version here; the tables become those of a next one, made up for the test, on the way. The balancer before them does what nginx does without further settings: it sends a
request that a server did not take, or did not answer, to the next one.
"""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
import sqlalchemy as sa

from auscult import bootstrap
from auscult.config import read_settings
from auscult.storage.core import migrations
from auscult.storage.core.database import AnySelect, Database
from auscult.storage.core.migrations import newest
from auscult.storage.core.tables.conversations import batches, conversations, evaluations
from tests.e2e.server.test_processes import client_of
from tests.e2e.serving import DAY, PATH, TENANT
from tests.integration.program import AUSCULT, POLITE, auscult, conversation, environment
from tests.waiting import PATIENCE_S, fixed_port, wait_until

pytestmark = pytest.mark.night

TOGETHER = 5
"""Conversations in one request."""
PAUSE_S = 0.1
BETWEEN = 20
"""Requests that are answered between two replacements."""
STAMPS = {"started_at": "2025-02-21T10:17:54Z", "ended_at": "2025-02-21T10:18:34Z"}


NEWER = """'''Add moods.'''

import sqlalchemy as sa
from alembic import op

revision, down_revision = "{number}", "{before}"
{stated}


def upgrade() -> None:
    \"\"\"Add what programs of the version before need not know.\"\"\"
    op.add_column("conversations", sa.Column("mood", sa.Text))
    op.create_table("moods", sa.Column("mood", sa.Integer, primary_key=True))


def downgrade() -> None:
    \"\"\"Remove it.\"\"\"
    op.drop_table("moods")
    op.drop_column("conversations", "mood")
"""
"""A migration of the next version."""


def upgrade(url: str, folder: Path, stated: str) -> str:
    """Migrate a database as the next version would; return its number."""
    here, before = folder / "migrations", newest()
    number = f"{int(before[:4]) + 1:04}"
    shutil.copytree(Path(migrations.__file__).parent, here)
    text = NEWER.format(number=number, before=before, stated=stated)
    (here / "versions" / f"{number}_moods.py").write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "_HERE", here)
        migrations.migrate(url)
        assert migrations.current_version(url) == number == migrations.newest()
    return number


class Program(NamedTuple):
    """A server or a worker, in a process of its own."""

    process: subprocess.Popen[str]
    words: tuple[str, ...]

    def end(self, how: signal.Signals) -> int:
        """Send a signal, and wait for the end."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE_S)


class Balancer:
    """Sends each request to the server that is next, and to the other one where that does not answer."""

    def __init__(self, urls: list[str], headers: dict[str, str]) -> None:
        """Send with these headers."""
        self._urls, self._headers, self._turn = urls, headers, count()
        self.statuses: Counter[int] = Counter()
        self.repeated: Counter[str] = Counter()

    def request(self, http: httpx.Client, method: str, path: str, **given: Any) -> httpx.Response:
        """Return the first answer that is not 502, 503 or 504, from at most four tries."""
        turn = next(self._turn)
        for at in range(4):
            url = self._urls[(turn + at) % len(self._urls)]
            try:
                answer = http.request(method, url + path, headers=self._headers, **given)
            except httpx.TransportError as error:
                self.repeated[type(error).__name__] += 1
                continue
            if answer.status_code not in {502, 503, 504}:
                break
            self.repeated[str(answer.status_code)] += 1
        else:
            raise AssertionError(f"no server answers {method} {path}: {self.repeated}")
        self.statuses[answer.status_code] += 1
        return answer


class Load:
    """Clients that write and read all the time, and what they were told."""

    def __init__(self, balancer: Balancer) -> None:
        """Send everything through it."""
        self._balancer = balancer
        self._over = threading.Event()
        self.accepted: list[str] = []
        self.failures: list[BaseException] = []
        self._threads = [threading.Thread(target=self._run, args=(each,)) for each in (self._write, self._read)]

    @contextmanager
    def running(self) -> Iterator["Load"]:
        """Write and read until the end of the block."""
        for thread in self._threads:
            thread.start()
        try:
            yield self
        finally:
            self._over.set()
            for thread in self._threads:
                thread.join(PATIENCE_S)

    def goes_on(self) -> None:
        """Wait until more requests are answered."""
        before = sum(self._balancer.statuses.values())
        wait_until(lambda: bool(self.failures) or sum(self._balancer.statuses.values()) >= before + BETWEEN)
        assert not self.failures, self.failures

    def _run(self, step: Callable[[httpx.Client, int], None]) -> None:
        with httpx.Client(timeout=PATIENCE_S) as http:
            for number in count():
                if self._over.is_set():
                    return
                try:
                    step(http, number)
                except BaseException as error:  # noqa: BLE001  (the test shows it)
                    self.failures.append(error)
                    return
                time.sleep(PAUSE_S)

    def _write(self, http: httpx.Client, number: int) -> None:
        names = [f"c-{number:04}-{at}" for at in range(TOGETHER)]
        answer = self._balancer.request(
            http, "POST", "/api/v1/conversations", json=[conversation(name, POLITE, **STAMPS) for name in names]
        )
        assert answer.status_code == 202, answer.text
        assert answer.json()["accepted"] == TOGETHER, answer.text
        self.accepted += names

    def _read(self, http: httpx.Client, number: int) -> None:  # noqa: ARG002  (any page is as good)
        answer = self._balancer.request(http, "POST", PATH.replace("{app}", TENANT.app_id), json=DAY)
        assert answer.status_code == 200, answer.text


class Fleet:
    """Programs on one database, as an operator starts them."""

    def __init__(
        self, url: str, folder: Path, stack: ExitStack, program: tuple[str, ...] = (str(AUSCULT),), **more: str
    ) -> None:
        """Keep what they have in common in this folder; they end with the stack. ``more`` of the environment."""
        self._url, self._stack, self._program = url, stack, program
        self._told = environment(
            AUSCULT_STATE_DIR=str(folder), AUSCULT_MIGRATE="never", AUSCULT_POLL_MS="20", AUSCULT_RATE_LIMIT="0",
            AUSCULT_WORKERS="0", **more,
        )  # fmt: skip

    def start(self, *words: str) -> Program:
        """Start one, and wait until it is ready."""
        process = self._stack.enter_context(
            subprocess.Popen(  # noqa: S603  (our own program)
                [*self._program, *words, "--database", self._url], stdout=subprocess.PIPE, env=self._told, text=True
            )
        )
        self._stack.callback(_kill, process)
        assert process.stdout
        assert process.stdout.readline(), f"{words} ended before it was ready"
        return Program(process, words)

    def replace(self, program: Program, how: signal.Signals) -> Program:
        """End one and start another in its place."""
        status = program.end(how)
        assert status == (0 if how is signal.SIGTERM else -how), (program.words, status)
        return self.start(*program.words)


def _kill(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
def test_servers_and_workers_are_replaced_one_by_one(postgresql_url: str, tmp_path: Path, how: signal.Signals) -> None:
    """No answer is a refusal, and every conversation that was accepted is evaluated, once; also while tables change."""
    settings = read_settings({}, database_url=postgresql_url, state_dir=str(tmp_path))
    with bootstrap.open(settings) as application, ExitStack() as stack:
        application.store.ensure(TENANT)
        headers = client_of(application.store, TENANT)
        fleet = Fleet(postgresql_url, tmp_path, stack)
        ports = [fixed_port() for _ in range(2)]
        programs = [fleet.start("serve", "--port", str(port)) for port in ports]
        programs += [fleet.start("worker") for _ in range(2)]
        urls = [f"http://127.0.0.1:{port}" for port in ports]
        balancer = Balancer(urls, headers)
        with Load(balancer).running() as load:
            load.goes_on()
            upgrade(postgresql_url, tmp_path, f'ALONGSIDE = "{newest()}"')
            load.goes_on()
            assert [httpx.get(f"{url}/readyz").status_code for url in urls] == [200, 200]
            for at in range(len(programs)):
                programs[at] = fleet.replace(programs[at], how)
                load.goes_on()
        assert not load.failures, load.failures
        assert set(balancer.statuses) == {200, 202}, balancer.statuses
        wait_until(lambda: set(decided(postgresql_url)) == set(load.accepted))
        found = decided(postgresql_url)
        assert set(found.values()) == {(1, 1)}, "each in its first revision, evaluated once"
        assert states(postgresql_url) == {"done"}
        assert application.verify() == []


@pytest.mark.parametrize("stated", ["", 'ALONGSIDE = "9000"'], ids=["unstated", "of a later version"])
def test_without_a_statement_the_old_ones_end(postgresql_url: str, tmp_path: Path, stated: str) -> None:
    """A server is not ready, a worker ends with status 1, and none of them starts again."""
    settings = read_settings({}, database_url=postgresql_url, state_dir=str(tmp_path))
    with bootstrap.open(settings) as application, ExitStack() as stack:
        application.store.ensure(TENANT)
        fleet, port = Fleet(postgresql_url, tmp_path, stack), fixed_port()
        fleet.start("serve", "--port", str(port))
        worker = fleet.start("worker")
        number = upgrade(postgresql_url, tmp_path, stated)
        answer = httpx.get(f"http://127.0.0.1:{port}/readyz")
        assert (answer.status_code, number in answer.text) == (503, True)
        assert worker.process.wait(PATIENCE_S) == 1
        done = auscult(tmp_path, "worker", "--database", postgresql_url, settings={"AUSCULT_MIGRATE": "never"})
        assert (done.status, number in done.err) == (1, True)


def decided(url: str) -> dict[str, tuple[int, int]]:
    """Return revision and number of evaluations of each conversation that is recorded."""
    query = (
        sa.select(conversations.c.conversation_id, conversations.c.revision, sa.func.count(evaluations.c.evaluation))
        .join(evaluations, evaluations.c.conversation == conversations.c.conversation)
        .where(conversations.c.recorded_revision == conversations.c.revision)
        .group_by(conversations.c.conversation_id, conversations.c.revision)
    )
    return {name: (revision, many) for name, revision, many in _all(url, query)}


def states(url: str) -> set[str]:
    """Return the states in which batches are."""
    return {state for (state,) in _all(url, sa.select(batches.c.state).distinct())}


def _all(url: str, query: AnySelect) -> list[Any]:
    database = Database(url)
    try:
        with database.reading() as connection:
            return list(connection.execute(query))
    finally:
        database.close()
