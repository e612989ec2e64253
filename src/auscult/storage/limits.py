"""Store of limits, and of what accounts and apps use."""

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.limits import Limits, Owner, Use, month_of, week_until
from auscult.domain.scoring.judging import Allowance
from auscult.storage.core.dialect import Dialect
from auscult.storage.core.repository import OfDatabase
from auscult.storage.core.tables.base import apps
from auscult.storage.core.tables.conversations import IS_BATCH, WAITS, batches, conversations
from auscult.storage.core.tables.operations import limits, use_days
from auscult.storage.core.tables.recordings import recordings

_LIMITS = msgspec.json.Decoder(Limits)
_JUDGE = ("judge_calls", "judge_tokens", "judge_cost")


class LimitStore(OfDatabase):
    """Limits and use of every account and app."""

    def all(self) -> dict[Owner, Limits]:
        """Return every limit that is set."""
        rows = self._database.rows(sa.select(limits))
        return {Owner(row.account_id, row.app_id): _LIMITS.decode(row.body) for row in rows}

    def save(self, owner: Owner, given: Limits) -> None:
        """Set the limits of an account or an app, in place of those before."""
        key = {"account_id": owner.account_id, "app_id": owner.app_id}
        body = msgspec.json.encode(given)
        mine = sa.and_(limits.c.account_id == owner.account_id, limits.c.app_id == owner.app_id)
        with self._database.writing() as connection:
            if given == Limits():
                connection.execute(sa.delete(limits).where(mine))
                return
            first = self._database.dialect.insert(limits).values(**key, body=body)
            connection.execute(
                first.on_conflict_do_update(index_elements=["account_id", "app_id"], set_={"body": body})
            )

    def owners(self) -> dict[str, str]:
        """Return the account of each app."""
        with self._database.reading() as connection:
            return {
                row.app_id: row.account_id for row in connection.execute(sa.select(apps.c.app_id, apps.c.account_id))
            }

    def waiting(self) -> dict[str, int]:
        """Return the conversations of each app that wait to be scored, those that are postponed left out."""
        query = (
            sa.select(apps.c.app_id, sa.func.sum(batches.c.size).label("n"))
            .join(apps, apps.c.app == batches.c.line)
            .where(sa.text(f"{WAITS} AND {IS_BATCH}"))
            .group_by(apps.c.app_id)
        )
        return {row.app_id: int(row.n) for row in self._database.rows(query)}

    def stored(self) -> dict[str, int]:
        """Return the bytes of each app's conversations and recordings.

        Sums are read along an index: half a second for two million conversations.
        """
        found: dict[str, int] = {}
        with self._database.reading() as connection:
            for table in (conversations, recordings):
                query = sa.select(apps.c.app_id, sa.func.sum(table.c.size).label("n"))
                query = query.join(apps, apps.c.app == table.c.app).group_by(apps.c.app_id)
                for row in connection.execute(query):
                    found[row.app_id] = found.get(row.app_id, 0) + int(row.n)
        return found

    def sound_ms(self, now: datetime) -> dict[str, int]:
        """Return the sound that each app received this month, in ms."""
        first, after = month_of(now)
        return self._sums("sound_ms", first, after)

    def uses(self, now: datetime) -> dict[str, Use]:
        """Return the use of each app, but for its storage."""
        today = now.date().isoformat()
        after = today + "~"  # behind today, and before tomorrow
        accepted = self._sums("conversations", week_until(now.date()), after)
        judged = {name: self._sums(name, today, after) for name in _JUDGE}
        waiting, sound = self.waiting(), self.sound_ms(now)
        return {
            app_id: Use(
                conversations=accepted.get(app_id, 0),
                waiting=waiting.get(app_id, 0),
                sound_ms=sound.get(app_id, 0),
                **{name: sums.get(app_id, 0) for name, sums in judged.items()},
            )
            for app_id in self.owners()
        }

    def reserve_judge(
        self, app_id: str, tokens: int, cost: int, allowances: Mapping[Owner, Allowance], day: str
    ) -> tuple[Owner, int, int] | None:
        """Reserve tokens and cost (in billionths) of an app's day; None where that is done.

        Otherwise return the owner whose allowance is exceeded, with what is used of it. Safe under concurrent calls:
        the day's rows of the account are locked.
        """
        own = sa.select(apps.c.app, apps.c.account_id).where(apps.c.app_id == app_id)
        with self._database.writing(is_shown=False) as connection:
            number, account_id = connection.execute(own).one()
            self._count(connection, number, day, judge_calls=0)  # committed, so that others see the row and lock it
        query = (
            sa.select(apps.c.app_id, use_days.c.judge_tokens, use_days.c.judge_cost)
            .join(apps, apps.c.app == use_days.c.app)
            .where(use_days.c.day == day, apps.c.account_id == account_id)
            .order_by(use_days.c.app)
            .with_for_update(of=use_days)
        )
        with self._database.writing(is_shown=False) as connection:
            rows = connection.execute(query).all()
            for owner, allowance in allowances.items():
                mine = [row for row in rows if owner.app_id in ("", row.app_id)]
                spent = sum(row.judge_tokens for row in mine), sum(row.judge_cost for row in mine)
                if not allowance.holds(spent[0] + tokens, spent[1] + cost):
                    return owner, *spent
            self._count(connection, number, day, judge_tokens=tokens, judge_cost=cost)
        return None

    def count_judge(self, app_id: str, day: str, *, calls: int, tokens: int, cost: int) -> None:
        """Add calls, tokens and cost of a day; negative ones release what was reserved."""
        with self._database.writing(is_shown=False) as connection:
            number = connection.scalar(sa.select(apps.c.app).where(apps.c.app_id == app_id))
            if number is not None:
                self._count(connection, number, day, judge_calls=calls, judge_tokens=tokens, judge_cost=cost)

    def _count(self, connection: Connection, app: int, day: str, **added: int) -> None:
        count_use(connection, self._database.dialect, app, day, **added)

    def _sums(self, name: str, first: str, after: str) -> dict[str, int]:
        """Return the sum of a column over the days from ``first``, before ``after``, of each app."""
        query = (
            sa.select(apps.c.app_id, sa.func.sum(use_days.c[name]).label("n"))
            .join(apps, apps.c.app == use_days.c.app)
            .where(use_days.c.day >= first, use_days.c.day < after)
            .group_by(apps.c.app_id)
        )
        return {row.app_id: int(row.n) for row in self._database.rows(query)}


def count_use(connection: Connection, dialect: Dialect, app: int, day: str | None = None, **added: int) -> None:
    """Add to the use of an app, by its number, of a day; of today where none is given."""
    day = day or datetime.now(UTC).date().isoformat()
    first = dialect.insert(use_days).values(day=day, app=app, **added)
    more = {name: use_days.c[name] + number for name, number in added.items()}
    connection.execute(first.on_conflict_do_update(index_elements=["day", "app"], set_=more))
