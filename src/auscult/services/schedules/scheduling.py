"""The use cases of schedules: created, run when due, and sent. What a run makes is stored before anything is sent."""

import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol, get_args

import msgspec
from msgspec.structs import replace

from auscult.domain.change import new_webhook_secret, signature
from auscult.domain.conversation import Channel
from auscult.domain.delivery.addresses import PUBLIC, Networks
from auscult.domain.errors import AccessError, NotFoundError, RequestError, unknown
from auscult.domain.notices import Choices
from auscult.domain.operations.guarding import guarded
from auscult.domain.people.visibility import EVERYTHING, Visibility
from auscult.domain.schedules.schedule import (
    Fresh,
    Run,
    Schedule,
    Way,
    check_schedule,
    filename_of,
    following,
    new_schedule_id,
)
from auscult.domain.tenancy import Tenant
from auscult.language import gettext as _
from auscult.language import speaking
from auscult.outgoing.dialling import check_address
from auscult.services.audits.blind import kept_from_agents
from auscult.services.conversations.latest import Sought
from auscult.services.conversations.queue_names import queue_names
from auscult.services.delivery.spreadsheets import write_rows
from auscult.services.insights.drivers import Compared, passed_change
from auscult.services.insights.sentences import conclusion
from auscult.services.people.principals import Principals
from auscult.services.schedules.alerts import CONSOLE, alerts_of
from auscult.services.schedules.reports import rows_of
from auscult.storage.schedules import Unsent
from auscult.storage.store import AppStore, Store

_LOG = logging.getLogger(__name__)
_LONGEST_ATTACHMENT = 10_000_000


class Post(Protocol):
    """Posts a message; returns the status, or None and what went wrong."""

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes, /) -> tuple[int | None, str | None]:
        """Post."""
        ...


class Mail(Protocol):
    """Sends an e-mail with at most one attachment; returns what went wrong, "" where nothing did."""

    def __call__(self, to: tuple[str, ...], subject: str, text: str, attachment: tuple[str, bytes] | None, /) -> str:
        """Send."""
        ...


