"""Sessions, personal tokens, links that sign in once, and failed tries. Secrets are stored by their hashes."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from auscult.domain.errors import NotFoundError
from auscult.domain.people.sessions import SEEN_EVERY, PersonalToken, Session
from auscult.storage.core.database import AnyRow
from auscult.storage.core.instants import instant_of, ms_of
from auscult.storage.core.repository import OfDatabase
from auscult.storage.core.rows import columns_of
from auscult.storage.core.tables.people import personal_tokens, sessions, sign_in_failures, sign_in_links, users
from auscult.storage.core.text_validation import is_storable
from auscult.storage.people.users import number_of

SESSION_COLUMNS = (
    sessions.c.session_id,
    users.c.user_id,
    sessions.c.method,
    sessions.c.created_at,
    sessions.c.seen_at,
    sessions.c.ends_at,
    sessions.c.ended_at,
    sessions.c.address,
    sessions.c.agent,
)
TOKEN_COLUMNS = (
    personal_tokens.c.token_id,
    users.c.user_id,
    personal_tokens.c.name,
    personal_tokens.c.created_at,
    personal_tokens.c.ends_at,
    personal_tokens.c.revoked_at,
)


class Sessions(OfDatabase):
    """The sessions of every user."""

    def add(self, session: Session, hash_: str) -> None:
        """Store a new session under the hash of its secret. Raises ``NotFoundError`` ``user.unknown``."""
        row = columns_of(sessions, session, hash=hash_)
        with self._database.writing() as connection:
            connection.execute(sa.insert(sessions).values(user=number_of(connection, session.user_id), **row))

    def see(self, session: Session, at: datetime) -> None:
        """Write that a session was used at an instant, at most once in ``SEEN_EVERY``; not while the disk is full."""
        if at < session.seen_at + SEEN_EVERY:
            return
        mine = sa.update(sessions).where(sessions.c.session_id == session.session_id, sessions.c.seen_at < ms_of(at))
        try:
            with self._database.writing(is_shown=False) as connection:
                connection.execute(mine.values(seen_at=ms_of(at)))
        except DBAPIError as error:
            if self._database.trouble_of(error) != "full":
                raise

    def by_hash(self, hash_: str) -> Session | None:
        """Return the session of this hash, ended or not."""
        query = sa.select(*SESSION_COLUMNS).join(users, users.c.user == sessions.c.user)
        row = self._database.row(query.where(sessions.c.hash == hash_))
        return None if row is None else session_of(row)

    def of_user(self, user_id: str) -> list[Session]:
        """Return all sessions of a user, the newest first."""
        query = sa.select(*SESSION_COLUMNS).join(users, users.c.user == sessions.c.user)
        query = query.where(users.c.user_id == user_id).order_by(sessions.c.session.desc())
        return [session_of(row) for row in self._database.rows(query)]

    def end(self, user_id: str, at: datetime, session_id: str | None = None, but: str | None = None) -> int:
        """End one session of a user, or all of them ``but`` one. Returns how many were ended."""
        mine = sa.update(sessions).where(
            sessions.c.user == sa.select(users.c.user).where(users.c.user_id == user_id).scalar_subquery(),
            sessions.c.ended_at.is_(None),
        )
        if session_id is not None:
            if not is_storable(session_id):
                return 0
            mine = mine.where(sessions.c.session_id == session_id)
        if but is not None:
            mine = mine.where(sessions.c.session_id != but)
        with self._database.writing() as connection:
            return connection.execute(mine.values(ended_at=ms_of(at))).rowcount

    def origins(self, since: datetime, most: int) -> list[tuple[str, int]]:
        """Return network addresses of sessions opened since, with how many users each had; links left out."""
        its = sa.func.count(sa.distinct(sessions.c.user))
        query = sa.select(sessions.c.address, its).group_by(sessions.c.address).order_by(its.desc()).limit(most)
        query = query.where(
            sessions.c.created_at >= ms_of(since), sessions.c.address.is_not(None), sessions.c.method != "link"
        )
        return [(address, number) for address, number in self._database.rows(query)]

    def forget(self, before: datetime) -> int:
        """Delete sessions that ended before an instant. Returns how many."""
        old = sa.func.coalesce(sessions.c.ended_at, sessions.c.ends_at) < ms_of(before)
        with self._database.writing() as connection:
            return connection.execute(sa.delete(sessions).where(old)).rowcount


class PersonalTokens(OfDatabase):
    """The personal tokens of every user."""

    def add(self, token: PersonalToken, hash_: str) -> None:
        """Store a new token under the hash of its secret. Raises ``NotFoundError`` ``user.unknown``."""
        row: dict[str, Any] = {
            "token_id": token.token_id,
            "hash": hash_,
            "name": token.name,
            "created_at": ms_of(token.created_at),
            "ends_at": ms_of(token.ends_at),
        }
        with self._database.writing() as connection:
            connection.execute(sa.insert(personal_tokens).values(user=number_of(connection, token.user_id), **row))

    def of_user(self, user_id: str) -> list[PersonalToken]:
        """Return all personal tokens of a user, the oldest first."""
        query = sa.select(*TOKEN_COLUMNS).join(users, users.c.user == personal_tokens.c.user)
        query = query.where(users.c.user_id == user_id).order_by(personal_tokens.c.token)
        return [token_of(row) for row in self._database.rows(query)]

    def revoke(self, user_id: str, token_id: str, at: datetime) -> None:
        """End a user's token; a second time changes nothing. Raises ``NotFoundError`` ``token.unknown``."""
        when = sa.func.coalesce(personal_tokens.c.revoked_at, ms_of(at))
        mine = sa.update(personal_tokens).where(
            personal_tokens.c.token_id == token_id,
            personal_tokens.c.user == sa.select(users.c.user).where(users.c.user_id == user_id).scalar_subquery(),
        )
        ended = 0
        if is_storable(token_id):
            with self._database.writing() as connection:
                ended = connection.execute(mine.values(revoked_at=when)).rowcount
        if not ended:
            raise NotFoundError("unknown personal token {value!r}", code="token.unknown", field="token", value=token_id)


