"""The worker and backfills, on both databases: every chunk comes to an end, whatever happened to its workflow."""

import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from auscult import bootstrap
from auscult.config import read_settings
from auscult.reports import REPORTS
from auscult.services.definitions.forms.reading import read_form
from auscult.services.history.rescores import RescoreLine, begin_rescore, resume_rescore, view_rescore
from auscult.services.history.trials import TrialOrder, begin_trial, view_trial
from auscult.services.scoring.process import Processing
from auscult.storage import Store
from auscult.storage.store import AppStore
from auscult.workers import worker as worker_room
from tests.integration.scoring.test_jobs import lose_jobs
from tests.integration.working import FORM, TENANT, conversation, working
from tests.waiting import existing, wait_until

pytestmark = pytest.mark.night

COUNT = 6


def test_chunks_that_fail_are_given_up_with_their_reason(
    store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some attempts, each counted; others go on, and what failed can be taken up again, by whoever is there."""
    monkeypatch.setattr("auscult.services.history.rescores.CHUNK_SIZE", COUNT // 3)
    monkeypatch.setitem(worker_room.PROCESS, "interval_seconds", 0.01)
    logging.getLogger("dbos").setLevel(logging.CRITICAL)
    evaluator = bootstrap.evaluator(read_settings({}))
    store.ensure(TENANT)
    app = store.within(TENANT)
    app.forms.publish("ef-1", FORM)
    batch_id = app.conversations.accept([conversation(f"c-{n}") for n in range(COUNT)]).batch_id
    work = Processing(store, evaluator, REPORTS, lambda: datetime.now(UTC))
    scored = existing(work.evaluate(batch_id or ""))
    work.record(scored)
    app.forms.publish("ef-1", FORM.replace(b"pass_score: 50", b"pass_score: 60"))
    begun = begin_rescore(app, evaluator.answered, form_id="ef-1")
    endless, bad, _ = store.work.next("chunk", 100)
    for _ in range(worker_room.MOST_STARTS):
        store.work.begin(endless)
    process = worker_room.ChunkProcessing.process

    def fail(self: Any, chunk_id: str) -> Any:
        if chunk_id == bad:
            raise OSError("the disk has gone")
        return process(self, chunk_id)

    def view() -> RescoreLine:
        return view_rescore(app, begun.id)

    with monkeypatch.context() as broken, working(store, database_url):
        broken.setattr(worker_room.ChunkProcessing, "process", fail)
        wait_until(lambda: view().state != "running")
    failed = view()
    assert (failed.state, failed.rescored) == ("failed", COUNT // 3)
    assert failed.reason == ("its processing was begun 10 times and never came to an end; OSError: the disk has gone")
    lose_jobs(database_url)
    assert resume_rescore(app, begun.id).state == "running"
    with working(store, database_url):
        wait_until(lambda: view().state != "running")
    assert (view().state, view().rescored) == ("done", COUNT)
    assert store.recount() == []


def test_a_trial_that_another_one_replaces_is_left_without_a_trace(
    store: Store, app: AppStore, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """As a form is changed again and again, each trial replaces the one before, which workers may have in hand."""
    accepted = app.conversations.accept([conversation(f"c-{n:02}") for n in range(20)])
    work = Processing(store, bootstrap.evaluator(read_settings({})), REPORTS, lambda: datetime.now(UTC))
    scored = existing(work.evaluate(accepted.batch_id or ""))
    work.record(scored)
    numbers = app.backfills.numbers([f"c-{n:02}" for n in range(20)])
    order = TrialOrder(form_id="ef-1", document=FORM.decode(), conversations=numbers)
    with working(store, database_url):
        for n in range(10):
            begun = begin_trial(app, "dana@example.com", read_form(FORM), order)
            wait_until(lambda n=n, begun=begun: view_trial(app, "ef-1", begun.id).looked >= 5 * (n % 4))
        wait_until(lambda: view_trial(app, "ef-1", begun.id).state == "done")
    assert len(view_trial(app, "ef-1", begun.id).tried) == 20
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []
    assert store.recount() == []
