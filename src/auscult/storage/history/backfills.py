"""Backfills over the conversations of one app: their division into chunks, and the result of each."""

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.errors import ConflictError
from auscult.domain.history.backfills import Backfill, BackfillKind, BackfillScope, ChunkRange, Rescored
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.domain.tenancy import Tenant
from auscult.storage.access.apps import lock_app
from auscult.storage.conversations.evaluated import read_recorded, recorded_query
from auscult.storage.conversations.evaluations import EvaluationReader
from auscult.storage.core.chunk_results import without
from auscult.storage.core.database import AnyRow, AnySelect, Database, write_many
from auscult.storage.core.instants import instant_of, now_ms
from auscult.storage.core.tables.conversations import conversations
from auscult.storage.core.tables.history import sweep_mentions, sweep_portions, sweeps
from auscult.storage.core.text_validation import is_storable
from auscult.storage.history.rescores import write_rescored

MOST_BYTES = 4_000_000
"""Of conversations in one stretch, together. One conversation may be longer; it is then alone in its stretch."""

_PREFIXES: Mapping[BackfillKind, str] = {"rescore": "rs", "backtest": "bt"}
_ROWS_AT_ONCE = 10_000
_MOST_REASONS = 5
_FACTOR, _MODULUS = 2654435761, 2**32
"""A number times the first, modulo the second: numbers that follow each other are spread out, and none falls on another."""

_place = sa.tuple_(conversations.c.started_at, conversations.c.conversation)
_spread = (conversations.c.conversation * sa.literal(_FACTOR, sa.BigInteger())) % sa.literal(_MODULUS, sa.BigInteger())


