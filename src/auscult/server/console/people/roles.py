"""Roles: the permissions of each, and the roles that an account defines for itself."""

from collections import Counter
from collections.abc import Collection

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from auscult.domain.errors import AuscultError, RequestError
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.posted import Posted, one, sentence, several
from auscult.server.console.frame.visit import NoPermissionError, TheVisit, Visit
from auscult.server.console.operations.tabs import PATH, administration
from auscult.server.console.people.rights import permission_groups
from auscult.server.console.people.users import managed

_PATH = f"{PATH}/roles"
_LONGEST = 60
_NOTES = {"defined": later("Defined."), "removed": later("Removed; grants of it give nothing.")}


class RolesPage(Controller):
    """The roles of an account."""

    path = "/administration/roles"

    @get(sync_to_thread=True)
    def show(self, visit: TheVisit) -> Response[str]:
        """Show every role with its permissions."""
        visit.require_everywhere("user.read")
        return self._page(visit)

    @post(sync_to_thread=True)
    def define(self, data: Posted, visit: TheVisit) -> Response[str] | Redirect:
        """Define a role for the whole account."""
        _must_manage_account(visit)
        name = one(data, "name").lower().replace(" ", "-")
        try:
            if not 0 < len(name) <= _LONGEST:
                raise RequestError(
                    _("a role's name has 1 to {n} characters").format(n=_LONGEST), code="name.invalid", field="name"
                )
            managed(visit).define_role(visit.app, name, several(data, "permission"))
        except AuscultError as error:
            return self._page(visit, sentence(error.coded), one(data, "name"), several(data, "permission"))
        return Redirect(f"{_PATH}?done=defined", status_code=303)

    @post("/{name:str}/remove", sync_to_thread=True)
    def remove(self, name: FromPath[str], visit: TheVisit) -> Redirect:
        """Remove a role of the account's own; grants of it lose their effect."""
        _must_manage_account(visit)
        managed(visit).define_role(visit.app, name, None)
        return Redirect(f"{_PATH}?done=removed", status_code=303)

    def _page(self, visit: Visit, problem: str = "", name: str = "", chosen: Collection[str] = ()) -> Response[str]:
        people, tenant = visit.store.people, visit.app.tenant
        may_define = "user.manage" in visit.principal.account_permissions
        grants = people.grants.in_app(tenant.app_id, tenant.account_id)
        users = Counter(held[0] for held in {(each.role, each.user_id) for each in grants if each.holds(visit.now)})
        roles = people.roles.of(tenant.account_id)
        start = roles.get(visit.asked("from"))
        if start and not problem:  # a built-in role stays: its permissions begin a role of another name
            name, chosen = "" if start.is_built_in else start.name, start.permissions
        return administration(
            visit,
            "Roles",
            note=visit.note(_NOTES),
            problem=problem,
            roles=roles.values(),
            users=users,
            permissions=permission_groups(chosen),
            permission_groups=permission_groups,
            name=name,
            may_define=may_define,
        )


def _must_manage_account(visit: Visit) -> None:
    """Refuse visitors who do not manage the users of the whole account, as a role is valid in every app."""
    if "user.manage" not in visit.principal.account_permissions:
        raise NoPermissionError("user.manage")
