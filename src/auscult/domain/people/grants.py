"""Grants: a role or one permission, in a scope, for a time. Effective rights are pairs of permission and scope."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from auscult.domain.errors import RequestError, coded
from auscult.domain.people.permissions import PERMISSIONS
from auscult.domain.people.roles import ADMINISTRATOR, BUILT_IN, Role

ScopeKind = Literal["app", "queues", "teams", "agents", "own", "assigned"]

NAMING: frozenset[ScopeKind] = frozenset({"queues", "teams", "agents"})
"""Kinds of scope that name what they cover. The others follow from the app or from the user."""


class Scope(Struct, frozen=True, kw_only=True):
    """The part of an app that a grant covers.

    ``app``: everything. ``queues``, ``teams``, ``agents``: conversations of those in ``names``; queues by id or name,
    without regard to case; teams and agents by id. ``own``: conversations of the agents that the user is.
    ``assigned``: conversations whose audit is assigned to the user.
    """

    kind: ScopeKind = "app"
    names: frozenset[str] = frozenset()


WHOLE_APP = Scope()


class Pair(Struct, frozen=True):
    """One effective right: a permission, and where it holds."""

    permission: str
    scope: Scope


class Grant(Struct, frozen=True, kw_only=True):
    """A role (``role``) or a single permission (``permission``), in a scope, from ``since`` until before ``until``.

    ``app_id`` None: in every app of the user's account. ``until`` None: without an end. ``revoked_at`` is the instant
    from which a revoked grant no longer holds; the grant itself is kept.
    """

    grant_id: str
    user_id: str
    app_id: str | None
    role: str | None = None
    permission: str | None = None
    scope: Scope = WHOLE_APP
    since: datetime
    until: datetime | None = None
    granted_by: str = ""
    granted_at: datetime
    revoked_at: datetime | None = None
    revoked_by: str | None = None

    def holds(self, at: datetime) -> bool:
        """Return whether the grant is in force at an instant."""
        ends = [end for end in (self.until, self.revoked_at) if end is not None]
        return self.since <= at and all(at < end for end in ends)

    def covers(self, app_id: str) -> bool:
        """Return whether the grant is for this app."""
        return self.app_id is None or self.app_id == app_id


Roles = Mapping[str, Role]
"""Roles by name: those of the product and an account's own."""


def permissions_in(grant: Grant, roles: Roles = BUILT_IN) -> frozenset[str]:
    """Return the permissions of a grant. A role that no longer exists has none."""
    named = frozenset({grant.permission}) if grant.permission else frozenset[str]()
    role = roles.get(grant.role) if grant.role else None
    return named | (role.permissions if role else frozenset[str]())


def pairs_of(grants: Iterable[Grant], app_id: str, at: datetime, roles: Roles = BUILT_IN) -> frozenset[Pair]:
    """Return the rights that grants give in an app at an instant: the union of their pairs."""
    return frozenset(
        Pair(permission, grant.scope)
        for grant in grants
        if grant.covers(app_id) and grant.holds(at)
        for permission in permissions_in(grant, roles)
    )


def check_grant(grant: Grant, roles: Roles = BUILT_IN) -> Grant:
    """Return a grant that can be stored. Raises ``RequestError`` ``role.unknown``, ``permission.unknown``, ``grant.*``."""
    if (grant.role is None) == (grant.permission is None):
        raise _invalid(coded("a grant needs either a role or a permission"), "role")
    if grant.role is not None and grant.role not in roles:
        raise RequestError(
            "unknown role {value!r}; available: {list}",
            list=", ".join(sorted(roles)),
            code="role.unknown",
            field="role",
            value=grant.role,
        )
    if grant.permission is not None and grant.permission not in PERMISSIONS:
        raise RequestError(
            "unknown permission {value!r}; available: {list}",
            list=", ".join(PERMISSIONS),
            code="permission.unknown",
            field="permission",
            value=grant.permission,
        )
    if (grant.scope.kind in NAMING) != bool(grant.scope.names):
        raise _invalid(f"a scope of {sorted(NAMING)} names at least one, and no other scope names any", "scope")
    if grant.until is not None and grant.until <= grant.since:
        raise _invalid(coded("until must be later than since"), "until")
    if grant.app_id is None and (grant.role != ADMINISTRATOR or grant.scope.kind != "app"):
        raise _invalid(coded("only the role administrator can be granted for every app; name an app"), "app")
    return grant


def _invalid(message: str, field: str) -> RequestError:
    return RequestError(message, code="grant.invalid", field=field)
