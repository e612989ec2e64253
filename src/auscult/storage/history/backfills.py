"""Backfills over the conversations of one app: their division into chunks, and the result of each."""

import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.errors import ConflictError, joined
from auscult.domain.history.backfills import Backfill, BackfillKind, BackfillScope, BackfillState, ChunkRange, Rescored
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.domain.tenancy import Tenant
from auscult.storage.access.apps import lock_app
from auscult.storage.conversations.evaluated import read_recorded, recorded_query
from auscult.storage.conversations.evaluations import EvaluationReader
from auscult.storage.core.chunk_results import without
from auscult.storage.core.database import AnyRow, AnySelect, Database, write_many
from auscult.storage.core.instants import now_ms
from auscult.storage.core.repository import OfApp
from auscult.storage.core.rows import record_of
from auscult.storage.core.tables.conversations import IS_CHUNK, WAITS, batches, conversations
from auscult.storage.core.tables.history import backfill_chunks, backfill_mentions, backfills
from auscult.storage.core.text_validation import is_storable
from auscult.storage.history.rescores import write_rescored
from auscult.storage.work.queue_order import CHUNK
from auscult.storage.work.work_list import REQUEUED, ended, open_work

MOST_BYTES = 4_000_000
"""Size of the conversations of a chunk, together. One conversation may be longer; it is then alone in its chunk."""

_PREFIXES: Mapping[BackfillKind, str] = {"rescore": "rs", "backtest": "bt", "trial": "tr", "redaction": "rd"}
_ROWS_AT_ONCE = 10_000
_MOST_REASONS = 5
_FACTOR, _MODULUS = 2654435761, 2**32
"""A number times the first, modulo the second: numbers that follow each other are spread out, and none falls on another."""

_position = sa.tuple_(conversations.c.started_at, conversations.c.conversation)
_spread = (conversations.c.conversation * sa.literal(_FACTOR, sa.BigInteger())) % sa.literal(_MODULUS, sa.BigInteger())


class Steps(NamedTuple):
    """Further writing in the transaction of a chunk, which returns its result, and in the one that ends the backfill, by all."""

    write: Callable[[Connection], bytes]
    at_end: Callable[[Connection, Sequence[bytes]], None]


