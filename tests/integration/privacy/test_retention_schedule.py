"""Retention is run by a DBOS schedule of the workers."""

import threading
from pathlib import Path

import pytest

from auscult import bootstrap
from auscult.bootstrap import scheduling
from auscult.config import Settings
from auscult.services.privacy.rules import change_rule
from tests.contract.storing import TENANT, conversation, put
from tests.waiting import wait_until

pytestmark = pytest.mark.night

EVERY_SECOND = "* * * * * *"


def test_a_worker_erases_what_is_due(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once: where a run takes longer than a second, the next one lists the same and finds nothing left to erase."""
    monkeypatch.setattr(scheduling, "RETENTION_AT", EVERY_SECOND)
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'auscult.db'}", state_dir=str(tmp_path))
    with bootstrap.open(settings) as application:
        application.store.ensure(TENANT)
        app = application.store.within(TENANT)
        put(app, conversation("c-1"), conversation("c-2"))
        change_rule(app, "cli:test", "*", "conversation", 1)
        stop = threading.Event()
        worker = threading.Thread(target=bootstrap.work, args=(settings, lambda _name: None, stop))
        worker.start()
        try:
            wait_until(lambda: app.conversations.get("c-1") is None and app.conversations.get("c-2") is None)
        finally:
            stop.set()
            worker.join()
        erased = [app.retention.receipt(run).erased for run in app.retention.runs()]
        assert [each for each in erased if each] == [2]
