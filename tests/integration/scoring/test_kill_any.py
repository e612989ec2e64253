"""kill -9 of any worker or the server, at random moments under load: nothing accepted is lost, nothing is scored twice.

Three on each database on landing, fifty at night and with ``make test-kill``, or as many as ``AUSCULT_TEST_KILLS`` says.
What is chosen at random comes from a seed, which is printed; ``AUSCULT_TEST_SEED`` gives it again.
"""

import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

import httpx
import jwt
import pytest
import sqlalchemy as sa

from auscult import bootstrap
from auscult.formats.native import write
from auscult.storage import Store
from auscult.storage.core.tables.conversations import conversations, evaluations
from auscult.storage.core.tables.delivery import changes
from tests.databases import client_of
from tests.integration.program import AUSCULT, auscult, environment
from tests.integration.working import FORM, TENANT, conversation, settings_for
from tests.tiers import by_tier
from tests.waiting import PATIENCE_S, fixed_port, wait_until

pytestmark = pytest.mark.night

KILLS = int(os.environ.get("AUSCULT_TEST_KILLS", by_tier(3, night=50)))
MOST_AHEAD = 300
"""Conversations that are accepted and not evaluated before no more are sent: the load is steady, not endless."""

GOOD, BAD = "hello there", "what do you want"


class Field:
    """A server with a worker of its own, a worker beside it, and somebody who sends conversations and changes them."""

    def __init__(self, url: str, folder: Path, store: Store, seed: int) -> None:
        """Nothing runs yet."""
        self.store = store
        self.chance = random.Random(seed)
        self.sent: dict[str, str] = {}
        """What was acknowledged, by id: the text that was sent last."""
        self._folder = folder
        self._sending = random.Random(seed + 1)
        self._ending = threading.Event()
        self._client = client_of(TENANT, scopes=("conversations:write",))
        store.clients.add(self._client)
        self._port = fixed_port()
        self.settings = environment(
            AUSCULT_DATABASE_URL=url,
            AUSCULT_STATE_DIR=str(folder),
            AUSCULT_RATE_LIMIT="0",
            AUSCULT_BATCH_SIZE="10",
            AUSCULT_WORKERS="1",
        )
        self._words = {"server": ("serve", "--port", str(self._port)), "worker": ("worker",)}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._sender = threading.Thread(target=self._send)

    def __enter__(self) -> Self:
        """Start them all."""
        for name in self._words:
            self._start(name)
        self._sender.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Kill them all; what a killed server started ends by itself."""
        self._ending.set()
        for process in self._processes.values():
            process.kill()
            process.wait()
        self._sender.join()

    def kill(self) -> None:
        """Kill one of them while work goes on, and start another in its place. The server sees to its own worker."""
        more = self.evaluated() + self.chance.randrange(1, 20)
        wait_until(lambda: self.evaluated() >= more)
        time.sleep(self.chance.random() * 0.2)
        name = self.chance.choice(["server", "worker", "its worker"])
        child = _worker_of(self._processes["server"].pid)
        if name == "its worker" and child is not None:
            with suppress(ProcessLookupError):  # it has ended meanwhile
                os.kill(child, signal.SIGKILL)
            return
        name = "worker" if name == "worker" else "server"
        self._processes[name].kill()
        self._processes[name].wait()
        self._start(name)

    def finish(self) -> None:
        """Send no more, and wait until all is done."""
        self._ending.set()
        self._sender.join()
        wait_until(lambda: not self.store.batches.waiting(1) and not self.store.batches.postponed(1))

    def evaluated(self) -> int:
        """How many evaluations there are."""
        return self.count(evaluations)

    def count(self, table: sa.Table) -> int:
        """How many rows there are."""
        with self.store._database.reading() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()

    def _start(self, name: str) -> None:
        with (self._folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(  # noqa: S603  (our own program)
                [str(AUSCULT), *self._words[name]], cwd=self._folder, env=self.settings, stdout=log, stderr=log
            )

    def _send(self) -> None:
        """New conversations, alone and several at a time, and now and then a change of one that is there."""
        number = 0
        with httpx.Client(timeout=PATIENCE_S) as http:
            while not self._ending.is_set():
                if self.sent and self._sending.random() < 0.1:
                    name = self._sending.choice(list(self.sent))
                    told = {name: GOOD if self.sent[name] == BAD else BAD}
                else:
                    size = self._sending.choice([1, 1, 5, 30])
                    told = {f"c-{n}": self._sending.choice([GOOD, BAD]) for n in range(number, number + size)}
                    number += size
                self._tell(http, told)
                while not self._ending.is_set() and number - self.evaluated() > MOST_AHEAD:
                    time.sleep(0.05)

    def _tell(self, http: httpx.Client, told: dict[str, str]) -> None:
        """Send until it is acknowledged, as a client does whose server goes away."""
        body = b"\n".join(write(conversation(name, text)) for name, text in told.items())
        while True:
            token = jwt.encode({"appId": self._client.client_id}, self._client.secret, algorithm="HS256")
            headers = {"auth": token, "Content-Type": "application/x-ndjson"}
            try:
                url = f"http://127.0.0.1:{self._port}/api/v1/conversations"
                answer = http.post(url, content=body, headers=headers)
            except httpx.HTTPError:
                if self._ending.is_set() and self._processes["server"].poll() is not None:
                    return
                time.sleep(0.05)
                continue
            assert answer.status_code == 202, answer.text
            assert answer.json()["accepted"] == len(told)
            self.sent |= told
            return


def _worker_of(server: int) -> int | None:
    """The process of the server's worker, which another one has forked for it."""
    for child in _children_of(server):
        with suppress(OSError):  # it has ended meanwhile
            if b"forkserver" in Path(f"/proc/{child}/cmdline").read_bytes():
                return next(iter(_children_of(child)), None)
    return None