class Scheduling:
    """The schedules of one app. Cheap to make; threads may share one."""

    def __init__(
        self,
        store: Store,
        tenant: Tenant,
        now: Callable[[], datetime],
        public_url: str = "",
        networks: Networks = PUBLIC,
    ) -> None:
        """Work on an app of ``store``; ``now`` returns aware UTC time. Links that are sent begin with ``public_url``.

        Webhooks lie in ``networks``.
        """
        self._store = store
        self._tenant = tenant
        self._app = store.within(tenant)
        self._now = now
        self._public_url = public_url
        self._networks = networks

    def create(self, wanted: Schedule, by: str) -> Schedule:
        """Store a schedule.

        Raises ``RequestError`` ``schedule.invalid``; ``AddressRefusedError``; ``NotFoundError`` ``form.unknown``, ``view.unknown``.
        """
        if wanted.form_id and self._app.forms.get(wanted.form_id) is None:
            raise unknown("form", wanted.form_id)
        at = self._now()
        made = check_schedule(
            replace(
                wanted,
                schedule_id=new_schedule_id(),
                created_by=by,
                created_at=at,
                webhook_secret=new_webhook_secret() if wanted.webhook_url else "",
            )
        )
        made = replace(made, next_at=at if made.is_alert else following(made, at))
        if made.webhook_url:
            check_address("webhook_url", made.webhook_url, self._networks)
        if made.view_id:
            self._app.people.views.get(made.view_id, by)
        self._app.schedules.add(made)
        return made

    def view_id(self, name: str, by: str) -> str:
        """Return the id of a saved view by its name, "" for none. Raises ``NotFoundError`` ``view.unknown``."""
        found = [each for each in self._app.people.views.listing(by) if name in (each.name, each.view_id)]
        if name and not found:
            raise unknown("view", name)
        own = sorted(found, key=lambda each: each.owner != by)
        return own[0].view_id if name else ""

    def get(self, schedule_id: str, by: str | None) -> Schedule:
        """Return a schedule to its maker, or with None to the operator. Raises ``NotFoundError`` ``schedule.unknown``."""
        found = self._app.schedules.get(schedule_id)
        if found is None or by not in (None, found.created_by):
            raise unknown("schedule", schedule_id)
        return found

    def remove(self, schedule_id: str, by: str | None) -> None:
        """Remove a schedule with its runs. Raises ``NotFoundError`` ``schedule.unknown``."""
        self.get(schedule_id, by)
        self._app.schedules.remove(schedule_id)

    def run(self, one: Schedule) -> list[Run]:
        """Run a schedule now; return its runs, the newest first.

        Raises ``AccessError`` for a maker without rights, ``NotFoundError`` for a view that is gone.
        """
        self._run(one, one.next_at)
        return self._app.schedules.runs(one.schedule_id)

    def test(self, one: Schedule) -> None:
        """Send a message without a report, as the schedule's own are sent, which shows whether they arrive."""
        at = self._now()
        with speaking(self._app.notices.choices().get(one.created_by, Choices()).language):
            title = _("Test of {name}").format(name=one.name)
            detail = _("This is a test, without a report. What the schedule makes will be sent as this was.")
        made = Fresh(key=f"test:{at.isoformat()}-{secrets.token_hex(3)}", at=at, title=title, detail=detail)
        self._app.schedules.record(one, one, [made])

    def run_due(self) -> int:
        """Run what is due; return the number of runs.

        A maker without rights, or whose saved view is gone, gets a run that reports it.
        """
        at = self._now()
        done = 0
        for one in self._app.schedules.due(at):
            with guarded(_LOG, f"schedule {one.schedule_id}"):
                done += self._run_one(one, following(one, at), at)
        return done

    def send(self, post: Post, mail: Mail | None) -> int:
        """Send what is stored and not sent: by e-mail where it is configured, and to webhooks.

        Each way at least once; what one way has accepted is not sent there again because the other failed.
        """
        at, done = self._now(), 0
        for each in self._app.schedules.unsent(at):
            with guarded(_LOG, f"run {each.run.number} of schedule {each.schedule.schedule_id}"):
                if self._app.schedules.claim(each, at):
                    self._app.schedules.mark_sent(each.run.number, self._send(each, post, mail))
                    done += 1
        return done

    def _run_one(self, one: Schedule, next_at: datetime | None, at: datetime) -> bool:
        try:
            return self._run(one, next_at)
        except (AccessError, NotFoundError, RequestError) as error:
            refusal = Fresh(key=f"refused:{at:%Y%m%d%H}", at=at, title=f"{one.name} was not run", detail=error.message)
            return self._app.schedules.record(one, replace(one, next_at=next_at), [refusal])

    def _run(self, one: Schedule, next_at: datetime | None) -> bool:
        at = self._now()
        app = self._app.seen_by(self._visibility(one))
        if one.is_alert:
            made = list(alerts_of(app, one, at))
        else:
            rows = rows_of(app, one, at)
            made = [
                Fresh(
                    key=f"{at.isoformat()}-{secrets.token_hex(3)}",
                    at=at,
                    title=one.name,
                    detail=" ".join(
                        each for each in (f"{len(rows) - 1} rows.", self._conclusion(app, one, at)) if each
                    ),
                    filename=filename_of(one, at),
                    content=write_rows(rows, one.format),
                    rows=len(rows) - 1,
                )
            ]
        return self._app.schedules.record(one, replace(one, next_at=next_at), made)

    def _conclusion(self, app: AppStore, one: Schedule, at: datetime) -> str:
        """Return what moved the share that passes since the days before, in the maker's language.

        A saved view has a selection of its own, and an agent reads of single conversations alone.
        """
        if one.kind == "view" or kept_from_agents(app, app.visibility) is not None:
            return ""
        sought = Sought(
            queues=one.queues,
            agents=one.agents,
            channels=tuple(each for each in get_args(Channel) if each in one.channels),
        )
        length = timedelta(days=one.days)
        found = passed_change(app, sought, Compared(since=at - length, until=at, before=length))
        with speaking(self._app.notices.choices().get(one.created_by, Choices()).language):
            return conclusion(found, queue_names(app).label)

    def _visibility(self, one: Schedule) -> Visibility:
        """Return what the maker of a schedule may see by now. Raises ``AccessError``."""
        if "@" not in one.created_by:  # a client, whose scopes hold in the whole app
            if any(each.client_id == one.created_by and each.revoked_at for each in self._store.clients.listing()):
                raise AccessError(
                    "the client {created_by} is revoked", created_by=one.created_by, code="permission.missing"
                )
            return EVERYTHING
        user = self._store.people.users.by_email(one.created_by)
        if user is None or user.state != "active":
            raise AccessError(
                "{created_by} is no user any more, or disabled", created_by=one.created_by, code="permission.missing"
            )
        access = self._store.people.access.of_user(user)
        principal = Principals(self._store, self._now).principal(access, self._tenant)
        principal.require("report.export")
        return principal.visibility("report.export")

    def _send(self, each: Unsent, post: Post, mail: Mail | None) -> str:
        """Send a run by every way that has not accepted it yet; return what went wrong."""
        one, run = each.schedule, each.run
        ways: dict[Way, Callable[[], str]] = {}
        if one.emails and run.mailed_at is None:
            ways["mailed"] = lambda: _mail(each, self._link(run), mail)
        if one.webhook_url and run.posted_at is None:
            ways["posted"] = lambda: _post(one, run, self._link(run), post)
        faults: list[str] = []
        for way, deliver in ways.items():
            if fault := deliver():
                faults.append(fault)
            else:
                self._app.schedules.mark_delivered(run.number, way, self._now())
        return "; ".join(faults)

    def _link(self, run: Run) -> str:
        """Return the address of what a run is about, or of its file; "" for neither."""
        path = run.href or (f"{CONSOLE}/schedules/{run.schedule_id}/{run.number}" if run.filename else "")
        return path and self._public_url + path


def _mail(each: Unsent, link: str, mail: Mail | None) -> str:
    if mail is None:
        return "e-mail is not configured"
    run = each.run
    fits = each.content is not None and len(each.content) <= _LONGEST_ATTACHMENT
    attachment = (run.filename, each.content) if fits and each.content is not None else None
    text = "\n".join(part for part in (run.title, run.detail, link) if part)
    return mail(each.schedule.emails, f"auscult: {run.title}", text, attachment)


def _post(one: Schedule, run: Run, link: str, post: Post) -> str:
    name = "report.ready" if not one.is_alert else f"alert.{one.kind}"
    body = msgspec.json.encode(
        {
            "type": name,
            "timestamp": run.at,
            "data": {"schedule_id": one.schedule_id, "title": run.title, "detail": run.detail, "href": link},
        }
    )
    message = f"{one.schedule_id}-{run.number}"
    seconds = int(datetime.now(UTC).timestamp())
    headers = {
        "content-type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": str(seconds),
        "webhook-signature": signature(one.webhook_secret, message, seconds, body),
    }
    status, error = post(one.webhook_url, headers, body)
    if status is not None and 200 <= status < 300:  # noqa: PLR2004  (accepted)
        return ""
    return error or f"the webhook answered {status}"
