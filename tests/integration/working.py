"""A worker in this process, for tests: what ``auscult worker`` runs, in a thread."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from auscult import bootstrap
from auscult.config import Settings, read_settings
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.evaluation import Verdict
from auscult.domain.tenancy import Tenant
from auscult.metrics.by_question import ByQuestion
from auscult.reports import REPORTS
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.process import Processing
from auscult.storage.store import Store
from auscult.workers.dbos_database import jobs_url
from auscult.workers.worker import Work, Worker
from tests.data_files import data_of
from tests.waiting import PATIENCE_S

TENANT = Tenant(account_id="a-1", org_id="o-1", app_id="st-1")
STARTED = datetime(2026, 3, 23, 10, 0, tzinfo=UTC)
FORM = data_of(__file__, "form").encode()


class Poisoned(ByQuestion):
    """A metric type that fails on one conversation."""

    def judge(self, settings: Any, conversation: Conversation, answers: Any, insights: Any = None) -> Verdict:
        """Fail on c-bad."""
        if conversation.id == "c-bad":
            raise ZeroDivisionError("of course")
        return super().judge(settings, conversation, answers, insights)


def conversation(name: str, text: str = "hello there") -> Conversation:
    """A chat of ten seconds, with an agent who says one thing."""
    turns = (Turn("m1", "agent", text, start_ms=0), Turn("m2", "customer", "thanks", start_ms=10_000))
    return Conversation(
        id=name, channel="chat", started_at=STARTED, ended_at=STARTED + timedelta(seconds=10), turns=turns
    )


def settings_for(url: str, folder: Path) -> Settings:
    """Settings on this database, with everything kept in a folder of the test's."""
    return read_settings({}, database_url=url, state_dir=str(folder), poll_ms=20)


@contextmanager
def working(
    store: Store, url: str, evaluator: Evaluator | None = None, jobs_engine: Any = None, kind: str = ""
) -> Iterator[str]:
    """A worker's name, while it works."""
    stop, up = threading.Event(), threading.Event()
    judge = evaluator or bootstrap.evaluator(read_settings({}))
    processing = Processing(store, judge, REPORTS, lambda: datetime.now(UTC))
    chunk_processing = bootstrap.chunk_processing(store, judge)
    work = Work(
        store=store,
        processing=processing,
        chunk_processing=chunk_processing,
        jobs_url=jobs_url(url),
        jobs_engine=jobs_engine,
        poll_s=0.02,
        kind=kind,
    )
    worker = Worker(work)
    thread = threading.Thread(target=worker.run, args=(stop, lambda _name: up.set()))
    thread.start()
    try:
        assert up.wait(PATIENCE_S)
        yield worker.name
    finally:
        stop.set()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
