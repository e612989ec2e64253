"""Connectors and exports: conversations from other systems, with runs and refusals, and the ways out."""

from datetime import UTC, date, datetime, time, timedelta

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from auscult.domain.connectors.document import Connector
from auscult.domain.connectors.run import Order, Standing
from auscult.domain.errors import AuscultError, NotFoundError, RequestError
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.api.connectors import connecting
from auscult.server.console.connectors.changes import new_connector
from auscult.server.console.connectors.runs_view import (
    PreviewView,
    about_of,
    counts_word,
    is_open,
    kind_of,
    listed_row,
    mapped_rows,
    preview_view,
    remarks_of,
    state_of,
    state_of_run,
)
from auscult.server.console.connectors.wizard_view import kind_cards
from auscult.server.console.frame.posted import Given, Posted, one, sentence
from auscult.server.console.frame.visit import BASE, TheVisit, Visit, missing
from auscult.server.console.people.names import names_of_people
from auscult.server.rest.parameters import number_in
from auscult.services.connectors.connecting import KIND, Connectors
from auscult.services.connectors.documents import is_name

PATH = f"{BASE}/connectors"
_TITLE = "Connectors"
_READ, _MANAGE = "connector.read", "connector.manage"
_RUNS = 50
_REFUSALS = 100
_NOTES = {
    "applied": later("In force."),
    "removed": later("Removed, with its secrets. What it brought stays."),
    "ordered": later("A worker begins within a minute."),
    "paused": later("Paused. A run that is under way ends after the group that it stores."),
    "resumed": later("Resumed. The next run continues where the last one ended."),
}
_OUT = (
    (later("My exports"), later("Lists of conversations as CSV or NDJSON."), "/exports", "report.export"),
    (later("Schedules"), later("Reports that are written at intervals."), "/schedules", "report.export"),
    (
        later("Webhooks"),
        later("Changes as they happen, also as messages for Slack and Teams."),
        "/administration/webhooks",
        "",
    ),
)


class ConnectorsPage(Controller):
    """The connectors of an app, and each alone."""

    path = "/connectors"

    @get(sync_to_thread=True)
    def listing(self, visit: TheVisit) -> Response[str]:
        """List the connectors with the state of each, and the ways out."""
        visit.require_everywhere(_READ)
        return _list(visit)

    @post(sync_to_thread=True)
    def add(self, data: Posted, visit: TheVisit) -> Response[str] | Redirect:
        """Begin a connector as a draft, and redirect to its wizard."""
        visit.require_everywhere(_MANAGE)
        name, kind = one(data, "name").lower(), one(data, "kind", "s3")
        problem = _taken(visit, name)
        if problem:
            return _list(visit, problem, name, kind)
        visit.app.definitions.save_draft(KIND, name, new_connector(name, kind))
        return Redirect(f"{PATH}/{name}/edit", status_code=303)

    @get("/{name:str}", sync_to_thread=True)
    def show(self, name: FromPath[str], visit: TheVisit) -> Response[str]:
        """Show one connector with its runs, its mapping and its refusals."""
        visit.require_everywhere(_READ)
        return _one(visit, name)

    @post("/{name:str}/preview", sync_to_thread=True)
    def preview(self, name: FromPath[str], visit: TheVisit) -> Response[str]:
        """Try the connector as it is in force: the first ten conversations mapped and refused. Stores nothing."""
        visit.require_everywhere(_MANAGE)
        _known(visit, name)
        try:
            found = preview_view(_service(visit).check(name), visit.reader)
        except AuscultError as error:
            return _one(visit, name, problem=sentence(error.coded))
        return _one(visit, name, preview=found)

    @post("/{name:str}/run", sync_to_thread=True)
    def run(self, name: FromPath[str], visit: TheVisit) -> Response[str] | Redirect:
        """Ask a worker to read new conversations."""
        visit.require_everywhere(_MANAGE)
        return _order(visit, name, Order(kind="manual", by=visit.visitor.email))

    @post("/{name:str}/backfill", sync_to_thread=True)
    def backfill(self, name: FromPath[str], data: Posted, visit: TheVisit) -> Response[str] | Redirect:
        """Ask a worker to read a range, or with ``act`` dry to count its conversations."""
        visit.require_everywhere(_MANAGE)
        _known(visit, name)
        try:
            order = Order(
                kind="backfill",
                since=_day(visit, data, "since"),
                until=_day(visit, data, "until", timedelta(days=1)),
                prefix=one(data, "prefix")[:1000],
                is_repeated=bool(one(data, "again")),
                by=visit.visitor.email,
                is_dry=one(data, "act") == "dry",
            )
        except RequestError as error:
            return _one(visit, name, problem=sentence(error.coded))
        return _order(visit, name, order)

    @post("/{name:str}/pause", sync_to_thread=True)
    def pause(self, name: FromPath[str], visit: TheVisit) -> Redirect:
        """Pause a connector."""
        return _pause(visit, name, is_paused=True)

    @post("/{name:str}/resume", sync_to_thread=True)
    def resume(self, name: FromPath[str], visit: TheVisit) -> Redirect:
        """Resume a paused connector."""
        return _pause(visit, name, is_paused=False)

    @post("/{name:str}/remove", sync_to_thread=True)
    def remove(self, name: FromPath[str], visit: TheVisit) -> Redirect:
        """Remove a connector with its secrets."""
        visit.require_everywhere(_MANAGE)
        _known(visit, name)
        _service(visit).remove(name)
        return Redirect(f"{PATH}?done=removed", status_code=303)


