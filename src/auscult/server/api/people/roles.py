"""``/api/v1/roles``: the roles of an account, built-in ones and its own."""

from typing import Annotated

from litestar import delete, get, put
from litestar.params import JSONBody
from msgspec import Struct

from auscult.domain.errors import AccessError
from auscult.domain.people.permissions import check_permission
from auscult.domain.people.principal import Principal
from auscult.domain.people.roles import Role
from auscult.server.rest.context import App, Rights, Server
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.openapi import answer, refusal
from auscult.server.rest.parameters import path_id
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_thread

RoleName = Annotated[str, path_id("The role's name.", "coach")]


class RoleView(Struct, frozen=True, kw_only=True):
    """A role."""

    name: str
    permissions: tuple[str, ...]
    is_built_in: bool


class RoleList(Struct, frozen=True, kw_only=True):
    """The roles of an account, by name."""

    items: tuple[RoleView, ...]


class RoleBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Permissions of a role."""

    permissions: tuple[str, ...]


_ROLE = {"name": "coach", "permissions": ["coaching.give", "conversation.read"], "is_built_in": False}


@get(
    "/roles",
    operation_id="list_roles",
    summary="List roles",
    guards=[reading("users")],
    responses={200: answer("The roles.", RoleList, {"items": [_ROLE]})},
)
@in_thread
def listing(app: App, server: Server) -> RoleList:
    """List built-in roles, and those that the account defines."""
    found = server.store.people.roles.of(app.tenant.account_id)
    return RoleList(items=tuple(_view(found[name]) for name in sorted(found)))


@put(
    "/roles/{name:str}",
    operation_id="define_role",
    summary="Define a role",
    guards=[writing("users")],
    responses={
        200: answer("The role.", RoleView, _ROLE),
        409: refusal("The role is built in."),
        422: refusal("There is no such permission."),
    },
    takes=Takes("Its permissions.", {"permissions": ["coaching.give", "conversation.read"]}),
)
@in_thread
def define(name: RoleName, data: JSONBody[RoleBody], app: App, rights: Rights, server: Server) -> RoleView:
    """Define a role for the whole account; grants of it change with it. It needs an administrator of the account."""
    _must_manage_account(rights)
    permissions = frozenset(check_permission(each) for each in data.permissions)
    server.store.people.roles.put(app.tenant.account_id, name, permissions, server.now())
    return _view(Role(name=name, permissions=permissions))


@delete(
    "/roles/{name:str}",
    operation_id="remove_role",
    summary="Remove a role",
    guards=[writing("users")],
    responses={204: answer("Grants of the role give nothing."), 409: refusal("The role is built in.")},
)
@in_thread
def remove(name: RoleName, app: App, rights: Rights, server: Server) -> None:
    """Remove a role that the account defined; grants of it are kept without effect."""
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


HANDLERS = (listing, define, remove)