class AppBackfills(OfApp):
    """The backfills of one app."""

    def __init__(self, database: Database, tenant: Tenant, app: int, reader: EvaluationReader) -> None:
        """``app`` is the app's number."""
        super().__init__(database, app)
        self._tenant = tenant
        self._reader = reader

    def ranges(self, scope: BackfillScope, size: int) -> list[ChunkRange]:
        """Cut conversations that are stored now into ranges of at most ``size``, fewer where they are long."""
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
        with self._database.comparing() as connection:  # which rows read in parts need on a server
            sample_limit = _sample_limit(connection, within, scope.sample)
            through = () if sample_limit is None else (_spread <= sample_limit,)
            return list(_cut(connection.execute(query.where(*within, *through)), size, sample_limit))

    def numbers(self, conversation_ids: Collection[str]) -> tuple[int, ...]:
        """Return the numbers of some conversations, by which an order names them: an erasure leaves nothing of one there."""
        query = sa.select(conversations.c.conversation).where(
            conversations.c.app == self._app, conversations.c.conversation_id.in_(conversation_ids)
        )
        return tuple(self._database.values(query.order_by(conversations.c.conversation)))

    def ranges_of(self, numbers: Collection[int], size: int) -> list[ChunkRange]:
        """Cut some conversations into ranges with at most ``size`` of them each; others may lie in between."""
        query = (
            sa.select(conversations.c.started_at, conversations.c.conversation, conversations.c.size)
            .where(conversations.c.app == self._app, conversations.c.conversation.in_(numbers))
            .order_by(conversations.c.started_at, conversations.c.conversation)
        )
        return list(_cut(self._database.rows(query), size, None))

    def cases(
        self, chunk_range: ChunkRange, among: Collection[int] | None = None, *, wordless: bool = False
    ) -> list[EvaluatedConversation]:
        """The conversations of a range with what was decided about them; without those that wait.

        ``among``: no others than those of these numbers. ``wordless``: also those whose words were erased.
        """
        query = (
            recorded_query(self._app)
            .where(
                *within(chunk_range),
                conversations.c.recorded_revision == conversations.c.revision,
                sa.true() if wordless else conversations.c.words_erased_at.is_(None),  # nothing is left to judge
            )
            .order_by(conversations.c.started_at, conversations.c.conversation)
        )
        if among is not None:
            query = query.where(conversations.c.conversation.in_(among))
        with self._database.reading() as connection:
            return read_recorded(connection, self._reader, query)

    def begin(
        self,
        kind: BackfillKind,
        order: bytes,
        ranges: Sequence[ChunkRange],
        *,
        claim: str | None = None,
        replaces: bool = False,
    ) -> Backfill:
        """Store a backfill and its chunks, in one transaction. ``claim`` is what only one running backfill may be about.

        Raises ``ConflictError`` ``backfill.running`` when another one is, unless this one ``replaces`` it: then the
        results of those before are deleted.
        """
        backfill_id = f"{_PREFIXES[kind]}-{uuid.uuid4()}"
        now = now_ms()
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            if replaces:
                same = sa.select(backfills.c.backfill).where(
                    backfills.c.app == self._app, backfills.c.kind == kind, backfills.c.claim == claim
                )
                for number in connection.scalars(same).all():
                    _delete(connection, number)
            self._refuse_second(connection, claim)
            made = sa.insert(backfills).values(
                backfill_id=backfill_id,
                app=self._app,
                kind=kind,
                request=order,
                claim=claim,
                state="running" if ranges else "done",
                total=sum(each.size for each in ranges),
                created_at=now,
                ended_at=None if ranges else now,
            )
            number = connection.execute(made.returning(backfills.c.backfill)).scalar_one()
            self._put_in_line(connection, number, backfill_id, ranges)
            return self._read(connection, backfills.c.backfill == number)[0]

    def get(self, backfill_id: str) -> Backfill | None:
        """One backfill."""
        with self._database.reading() as connection:
            return next(iter(self._read(connection, _is(backfill_id))), None)

    def listing(self, kind: BackfillKind, limit: int = 100) -> list[Backfill]:
        """Backfills of a kind, the newest first."""
        with self._database.reading() as connection:
            return self._read(connection, backfills.c.kind == kind, limit=limit)

    def claimed(self, kind: BackfillKind, claim: str) -> Backfill | None:
        """Return the newest backfill of a kind with a claim."""
        with self._database.reading() as connection:
            return next(iter(self._read(connection, backfills.c.kind == kind, backfills.c.claim == claim)), None)

    def results(self, backfill_id: str) -> list[bytes]:
        """Return the results of its finished chunks, in the order of the conversations."""
        mine = sa.select(backfills.c.backfill).where(backfills.c.app == self._app, _is(backfill_id))
        return [bytes(result) for result in self._database.values(_results(mine.scalar_subquery()))]

    def cancel(self, backfill_id: str) -> Backfill | None:
        """Do nothing more of one that runs or failed; what is done stays. From the return on nothing of it is written."""
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            over = sa.update(backfills).where(
                backfills.c.app == self._app, _is(backfill_id), backfills.c.state.in_(("running", "failed"))
            )
            number = connection.execute(
                over.values(state="cancelled", ended_at=now_ms()).returning(backfills.c.backfill)
            ).scalar_one_or_none()
            if number is not None:
                chunks = sa.update(batches).where(_chunks_of(number), batches.c.state == "accepted")
                connection.execute(chunks.values(ended("cancelled")))
            return next(iter(self._read(connection, _is(backfill_id))), None)

    def resume(self, backfill_id: str) -> Backfill | None:
        """Do what is not done of a cancelled or failed backfill; others are left as they are.

        Raises ``ConflictError`` ``backfill.running`` when another one with the same claim is running.
        """
        query = sa.select(backfills.c.backfill, backfills.c.claim).where(
            backfills.c.app == self._app, _is(backfill_id), backfills.c.state.in_(("cancelled", "failed"))
        )
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            found = connection.execute(query).one_or_none()
            if found is not None:
                self._refuse_second(connection, found.claim)
                again = sa.update(batches).where(_chunks_of(found.backfill), batches.c.state != "done")
                connection.execute(again.values(REQUEUED))
                self._database.dialect.announce_work(connection)
                running = sa.update(backfills).where(backfills.c.backfill == found.backfill)
                connection.execute(running.values(state="running", ended_at=None))
                end_backfill(connection, found.backfill)
            return next(iter(self._read(connection, _is(backfill_id))), None)

    def forget(self, backfill_id: str) -> bool:
        """Delete a backfill and its results, if it is over; return whether it was."""
        query = sa.select(backfills.c.backfill).where(
            backfills.c.app == self._app, _is(backfill_id), backfills.c.state != "running"
        )
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            number = connection.execute(query).scalar_one_or_none()
            if number is not None:
                _delete(connection, number)
        return number is not None

    def record(
        self,
        chunk_id: str,
        rescored: Sequence[Rescored],
        result: Callable[[int], bytes],
        mentions: Collection[str] = (),
        steps: Steps | None = None,
    ) -> bool:
        """Write evaluations, lines of the trail and rows, and that the chunk is done, in one transaction.

        A conversation that was revised, decided again or erased since it was read is skipped; ``result`` receives the
        number of those skipped, and returns the chunk's result. ``mentions`` are the conversations that the result
        names or quotes: the part about one is removed when that is erased. Returns whether the chunk still was to be
        done. Raises ``AuditMovedError``, and writes nothing, when an audit was changed since it was rendered.
        ``steps`` write to the same transaction, and return the result.
        """
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            chunk = self._open_chunk(connection, chunk_id)
            if chunk is not None:
                written = write_rescored(connection, self._database, self._app, chunk.line, rescored)
                made = result(len(rescored) - written) if steps is None else steps.write(connection)
                result_body = self._mention(connection, chunk.batch, mentions, made)
                is_over = _end_chunk(connection, chunk.batch, chunk.line, result_body)
                if is_over and steps is not None:
                    steps.at_end(connection, cast("Sequence[bytes]", connection.scalars(_results(chunk.line)).all()))
        return chunk is not None

    def _put_in_line(
        self, connection: Connection, backfill: int, backfill_id: str, ranges: Sequence[ChunkRange]
    ) -> None:
        """Put the chunks of a backfill in line."""
        by_id = {f"{backfill_id}-{number}": each for number, each in enumerate(ranges, start=1)}
        items = [{"batch_id": each, **open_work(self._app, backfill, CHUNK, by_id[each].size)} for each in by_id]
        write_many(connection, sa.insert(batches), items)
        self._database.dialect.announce_work(connection)
        made = connection.execute(sa.select(batches.c.batch, batches.c.batch_id).where(_chunks_of(backfill)))
        rows = [(number, *by_id[each].first, *by_id[each].last, by_id[each].sample_limit) for number, each in made]
        names = ("chunk", "first_at", "first", "last_at", "last", "sample_limit")
        self._database.dialect.insert_many(connection, backfill_chunks, names, rows)

    def _mention(self, connection: Connection, chunk: int, ids: Collection[str], result: bytes) -> bytes:
        """Record the conversations that a result names; return the result without those that were erased meanwhile."""
        if not ids:
            return result
        there = self._numbers_of(connection, ids)
        if erased := set(ids) - there.keys():
            result = without(result, erased)
        write_many(
            connection,
            sa.insert(backfill_mentions),
            [{"conversation": each, "chunk": chunk} for each in sorted(there.values())],
        )
        return result

    def _open_chunk(self, connection: Connection, chunk_id: str) -> AnyRow | None:
        """Return a chunk that is still to be done, and its backfill as its line."""
        query = sa.select(batches.c.batch, batches.c.line).where(
            batches.c.batch_id == chunk_id,
            batches.c.app == self._app,
            sa.text(IS_CHUNK),
            batches.c.state == "accepted",
        )
        return connection.execute(query).one_or_none()

    def _refuse_second(self, connection: Connection, claim: str | None) -> None:
        query = sa.select(backfills.c.backfill_id).where(
            backfills.c.app == self._app, backfills.c.state == "running", backfills.c.claim == claim
        )
        running = connection.scalars(query.limit(1)).one_or_none() if claim is not None else None
        if running is not None:
            raise ConflictError(
                "{value} is under way and does this already; wait for its end, or cancel it",
                code="backfill.running",
                field="backfill_id",
                value=running,
            )

    def _read(self, connection: Connection, *where: sa.ColumnElement[bool], limit: int = 1) -> list[Backfill]:
        query = (
            backfill_query()
            .where(backfills.c.app == self._app, *where)
            .order_by(backfills.c.backfill.desc())
            .limit(limit)
        )
        return [backfill_of(connection, row, self._tenant) for row in connection.execute(query)]


