"""Rules of retention, legal holds, and the record of what was erased."""

import hmac
import uuid
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Connection

from auscult.domain.errors import ConflictError, NotFoundError, SettingsError
from auscult.domain.privacy.erasure_list import Erasure, Line
from auscult.domain.privacy.retention import Export, Hold, HoldKind, Kept, Left, Receipt, Rule, RunKind
from auscult.storage.access.apps import lock_app
from auscult.storage.access.signing_key import SigningKey
from auscult.storage.core.database import AnyRow, Database, write_many
from auscult.storage.core.instants import instant_of, ms_of, now_ms, optional_instant
from auscult.storage.core.rows import record_of
from auscult.storage.core.tables.base import apps
from auscult.storage.core.tables.privacy import access_log, erasure_runs, erasures, holds, retention_rules
from auscult.storage.privacy.log import ERASED_SENT, HOLDS_SENT, LIST_REFUSED, RESTORED, read_counter, set_counter

Elsewhere = Callable[[Sequence[Line]], None]
"""Writes lines to the list in a second place, all of them and through to the disk; raises ``SettingsError`` where it cannot."""

EXPORTED = "data.exported"
"""Action of log entries that record an export of an app's data."""
_IS_WHOLE = erasures.c.kind == "conversation"
_MOST_LISTED = 1_000
CUT_OFF_MS = 10 * 60 * 1000
"""After so long without an erasure, a run that has not ended was cut off: its transactions take seconds."""


class Counts(NamedTuple):
    """Counts of what an erasure reached: audits, coaching items that lost their texts, examples of forms, pins, deliveries by address."""

    audits: int = 0
    coachings: int = 0
    examples: int = 0
    pins: int = 0
    delivered: Mapping[str, int] = {}
    kind: Kept = "conversation"


