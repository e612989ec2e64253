"""Scheduled plans are drawn by a DBOS schedule of the workers."""

import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from auscult import bootstrap
from auscult.bootstrap import auditing
from auscult.config import Settings
from auscult.domain.audits.plan import Frame, Quota
from auscult.storage import migrate
from tests.unit.services.audits.drawing import START, TENANT, plan, scored, talk
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.night

EVERY_SECOND = "* * * * * *"


def test_a_worker_draws_what_is_due(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each window that has ended, once."""
    monkeypatch.setattr(auditing, "DRAWN_AT", EVERY_SECOND)
    url = f"sqlite:///{tmp_path / 'auscult.db'}"
    migrate(url)
    settings = Settings(database_url=url, state_dir=str(tmp_path))
    with bootstrap.open(settings) as application:
        app = scored(application.store, (talk(number) for number in range(4)))
        frame = Frame(since=START, until=START + timedelta(days=2))
        document = plan(frame=frame, every="day", quota=Quota(count=2))
        plan_id = auditing.planning(application.store, TENANT).create(document, "mia").plan_id
        stop = threading.Event()
        worker = threading.Thread(target=bootstrap.work, args=(settings, lambda _name: None, stop))
        worker.start()
        try:
            until = time.monotonic() + PATIENCE_S
            while len(app.plans.draws(plan_id)) < 2 and time.monotonic() < until:
                time.sleep(0.2)
            time.sleep(2)
        finally:
            stop.set()
            worker.join()
        drawn = app.plans.draws(plan_id)
        assert [(one.since, one.drawn_by) for one in drawn] == [
            (START, auditing.SCHEDULE),
            (START + timedelta(days=1), auditing.SCHEDULE),
        ]
        assert [one.frame_count for one in drawn] == [4, 0]