class SignInLinks(OfDatabase):
    """Links that sign a user in once."""

    def add(self, user_id: str, hash_: str, ends_at: datetime, *, is_for_here: bool) -> None:
        """Store a new link under the hash of its secret; ``is_for_here``: from this machine alone. Raises ``NotFoundError`` ``user.unknown``."""
        with self._database.writing() as connection:
            row = {
                "hash": hash_,
                "user": number_of(connection, user_id),
                "ends_at": ms_of(ends_at),
                "is_for_here": is_for_here,
            }
            connection.execute(sa.insert(sign_in_links).values(row))

    def use(self, hash_: str, at: datetime, *, is_here: bool) -> str | None:
        """Use a link up, and return the id of its user; None where it is unknown, used, over or not for elsewhere."""
        mine = (
            sa.update(sign_in_links)
            .where(
                sign_in_links.c.hash == hash_,
                sign_in_links.c.used_at.is_(None),
                sign_in_links.c.ends_at > ms_of(at),
                sa.or_(sign_in_links.c.is_for_here.is_(False), sa.literal(is_here)),
            )
            .values(used_at=ms_of(at))
            .returning(sign_in_links.c.user)
        )
        with self._database.writing() as connection:
            number = connection.scalar(mine)
            if number is None:
                return None
            return connection.scalar(sa.select(users.c.user_id).where(users.c.user == number))


class SignInFailures(OfDatabase):
    """Counts of failed sign-ins, shared by every process that serves."""

    def count(self, keys: Iterable[str], at: datetime) -> dict[str, tuple[int, datetime]]:
        """Return how many tries failed in the window of each key, and when it ends; nothing of a key without any."""
        query = sa.select(sign_in_failures).where(
            sign_in_failures.c.key.in_(list(keys)), sign_in_failures.c.until > ms_of(at)
        )
        return {row.key: (row.failures, instant_of(row.until)) for row in self._database.rows(query)}

    def number_of(self, prefix: str, least: int, at: datetime) -> int:
        """Return how many keys with this beginning have at least ``least`` failures in their window."""
        query = sa.select(sa.func.count()).where(
            sign_in_failures.c.key.startswith(prefix, autoescape=True),
            sign_in_failures.c.failures >= least,
            sign_in_failures.c.until > ms_of(at),
        )
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one()

    def add(self, windows: Mapping[str, datetime], at: datetime) -> None:
        """Count one failure more of each key; the value is the end of its window if it is the first. Old ones go."""
        more = {"failures": sign_in_failures.c.failures + 1}
        with self._database.writing() as connection:
            connection.execute(sa.delete(sign_in_failures).where(sign_in_failures.c.until <= ms_of(at)))
            for key, until in sorted(windows.items()):  # in one order, so that no two wait for each other
                row = {"key": key, "failures": 1, "until": ms_of(until)}
                counted = self._database.dialect.insert(sign_in_failures).values(row)
                connection.execute(counted.on_conflict_do_update(index_elements=["key"], set_=more))

    def clear(self, keys: Iterable[str]) -> None:
        """Forget the failures of keys."""
        with self._database.writing() as connection:
            connection.execute(sa.delete(sign_in_failures).where(sign_in_failures.c.key.in_(list(keys))))


def session_of(row: AnyRow | tuple[Any, ...]) -> Session:
    """Return the session of a row of ``SESSION_COLUMNS``."""
    session_id, user_id, method, created_at, seen_at, ends_at, ended_at, address, agent = row
    return Session(
        session_id=session_id,
        user_id=user_id,
        method=method,
        created_at=instant_of(created_at),
        seen_at=instant_of(seen_at),
        ends_at=instant_of(ends_at),
        ended_at=None if ended_at is None else instant_of(ended_at),
        address=address,
        agent=agent,
    )


def token_of(row: AnyRow | tuple[Any, ...]) -> PersonalToken:
    """Return the personal token of a row of ``TOKEN_COLUMNS``."""
    token_id, user_id, name, created_at, ends_at, revoked_at = row
    return PersonalToken(
        token_id=token_id,
        user_id=user_id,
        name=name,
        created_at=instant_of(created_at),
        ends_at=instant_of(ends_at),
        revoked_at=None if revoked_at is None else instant_of(revoked_at),
    )