class AppRetention:
    """Retention of one app's conversations, its holds, and its erasures."""

    def __init__(
        self, database: Database, app: int, app_id: str, signing: SigningKey, elsewhere: Elsewhere | None = None
    ) -> None:
        """Ids of erased conversations are kept as hashes under a key derived from ``signing``, and holds encrypted."""
        self._database = database
        self._app = app
        self._app_id = app_id
        self._signing = signing
        self.elsewhere = elsewhere

    def rules(self) -> list[Rule]:
        """Read the rules, by queue."""
        query = sa.select(retention_rules).where(retention_rules.c.app == self._app)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(retention_rules.c.queue, retention_rules.c.kind))
            return [record_of(Rule, row) for row in rows]

    def set_rule(self, queue: str, days: int | None, kind: Kept = "conversation") -> None:
        """Set the rule of a queue for conversations, or for a part of them; None removes it."""
        own = retention_rules.c.app == self._app
        mine = (own, retention_rules.c.queue == queue, retention_rules.c.kind == kind)
        with self._database.writing() as connection:
            connection.execute(sa.delete(retention_rules).where(*mine))
            if days is not None:
                row = {"app": self._app, "queue": queue, "kind": kind, "days": days}
                connection.execute(sa.insert(retention_rules).values(row))

    def place(self, kind: HoldKind, value: str, reason: str, by: str) -> int:
        """Place a hold, and return its number. Erasures that are under way either came before it or see it.

        Where there is a list in a second place, it is there first, so that no restore loses it. Raises ``SettingsError``.
        """
        row = {"app": self._app, "kind": kind, "value": value, "reason": reason, "placed_by": by, "placed_at": now_ms()}
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            placed = connection.execute(sa.insert(holds).values(row).returning(holds)).one()
            self._list(connection, placed)
            return placed.hold

    def lift(self, number: int, by: str) -> None:
        """Lift a hold. Raises ``NotFoundError`` where there is none of this number that is not lifted yet.

        The list in a second place has it afterwards: a restore in between places the hold again.
        """
        mine = (holds.c.app == self._app, holds.c.hold == number, holds.c.lifted_at.is_(None))
        lift = sa.update(holds).where(*mine).values(lifted_by=by, lifted_at=now_ms()).returning(holds)
        with self._database.writing() as connection:
            before = connection.execute(sa.select(holds).where(*mine)).one_or_none()
            lifted = connection.execute(lift).one_or_none()
            if before is None or lifted is None:
                raise NotFoundError(
                    "unknown hold {n}, or lifted already", n=number, code="hold.unknown", value=str(number)
                )
            if self.elsewhere is not None:
                self.elsewhere([self.line_of(_hold(before))])  # a list that cannot be written is found before
        with suppress(SettingsError), self._database.writing() as connection:  # what is missing is listed later
            self._list(connection, lifted)

    def _list(self, connection: Connection, row: AnyRow) -> None:
        """Write a hold to the list, and count that. What was erased before is there before: the hold is not on it."""
        if self.elsewhere is not None:
            erased = read_erased(connection, read_counter(connection, ERASED_SENT))
            self.elsewhere([*(line for _, line in erased), self.line_of(_hold(row))])
            set_counter(connection, self._database, HOLDS_SENT, read_counter(connection, HOLDS_SENT) + 1)

    def line_of(self, hold: Hold) -> Line:
        """Return the line of a hold, which names persons and is encrypted."""
        return Line(app=self._app_id, hold=self._fernet.encrypt(msgspec.json.encode(hold)).decode())

    def holds_of(self, lines: Iterable[Line]) -> list[Hold]:
        """Return the holds of the app's lines, as the last line has each. Those of another key are left out."""
        found: dict[tuple[str, str, datetime], Hold] = {}
        for line in lines:
            try:
                hold = msgspec.json.decode(self._fernet.decrypt(line.hold), type=Hold)
            except (InvalidToken, msgspec.DecodeError):
                continue
            key = (hold.kind, hold.value, hold.placed_at)
            found[key] = hold if hold.lifted_at is not None else found.get(key, hold)
        return list(found.values())

    def place_again(self, listed: Iterable[Hold]) -> int:
        """Place and lift the holds of a list as they were; return how many of them were not so."""
        changed = 0
        with self._database.writing() as connection:
            for hold in listed:
                names = {"kind": hold.kind, "value": hold.value, "placed_at": ms_of(hold.placed_at)}
                mine = (holds.c.app == self._app, *(holds.c[name] == value for name, value in names.items()))
                lifted = {"lifted_by": hold.lifted_by, "lifted_at": hold.lifted_at and ms_of(hold.lifted_at)}
                found = connection.execute(sa.select(holds.c.lifted_at).where(*mine)).first()
                if found is None:
                    rest = {"app": self._app, "reason": hold.reason, "placed_by": hold.placed_by}
                    connection.execute(sa.insert(holds).values(**names, **lifted, **rest))
                elif found.lifted_at is None and hold.lifted_at is not None:
                    connection.execute(sa.update(holds).where(*mine).values(**lifted))
                else:
                    continue
                changed += 1
        return changed

    @property
    def _fernet(self) -> Fernet:
        return Fernet(urlsafe_b64encode(hmac.digest(self._signing.value, b"holds", "sha256")))

    def hold(self, number: int) -> Hold:
        """Return a hold that is not lifted. Raises ``NotFoundError``."""
        found = next((each for each in self.holds() if each.number == number), None)
        if found is None:
            raise NotFoundError("unknown hold {n}, or lifted already", n=number, code="hold.unknown", value=str(number))
        return found

    def holds(self, *, is_all: bool = False) -> list[Hold]:
        """Read the holds, by number; those that were lifted only with ``is_all``."""
        with self._database.reading() as connection:
            return read_holds(connection, self._app, is_all=is_all)

    def stops(self) -> tuple[datetime | None, datetime | None]:
        """Return since when nothing is erased as the database was restored without its holds, and as its list refuses."""
        with self._database.reading() as connection:
            restored, refused = (read_counter(connection, name) for name in (RESTORED, LIST_REFUSED))
        return optional_instant(restored or None), optional_instant(refused or None)

    def begin(self, kind: RunKind, principal: str) -> tuple[int, str]:
        """Begin a run, and return its number and its id."""
        run_id = f"er-{uuid.uuid4()}"
        row = {
            "run_id": run_id,
            "app": self._app,
            "kind": kind,
            "principal": principal,
            "started_at": now_ms(),
            "held": 0,
        }
        with self._database.writing() as connection:
            number = connection.execute(sa.insert(erasure_runs).values(row).returning(erasure_runs.c.run)).scalar_one()
        return number, run_id

    def finish(self, run: int, held: int) -> None:
        """Record that a run is over, and how many conversations a hold kept."""
        with self._database.writing() as connection:
            its = sa.update(erasure_runs).where(erasure_runs.c.run == run)
            connection.execute(its.values(finished_at=now_ms(), held=held))

    def receipt(self, run_id: str) -> Receipt:
        """Read the receipt of a run, from what its transactions recorded. Raises ``NotFoundError``."""
        with self._database.reading() as connection:
            query = sa.select(erasure_runs).where(erasure_runs.c.app == self._app, erasure_runs.c.run_id == run_id)
            row = connection.execute(query).one_or_none()
            if row is None:
                raise NotFoundError("unknown run {value}", code="run.unknown", value=run_id)
            erased = connection.execute(sa.select(erasures).where(erasures.c.run == row.run)).all()
            left = Left(exports=self._exports(connection, row.started_at), webhooks=_delivered(erased))
        parts = Counter(each.kind for each in erased)
        whole = parts.pop("conversation", 0)
        return record_of(
            Receipt,
            row,
            id=row.run_id,
            app_id=self._app_id,
            erased=whole,
            audits=sum(each.audits for each in erased),
            coachings=sum(each.coachings for each in erased),
            examples=sum(each.examples for each in erased),
            pins=sum(each.pins for each in erased),
            parts=dict(parts),
            webhook_deliveries=sum(each.deliveries for each in erased),
            exports=len(left.exports),
            left=left,
        )

    def exports(self, before: datetime) -> tuple[Export, ...]:
        """Return the exports of the app before an instant that the log knows of, the newest first."""
        with self._database.reading() as connection:
            return self._exports(connection, ms_of(before))

    def _exports(self, connection: Connection, before: int) -> tuple[Export, ...]:
        """Return the exports of the app that the log knows of, the newest first."""
        its = (access_log.c.app_id == self._app_id, access_log.c.action == EXPORTED, access_log.c.at < before)
        query = sa.select(access_log).where(*its).order_by(access_log.c.entry.desc()).limit(_MOST_LISTED)
        return tuple(
            Export(at=instant_of(each.at), principal=each.principal, what=each.target or "")
            for each in connection.execute(query)
        )

    def runs(self) -> list[str]:
        """Return the ids of all runs, the newest first."""
        query = sa.select(erasure_runs.c.run_id).where(erasure_runs.c.app == self._app)
        return list(self._database.values(query.order_by(erasure_runs.c.run.desc())))

    def key_of(self, conversation_id: str) -> bytes:
        """Return the keyed hash under which an erased conversation is known."""
        return hmac.digest(self._signing.value, f"erased\n{self._app_id}\n{conversation_id}".encode(), "sha256")

    def erased(self) -> list[Erasure]:
        """Read every erasure of a conversation."""
        query = sa.select(erasures.c.key_hash, erasures.c.at).where(erasures.c.app == self._app, _IS_WHOLE)
        return [Erasure(bytes(key), at) for key, at in self._database.rows(query)]

    def record_again(self, done: Iterable[Erasure]) -> None:
        """Record erasures that a list has and a restored database lacks, so that the next restore knows them."""
        with self._database.writing() as connection:
            record_erasures(connection, self._app, {each: Counts() for each in done}, None)

    def end_cut_off(self, now: int) -> None:
        """End the runs whose process was killed, at the instant of their last erasure. One that goes on ends itself again."""
        last = sa.select(sa.func.max(erasures.c.at)).where(erasures.c.run == erasure_runs.c.run).scalar_subquery()
        until = sa.func.coalesce(last, erasure_runs.c.started_at)
        its = (erasure_runs.c.app == self._app, erasure_runs.c.finished_at.is_(None), until < now - CUT_OFF_MS)
        with self._database.writing() as connection:
            connection.execute(sa.update(erasure_runs).where(*its).values(finished_at=until))


