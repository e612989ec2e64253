"""Jobs and health."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, get_args

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct

from auscult.domain.operations.figures import Figures
from auscult.domain.scoring.batches import JobOrder
from auscult.domain.scoring.judging import BILLION
from auscult.language import gettext as _
from auscult.language import later, ngettext, pgettext
from auscult.server.console.frame.filters import address
from auscult.server.console.frame.heads import Sorting, order_of, read_key, write_key
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.reasons import in_words
from auscult.server.console.frame.visit import TheVisit
from auscult.server.console.operations.tabs import PATH, administration
from auscult.services.scoring.batches import Job, cancel_job, list_jobs, retry_job
from auscult.storage.directory import Progress

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
_STATES = {
    "waiting": later("Waiting"),
    "running": later("Running"),
    "postponed": later("Postponed"),
    "cancelled": later("Cancelled"),
}
_LATE = timedelta(minutes=15)
_BACKUP = timedelta(days=2)


class HealthRow(Struct, frozen=True, kw_only=True):
    """One health check. ``help`` names the remedy where it is not well."""

    name: str
    value: str
    is_well: bool
    help: str


class Renaming(NamedTuple):
    """Progress of reports to new names: a sentence, and the share in percent."""

    words: str
    share: int


class JobsPage(Controller):
    """The jobs of an app, and the health of the whole installation."""

    path = "/administration/jobs"

    @get(sync_to_thread=True)
    def show(self, visit: TheVisit) -> Response[str]:
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
    def retry(self, job_id: FromPath[str], visit: TheVisit) -> Redirect:
        """Queue a job again."""
        visit.require_everywhere("job.manage")
        retry_job(visit.app, job_id)
        return Redirect(f"{_PATH}?done=retried", status_code=303)

    @post("/{job_id:str}/cancel", sync_to_thread=True)
    def cancel(self, job_id: FromPath[str], visit: TheVisit) -> Redirect:
        """Cancel the rest of a job."""
        visit.require_everywhere("job.manage")
        cancel_job(visit.app, job_id)
        return Redirect(f"{_PATH}?done=cancelled", status_code=303)


def renaming_view(progress: Progress | None, reader: Reader) -> Renaming | None:
    """Show how far reports show new names; None where they show all."""
    if progress is None:
        return None
    words = _("Reports show the new names of {done} of {all} conversations.")
    said = words.format(done=reader.number(progress.done), all=reader.number(progress.total))
    return Renaming(said, 100 * progress.done // max(1, progress.total))


def job_state(job: Job) -> str:
    """Return the state of a job in words."""
    return pgettext("job", "Failed") if job.state == "failed" else _(_STATES[job.state])


def health_rows(found: Figures, reader: Reader) -> tuple[HealthRow, ...]:
    """Show the health of queues, workers, jobs and webhooks, each with its age and remedy."""
    return (
        *_queues(found, reader),
        HealthRow(
            name=_("Workers"),
            value=reader.number(found.workers),
            is_well=found.workers > 0,
            help=_("Start one: auscult worker, or auscult serve, which has its own."),
        ),
        HealthRow(
            name=_("Failed jobs"),
            value=reader.number(found.failed_batches),
            is_well=not found.failed_batches,
            help=_("Read the reason below, and retry once its cause is gone."),
        ),
        HealthRow(
            name=_("Re-scores and back-tests"),
            value=_("{open} under way, {failed} failed").format(
                open=reader.number(found.unfinished_backfills), failed=reader.number(found.failed_backfills)
            ),
            is_well=not found.failed_backfills,
            help=_("auscult rescores list shows why."),
        ),
        _webhooks(found, reader),
        _backup(found.last_backup, reader),
        HealthRow(
            name=_("Judge today"),
            value=_judged(found, reader),
            is_well=True,
            help="",
        ),
    )


def _judged(found: Figures, reader: Reader) -> str:
    """Return what the judge took today, with the money where prices are set."""
    tokens, calls = reader.number(found.judge_tokens_today), reader.number(found.judge_calls_open)
    if not found.judge_cost_today:
        return _("{tokens} tokens, {calls} calls open").format(tokens=tokens, calls=calls)
    cost = reader.number(found.judge_cost_today / BILLION, 2 if found.judge_cost_today >= BILLION else 4)
    return _("{tokens} tokens for {cost}, {calls} calls open").format(tokens=tokens, calls=calls, cost=cost)


def _queues(found: Figures, reader: Reader) -> list[HealthRow]:
    rows: list[HealthRow] = []
    for queue in found.queues:
        late = queue.oldest is not None and reader.now - queue.oldest > _LATE
        value = ngettext("{n} conversation", "{n} conversations", queue.conversations)
        if queue.oldest:
            value = ngettext(
                "{n} conversation, the oldest since {since}",
                "{n} conversations, the oldest since {since}",
                queue.conversations,
            )
        since = reader.lately(queue.oldest) if queue.oldest else ""
        rows.append(
            HealthRow(
                name=_("Waiting, live") if queue.priority == "live" else _("Waiting, backfill"),
                value=value.format(n=reader.number(queue.conversations), since=since),
                is_well=not late,
                help=_("More workers shorten it: run auscult worker on any host (needs PostgreSQL)."),
            )
        )
    return rows


def _webhooks(found: Figures, reader: Reader) -> HealthRow:
    webhooks = found.webhooks
    late = webhooks.oldest is not None and reader.now - webhooks.oldest > _LATE
    text = (
        _("{enabled} enabled, {disabled} disabled; {changes} changes undelivered")
        if webhooks.disabled
        else _("{enabled} enabled; {changes} changes undelivered")
    )
    return HealthRow(
        name=_("Webhooks"),
        value=text.format(
            enabled=reader.number(webhooks.enabled),
            disabled=reader.number(webhooks.disabled),
            changes=reader.number(webhooks.undelivered),
        ),
        is_well=not webhooks.disabled and not late,
        help=_("The deliveries of a webhook say what it answered."),
    )


def _backup(last: datetime | None, reader: Reader) -> HealthRow:
    return HealthRow(
        name=_("Last backup"),
        value=reader.moment(last) if last else _("None yet"),
        is_well=last is not None and reader.now - last < _BACKUP,
        help=_("Run auscult backup FOLDER, and test a backup with auscult restore FOLDER --database NEW --verify."),
    )
