"""Jobs and health."""

from collections.abc import Mapping
from typing import get_args

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Redirect

from auscult.domain.scoring.batches import JobOrder
from auscult.language import later
from auscult.server.console.frame.filters import address
from auscult.server.console.frame.heads import Sorting, order_of, read_key, write_key
from auscult.server.console.frame.reasons import in_words
from auscult.server.console.frame.visit import Visit
from auscult.server.console.operations.jobs_view import health_rows, job_state, renaming_view
from auscult.server.console.operations.tabs import PATH, administration
from auscult.services.scoring.batches import cancel_job, list_jobs, retry_job

_PATH = f"{PATH}/jobs"
_AT_A_TIME = 50
ORDERS: tuple[JobOrder, ...] = get_args(JobOrder)
USUAL: JobOrder = "-accepted_at"
_HEADS: Mapping[str, tuple[JobOrder, ...]] = {
    "accepted": ("-accepted_at", "accepted_at"),
    "conversations": ("-conversations", "conversations"),
    "attempts": ("-attempts", "attempts"),
}
"""Orders that the head of a column goes through, by the column."""
_OPEN = ("waiting", "running", "postponed")
_NOTES = {"retried": later("Queued again."), "cancelled": later("Cancelled: what was scored stays.")}


class JobsPage(Controller):
    """The jobs of an app, and the health of the whole installation."""

    path = "/administration/jobs"

    @get(sync_to_thread=True)
    def show(self, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Show waiting jobs, failures, and remedies."""
        visit.require_everywhere("job.read")
        query = visit.query
        order: JobOrder = order_of(query, ORDERS, USUAL)
        page = list_jobs(visit.app, (), order=order, after=read_key(query), limit=visit.at_a_time(_AT_A_TIME))
        renaming = renaming_view(visit.app.aliases.progress(), visit.reader)
        return administration(
            visit,
            "Jobs and health",
            note=visit.note(_NOTES),
            health=health_rows(visit.store.figures(), visit.reader),
            jobs=page.jobs,
            may_manage=visit.principal.may_everywhere("job.manage"),
            job_state=job_state,
            in_words=in_words,
            next=address(_PATH, query, done="", before=write_key(page.next_position)) if page.next_position else "",
            heads=Sorting(columns=_HEADS, order=order, usual=USUAL, query=query, path=_PATH),
            is_open=renaming is not None or any(each.state in _OPEN for each in page.jobs),
            progress=renaming,
        )

    @post("/{job_id:str}/retry", sync_to_thread=True)
    def retry(self, job_id: FromPath[str], visit: NamedDependency[SkipValidation[Visit]]) -> Redirect:
        """Queue a job again."""
        visit.require_everywhere("job.manage")
        retry_job(visit.app, job_id)
        return Redirect(f"{_PATH}?done=retried", status_code=303)

    @post("/{job_id:str}/cancel", sync_to_thread=True)
    def cancel(self, job_id: FromPath[str], visit: NamedDependency[SkipValidation[Visit]]) -> Redirect:
        """Cancel the rest of a job."""
        visit.require_everywhere("job.manage")
        cancel_job(visit.app, job_id)
        return Redirect(f"{_PATH}?done=cancelled", status_code=303)
