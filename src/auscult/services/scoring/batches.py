"""Looking after batches: what waits, runs and failed; put back to work, or ended."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from auscult.domain.errors import NotFoundError
from auscult.domain.scoring.batches import Batch, JobOrder, JobState, Priority
from auscult.storage.core.sorting import SortKey
from auscult.storage.store import AppStore

STATES: tuple[JobState, ...] = ("waiting", "running", "postponed", "failed", "cancelled")
"""Those that are listed. What is done is asked for by its id."""

MOST_NAMED = 1000
"""Conversations of a job that are named."""


class Job(Struct, frozen=True, kw_only=True):
    """Batch of conversations that were accepted together, and the state of its processing.

    ``conversations`` is how many came in with it. ``attempts``: how often it was begun since it was last put in line.
    ``reason`` explains a failure or a wait; ``next_attempt_at`` is set while it is postponed.
    """

    id: str
    app: str
    state: JobState
    priority: Priority
    conversations: int
    attempts: int
    reason: str | None
    accepted_at: datetime
    next_attempt_at: datetime | None
    ended_at: datetime | None


class JobWithRest(Job, frozen=True, kw_only=True):
    """A job with its conversations that are not scored, the first thousand of them by id."""

    unscored: tuple[str, ...]


class JobPage(Struct, frozen=True, kw_only=True):
    """Some jobs, and the position after which the next come, if there are more."""

    jobs: Sequence[Job]
    next_position: SortKey | None


def list_jobs(
    app: AppStore,
    states: Collection[JobState] = (),
    *,
    order: JobOrder = "-accepted_at",
    after: SortKey | None = None,
    limit: int = 100,
) -> JobPage:
    """Return jobs of an app in these states, all of ``STATES`` where none is given, the newest first unless ordered."""
    found = app.jobs.listing(states, order=order, after=after, limit=limit + 1)
    more = len(found) > limit
    return JobPage(
        jobs=[job_of(one.batch) for one in found[:limit]], next_position=found[limit - 1].key if more else None
    )


def view_job(app: AppStore, job_id: str) -> JobWithRest:
    """One job. Raises ``NotFoundError`` ``job.unknown``."""
    return _with_rest(app, job_id, app.jobs.get(job_id))


def retry_job(app: AppStore, job_id: str) -> JobWithRest:
    """Put one that failed, was cancelled or is postponed back in line; others stay as they are.

    What was scored of it stays: only the rest is done again. Raises ``NotFoundError`` ``job.unknown``.
    """
    return _with_rest(app, job_id, app.jobs.retry(job_id))


def cancel_job(app: AppStore, job_id: str) -> JobWithRest:
    """Cancel a job: its scores stay, and its other conversations stay stored, marked as cancelled.

    One that is done stays as it is. Raises ``NotFoundError`` ``job.unknown``.
    """
    return _with_rest(app, job_id, app.jobs.cancel(job_id))


def job_of(batch: Batch) -> Job:
    """Return a batch as a job for its operators."""
    return Job(**_fields(batch))


def _with_rest(app: AppStore, job_id: str, batch: Batch | None) -> JobWithRest:
    if batch is None:
        raise NotFoundError("there is no job {value} in this app", code="job.unknown", field="job_id", value=job_id)
    return JobWithRest(**_fields(batch), unscored=tuple(app.jobs.left(job_id, MOST_NAMED)))


def _fields(batch: Batch) -> dict[str, Any]:
    return {
        "id": batch.batch_id,
        "app": batch.tenant.app_id,
        "state": batch.job_state,
        "priority": batch.priority,
        "conversations": batch.size,
        "attempts": batch.starts,
        "reason": batch.reason,
        "accepted_at": batch.accepted_at,
        "next_attempt_at": batch.postponed_until,
        "ended_at": batch.ended_at,
    }
