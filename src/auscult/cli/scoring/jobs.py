"""``auscult jobs``: the batches in which conversations are processed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, get_args

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.domain.errors import counted, sent, unknown
from auscult.domain.scoring.batches import JobOrder

if TYPE_CHECKING:
    from auscult.domain.scoring.batches import JobState
    from auscult.services.scoring.batches import Job
    from auscult.storage.store import AppStore, Store

ORDERS: tuple[JobOrder, ...] = get_args(JobOrder)
JobIds = Annotated[list[str], typer.Argument(metavar="JOB_ID", help="The job's id, as b-....")]


def listing(
    *,
    state: Annotated[
        list[str] | None,
        typer.Option(
            "--state", metavar="STATE", help="waiting, running, postponed, failed or cancelled; may be repeated."
        ),
    ] = None,
    app: Annotated[str | None, typer.Option("--app", metavar="ID", help="Only jobs of this app.")] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="Most jobs of each app.")] = 100,
    sort: Annotated[
        str, typer.Option("--sort", metavar="ORDER", help=f"The order: {', '.join(ORDERS)}.")
    ] = "-accepted_at",
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """List batches that are not done, app by app, the newest first unless another order is given: those that wait, run, are postponed or failed.

    Re-scores and backtests have lists of their own: `auscult rescores list`, and `auscult doctor`.
    """
    from auscult.services.scoring.batches import list_jobs

    states = _states(state or [])
    order: JobOrder | None = next((each for each in ORDERS if each == sort), None)
    if order is None:
        raise typer.BadParameter(f"invalid order {sort!r}; choose one of: {', '.join(ORDERS)}")
    with options.known_store(database) as store:
        tenants = store.tenants() if app is None else [options.known_tenant(store, app)]
        for tenant in tenants:
            page = list_jobs(store.within(tenant), states, order=order, limit=limit)
            for job in page.jobs:
                typer.echo(msgspec.json.encode(job, enc_hook=sent) if as_json else _sentence(job))
            if page.next_position is not None and not as_json:
                typer.echo(f"... and more of {tenant.app_id}: give a greater --limit", err=True)


def show(job_ids: JobIds, *, database: options.Database = None, as_json: options.AsJson = False) -> None:
    """Show jobs, and which of their conversations are not scored."""
    from auscult.services.scoring.batches import view_job

    with options.known_store(database) as store:
        for job_id in job_ids:
            job = view_job(_app_of(store, job_id), job_id)
            typer.echo(msgspec.json.encode(job, enc_hook=sent) if as_json else _sentence(job))
            for conversation_id in () if as_json else job.unscored:
                typer.echo(f"  not scored: {conversation_id}")


def retry(job_ids: JobIds, *, database: options.Database = None, as_json: options.AsJson = False) -> None:
    """Retry jobs that failed, were cancelled or are postponed.

    What was scored of them stays: only the conversations that are not scored are tried again.
    """
    from auscult.services.scoring.batches import retry_job

    _steer(job_ids, retry_job, database, as_json=as_json)


def cancel(job_ids: JobIds, *, database: options.Database = None, as_json: options.AsJson = False) -> None:
    """Cancel jobs. Their conversations stay stored, marked as cancelled.

    A failed job is put aside in this way. `auscult jobs retry` takes it back.
    """
    from auscult.services.scoring.batches import cancel_job

    _steer(job_ids, cancel_job, database, as_json=as_json)


def _steer(job_ids: list[str], act: "Callable[[AppStore, str], Job]", database: str | None, *, as_json: bool) -> None:
    with options.known_store(database) as store:
        for app, job_id in [
            (_app_of(store, job_id), job_id) for job_id in job_ids
        ]:  # all are known, or none is touched
            job = act(app, job_id)
            typer.echo(msgspec.json.encode(job, enc_hook=sent) if as_json else _sentence(job))


def _app_of(store: "Store", job_id: str) -> "AppStore":
    """The app that a job belongs to. Raises ``NotFoundError``."""
    batch = store.batches.get(job_id)
    if batch is None:
        raise unknown(
            "job",
            job_id,
            "there is no job {value} in this database; `auscult jobs list` shows those that are not done",
            field="JOB_ID",
        )
    return store.within(batch.tenant)


def _states(given: list[str]) -> "list[JobState]":
    from auscult.services.scoring.batches import STATES

    for state in given:
        if state not in STATES:
            raise typer.BadParameter(f"there is no state {state}; give {', '.join(STATES)}", param_hint="--state")
    return [state for state in STATES if state in given]


def _sentence(job: "Job") -> str:
    """``b-1 failed: 250 conversations of st-1, backfill, begun 1 times, ended 2026-03-24 08:00:02 UTC: no engine``."""
    conversations = counted(job.conversations, "conversation")
    details = [f"{conversations} of {job.app}", job.priority, f"begun {counted(job.attempts, 'time')}"]
    details.append(f"accepted {job.accepted_at:%Y-%m-%d %H:%M:%S} UTC")
    if job.next_attempt_at is not None:
        details.append(f"tried again {job.next_attempt_at:%Y-%m-%d %H:%M:%S} UTC")
    if job.ended_at is not None:
        details.append(f"ended {job.ended_at:%Y-%m-%d %H:%M:%S} UTC")
    return f"{job.id} {job.state}: {', '.join(details)}{f': {job.reason}' if job.reason else ''}"
