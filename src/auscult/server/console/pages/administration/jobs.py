"""Jobs and health."""

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Redirect

from auscult.server.console.language import gettext as _
from auscult.server.console.language import later
from auscult.server.console.pages.administration.tabs import PATH, administration
from auscult.server.console.views.administration.operations import JobsView, health_rows, job_row
from auscult.server.console.visit import Visit
from auscult.services.scoring.batches import cancel_job, list_jobs, retry_job

_PATH = f"{PATH}/jobs"
_AT_A_TIME = 50
_OPEN = ("waiting", "running", "postponed")
_NOTES = {"retried": later("Queued again."), "cancelled": later("Cancelled: what was scored stays.")}


class JobsPage(Controller):
    """The jobs of an app, and the health of the whole installation."""

    path = "/administration/jobs"

    @get(sync_to_thread=True)
    def show(self, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Show waiting jobs, failures, and remedies."""
        visit.require_everywhere("job.read")
        before = next(iter(visit.query.get("before", ())), "")
        page = list_jobs(visit.app, (), before=int(before) if before.isdecimal() else None, limit=_AT_A_TIME)
        may_manage = visit.principal.may_everywhere("job.manage")
        view = JobsView(
            health=health_rows(visit.store.figures(), visit.reader),
            rows=tuple(job_row(each, visit.reader, _PATH, may_manage=may_manage) for each in page.jobs),
            older=f"{_PATH}?before={page.next_position}" if page.next_position is not None else "",
            note=_(_NOTES.get(next(iter(visit.query.get("done", ())), ""), "")),
            is_open=any(each.state in _OPEN for each in page.jobs),
        )
        return administration(visit, "Jobs and health", view)

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