def read_erased(connection: Connection, after: int) -> list[tuple[int, Line]]:
    """Read the erasures of whole conversations after a number, of every app: numbers, in order, and lines of the list."""
    query = (
        sa.select(erasures.c.erasure, apps.c.app_id, erasures.c.key_hash, erasures.c.at)
        .join(apps, apps.c.app == erasures.c.app)
        .where(erasures.c.erasure > after, _IS_WHOLE)
        .order_by(erasures.c.erasure)
    )
    rows = connection.execute(query)
    return [(number, Line(app=app_id, key=bytes(key).hex(), at=at)) for number, app_id, key, at in rows]


def count_hold_events(connection: Connection) -> int:
    """Count how often a hold was placed or lifted, in every app."""
    placed, lifted = connection.execute(sa.select(sa.func.count(), sa.func.count(holds.c.lifted_at))).one()
    return placed + lifted


def refuse_restored(connection: Connection) -> None:
    """Refuse to erase where the database was restored without its holds: ``ConflictError``."""
    at = read_counter(connection, RESTORED)
    if at:
        raise ConflictError(
            "erasures wait since the restore of {when}, as holds may be missing; compare the holds, then run `auscult retention resume`",
            when=f"{instant_of(at):%Y-%m-%d %H:%M} UTC",
            code="erasures.restored",
        )


def read_holds(connection: Connection, app: int, *, is_all: bool = False) -> list[Hold]:
    """Read the holds of an app, by number."""
    query = sa.select(holds).where(holds.c.app == app).order_by(holds.c.hold)
    if not is_all:
        query = query.where(holds.c.lifted_at.is_(None))
    return [_hold(row) for row in connection.execute(query)]


def record_erasures(connection: Connection, app: int, erased: Mapping[Erasure, Counts], run: int | None) -> None:
    """Record erasures, each under the keyed hash of a conversation's id, in the transaction that erases."""
    rows = [
        {
            "run": run,
            "app": app,
            "key_hash": each.key,
            "kind": counts.kind,
            "audits": counts.audits,
            "coachings": counts.coachings,
            "examples": counts.examples,
            "pins": counts.pins,
            "deliveries": sum(counts.delivered.values()),
            "delivered_to": msgspec.json.encode(counts.delivered).decode() if counts.delivered else None,
            "at": each.at,
        }
        for each, counts in erased.items()
    ]
    write_many(connection, sa.insert(erasures), rows)


def _delivered(erased: Sequence[AnyRow]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for each in erased:
        total.update(msgspec.json.decode(each.delivered_to or "{}", type=dict[str, int]))
    return dict(total)


def _hold(row: AnyRow) -> Hold:
    return record_of(Hold, row, number=row.hold)