class AppBackfills:
    """The sweeps of one app."""

    def __init__(self, database: Database, tenant: Tenant, app: int, reader: EvaluationReader) -> None:
        """``app`` is the app's number."""
        self._database = database
        self._tenant = tenant
        self._app = app
        self._reader = reader

    def stretches(self, scope: BackfillScope, size: int) -> list[ChunkRange]:
        """Cut conversations that are stored now into stretches of at most ``size``, fewer where they are long."""
        within = (
            conversations.c.app == self._app,
            conversations.c.started_at >= scope.since_ms,
            conversations.c.started_at < scope.until_ms,
        )
        query = (
            sa.select(conversations.c.started_at, conversations.c.conversation, conversations.c.size)
            .order_by(conversations.c.started_at, conversations.c.conversation)
            .execution_options(yield_per=_ROWS_AT_ONCE)
        )
        with self._database.comparing() as connection:  # which rows read in portions need on a server
            sieve = _sieve_for(connection, within, scope.sample)
            through = () if sieve is None else (_spread <= sieve,)
            return list(_cut(connection.execute(query.where(*within, *through)), size, sieve))

    def cases(self, stretch: ChunkRange) -> list[EvaluatedConversation]:
        """The conversations of a stretch with what was decided about them; without those that wait or have no words."""
        query = (
            recorded_query(self._app)
            .where(
                conversations.c.started_at.between(stretch.first[0], stretch.last[0]),
                _place >= stretch.first,
                _place <= stretch.last,
                conversations.c.recorded_revision == conversations.c.revision,
                conversations.c.words_erased_at.is_(None),  # there is nothing left to judge
            )
            .order_by(conversations.c.started_at, conversations.c.conversation)
        )
        if stretch.sieve is not None:
            query = query.where(_spread <= stretch.sieve)
        with self._database.reading() as connection:
            return read_recorded(connection, self._reader, query)

    def begin(
        self, kind: BackfillKind, order: bytes, stretches: Sequence[ChunkRange], *, claim: str | None = None
    ) -> Backfill:
        """Store a sweep and its portions, in one transaction. ``claim`` is what only one running sweep may be about.

        Raises ``ConflictError`` ``sweep.running`` when another one is.
        """
        sweep_id = f"{_PREFIXES[kind]}-{uuid.uuid4()}"
        now = now_ms()
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            self._refuse_second(connection, claim)
            made = sa.insert(sweeps).values(
                sweep_id=sweep_id,
                app=self._app,
                kind=kind,
                request=order,
                claim=claim,
                state="running" if stretches else "done",
                total=sum(stretch.size for stretch in stretches),
                created_at=now,
                ended_at=None if stretches else now,
            )
            number = connection.execute(made.returning(sweeps.c.sweep)).scalar_one()
            rows = [
                {
                    "portion_id": f"{sweep_id}-{place}",
                    "sweep": number,
                    "first_at": stretch.first[0],
                    "first": stretch.first[1],
                    "last_at": stretch.last[0],
                    "last": stretch.last[1],
                    "sieve": stretch.sieve,
                    "size": stretch.size,
                    "state": "waiting",
                    "starts": 0,
                }
                for place, stretch in enumerate(stretches, start=1)
            ]
            if rows:
                connection.execute(sa.insert(sweep_portions), rows)
            return self._read(connection, sweeps.c.sweep == number)[0]

    def get(self, sweep_id: str) -> Backfill | None:
        """One sweep."""
        with self._database.reading() as connection:
            return next(iter(self._read(connection, _is(sweep_id))), None)

    def listing(self, kind: BackfillKind, limit: int = 100) -> list[Backfill]:
        """Sweeps of a kind, the newest first."""
        with self._database.reading() as connection:
            return self._read(connection, sweeps.c.kind == kind, limit=limit)

    def results(self, sweep_id: str) -> list[bytes]:
        """Return the results of its finished chunks, in the order of the conversations."""
        query = (
            sa.select(sweep_portions.c.result)
            .join(sweeps, sweeps.c.sweep == sweep_portions.c.sweep)
            .where(sweeps.c.app == self._app, _is(sweep_id), sweep_portions.c.state == "done")
            .order_by(sweep_portions.c.portion)
        )
        with self._database.reading() as connection:
            return [bytes(result) for result in connection.scalars(query)]

    def cancel(self, sweep_id: str) -> Backfill | None:
        """Do nothing more of one that runs or failed; what is done stays. From the return on nothing of it is written."""
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            over = sa.update(sweeps).where(
                sweeps.c.app == self._app, _is(sweep_id), sweeps.c.state.in_(("running", "failed"))
            )
            connection.execute(over.values(state="cancelled", ended_at=now_ms()))
            return next(iter(self._read(connection, _is(sweep_id))), None)

    def resume(self, sweep_id: str) -> Backfill | None:
        """Do what is not done of a cancelled or failed sweep; others are left as they are.

        Raises ``ConflictError`` ``sweep.running`` when another one with the same claim is running.
        """
        query = sa.select(sweeps.c.sweep, sweeps.c.claim).where(
            sweeps.c.app == self._app, _is(sweep_id), sweeps.c.state.in_(("cancelled", "failed"))
        )
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            found = connection.execute(query).one_or_none()
            if found is not None:
                self._refuse_second(connection, found.claim)
                again = sa.update(sweep_portions).where(
                    sweep_portions.c.sweep == found.sweep, sweep_portions.c.state != "done"
                )
                connection.execute(again.values(state="waiting", starts=0, reason=None, not_before=None))
                running = sa.update(sweeps).where(sweeps.c.sweep == found.sweep)
                connection.execute(running.values(state="running", ended_at=None))
                _end_sweep(connection, found.sweep)
            return next(iter(self._read(connection, _is(sweep_id))), None)

    def forget(self, sweep_id: str) -> bool:
        """Delete a backfill and its results, if it is over; return whether it was."""
        query = sa.select(sweeps.c.sweep).where(sweeps.c.app == self._app, _is(sweep_id), sweeps.c.state != "running")
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            number = connection.execute(query).scalar_one_or_none()
            if number is not None:
                of_it = sa.select(sweep_portions.c.portion).where(sweep_portions.c.sweep == number)
                connection.execute(sa.delete(sweep_mentions).where(sweep_mentions.c.portion.in_(of_it)))
                connection.execute(sa.delete(sweep_portions).where(sweep_portions.c.sweep == number))
                connection.execute(sa.delete(sweeps).where(sweeps.c.sweep == number))
        return number is not None

    def record(
        self,
        portion_id: str,
        rescored: Sequence[Rescored],
        result: Callable[[int], bytes],
        mentions: Collection[str] = (),
    ) -> bool:
        """Write evaluations, lines of the trail and rows, and that the chunk is done, in one transaction.

        A conversation that was revised, decided again or erased since it was read is skipped; ``result`` receives the
        number of those skipped, and returns the chunk's result. ``mentions`` are the conversations that the result
        names or quotes: the part about one is removed when that is erased. Returns whether the chunk still was to be
        done. Raises ``AuditMovedError``, and writes nothing, when an audit was changed since it was rendered.
        """
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            sweep = self._sweep_of(connection, portion_id)
            if sweep is not None:
                written = write_rescored(connection, self._database.dialect, self._app, sweep, rescored)
                result_body = self._mention(connection, portion_id, mentions, result(len(rescored) - written))
                _end_portion(connection, portion_id, sweep, result_body)
        return sweep is not None

    def _mention(self, connection: Connection, portion_id: str, ids: Collection[str], result: bytes) -> bytes:
        """Record the conversations that a result names; return the result without those that were erased meanwhile."""
        if not ids:
            return result
        query = sa.select(conversations.c.conversation_id, conversations.c.conversation).where(
            conversations.c.app == self._app, conversations.c.conversation_id.in_(ids)
        )
        there = {row.conversation_id: row.conversation for row in connection.execute(query)}
        for erased in set(ids) - there.keys():
            result = without(result, erased)
        portion = sa.select(sweep_portions.c.portion).where(sweep_portions.c.portion_id == portion_id)
        number = connection.execute(portion).scalar_one()
        write_many(
            connection,
            sa.insert(sweep_mentions),
            [{"conversation": each, "portion": number} for each in sorted(there.values())],
        )
        return result

    def _sweep_of(self, connection: Connection, portion_id: str) -> int | None:
        """The number of the running sweep that a portion is still to be done of."""
        query = (
            sa.select(sweeps.c.sweep)
            .join(sweep_portions, sweep_portions.c.sweep == sweeps.c.sweep)
            .where(
                sweeps.c.app == self._app,
                sweeps.c.state == "running",
                sweep_portions.c.portion_id == portion_id,
                sweep_portions.c.state == "waiting",
            )
        )
        return connection.execute(query).scalar_one_or_none()

    def _refuse_second(self, connection: Connection, claim: str | None) -> None:
        query = sa.select(sweeps.c.sweep_id).where(
            sweeps.c.app == self._app, sweeps.c.state == "running", sweeps.c.claim == claim
        )
        running = connection.scalars(query.limit(1)).one_or_none() if claim is not None else None
        if running is not None:
            raise ConflictError(
                f"{running} is under way and does this already; wait for its end, or cancel it",
                code="sweep.running",
                field="sweep_id",
                value=running,
            )

    def _read(self, connection: Connection, *where: sa.ColumnElement[bool], limit: int = 1) -> list[Backfill]:
        query = sweep_query().where(sweeps.c.app == self._app, *where).order_by(sweeps.c.sweep.desc()).limit(limit)
        return [sweep_of(connection, row, self._tenant) for row in connection.execute(query)]


