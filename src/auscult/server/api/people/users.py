"""``/api/v1/users``: the users of an app and their grants."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.errors import NotFoundError
from auscult.domain.operations.records import made_from
from auscult.domain.people.grants import Scope
from auscult.domain.people.users import LONGEST_PASSWORD, Email, User
from auscult.domain.stated import stated
from auscult.server.rest import operation
from auscult.server.rest.context import App, Rights, Server, Services
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.lists import Called, Items
from auscult.server.rest.parameters import Instant, path_id
from auscult.server.rest.request import Takes
from auscult.services.people.passwords import SHORTEST_PASSWORD
from auscult.services.people.users import LONGEST_NAME, Access, Users
from auscult.services.people.views import GrantView, UserView, grant_view, user_view
from auscult.services.people.why import Explainer
from auscult.storage.store import AppStore

UserId = Annotated[str, path_id("The user's id or e-mail address.", "u-7d0c9f0e-3f0a-4a52-9d36-0d6f6f7a1c55")]
GrantId = Annotated[str, path_id("The grant's id.", "g-7d0c9f0e-3f0a-4a52-9d36-0d6f6f7a1c55")]
ConversationId = Annotated[str, path_id("The conversation's id.", "c-1")]
Names = tuple[Annotated[str, Meta(min_length=1, max_length=300)], ...]


class GrantBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A role or a permission to grant. Without queues, teams, agents and ``assigned`` it holds in the whole app.

    ``agents`` with the role agent are the agents that the user is. Every kind of scope that is given is a grant.
    """

    role: str | None = None
    permission: str | None = None
    queues: Names = ()
    teams: Names = ()
    agents: Names = ()
    assigned: bool = False
    since: Instant | None = None
    until: Instant | None = None

    def access(self) -> Access:
        """Return the access to grant."""
        return made_from(Access, self, scope=Scope(kind="assigned") if self.assigned else None)


Password = Annotated[str, stated(minLength=SHORTEST_PASSWORD, maxLength=LONGEST_PASSWORD)]
_ROLE_OR_PERMISSION = (("role", "permission"), ("permission", "role"))
EITHER: Mapping[str, Any] = {
    "oneOf": [
        {"required": [one], "properties": {one: {"type": "string"}, other: {"type": "null"}}}
        for one, other in _ROLE_OR_PERMISSION
    ]
}
"""A grant has either a role or a permission."""


