"""``/api/v1/roles``: the roles of an account, built-in ones and its own."""

from typing import Annotated

from litestar.params import JSONBody
from msgspec import Struct

from auscult.domain.errors import AccessError
from auscult.domain.people.permissions import check_permission
from auscult.domain.people.principal import Principal
from auscult.domain.people.roles import Role
from auscult.server.rest import operation
from auscult.server.rest.context import App, Rights, Server
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.parameters import path_id

RoleName = Annotated[str, path_id("The role's name.", "coach")]


@example({"name": "coach", "permissions": ["coaching.give", "conversation.read"], "is_built_in": False})
class RoleView(Struct, frozen=True, kw_only=True):
    """A role."""

    name: str
    permissions: tuple[str, ...]
    is_built_in: bool


class RoleList(Struct, frozen=True, kw_only=True):
    """The roles of an account, by name."""

    items: tuple[RoleView, ...]


@example({"permissions": ["coaching.give", "conversation.read"]})
class RoleBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Permissions of a role."""

    permissions: tuple[str, ...]


@operation.get("/roles", may=reading("users"))
def list_roles(app: App, server: Server) -> RoleList:
    """List roles. The built-in ones, and those that the account defines."""
    found = server.store.people.roles.of(app.tenant.account_id)
    return RoleList(items=tuple(_view(found[name]) for name in sorted(found)))


@operation.put(
    "/roles/{name}",
    may=writing("users"),
    refuses={409: "The role is built in.", 422: "There is no such permission."},
    is_slow=False,
)
def define_role(name: RoleName, data: JSONBody[RoleBody], app: App, rights: Rights, server: Server) -> RoleView:
    """Define a role. It is for the whole account; grants of it change with it. It needs an administrator of the account."""
    _must_manage_account(rights)
    permissions = frozenset(check_permission(each) for each in data.permissions)
    server.store.people.roles.put(app.tenant.account_id, name, permissions, server.now())
    return _view(Role(name=name, permissions=permissions))


@operation.delete("/roles/{name}", may=writing("users"), refuses={409: "The role is built in."}, is_slow=False)
def remove_role(name: RoleName, app: App, rights: Rights, server: Server) -> None:
    """Remove a role. The account defined it; grants of it are kept without effect."""
    _must_manage_account(rights)
    server.store.people.roles.put(app.tenant.account_id, name, None, server.now())


def _must_manage_account(rights: Principal) -> None:
    """Refuse callers who do not manage the users of the whole account: a role applies in every app."""
    if "user.manage" not in rights.account_permissions:
        raise AccessError(
            "a role holds in every app; an administrator of the whole account can define it",
            code="permission.missing",
            field="permission",
            value="user.manage",
        )


def _view(role: Role) -> RoleView:
    return RoleView(name=role.name, permissions=tuple(sorted(role.permissions)), is_built_in=role.is_built_in)


ROUTER = operation.router(__name__)
