"""Waiting for durable work on stored conversations: a re-score, a backtest."""

import time
from typing import TYPE_CHECKING

from auscult.cli.terminal.progress import progress

if TYPE_CHECKING:
    from auscult.bootstrap import Application
    from auscult.domain.history.backfills import Backfill
    from auscult.storage.store import AppStore

PATIENCE_S = 0.1
"""Time between two reads of the job's state."""


def wait_for(application: "Application", store: "AppStore", backfill_id: str, verb: str) -> "Backfill":
    """Return the job once it is over or postponed; work on it in this process where no worker is running.

    ``verb`` names in the progress line what happens to each conversation, as "re-scored".
    """
    job = store.backfills.get(backfill_id)
    if job is None:
        msg = f"no job {backfill_id}"
        raise LookupError(msg)
    with application.helping() as helping, progress(verb) as report:
        while job.state == "running" and not job.is_postponed:
            helping.ensure_running()
            time.sleep(PATIENCE_S)
            job = store.backfills.get(backfill_id) or job
            report(job.looked, job.total)
    return job