class NewUser(GrantBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A user to add, with a first grant. An existing user gets the grant in addition."""

    email: Email
    name: Annotated[str, stated(maxLength=LONGEST_NAME)] = ""
    password: Password | None = None


@example({"password": "correct horse battery"})
class PasswordBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A password to set."""

    password: Password


UserList = Annotated[Items[UserView], Called("UserList", "Users, by e-mail address.")]


GrantList = Annotated[Items[GrantView], Called("GrantList", "Grants that were made.")]


class GrantReason(Struct, frozen=True, kw_only=True):
    """A grant, and whether it opens the conversation."""

    grant: GrantView
    opens: bool
    reason: str


class Why(Struct, frozen=True, kw_only=True):
    """Explanation of a user's access to a conversation, grant by grant."""

    email: str
    conversation_id: str
    permission: str
    at: datetime
    sees: bool
    reason: str
    grants: tuple[GrantReason, ...]


GRANT: dict[str, Any] = {
    "grant_id": "g-7d0c9f0e-3f0a-4a52-9d36-0d6f6f7a1c55",
    "app_id": "st-shop",
    "role": "auditor",
    "permission": None,
    "permissions": ["audit.perform", "conversation.read"],
    "scope": {"kind": "queues", "names": ["q-billing"]},
    "since": "2026-03-01T00:00:00Z",
    "until": None,
    "state": "in_force",
    "granted_by": "root@example.com",
    "granted_at": "2026-03-01T00:00:00Z",
    "revoked_at": None,
    "revoked_by": None,
}
example(
    {
        "user_id": "u-7d0c9f0e-3f0a-4a52-9d36-0d6f6f7a1c55",
        "email": "ann@example.com",
        "name": "Ann",
        "state": "active",
        "agent_ids": [],
        "created_at": "2026-03-01T00:00:00Z",
        "grants": [GRANT],
    }
)(UserView)
_UNUSABLE = "An e-mail address, a password, a role, a permission or a scope cannot be used; `field` names it."
_LAST = "An app would be left without a user who manages users."
example(GRANT)(GrantView)
example(
    {
        "email": "ann@example.com",
        "conversation_id": "c-1",
        "permission": "conversation.read",
        "at": "2026-03-01T00:00:00Z",
        "sees": True,
        "reason": "auditor for queues q-billing",
        "grants": [{"grant": GRANT, "opens": True, "reason": "auditor for queues q-billing"}],
    }
)(Why)


@operation.get("/users", may=reading("users", reach="app"))
def list_users(app: App, rights: Rights, server: Server) -> UserList:
    """List users. They have or had a grant in the app; in order of e-mail addresses, with these grants."""
    return Items(items=tuple(shown_users(app, rights, server)))


@operation.post(
    "/users",
    may=writing("users"),
    status=201,
    refuses={409: "The address belongs to another account.", 422: _UNUSABLE},
    takes=Takes(
        "The user, with a first grant.",
        {"email": "ann@example.com", "name": "Ann", "role": "auditor"},
        also=EITHER,
    ),
)
def add_user(data: JSONBody[NewUser], app: App, rights: Rights, server: Server) -> UserView:
    """Add a user. They get a role in the app. A user of the account gets it in addition.

    A password is needed only where people sign in without an identity provider.
    """
    users = managing(rights, server)
    users.check(app.tenant.account_id, app.tenant, data.access())
    user = users.add(data.email, data.name, app.tenant.account_id, data.password)
    users.grant(user, app.tenant, data.access())
    return shown_user(app, server, users.find(user.user_id))


@operation.get("/users/{user_id}", may=reading("users", reach="app"), summary="One user")
def get_user(user_id: UserId, app: App, rights: Rights, server: Server) -> UserView:
    """Return a user with all grants in the app, ended ones too."""
    return shown_user(app, server, find_user(user_id, app, rights, server))


@operation.post(
    "/users/{user_id}/grants",
    may=writing("users"),
    status=201,
    refuses={422: _UNUSABLE},
    takes=Takes("The role and its scope.", {"role": "auditor", "queues": ["Billing"]}, also=EITHER),
    is_slow=False,
)
def grant_role(user_id: UserId, data: JSONBody[GrantBody], app: App, rights: Rights, server: Server) -> GrantList:
    """Grant a role. It may also be a single permission. It counts in the app."""
    user = find_user(user_id, app, rights, server)
    made = managing(rights, server).grant(user, app.tenant, data.access())
    return Items(items=tuple(grant_view(each, server.now()) for each in made))


@operation.delete("/users/{user_id}/grants/{grant_id}", may=writing("users"), refuses={409: _LAST}, is_slow=False)
def revoke_grant(user_id: UserId, grant_id: GrantId, app: App, rights: Rights, server: Server) -> None:
    """Revoke a grant. It ends for a user in the app, and is kept in the history."""
    user = find_user(user_id, app, rights, server)
    managing(rights, server).revoke(user, app.tenant, grant_ids=[grant_id])


@operation.post(
    "/users/{user_id}/disable", may=writing("users"), refuses={409: _LAST}, example={"state": "disabled"}, is_slow=False
)
def disable_user(user_id: UserId, app: App, rights: Rights, server: Server) -> UserView:
    """Disable a user. They are signed out everywhere at once. It needs `user.manage` in every app of the user."""
    user = find_user(user_id, app, rights, server)
    users = managing(rights, server)
    users.disable(user)
    return shown_user(app, server, users.find(user.user_id))


@operation.post("/users/{user_id}/enable", may=writing("users"), is_slow=False)
def enable_user(user_id: UserId, app: App, rights: Rights, server: Server) -> UserView:
    """Enable a user. A disabled user is active again. It needs `user.manage` in every app of the user."""
    user = find_user(user_id, app, rights, server)
    users = managing(rights, server)
    users.enable(user)
    return shown_user(app, server, users.find(user.user_id))


@operation.delete("/users/{user_id}/second-factor", may=writing("users"), is_slow=False)
def reset_second_factor(user_id: UserId, app: App, rights: Rights, server: Server) -> None:
    """Reset a second factor. For a user who lost the device: they sign in without a code, and are signed out everywhere.

    It needs `user.manage` in every app of the user.
    """
    managing(rights, server).reset_second_factor(find_user(user_id, app, rights, server))


@operation.put("/users/{user_id}/password", may=writing("users"), refuses={422: _UNUSABLE})
def set_password(user_id: UserId, data: JSONBody[PasswordBody], app: App, rights: Rights, server: Server) -> None:
    """Set a password. The user is signed out everywhere. It needs `user.manage` in every app of the user."""
    managing(rights, server).set_password(find_user(user_id, app, rights, server), data.password)


@operation.get(
    "/users/{user_id}/conversations/{conversation_id}", may=reading("users"), summary="Why a user sees a conversation"
)
def explain_visibility(
    user_id: UserId, conversation_id: ConversationId, app: App, rights: Rights, server: Server
) -> Why:
    """Return the grants that open the conversation to the user now, or the reason why none does."""
    now, user = server.now(), find_user(user_id, app, rights, server)
    found = Explainer(server.store, app.tenant, now).explain(user, conversation_id)
    reasons = tuple(
        GrantReason(grant=grant_view(each.grant, now), opens=each.opens, reason=str(each.reason))
        for each in found.grants
    )
    return made_from(Why, found, reason=str(found.reason), grants=reasons)


def managing(rights: Any, server: Services) -> Users:  # noqa: ANN401  (the principal in the app)
    """Return the service that changes users on the caller's behalf."""
    return Users(server.store, rights, server.now)


def find_user(user_id: str, app: AppStore, rights: Any, server: Services) -> User:  # noqa: ANN401
    """Return a user who has or had a grant in the app, or any user if the caller manages the whole account.

    Raises ``NotFoundError`` ``user.unknown``.
    """
    user = managing(rights, server).find(user_id)
    grants = server.store.people.grants.of_user(user.user_id)
    is_here = user.account_id == app.tenant.account_id and any(each.covers(app.tenant.app_id) for each in grants)
    if not is_here and "user.manage" not in rights.account_permissions:
        raise NotFoundError(f"unknown user {user_id!r}", code="user.unknown", field="user_id", value=user_id)
    return user


def shown_users(app: AppStore, rights: Any, server: Services) -> list[UserView]:  # noqa: ANN401
    """Return the users who have or had a grant in the app, or all of the account for those who manage it, with the grants."""
    people, tenant, now = server.store.people, app.tenant, server.now()
    roles = people.roles.of(tenant.account_id)
    by_user: dict[str, list[Any]] = {}
    for each in people.grants.in_app(tenant.app_id, tenant.account_id):
        by_user.setdefault(each.user_id, []).append(each)
    sees_all = "user.manage" in rights.account_permissions
    return [
        user_view(user, by_user.get(user.user_id, ()), now, roles)
        for user in people.users.listing(tenant.account_id)
        if sees_all or user.user_id in by_user
    ]


def shown_user(app: AppStore, server: Services, user: User) -> UserView:
    """Return a user with the grants in the app."""
    people, tenant = server.store.people, app.tenant
    grants = [each for each in people.grants.of_user(user.user_id) if each.covers(tenant.app_id)]
    return user_view(user, grants, server.now(), people.roles.of(tenant.account_id))


ROUTER = operation.router(__name__)
