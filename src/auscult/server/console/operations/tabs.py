"""The tabs of administration, and the redirect to the first."""

from typing import Any, NamedTuple

from litestar import Controller, Response, get
from litestar.response import Redirect
from msgspec import Struct

from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.conversations.listing_view import TabView
from auscult.server.console.frame.visit import BASE, NoPermissionError, TheVisit, Visit, missing

PATH = f"{BASE}/administration"


class _Tab(NamedTuple):
    """One page: its name, path, template, and the permission that opens it in the whole app; None: it is the operators'."""

    name: str
    path: str
    template: str
    permission: str | None

    def is_open_to(self, visit: Visit) -> bool:
        """Return whether the visitor may open the page."""
        return visit.principal.may_everywhere(self.permission) if self.permission else is_operator(visit)


_TABS = (
    _Tab(later("Users"), "users", "people/users", "user.read"),
    _Tab(later("Queues, teams, agents"), "directory", "directory/directory", "directory.edit"),
    _Tab(later("Roles"), "roles", "people/roles", "user.read"),
    _Tab(later("Clients"), "clients", "people/clients", "settings.manage"),
    _Tab(later("Webhooks"), "webhooks", "delivery/webhooks", "webhook.read"),
    _Tab(later("Jobs and health"), "jobs", "operations/jobs", "job.read"),
    _Tab(later("Retention"), "retention", "privacy/retention", "retention.manage"),
    _Tab(later("Holds"), "holds", "privacy/holds", "hold.manage"),
    _Tab(later("Erasure"), "erasure", "privacy/erasure", "erasure.run"),
    _Tab(later("Approvals"), "approvals", "privacy/approvals", "approval.decide"),
    _Tab(later("Log"), "log", "privacy/log", "log.read"),
    _Tab(later("Working days"), "working-days", "workdays/working-days", "settings.manage"),
    _Tab(later("Settings"), "settings", "privacy/settings", "settings.manage"),
    _Tab(later("Accounts"), "accounts", "limits/accounts", None),
)


def tabs_of(visit: Visit, here: str) -> tuple[TabView, ...]:
    """Return the tabs that are open to the visitor."""
    return tuple(
        TabView(name=_(each.name), href=f"{PATH}/{each.path}", is_here=each.name == here)
        for each in _TABS
        if each.is_open_to(visit)
    )


def is_operator(visit: Visit) -> bool:
    """Return whether the visitor is one of the operators, who see figures of all accounts."""
    return visit.visitor.email in visit.services.settings.operators


def must_operate(visit: Visit) -> None:
    """Refuse a page that exists for operators only. Raises ``NotFoundError``."""
    if not is_operator(visit):
        raise missing("page", "accounts")


def administration(  # noqa: PLR0913
    visit: Visit,
    here: str,
    /,
    view: Struct | None = None,
    status: int = 200,
    *,
    note: str = "",
    problem: str = "",
    **more: Any,  # noqa: ANN401  (what the template shows)
) -> Response[str]:
    """Render the page of a tab, with a note on the action before, or the problem of a refused one."""
    template = next(each.template for each in _TABS if each.name == here)
    tabs, status = tabs_of(visit, here), 422 if problem else status
    return visit.page(template, "Administration", view, status, tabs=tabs, note=note, problem=problem, **more)


class AdministrationPage(Controller):
    """The entry of administration."""

    path = "/administration"

    @get(sync_to_thread=True)
    def show(self, visit: TheVisit) -> Redirect:
        """Redirect to the first page that is open to the visitor."""
        found = tabs_of(visit, "")
        if not found:
            raise NoPermissionError("user.read")
        return Redirect(found[0].href, status_code=303)
