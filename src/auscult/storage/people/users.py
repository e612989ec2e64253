"""Users and their passwords. Their rights are in ``grants.py``."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from auscult.domain.errors import ConflictError, NotFoundError
from auscult.domain.people.users import User, UserState
from auscult.storage.core.database import AnyRow
from auscult.storage.core.instants import instant_of, ms_of
from auscult.storage.core.repository import OfDatabase
from auscult.storage.core.rows import columns_of
from auscult.storage.core.tables.people import credentials, personal_tokens, sessions, users
from auscult.storage.core.text_validation import is_storable

USER_COLUMNS = (
    users.c.user_id,
    users.c.account_id,
    users.c.email,
    users.c.name,
    users.c.state,
    users.c.agent_ids,
    users.c.is_break_glass,
    users.c.issuer,
    users.c.subject,
    users.c.created_at,
)

_ALL = sa.select(*USER_COLUMNS).order_by(users.c.email)
_OF_ACCOUNT = _ALL.where(users.c.account_id == sa.bindparam("account_id"))


class Users(OfDatabase):
    """The users of every account."""

    def add(self, user: User, password_hash: str | None = None) -> None:
        """Store a new user. Raises ``ConflictError`` ``user.conflict`` where the e-mail address is taken."""
        row = columns_of(
            users,
            user,
            agent_ids=_json(user.agent_ids),
            issuer=user.subject[0] if user.subject else None,
            subject=user.subject[1] if user.subject else None,
        )
        try:
            with self._database.writing() as connection:
                number = connection.execute(sa.insert(users).values(row).returning(users.c.user)).scalar_one()
                if password_hash is not None:
                    self._set_password(connection, number, password_hash, user.created_at)
        except IntegrityError as error:
            raise _conflict(user.email) from error

    def by_email(self, email: str) -> User | None:
        """Return the user of a normalised e-mail address."""
        return self._one(users.c.email == email) if is_storable(email) else None

    def by_id(self, user_id: str) -> User | None:
        """Return the user of an id."""
        return self._one(users.c.user_id == user_id) if is_storable(user_id) else None

    def by_subject(self, issuer: str, subject: str) -> User | None:
        """Return the user with this subject at an issuer of single sign-on."""
        if not is_storable(issuer) or not is_storable(subject):
            return None
        return self._one((users.c.issuer == issuer) & (users.c.subject == subject))

    def password_hash(self, user_id: str) -> str | None:
        """Return the hash of a user's password; None where none is set."""
        query = (
            sa.select(credentials.c.hash)
            .join(users, users.c.user == credentials.c.user)
            .where(users.c.user_id == user_id)
        )
        return self._database.value(query)

    def set_password(self, user_id: str, password_hash: str, at: datetime) -> None:
        """Set a user's password. Raises ``NotFoundError`` ``user.unknown``."""
        with self._database.writing() as connection:
            self._set_password(connection, number_of(connection, user_id), password_hash, at)

    def update(  # noqa: PLR0913  (columns)
        self,
        user_id: str,
        *,
        email: str | None = None,
        name: str | None = None,
        agent_ids: Iterable[str] | None = None,
        subject: tuple[str, str] | None = None,
        is_break_glass: bool | None = None,
    ) -> None:
        """Change what is given of a user. Raises ``NotFoundError`` ``user.unknown``, ``ConflictError`` ``user.conflict``."""
        values: dict[str, Any] = {
            "email": email,
            "name": name,
            "agent_ids": None if agent_ids is None else _json(agent_ids),
            "issuer": subject and subject[0],
            "subject": subject and subject[1],
            "is_break_glass": None if is_break_glass is None else int(is_break_glass),
        }
        given = {column: value for column, value in values.items() if value is not None}
        try:
            with self._database.writing() as connection:
                number = number_of(connection, user_id)
                if given:
                    connection.execute(sa.update(users).where(users.c.user == number).values(given))
        except IntegrityError as error:
            raise _conflict(email or "") from error

    def listing(self, account_id: str | None = None) -> list[User]:
        """Return the users of an account, or of all, by e-mail address."""
        if account_id is None:
            return [user_of(row) for row in self._database.fetch(_ALL)]
        return [user_of(row) for row in self._database.fetch(_OF_ACCOUNT, account_id=account_id)]

    def count(self) -> int:
        """Return the number of users."""
        return self._database.value(sa.select(sa.func.count()).select_from(users)) or 0

    def _one(self, condition: sa.ColumnElement[bool]) -> User | None:
        row = self._database.row(sa.select(*USER_COLUMNS).where(condition))
        return None if row is None else user_of(row)

    def _set_password(self, connection: Connection, number: int, password_hash: str, at: datetime) -> None:
        row = {"user": number, "hash": password_hash, "set_at": ms_of(at)}
        kept = self._database.dialect.insert(credentials).values(row)
        changed = {"hash": kept.excluded.hash, "set_at": kept.excluded.set_at}
        connection.execute(kept.on_conflict_do_update(index_elements=["user"], set_=changed))


def _conflict(email: str) -> ConflictError:
    return ConflictError(
        "the e-mail address {value} belongs to another user; give another address",
        code="user.conflict",
        field="email",
        value=email,
    )


def number_of(connection: Connection, user_id: str) -> int:
    """Return the number of a user. Raises ``NotFoundError`` ``user.unknown``."""
    query = sa.select(users.c.user).where(users.c.user_id == user_id)
    found = connection.scalar(query) if is_storable(user_id) else None
    if found is None:
        raise unknown_user(user_id)
    return found


def unknown_user(named: str) -> NotFoundError:
    """Return the error about a user that does not exist."""
    return NotFoundError("unknown user {value!r}", code="user.unknown", field="user", value=named)


def set_state(connection: Connection, number: int, state: UserState, at: datetime) -> None:
    """Set the state of a user. A disabled user's sessions and tokens end."""
    connection.execute(sa.update(users).where(users.c.user == number).values(state=state))
    if state == "disabled":
        for table, column in ((sessions, "ended_at"), (personal_tokens, "revoked_at")):
            mine = sa.update(table).where(table.c.user == number, table.c[column].is_(None))
            connection.execute(mine.values({column: ms_of(at)}))


def user_of(row: AnyRow | tuple[Any, ...]) -> User:
    """Return the user of a row of ``USER_COLUMNS``."""
    user_id, account_id, email, name, state, agent_ids, is_break_glass, issuer, subject, created_at = row
    return User(
        user_id=user_id,
        account_id=account_id,
        email=email,
        name=name,
        state=state,
        agent_ids=msgspec.json.decode(agent_ids, type=frozenset[str]),
        is_break_glass=bool(is_break_glass),
        subject=None if subject is None else (issuer, subject),
        created_at=instant_of(created_at),
    )


def _json(names: Iterable[str]) -> str:
    return msgspec.json.encode(sorted(set(names))).decode()
