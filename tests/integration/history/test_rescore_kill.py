"""kill -9 in the middle of a re-score: it goes on where it was, and every conversation is re-scored once."""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from auscult import bootstrap
from auscult.domain.history.backfills import BackfillScope
from auscult.reports import REPORTS
from auscult.services.history.rescores import begin_rescore, cancel_rescore, resume_rescore, view_rescore
from auscult.services.scoring.process import Processing
from auscult.storage import Store
from auscult.storage.core.tables.audits import audit_trail
from auscult.storage.core.tables.conversations import IS_CHUNK, batches, evaluations
from tests.integration.program import AUSCULT, environment
from tests.integration.working import FORM, TENANT, conversation, settings_for
from tests.waiting import existing, wait_until

pytestmark = pytest.mark.night

COUNT, CHUNK_SIZE = 400, 4
"""Many more chunks than are waited for: a worker goes on while who waits stands still."""
KILLS = 3


@pytest.fixture
def seed() -> int:
    """A new one each time; a failure shows it."""
    return random.SystemRandom().randrange(1 << 32)


@contextmanager
def working(folder: Path, url: str) -> Iterator[None]:
    """A worker until the end of the block; then it is killed."""
    settings = environment(AUSCULT_DATABASE_URL=url, AUSCULT_STATE_DIR=str(folder))
    with subprocess.Popen(  # noqa: S603  (our own program)
        [str(AUSCULT), "worker"],
        cwd=folder,
        env=settings,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def counted(store: Store, query: sa.Select[tuple[int]]) -> int:
    """One number."""
    with store._database.reading() as connection:
        return connection.execute(query).scalar_one()


def test_a_rescore_that_is_killed_goes_on(
    database_url: str, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at any moment, cancelled and resumed in between: each conversation has one new evaluation and one line."""
    monkeypatch.setattr("auscult.services.history.rescores.CHUNK_SIZE", CHUNK_SIZE)
    chance = random.Random(seed)
    with bootstrap.open(settings_for(database_url, tmp_path)) as application:
        store = application.store
        store.ensure(TENANT)
        app = store.within(TENANT)
        app.forms.publish("ef-1", FORM)
        batch_id = app.conversations.accept([conversation(f"c-{n}", f"hello {n}") for n in range(COUNT)]).batch_id
        judge = bootstrap.evaluator(application.settings)
        work = Processing(store, judge, REPORTS, lambda: datetime.now(UTC))
        finished = existing(work.evaluate(batch_id or ""))
        work.record(finished)
        app.forms.publish("ef-1", FORM.replace(b"weight: 100", b"weight: 100\n    negative_weight: 5"))
        begun = begin_rescore(app, application.answered, form_id="ef-1")
        backfill_id = begun.id
        done = sa.select(sa.func.count()).select_from(batches).where(sa.text(IS_CHUNK), batches.c.state == "done")
        for kill in range(KILLS):
            with working(tmp_path, database_url):
                least = counted(store, done) + chance.randrange(1, 14)
                wait_until(lambda: counted(store, done) >= least)  # noqa: B023  (waited for right here)
                time.sleep(chance.random() * 0.1)
                if kill == 1:
                    assert cancel_rescore(app, backfill_id).state == "cancelled"
            if kill == 1:
                at_rest = counted(store, done)
                resume_rescore(app, backfill_id)
                assert counted(store, done) == at_rest
        with working(tmp_path, database_url):
            wait_until(lambda: view_rescore(app, backfill_id).state != "running")
        view = view_rescore(app, backfill_id)
        assert (view.state, view.rescored, view.moved) == ("done", COUNT, 0)
        with store._database.reading() as connection:
            versions = Counter(connection.scalars(sa.select(evaluations.c.form_version)))
        assert versions == {1: COUNT, 2: COUNT}
        lines = sa.select(sa.func.count()).select_from(audit_trail).where(audit_trail.c.action == "rescored")
        assert counted(store, lines) == COUNT
        (chunk_range,) = app.backfills.ranges(BackfillScope(), COUNT)
        assert {case.evaluation.form and case.evaluation.form.version for case in app.backfills.cases(chunk_range)} == {
            2
        }
        assert store.recount() == []
