"""Reads who is behind a cookie or a personal token, with their grants: what every request of a person asks first."""

from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from auscult.domain.people.grants import Grant, Roles
from auscult.domain.people.roles import BUILT_IN, Role
from auscult.domain.people.sessions import PersonalToken, Session
from auscult.domain.people.users import User
from auscult.storage.core.database import AnySelect, Database, Reader
from auscult.storage.core.tables.people import personal_tokens, roles, second_factors, sessions, users
from auscult.storage.people.grants import grant_of, grants_query
from auscult.storage.people.sessions import SESSION_COLUMNS, TOKEN_COLUMNS, session_of, token_of
from auscult.storage.people.users import USER_COLUMNS, user_of

_NAMES = msgspec.json.Decoder(frozenset[str])


class Access(NamedTuple):
    """A user with a session or a personal token, all their grants and the roles of their account.

    ``has_second_factor`` is read for sessions.
    """

    user: User
    session: Session | None
    token: PersonalToken | None
    grants: list[Grant]
    roles: Roles
    has_second_factor: bool = False


class AccessReader:
    """Reads who is asking. Nothing is remembered: a disabled user is out at the next request."""

    def __init__(self, database: Database) -> None:
        """Made by ``People``."""
        self._database = database
        of_session: AnySelect = (
            sa.select(*SESSION_COLUMNS, *USER_COLUMNS, second_factors.c.confirmed_at)
            .join(users, users.c.user == sessions.c.user)
            .outerjoin(second_factors, second_factors.c.user == users.c.user)
        )
        of_token: AnySelect = sa.select(*TOKEN_COLUMNS, *USER_COLUMNS).join(
            users, users.c.user == personal_tokens.c.user
        )
        by_hash = sa.bindparam("hash", type_=sa.Text)
        self._session = database.text(of_session.where(sessions.c.hash == by_hash))
        self._token = database.text(of_token.where(personal_tokens.c.hash == by_hash))
        self._grants = database.text(grants_query().where(users.c.user_id == sa.bindparam("user_id", type_=sa.Text)))
        self._roles = database.text(
            sa.select(roles.c.name, roles.c.permissions)
            .where(roles.c.account_id == sa.bindparam("account_id", type_=sa.Text))
            .order_by(roles.c.role)
        )

    def by_session(self, hash_: str) -> Access | None:
        """Return who is behind a session, ended or not; None where there is no such session."""

        def read(reader: Reader) -> Access | None:
            for row in reader.fetch(self._session, {"hash": hash_}):
                width = len(SESSION_COLUMNS)
                user, session = user_of(tuple(row[width:-1])), session_of(tuple(row[:width]))
                return self._access(reader, user, session=session)._replace(has_second_factor=row[-1] is not None)
            return None

        return self._database.read(read)

    def by_token(self, hash_: str) -> Access | None:
        """Return who is behind a personal token, ended or not; None where there is no such token."""

        def read(reader: Reader) -> Access | None:
            for row in reader.fetch(self._token, {"hash": hash_}):
                width = len(TOKEN_COLUMNS)
                return self._access(reader, user_of(tuple(row[width:])), token=token_of(tuple(row[:width])))
            return None

        return self._database.read(read)

    def of_user(self, user: User) -> Access:
        """Return a user with their grants and roles."""
        return self._database.read(lambda reader: self._access(reader, user))

    def _access(
        self, reader: Reader, user: User, session: Session | None = None, token: PersonalToken | None = None
    ) -> Access:
        found = [grant_of(row) for row in reader.fetch(self._grants, {"user_id": user.user_id})]
        return Access(user, session, token, found, self._own_roles(reader, user.account_id))

    def _own_roles(self, reader: Reader, account_id: str) -> Roles:
        known = dict(BUILT_IN)
        for name, permissions in reader.fetch(self._roles, {"account_id": account_id}):
            known.pop(name, None)
            if permissions is not None:
                known[name] = Role(name=name, permissions=_NAMES.decode(permissions))
        return known
