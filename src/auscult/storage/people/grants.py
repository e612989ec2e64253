"""Grants and roles. Rows are kept: a grant ends by its own end or by being revoked, a role by a newer row."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.errors import ConflictError, NotFoundError
from auscult.domain.people.grants import Grant, Roles, Scope, permissions_in
from auscult.domain.people.roles import BUILT_IN, Role
from auscult.storage.core.database import AnySelect
from auscult.storage.core.instants import instant_of, ms_of
from auscult.storage.core.repository import OfDatabase
from auscult.storage.core.rows import columns_of
from auscult.storage.core.tables.base import apps
from auscult.storage.core.tables.people import grants, roles, users
from auscult.storage.core.text_validation import is_storable
from auscult.storage.people.users import USER_COLUMNS, number_of, set_state, user_of

GRANT_COLUMNS = (
    grants.c.grant_id,
    users.c.user_id,
    apps.c.app_id,
    grants.c.role,
    grants.c.permission,
    grants.c.scope,
    grants.c.names,
    grants.c.since,
    grants.c.until,
    grants.c.granted_by,
    grants.c.granted_at,
    grants.c.revoked_at,
    grants.c.revoked_by,
)

MANAGES = "user.manage"
"""The permission of those who may let others in: each app keeps at least one user who has it."""


class Grants(OfDatabase):
    """The grants of every user."""

    def add(self, grant: Grant) -> None:
        """Store a new grant. Raises ``NotFoundError`` ``user.unknown``, ``app.unknown``."""
        with self._database.writing() as connection:
            user = number_of(connection, grant.user_id)
            app = None
            if grant.app_id is not None:
                app = connection.scalar(sa.select(apps.c.app).where(apps.c.app_id == grant.app_id))
                if app is None:
                    raise NotFoundError("unknown app {app_id!r}", app_id=grant.app_id, code="app.unknown", field="app")
            row = columns_of(
                grants,
                grant,
                user=user,
                app=app,
                scope=grant.scope.kind,
                names=msgspec.json.encode(sorted(grant.scope.names)).decode(),
            )
            connection.execute(sa.insert(grants).values(row))

    def of_user(self, user_id: str) -> list[Grant]:
        """Return all grants of a user, ended ones too, the oldest first."""
        with self._database.reading() as connection:
            return _select(connection, users.c.user_id == user_id) if is_storable(user_id) else []

    def in_app(self, app_id: str, account_id: str) -> list[Grant]:
        """Return all grants in an app of an account, ended ones and those for every app too."""
        here = (apps.c.app_id == app_id) | (grants.c.app.is_(None) & (users.c.account_id == account_id))
        with self._database.reading() as connection:
            return _select(connection, here)

    def revoke(self, grant_ids: Sequence[str], by: str, at: datetime, *, may_be_last: bool = False) -> list[Grant]:
        """End grants from ``at`` on; those that have ended already are left. Returns the ones that were ended.

        Raises ``ConflictError`` ``administrator.last`` where an app would be left without a user who manages users,
        unless ``may_be_last``.
        """

        def end(connection: Connection) -> None:
            mine = sa.update(grants).where(grants.c.grant_id.in_(grant_ids), grants.c.revoked_at.is_(None))
            connection.execute(mine.values(revoked_at=ms_of(at), revoked_by=by))

        with self._database.reading() as connection:
            before = _select(connection, grants.c.grant_id.in_(grant_ids))
        self._revoke({grant.user_id for grant in before}, None if may_be_last else at, end)
        return [grant for grant in before if grant.revoked_at is None]

    def disable(self, user_id: str, at: datetime, *, may_be_last: bool = False) -> None:
        """Disable a user and end their sessions and tokens.

        Raises ``NotFoundError`` ``user.unknown``, ``ConflictError`` ``administrator.last`` unless ``may_be_last``.
        """
        guarded_at = None if may_be_last else at
        self._revoke({user_id}, guarded_at, lambda connection: _set_state(connection, user_id, "disabled", at))

    def enable(self, user_id: str, at: datetime) -> None:
        """Make a disabled user active again, signed out everywhere. Raises ``NotFoundError`` ``user.unknown``."""
        with self._database.writing() as connection:
            _set_state(connection, user_id, "active", at)

    def _revoke(self, user_ids: set[str], at: datetime | None, act: Callable[[Connection], None]) -> None:
        """Remove rights, unless an app that had a manager of users at this instant would have none left.

        Accounts are locked, so that of two administrators who remove each other one stays.
        """
        with self._database.writing() as connection:
            if at is None:
                act(connection)
                return
            accounts = set(connection.scalars(sa.select(users.c.account_id).where(users.c.user_id.in_(user_ids))))
            locked = sa.select(users.c.user).where(users.c.account_id.in_(accounts)).order_by(users.c.user)
            connection.execute(locked.with_for_update()).all()
            before = {account: _managed(connection, account, at) for account in accounts}
            act(connection)
            for account, had in before.items():
                if lost := had - _managed(connection, account, at):
                    raise ConflictError(
                        "no user could manage the users of {list} any more; make another user administrator there first",
                        list=", ".join(sorted(lost)),
                        code="administrator.last",
                        field="user",
                    )


class OwnRoles(OfDatabase):
    """The roles that accounts define for themselves."""

    def of(self, account_id: str, at: datetime | None = None) -> dict[str, Role]:
        """Return the roles of an account as of an instant or now, the built-in ones too, by name."""
        with self._database.reading() as connection:
            return read_roles(connection, account_id, at)

    def put(self, account_id: str, name: str, permissions: frozenset[str] | None, at: datetime) -> None:
        """Define a role from ``at`` on, or remove it (None). Grants of a removed role give nothing.

        Raises ``ConflictError`` ``role.built_in``.
        """
        if name in BUILT_IN:
            raise ConflictError(
                "the role {name} is built in; give your own role another name",
                name=name,
                code="role.built_in",
                field="name",
            )
        listed = None if permissions is None else msgspec.json.encode(sorted(permissions)).decode()
        row = {"account_id": account_id, "name": name, "permissions": listed, "at": ms_of(at)}
        with self._database.writing() as connection:
            connection.execute(sa.insert(roles).values(row))


def follow_renamed_queue(connection: Connection, app: int, queue_id: str, former: frozenset[str]) -> None:
    """Extend grants that name a queue by one of its former names, casefolded, to its id, which does not change."""
    query = sa.select(grants.c.grant, grants.c.names).where(
        grants.c.app == app, grants.c.scope == "queues", grants.c.revoked_at.is_(None)
    )
    for number, listed in connection.execute(query).all():
        names = msgspec.json.decode(listed, type=frozenset[str])
        if queue_id not in names and any(name.casefold() in former for name in names):
            extended = msgspec.json.encode(sorted(names | {queue_id})).decode()
            connection.execute(sa.update(grants).where(grants.c.grant == number).values(names=extended))


def read_roles(connection: Connection, account_id: str, at: datetime | None = None) -> dict[str, Role]:
    """Return the roles of an account as of an instant or now, the built-in ones too, by name."""
    query = sa.select(roles.c.name, roles.c.permissions).where(roles.c.account_id == account_id)
    if at is not None:
        query = query.where(roles.c.at <= ms_of(at))
    found = dict(BUILT_IN)
    for name, permissions in connection.execute(query.order_by(roles.c.role)):
        found.pop(name, None)
        if permissions is not None:
            found[name] = Role(name=name, permissions=msgspec.json.decode(permissions, type=frozenset[str]))
    return found


def grants_query() -> AnySelect:
    """Return the query of grants with their users and apps."""
    return (
        sa.select(*GRANT_COLUMNS)
        .join(users, users.c.user == grants.c.user)
        .outerjoin(apps, apps.c.app == grants.c.app)
        .order_by(grants.c.grant)
    )


def grant_of(row: Any) -> Grant:  # noqa: ANN401  (a row of one of two makers)
    """Return the grant of a row of ``GRANT_COLUMNS``."""
    grant_id, user_id, app_id, role, permission, kind, names, since, until, by, at, revoked_at, revoked_by = row
    return Grant(
        grant_id=grant_id,
        user_id=user_id,
        app_id=app_id,
        role=role,
        permission=permission,
        scope=Scope(kind=kind, names=msgspec.json.decode(names, type=frozenset[str])),
        since=instant_of(since),
        until=None if until is None else instant_of(until),
        granted_by=by,
        granted_at=instant_of(at),
        revoked_at=None if revoked_at is None else instant_of(revoked_at),
        revoked_by=revoked_by,
    )


def _select(connection: Connection, condition: sa.ColumnElement[bool]) -> list[Grant]:
    return [grant_of(row) for row in connection.execute(grants_query().where(condition))]


def _set_state(connection: Connection, user_id: str, state: Any, at: datetime) -> None:  # noqa: ANN401
    set_state(connection, number_of(connection, user_id), state, at)


def _managed(connection: Connection, account_id: str, at: datetime) -> set[str]:
    """Return the apps of an account in which an active user manages users everywhere in the app."""
    active = {
        user.user_id
        for user in map(user_of, connection.execute(sa.select(*USER_COLUMNS).where(users.c.account_id == account_id)))
        if user.state == "active"
    }
    own = read_roles(connection, account_id)
    apps_ = set(connection.scalars(sa.select(apps.c.app_id).where(apps.c.account_id == account_id)))
    managed: set[str] = set()
    for grant in _select(connection, users.c.account_id == account_id):
        if grant.user_id in active and grant.holds(at) and _manages(grant, own):
            managed |= apps_ if grant.app_id is None else {grant.app_id}
    return managed


def _manages(grant: Grant, own: Roles) -> bool:
    return grant.scope.kind == "app" and MANAGES in permissions_in(grant, own)