def _children_of(process: int) -> list[int]:
    return [*map(int, Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split())]


@pytest.fixture
def seed() -> int:
    """A new one each time, unless one is given; a failure shows it."""
    chosen = int(os.environ.get("AUSCULT_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
    print(f"AUSCULT_TEST_SEED={chosen}")  # noqa: T201  (to be had again)
    return chosen


@pytest.fixture
def field(database_url: str, tmp_path: Path, seed: int) -> Iterator[Field]:
    """A database with a form, and all who work on it."""
    with bootstrap.open(settings_for(database_url, tmp_path)) as application:
        application.store.ensure(TENANT)
        application.store.within(TENANT).forms.publish("ef-1", FORM)
        with Field(database_url, tmp_path, application.store, seed) as field:
            yield field


@pytest.mark.landing
def test_whoever_is_killed(field: Field, tmp_path: Path) -> None:
    """Everything acknowledged is there as it was last sent, scored once, told once, and every count agrees."""
    for _ in range(KILLS):
        field.kill()
    field.finish()
    app = field.store.within(TENANT)
    assert field.store.batches.failed() == []
    assert field.count(conversations) == len(field.sent)
    scores: dict[str, object] = {}
    while found := app.conversations.rerender(max(scores, default=""), 500):
        scores |= {one.conversation.id: one.evaluation.score for one in found}
    assert scores == {name: 100 if text == GOOD else 0 for name, text in field.sent.items()}
    with field.store._database.reading() as connection:
        each = sa.select(evaluations.c.conversation, evaluations.c.revision)
        assert set(Counter(tuple(row) for row in connection.execute(each)).values()) == {1}
        created = sa.select(changes.c.conversation_id).where(changes.c.kind == "created")
        assert Counter(connection.scalars(created)) == dict.fromkeys(field.sent, 1)
    assert field.store.recount() == []
    verified = auscult(tmp_path, "verify", settings=field.settings)
    assert (verified.status, verified.out) == (0, "tallies, rows and jobs agree\n")