def _list(visit: Visit, problem: str = "", name: str = "", kind: str = "s3") -> Response[str]:
    """Show the list, with the name and kind of a new connector that cannot begin, and the reason."""
    found, may = visit.app.connectors.listing(), visit.principal.may_everywhere(_MANAGE)
    known = {each.name for each in found}
    drafts = [each for each in visit.app.definitions.drafts(KIND) if each.name not in known] if may else []
    more = {"out": [each for each in _OUT if _opens(visit, each[-1])], "problem": problem, "name": name}
    return visit.page(
        "connectors/connectors",
        _TITLE,
        None,
        422 if problem else 200,
        rows=tuple(listed_row(each, _read(visit, each.name), visit.reader, PATH) for each in found),
        drafts=drafts,
        kinds=kind_cards(kind) if may else (),
        is_open=any(map(is_open, found)),
        note=visit.note(_NOTES),
        **more,
    )


def _taken(visit: Visit, name: str) -> str:
    """Return why a connector cannot have a name; empty where it can."""
    if not is_name(name):
        return _("Write 1 to 64 lower-case letters, digits, - and _, the first a letter or a digit.")
    if visit.app.definitions.draft(KIND, name) or any(each.name == name for each in visit.app.connectors.listing()):
        return _("There is a connector with this name. Choose another one.")
    return ""


def _one(
    visit: Visit,
    name: str,
    preview: PreviewView | None = None,
    problem: str = "",
) -> Response[str]:
    standing, connectors, reader = _known(visit, name), visit.app.connectors, visit.reader
    found, path = _read(visit, name), f"{PATH}/{name}"
    read = found if isinstance(found, Connector) else None
    asked = visit.asked("run")
    only = number_in(asked) or 0
    document = _service(visit).definition(name).document.decode("utf-8-sig", "replace")
    written = {"counts_word": counts_word, "kind_of": kind_of, "remarks_of": remarks_of, "state_of_run": state_of_run}
    return visit.page(
        "connectors/connector",
        _TITLE,
        None,
        422 if problem else 200,
        name=name,
        about=about_of(read, standing, connectors.items(name), reader),
        path=path,
        stands=state_of(standing),
        is_paused=standing.is_paused,
        is_open=is_open(standing),
        may_manage=visit.principal.may_everywhere(_MANAGE),
        runs=connectors.runs(name, _RUNS),
        mapping=mapped_rows(read, connectors.unknown(name), reader),
        refusals=connectors.refusals(name, _REFUSALS, only or None),
        only=only,
        document=document,
        secrets=", ".join(standing.secrets),
        has_draft=visit.app.definitions.draft(KIND, name) is not None,
        previewed=preview,
        note=visit.note(_NOTES),
        problem=problem or ("" if read else sentence(str(found))),
        names=names_of_people(visit),
        **written,
    )


def _order(visit: Visit, name: str, order: Order) -> Response[str] | Redirect:
    _known(visit, name)
    try:
        _service(visit).order(name, order)
    except AuscultError as error:
        return _one(visit, name, problem=sentence(error.coded))
    return Redirect(f"{PATH}/{name}?done=ordered", status_code=303)


def _pause(visit: Visit, name: str, *, is_paused: bool) -> Redirect:
    visit.require_everywhere(_MANAGE)
    _known(visit, name)
    _service(visit).pause(name, is_paused=is_paused)
    done = "paused" if is_paused else "resumed"
    return Redirect(f"{PATH}/{name}?done={done}", status_code=303)


def _known(visit: Visit, name: str) -> Standing:
    try:
        return visit.app.connectors.get(name)
    except NotFoundError as error:
        raise missing("connector", name) from error


def _read(visit: Visit, name: str) -> Connector | str:
    try:
        return _service(visit).get(name)
    except AuscultError as error:  # its document is of a version that knew other keys
        return error.coded


def _service(visit: Visit) -> Connectors:
    return connecting(visit.app, visit.services, f"user:{visit.visitor.email}")


def _opens(visit: Visit, permission: str) -> bool:
    return visit.may(permission) if permission else visit.principal.may_everywhere("webhook.read")


def _day(visit: Visit, data: Given, name: str, more: timedelta = timedelta()) -> datetime | None:
    """Return the beginning of a day of the reader, ``more`` after it. Raises ``RequestError`` ``date.invalid``."""
    given = one(data, name)
    if not given:
        return None
    try:
        return datetime.combine(date.fromisoformat(given) + more, time(), visit.reader.timezone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        message = _("{name}: {given} is not a date; write it as 2026-03-28").format(name=name, given=repr(given))
        raise RequestError(message, code="date.invalid", field=name, value=given) from error