def _is(sweep_id: str) -> sa.ColumnElement[bool]:
    return sweeps.c.sweep_id == sweep_id if is_storable(sweep_id) else sa.false()


def sweep_query() -> AnySelect:
    """Return a query of backfills, each with the number of conversations in its finished chunks."""
    looked = (
        sa.select(sa.func.coalesce(sa.func.sum(sweep_portions.c.size), 0))
        .where(sweep_portions.c.sweep == sweeps.c.sweep, sweep_portions.c.state != "waiting")
        .scalar_subquery()
    )
    return sa.select(sweeps, looked.label("looked"))


def sweep_of(connection: Connection, row: AnyRow, tenant: Tenant) -> Backfill:
    """Return the backfill of a row."""
    reason = None
    is_postponed = False
    if row.state in ("failed", "running"):
        query = sa.select(sweep_portions.c.reason).where(
            sweep_portions.c.sweep == row.sweep, sweep_portions.c.reason.is_not(None)
        )
        reasons = dict.fromkeys(connection.scalars(query.order_by(sweep_portions.c.portion).limit(_MOST_REASONS)))
        reason = "; ".join(reasons) or None
    if row.state == "running":
        ready = sa.select(sweep_portions.c.portion).where(sweep_portions.c.sweep == row.sweep, *is_due())
        is_postponed = connection.scalars(ready.limit(1)).one_or_none() is None
    return Backfill(
        sweep_id=row.sweep_id,
        tenant=tenant,
        kind=row.kind,
        order=bytes(row.request),
        state=row.state,
        total=row.total,
        looked=int(row.looked),
        created_at=instant_of(row.created_at),
        ended_at=None if row.ended_at is None else instant_of(row.ended_at),
        reason=reason,
        is_postponed=is_postponed,
    )