def within(chunk_range: ChunkRange) -> Iterator[sa.ColumnElement[bool]]:
    """Yield the conditions of the conversations of a range."""
    yield conversations.c.started_at.between(chunk_range.first[0], chunk_range.last[0])
    yield _position >= chunk_range.first
    yield _position <= chunk_range.last
    if chunk_range.sample_limit is not None:
        yield _spread <= chunk_range.sample_limit


def _is(backfill_id: str) -> sa.ColumnElement[bool]:
    return backfills.c.backfill_id == backfill_id if is_storable(backfill_id) else sa.false()


def backfill_query() -> AnySelect:
    """Return a query of backfills, each with the number of conversations in its finished chunks."""
    looked = (
        sa.select(sa.func.coalesce(sa.func.sum(batches.c.size), 0))
        .where(sa.text(IS_CHUNK), batches.c.line == backfills.c.backfill, batches.c.state.in_(("done", "failed")))
        .scalar_subquery()
    )
    return sa.select(backfills, looked.label("looked"))


def backfill_of(connection: Connection, row: AnyRow, tenant: Tenant) -> Backfill:
    """Return the backfill of a row."""
    reason = None
    is_postponed = False
    if row.state in ("failed", "running"):
        query = sa.select(batches.c.reason).where(_chunks_of(row.backfill), batches.c.reason.is_not(None))
        reasons = dict.fromkeys(connection.scalars(query.order_by(batches.c.batch).limit(_MOST_REASONS)))
        reason = joined("; ", reasons) or None
    if row.state == "running":
        ready = sa.select(batches.c.batch).where(_chunks_of(row.backfill), sa.text(WAITS))
        is_postponed = connection.scalars(ready.limit(1)).one_or_none() is None
    return record_of(
        Backfill,
        row,
        tenant=tenant,
        order=bytes(row.request),
        looked=int(row.looked),
        reason=reason,
        is_postponed=is_postponed,
    )


