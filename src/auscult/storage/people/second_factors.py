"""Second factors: secrets encrypted with the database's key, used time steps, and hashes of recovery codes."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Connection

from auscult.domain.errors import ConflictError, SettingsError
from auscult.domain.people.second_factors import SecondFactor
from auscult.storage.core.database import Database
from auscult.storage.core.instants import instant_of, ms_of
from auscult.storage.core.tables.people import recovery_codes, second_factors, users
from auscult.storage.people.users import number_of


class SecondFactors:
    """The second factors of every user."""

    def __init__(self, database: Database, secret_key: bytes) -> None:
        """Made by ``People``."""
        self._database = database
        self._lock = Fernet(secret_key)

    def get(self, user_id: str) -> SecondFactor | None:
        """Return a user's second factor, confirmed or not. Raises ``SettingsError`` where the key does not open it."""
        left = sa.select(sa.func.count()).where(
            recovery_codes.c.user == second_factors.c.user, recovery_codes.c.used_at.is_(None)
        )
        query = (
            sa.select(
                second_factors.c.secret,
                second_factors.c.confirmed_at,
                second_factors.c.last_step,
                left.scalar_subquery().label("left"),
            )
            .join(users, users.c.user == second_factors.c.user)
            .where(users.c.user_id == user_id)
        )
        row = self._database.row(query)
        if row is None:
            return None
        secret, confirmed_at, last_step, codes_left = row
        return SecondFactor(
            secret=self._open(bytes(secret)),
            confirmed_at=None if confirmed_at is None else instant_of(confirmed_at),
            last_step=last_step,
            codes_left=codes_left,
        )

    def begin(self, user_id: str, secret: str, at: datetime) -> None:
        """Store a secret that waits to be confirmed, in place of an earlier one that waits.

        Raises ``ConflictError`` ``second_factor.in_force``, ``NotFoundError`` ``user.unknown``.
        """
        row = {"secret": self._lock.encrypt(secret.encode()), "begun_at": ms_of(at)}
        with self._database.writing() as connection:
            number = number_of(connection, user_id)
            waiting = second_factors.c.user == number, second_factors.c.confirmed_at.is_(None)
            connection.execute(sa.delete(second_factors).where(*waiting))
            made = self._database.dialect.insert(second_factors).values(user=number, **row)
            once = made.on_conflict_do_nothing(index_elements=["user"]).returning(second_factors.c.user)
            if connection.scalar(once) is None:
                raise in_force()

    def confirm(self, user_id: str, step: int, at: datetime, hashes: Iterable[str]) -> None:
        """Put a waiting second factor in force, with recovery codes. Raises ``ConflictError`` where none waits."""
        with self._database.writing() as connection:
            number = number_of(connection, user_id)
            mine = sa.update(second_factors).where(
                second_factors.c.user == number, second_factors.c.confirmed_at.is_(None)
            )
            if not connection.execute(mine.values(confirmed_at=ms_of(at), last_step=step)).rowcount:
                raise in_force()
            _replace_codes(connection, number, hashes)

    def use_step(self, user_id: str, step: int) -> bool:
        """Use the code of a time step, once over all servers: return False for it and for earlier ones afterwards."""
        mine = sa.update(second_factors).where(
            second_factors.c.user == _number(user_id),
            second_factors.c.confirmed_at.is_not(None),
            sa.or_(second_factors.c.last_step.is_(None), second_factors.c.last_step < step),
        )
        with self._database.writing() as connection:
            return connection.execute(mine.values(last_step=step)).rowcount == 1

    def use_recovery_code(self, user_id: str, hash_: str, at: datetime) -> bool:
        """Use a recovery code up; return whether it was one that was not used."""
        mine = sa.update(recovery_codes).where(
            recovery_codes.c.user == _number(user_id),
            recovery_codes.c.hash == hash_,
            recovery_codes.c.used_at.is_(None),
        )
        with self._database.writing() as connection:
            return connection.execute(mine.values(used_at=ms_of(at))).rowcount == 1

    def replace_recovery_codes(self, user_id: str, hashes: Iterable[str]) -> None:
        """Store recovery codes in place of all earlier ones."""
        with self._database.writing() as connection:
            _replace_codes(connection, number_of(connection, user_id), hashes)

    def remove(self, user_id: str) -> bool:
        """Remove a user's second factor with its recovery codes; return whether one was in force."""
        with self._database.writing() as connection:
            number = number_of(connection, user_id)
            connection.execute(sa.delete(recovery_codes).where(recovery_codes.c.user == number))
            mine = sa.delete(second_factors).where(second_factors.c.user == number)
            return connection.scalar(mine.returning(second_factors.c.confirmed_at)) is not None

    def enrolled(self) -> frozenset[str]:
        """Return the ids of the users whose second factor is in force."""
        query = sa.select(users.c.user_id).join(second_factors, second_factors.c.user == users.c.user)
        return frozenset(self._database.values(query.where(second_factors.c.confirmed_at.is_not(None))))

    def _open(self, sealed: bytes) -> str:
        try:
            return self._lock.decrypt(sealed).decode()
        except InvalidToken as error:
            raise SettingsError(
                "the secret key does not open this database's secrets; give the key that it was made with",
                code="secret_key.wrong",
                field="secret_key",
            ) from error


def in_force() -> ConflictError:
    """Return the error of an enrolment where the second factor is in force, or none waits to be confirmed."""
    return ConflictError(
        "no second factor waits to be confirmed; begin again, or remove the one in force first",
        code="second_factor.in_force",
    )


def _number(user_id: str) -> sa.ScalarSelect[int]:
    return sa.select(users.c.user).where(users.c.user_id == user_id).scalar_subquery()


def _replace_codes(connection: Connection, number: int, hashes: Iterable[str]) -> None:
    connection.execute(sa.delete(recovery_codes).where(recovery_codes.c.user == number))
    connection.execute(sa.insert(recovery_codes), [{"user": number, "hash": each} for each in hashes])