def is_due() -> tuple[sa.ColumnElement[bool], ...]:
    """Portions that may be done now."""
    no_later = sweep_portions.c.not_before.is_(None) | (sweep_portions.c.not_before <= now_ms())
    return sweep_portions.c.state == "waiting", no_later


def fail_portion(connection: Connection, portion_id: str, sweep: int, reason: str) -> None:
    """Fail a chunk, unless another worker did it meanwhile, or the backfill is not running.

    The caller holds the app's lock.
    """
    runs = sa.exists().where(sweeps.c.sweep == sweep, sweeps.c.state == "running")
    given_up = sa.update(sweep_portions).where(
        sweep_portions.c.portion_id == portion_id, sweep_portions.c.state == "waiting", runs
    )
    connection.execute(given_up.values(state="failed", reason=reason))
    _end_sweep(connection, sweep)


def _end_portion(connection: Connection, portion_id: str, sweep: int, result: bytes) -> None:
    done = sa.update(sweep_portions).where(sweep_portions.c.portion_id == portion_id)
    connection.execute(done.values(state="done", result=result, reason=None, not_before=None))
    _end_sweep(connection, sweep)


def _end_sweep(connection: Connection, sweep: int) -> None:
    """End a sweep that runs when none of its portions is to be done any more."""
    of_it = sa.select(sweep_portions.c.portion).where(sweep_portions.c.sweep == sweep)

    def is_some(state: str) -> bool:
        return connection.scalars(of_it.where(sweep_portions.c.state == state).limit(1)).one_or_none() is not None

    if not is_some("waiting"):
        ended = sa.update(sweeps).where(sweeps.c.sweep == sweep, sweeps.c.state == "running")
        connection.execute(ended.values(state="failed" if is_some("failed") else "done", ended_at=now_ms()))


def _sieve_for(connection: Connection, within: Sequence[sa.ColumnElement[bool]], sample: int | None) -> int | None:
    """Return the largest value of the sieve that lets ``sample`` through; None where all pass."""
    if sample is None:
        return None
    query = sa.select(_spread.label("sieve")).where(*within).order_by(sa.text("sieve")).offset(sample - 1).limit(1)
    return connection.execute(query).scalar_one_or_none()


def _cut(rows: "sa.CursorResult[*tuple[int, int, int]]", size: int, sieve: int | None) -> Iterator[ChunkRange]:
    """Yield ranges with at most ``size`` rows and the limit of bytes."""
    first = last = (0, 0)
    count = room = 0
    for started_at, number, length in rows:
        if count and (count == size or length > room):
            yield ChunkRange(first=first, last=last, size=count, sieve=sieve)
            count = 0
        if count == 0:
            first, room = (started_at, number), MOST_BYTES
        last = (started_at, number)
        room -= length
        count += 1
    if count:
        yield ChunkRange(first=first, last=last, size=count, sieve=sieve)
