"""``/api/v1/roles``: the roles of an account, built-in ones and its own."""

from typing import Annotated

from litestar.params import JSONBody
from msgspec import Struct

from auscult.domain.people.roles import Role
from auscult.server.rest import operation
from auscult.server.rest.context import App, Rights, Server
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.lists import Called, Items
from auscult.server.rest.parameters import path_id
from auscult.services.people.users import Users

RoleName = Annotated[str, path_id("The role's name.", "coach")]


@example({"name": "coach", "permissions": ["coaching.give", "conversation.read"], "is_built_in": False})
class RoleView(Struct, frozen=True, kw_only=True):
    """A role."""

    name: str
    permissions: tuple[str, ...]
    is_built_in: bool


RoleList = Annotated[Items[RoleView], Called("RoleList", "The roles of an account, by name.")]


@example({"permissions": ["coaching.give", "conversation.read"]})
class RoleBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Permissions of a role."""

    permissions: tuple[str, ...]


@operation.get("/roles", may=reading("users"))
def list_roles(app: App, server: Server) -> RoleList:
    """List roles. The built-in ones, and those that the account defines."""
    found = server.store.people.roles.of(app.tenant.account_id)
    return Items(items=tuple(_view(found[name]) for name in sorted(found)))


@operation.put(
    "/roles/{name}",
    may=writing("users"),
    refuses={409: "The role is built in.", 422: "There is no such permission."},
    is_slow=False,
)
def define_role(name: RoleName, data: JSONBody[RoleBody], app: App, rights: Rights, server: Server) -> RoleView:
    """Define a role. It is for the whole account; grants of it change with it. It needs an administrator of the account."""
    Users(server.store, rights, server.now).define_role(app, name, data.permissions)
    return _view(server.store.people.roles.of(app.tenant.account_id)[name])


@operation.delete("/roles/{name}", may=writing("users"), refuses={409: "The role is built in."}, is_slow=False)
def remove_role(name: RoleName, app: App, rights: Rights, server: Server) -> None:
    """Remove a role. The account defined it; grants of it are kept without effect."""
    Users(server.store, rights, server.now).define_role(app, name, None)


def _view(role: Role) -> RoleView:
    return RoleView(name=role.name, permissions=tuple(sorted(role.permissions)), is_built_in=role.is_built_in)


ROUTER = operation.router(__name__)
