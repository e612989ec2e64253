"""Jobs: batches of conversations to process, listed until they are done, retried and cancelled."""

from typing import Annotated, Any, Literal

from auscult.domain.scoring.batches import JobOrder
from auscult.server.rest import operation
from auscult.server.rest.context import App
from auscult.server.rest.cursors import read_sort_key, write_sort_key
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.lists import Called, Page
from auscult.server.rest.parameters import LEAST_FIRST, Cursor, Limit, each_once, path_id, query
from auscult.services.scoring import batches
from auscult.services.scoring.batches import Job, JobWithRest

JobId = Annotated[str, path_id("The job's id.", "b-7d0c9f0e-3f0a-4a52-9d36-0d6f6f7a1c55")]
Unfinished = Literal["waiting", "running", "postponed", "failed", "cancelled"]


JobList = Annotated[
    Page[Job], Called("JobList", "Jobs, in the order that was asked for. ``next_cursor`` is null after the last.")
]


_JOB: dict[str, Any] = {
    "id": "b-7d0c9f0e-3f0a-4a52-9d36-0d6f6f7a1c55",
    "app": "st-shop",
    "state": "failed",
    "priority": "backfill",
    "conversations": 250,
    "attempts": 1,
    "reason": "1 could not be processed: c-17: ZeroDivisionError: division by zero",
    "accepted_at": "2026-03-24T08:00:00Z",
    "next_attempt_at": None,
    "ended_at": "2026-03-24T08:00:02Z",
}
_FAILED = {**_JOB, "unscored": ["c-17"]}
example(_FAILED)(JobWithRest)
_AGAIN = {**_FAILED, "state": "waiting", "attempts": 0, "reason": None, "ended_at": None}
example(_JOB)(Job)


@operation.get("/jobs", may=reading("jobs", reach="app"), is_slow=True)
def list_jobs(
    app: App,
    in_states: Annotated[
        tuple[Unfinished, ...], query("Only this state. May be given several times.", name="state")
    ] = (),
    sort: Annotated[JobOrder, query(f"{LEAST_FIRST} Those without the time are last.")] = "-accepted_at",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> JobList:
    """List jobs. Batches that are not done, the newest first unless another order is asked for.

    Those that wait, run, are postponed (a judge cannot answer), failed, or were cancelled. A batch whose worker crashed
    counts as running until another worker continues it, within seconds.
    """
    page = batches.list_jobs(app, each_once(in_states), order=sort, after=read_sort_key(cursor, sort), limit=limit)
    following = None if page.next_position is None else write_sort_key(page.next_position, sort)
    return Page(items=tuple(page.jobs), next_cursor=following)


@operation.get("/jobs/{job_id}", may=reading("jobs", reach="app"), summary="One job")
def get_job(job_id: JobId, app: App) -> JobWithRest:
    """Return the state of a job, done or not, and its conversations without a score (the first thousand)."""
    return batches.view_job(app, job_id)


@operation.post("/jobs/{job_id}/retry", may=writing("jobs"), example=_AGAIN)
def retry_job(job_id: JobId, app: App) -> JobWithRest:
    """Retry a job. A failed, cancelled or postponed one is queued again.

    Its scores stay: only the conversations without one are tried again. A job that waits, runs or is done is not
    changed.
    """
    return batches.retry_job(app, job_id)


@operation.post("/jobs/{job_id}/cancel", may=writing("jobs"), example={"state": "cancelled"})
def cancel_job(job_id: JobId, app: App) -> JobWithRest:
    """Cancel a job. Nothing more of it is written, and its scores stay.

    Its other conversations stay stored with the status `cancelled`; a retry, or loading them again, scores them.
    Cancelling a failed job removes it from the failed ones. A job that is done is not changed.
    """
    return batches.cancel_job(app, job_id)


ROUTER = operation.router(__name__)
