"""kill -9 in the middle: nothing that was accepted is lost, and nothing is scored twice."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from auscult import bootstrap
from auscult.domain.conversation import Conversation
from auscult.storage import Store
from auscult.storage.core.tables.conversations import batches, conversations, evaluations
from auscult.storage.store import AppStore
from tests.integration.program import AUSCULT, TENANT, environment
from tests.integration.working import FORM, conversation, settings_for
from tests.integration.working import TENANT as OWNER
from tests.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.night

COUNT = 500
KILLS = 3
BATCH_SIZE = "5"


@pytest.fixture
def seed() -> int:
    """A new one each time; a failure shows it."""
    return random.SystemRandom().randrange(1 << 32)


class Killed:
    """One database, and programs on it that are killed."""

    def __init__(self, url: str, folder: Path, store: Store, seed: int) -> None:
        """Make the file that is loaded."""
        self.folder = folder
        self.store = store
        self.chance = random.Random(seed)
        self.settings = environment(
            AUSCULT_DATABASE_URL=url, AUSCULT_STATE_DIR=str(folder), AUSCULT_BATCH_SIZE=BATCH_SIZE
        )
        lines = [msgspec.json.encode(_chat(number)) for number in range(COUNT)]
        (folder / "chats.ndjson").write_bytes(b"\n".join(lines))

    @contextmanager
    def running(self, *words: str) -> Iterator[subprocess.Popen[bytes]]:
        """A program, and whatever it starts, until the end of the block; then they are killed, all at once."""
        with subprocess.Popen(  # noqa: S603  (our own program)
            [str(AUSCULT), *words], cwd=self.folder, env=self.settings, stdout=subprocess.PIPE, start_new_session=True
        ) as process:
            try:
                yield process
            finally:
                with suppress(ProcessLookupError):  # it has ended, and so has whatever it started
                    os.killpg(process.pid, signal.SIGKILL)

    def count(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
        """How many rows there are."""
        with self.store._database.reading() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one()

    def wait_for_more(self) -> None:
        """Wait until a little more has been evaluated, or all, and then a moment longer."""
        more = min(COUNT, self.count(evaluations) + self.chance.randrange(1, COUNT // 10))
        wait_until(lambda: self.count(evaluations) >= more)
        time.sleep(self.chance.random() * 0.2)

    def all_is_well(self, app: AppStore) -> None:
        """Everything that was accepted is scored once, and all counts agree."""
        assert self.count(batches, batches.c.state != "done") == 0
        ids = [f"c-{number}" for number in range(COUNT)]
        accepted = self.count(conversations)
        assert len(app.conversations.statuses(ids)) == accepted
        assert self.count(evaluations) == accepted
        assert self.store.recount() == []


def _chat(number: int) -> Conversation:
    return conversation(f"c-{number}", f"hello, this is number {number}")


@pytest.fixture
def killed(database_url: str, tmp_path: Path, seed: int) -> Iterator[Killed]:
    """A database with a form."""
    with bootstrap.open(settings_for(database_url, tmp_path)) as application:
        application.store.ensure(OWNER)
        application.store.within(OWNER).forms.publish("ef-1", FORM)
        yield Killed(database_url, tmp_path, application.store, seed)


@pytest.mark.landing
def test_a_server_killed_while_it_works(killed: Killed) -> None:
    """Accepted once, and each server that is started takes up what the killed ones left."""
    app = killed.store.within(OWNER)
    for start in range(0, COUNT, int(BATCH_SIZE)):
        app.conversations.accept([_chat(number) for number in range(start, start + int(BATCH_SIZE))])
    for _ in range(KILLS):
        with killed.running("serve", "--port", "0"):
            killed.wait_for_more()
    with killed.running("serve", "--port", "0"):
        wait_until(lambda: killed.store.batches.waiting(1) == [])
        killed.all_is_well(app)
    assert killed.count(evaluations) == COUNT


def test_a_load_killed_while_it_loads(killed: Killed) -> None:
    """What it had accepted is scored by whoever comes next, and loading the file again adds what is missing."""
    for _ in range(KILLS - 1):
        with killed.running("load", "chats.ndjson", *TENANT):
            killed.wait_for_more()
    with killed.running("load", "chats.ndjson", *TENANT, "--json") as load:
        out, _ = load.communicate(timeout=PATIENCE_S)
        assert load.returncode == 0
        counts = msgspec.json.decode(out.splitlines()[-1])
        assert (counts["accepted"], counts["scored"]) == (COUNT, COUNT)
    killed.all_is_well(killed.store.within(OWNER))