def _chunks_of(backfill: int) -> sa.ColumnElement[bool]:
    return sa.and_(sa.text(IS_CHUNK), batches.c.line == backfill)


def _delete(connection: Connection, backfill: int) -> None:
    """Delete a backfill, its chunks and their results. A chunk that a worker has in hand writes nothing more."""
    of_it = sa.select(batches.c.batch).where(_chunks_of(backfill))
    connection.execute(sa.delete(backfill_mentions).where(backfill_mentions.c.chunk.in_(of_it)))
    connection.execute(sa.delete(backfill_chunks).where(backfill_chunks.c.chunk.in_(of_it)))
    connection.execute(sa.delete(batches).where(_chunks_of(backfill)))
    connection.execute(sa.delete(backfills).where(backfills.c.backfill == backfill))


def _results(backfill: int | sa.ScalarSelect[int]) -> sa.Select[tuple[bytes]]:
    """Query the results of the finished chunks of a backfill, in the order of the conversations."""
    query = sa.select(backfill_chunks.c.result).join(batches, batches.c.batch == backfill_chunks.c.chunk)
    done = (sa.text(IS_CHUNK), batches.c.line == backfill, batches.c.state == "done")
    return query.where(*done).order_by(backfill_chunks.c.chunk)


def _end_chunk(connection: Connection, chunk: int, backfill: int, result: bytes) -> bool:
    """Store the result of a chunk; return whether all of its backfill is done with it."""
    connection.execute(sa.update(batches).where(batches.c.batch == chunk).values(ended("done")))
    connection.execute(sa.update(backfill_chunks).where(backfill_chunks.c.chunk == chunk).values(result=result))
    return end_backfill(connection, backfill) == "done"


def end_backfill(connection: Connection, backfill: int) -> BackfillState:
    """End a backfill that runs when none of its chunks is to be done any more. The caller holds the app's lock."""

    def is_some(state: str) -> bool:
        query = sa.select(batches.c.batch).where(_chunks_of(backfill), sa.text(f"state = '{state}'"))
        return connection.scalars(query.limit(1)).one_or_none() is not None

    if is_some("accepted"):
        return "running"
    state: BackfillState = "failed" if is_some("failed") else "done"
    running = sa.update(backfills).where(backfills.c.backfill == backfill, backfills.c.state == "running")
    connection.execute(running.values(state=state, ended_at=now_ms()))
    return state


def _sample_limit(connection: Connection, within: Sequence[sa.ColumnElement[bool]], sample: int | None) -> int | None:
    """Return the greatest spread position of a sample of this size; None where all are wanted."""
    if sample is None:
        return None
    query = (
        sa.select(_spread.label("sample_limit"))
        .where(*within)
        .order_by(sa.text("sample_limit"))
        .offset(sample - 1)
        .limit(1)
    )
    return connection.execute(query).scalar_one_or_none()


def _cut(rows: Iterable[AnyRow], size: int, sample_limit: int | None) -> Iterator[ChunkRange]:
    """Yield ranges with at most ``size`` rows and the limit of bytes."""
    first = last = (0, 0)
    count = room = 0
    for started_at, number, length in rows:
        if count and (count == size or length > room):
            yield ChunkRange(first=first, last=last, size=count, sample_limit=sample_limit)
            count = 0
        if count == 0:
            first, room = (started_at, number), MOST_BYTES
        last = (started_at, number)
        room -= length
        count += 1
    if count:
        yield ChunkRange(first=first, last=last, size=count, sample_limit=sample_limit)
