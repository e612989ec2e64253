"""Jobs: the batches in which conversations are processed, listed while they are not done, retried and cancelled."""

from typing import Any

from msgspec import Struct

from auscult.pipeline.jobs import STATES, Job, JobWithRest, cancel_job, list_jobs, retry_job, view_job
from auscult.server.api import _query, _shown
from auscult.server.api._contract import Answer, Call, Operation, Parameter, Shown, reading, writing


class JobList(Struct, frozen=True, kw_only=True):
    """Jobs, the newest first. ``next_cursor`` is null after the last."""

    items: tuple[Job, ...]
    next_cursor: str | None


def listing(call: Call) -> Answer:
    """List jobs."""
    before = _query.read_cursor(call.query, tuple[int])
    page = list_jobs(
        call.app,
        _query.choices(call.query, "state", STATES),
        before=before[0] if before else None,
        limit=_query.limit(call.query),
    )
    cursor = None if page.next_place is None else _query.write_cursor(page.next_place)
    return Answer(200, _shown.encode(JobList(items=tuple(page.jobs), next_cursor=cursor)))


def show(call: Call) -> Answer:
    """Show one job."""
    return _told(view_job(call.app, call.path["job_id"]))


def retry(call: Call) -> Answer:
    """Put a job back to work."""
    return _told(retry_job(call.app, call.path["job_id"]))


def cancel(call: Call) -> Answer:
    """Do nothing more of a job."""
    return _told(cancel_job(call.app, call.path["job_id"]))


def _told(job: JobWithRest) -> Answer:
    return Answer(200, _shown.encode(job))


_PATH = "/api/v1/jobs"
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
_AGAIN = {**_FAILED, "state": "waiting", "attempts": 0, "reason": None, "ended_at": None}

OPERATIONS = (
    Operation(
        method="GET",
        path=_PATH,
        name="list_jobs",
        summary="List jobs",
        text="Batches of conversations that are not done, the newest first: those that wait, run, are postponed "
        "(a judge cannot answer), failed, or were cancelled. A batch whose worker died counts as running until another "
        "takes it up, within seconds.",
        scopes=reading("jobs"),
        handle=listing,
        parameters=(
            Parameter("state", {"type": "string", "enum": list(STATES)}, "Only this state.", True),  # noqa: FBT003
            _query.LIMIT,
            _query.CURSOR,
        ),
        answers={200: Shown("The jobs.", JobList, {"items": [_JOB], "next_cursor": None})},
        may_take_long=True,
    ),
    Operation(
        method="GET",
        path=_PATH + "/{job_id}",
        name="get_job",
        summary="One job",
        text="How it stands, also when it is done, and which of its conversations are not scored, the first thousand.",
        scopes=reading("jobs"),
        handle=show,
        answers={200: Shown("The job.", JobWithRest, _FAILED)},
    ),
    Operation(
        method="POST",
        path=_PATH + "/{job_id}/retry",
        name="retry_job",
        summary="Retry a job",
        text="Puts one that failed, was cancelled or is postponed back in line. What was scored of it stays: only the "
        "conversations that are not scored are tried again. One that waits, runs or is done stays as it is.",
        scopes=writing("jobs"),
        handle=retry,
        answers={200: Shown("As it stands.", JobWithRest, _AGAIN)},
        may_take_long=True,
    ),
    Operation(
        method="POST",
        path=_PATH + "/{job_id}/cancel",
        name="cancel_job",
        summary="Cancel a job",
        text="From the answer on nothing of it is written; what was scored stays. Its other conversations stay stored, "
        "their status is `cancelled`, and a retry, or loading them again, has them scored after all. "
        "One that failed is put aside in this way. One that is done stays as it is.",
        scopes=writing("jobs"),
        handle=cancel,
        answers={200: Shown("As it stands.", JobWithRest, {**_FAILED, "state": "cancelled"})},
        may_take_long=True,
    ),
)
