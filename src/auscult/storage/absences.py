"""Store of absences, of the users of an account."""

from datetime import date, timedelta

import msgspec
import sqlalchemy as sa

from auscult.domain.absences import MOST, Absence, Away
from auscult.domain.errors import ConflictError, coded, unknown
from auscult.domain.privacy.log import Draft
from auscult.storage.core.database import AnyRow, AnySelect, Database
from auscult.storage.core.instants import ms_of
from auscult.storage.core.rows import record_of
from auscult.storage.core.tables.people import absences, users
from auscult.storage.core.text_validation import is_storable
from auscult.storage.privacy.log import append_entry

_ONE_DAY = timedelta(days=1)


class AccountAbsences:
    """The absences of the users of one account: a person who is away is so in every app of it."""

    def __init__(self, database: Database, account_id: str) -> None:
        """Made by ``Store``."""
        self._database = database
        self._account_id = account_id

    def listing(self, since: date, person: str | None = None) -> list[Absence]:
        """Return the absences that end on a day or later, of one person or of all, by first day."""
        if not is_storable(person or ""):
            return []
        query = _of(self._account_id).where(absences.c.until >= since.isoformat())
        if person is not None:
            query = query.where(users.c.email == person)
        rows = self._database.rows(query.order_by(absences.c.since, absences.c.absence))
        return [_absence(row) for row in rows]

    def away(self, day: date) -> Away:
        """Return the people who are away on a day, each with the last day before they are back."""
        found: dict[str, date] = {}
        for each in self.listing(day):  # by first day, so that one that follows extends the one before
            if each.covers(day) or (each.person in found and each.since <= found[each.person] + _ONE_DAY):
                found[each.person] = max(each.until, found.get(each.person, each.until))
        return found

    def agents_away(self, day: date) -> Away:
        """Return the agents who are away on a day, by agent id, each with the last day before they are back."""
        away = self.away(day)
        if not away:
            return {}
        query = sa.select(users.c.email, users.c.agent_ids).where(users.c.account_id == self._account_id)
        rows = self._database.rows(query.where(users.c.email.in_(sorted(away))))
        return {agent: away[row.email] for row in rows for agent in msgspec.json.decode(row.agent_ids, type=list[str])}

    def get(self, absence_id: str) -> Absence | None:
        """Return an absence; None where there is none."""
        query = _of(self._account_id).where(absences.c.absence_id == absence_id)
        return self._database.named(query, absence_id, _absence)

    def add(self, made: Absence, entry: Draft) -> None:
        """Store an absence, with its line of the access log; one of the same days again changes nothing.

        Raises ``NotFoundError`` ``user.unknown``; ``ConflictError`` ``absence.too_many``.
        """
        whose = sa.select(users.c.user).where(users.c.account_id == self._account_id, users.c.email == made.person)
        days = (absences.c.since == made.since.isoformat(), absences.c.until == made.until.isoformat())
        with self._database.writing() as connection:
            number = connection.scalar(whose.with_for_update()) if is_storable(made.person) else None
            if number is None:
                raise unknown("user", made.person)
            same = (absences.c.user == number, *days, absences.c.note == made.note)
            if connection.scalar(sa.select(absences.c.absence).where(*same).limit(1)) is not None:
                return
            ahead = (absences.c.user == number, absences.c.until >= made.made_at.date().isoformat())
            if (connection.scalar(sa.select(sa.func.count()).select_from(absences).where(*ahead)) or 0) >= MOST:
                message = coded("a person has at most {most} absences that have not ended; remove one", most=MOST)
                raise ConflictError(message, code="absence.too_many", field="person", value=made.person)
            row = {
                "absence_id": made.absence_id,
                "user": number,
                "since": made.since.isoformat(),
                "until": made.until.isoformat(),
                "note": made.note,
                "made_by": made.by,
                "made_at": ms_of(made.made_at),
            }
            connection.execute(sa.insert(absences).values(row))
            append_entry(connection, self._database, entry)

    def remove(self, absence: Absence, entry: Draft) -> None:
        """Remove an absence, with its line of the access log; removing it again changes nothing."""
        mine = absences.c.absence_id == absence.absence_id
        with self._database.writing() as connection:
            if connection.execute(sa.delete(absences).where(mine)).rowcount:
                append_entry(connection, self._database, entry)


def _of(account_id: str) -> AnySelect:
    query = sa.select(absences, users.c.email.label("person")).join(users, users.c.user == absences.c.user)
    return query.where(users.c.account_id == account_id)


def _absence(row: AnyRow) -> Absence:
    return record_of(
        Absence, row, since=date.fromisoformat(row.since), until=date.fromisoformat(row.until), by=row.made_by
    )
