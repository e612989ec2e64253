"""The conversations of one app: what came in, in which batch it is processed, and how it stands."""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.audit import AuditMovedError
from auscult.domain.change import ChangeKind
from auscult.domain.conversation import Conversation
from auscult.domain.errors import NotFoundError
from auscult.domain.evaluation import Status
from auscult.domain.record import RecordPage, RecordQuery
from auscult.domain.tenancy import Tenant
from auscult.pipeline.batch_ports import Priority
from auscult.pipeline.live_ports import Settled
from auscult.pipeline.ports import Accepted, Dossier, Pending, Recorded, Rendered
from auscult.storage.apps import take_turn
from auscult.storage.batches import HAS_UNRECORDED, NUMBERS, UNRECORDED, insert_batch
from auscult.storage.database import Database
from auscult.storage.dossiers import read_dossier
from auscult.storage.erasing import erase
from auscult.storage.evaluations import DIGEST_BYTES, EvaluationReader, write_evaluations
from auscult.storage.feed import tell
from auscult.storage.instants import ms_of, now_ms
from auscult.storage.live import settle
from auscult.storage.pages import Pages
from auscult.storage.recorded import (
    CONVERSATION,
    STORED,
    Stored,
    file_recorded,
    read_audit,
    read_recorded,
    recorded_query,
    still_decided,
    write_insights,
)
from auscult.storage.tables import audits, batches, conversations
from auscult.storage.texts import is_storable

_IDS_AT_ONCE = 1_000
_PLAIN = msgspec.json.Encoder()
_ORDERED = msgspec.json.Encoder(order="deterministic")

_UPDATE = sa.update(conversations).where(conversations.c.conversation == sa.bindparam("number"))
"""Sets whatever columns the rows beside it name."""
_REVISE = _UPDATE.values(revision=conversations.c.revision + 1)
_STORED = (
    sa.select(*STORED, batches.c.state != "accepted", batches.c.batch_id)
    .join(batches, batches.c.batch == conversations.c.batch)
    .outerjoin(audits, audits.c.conversation == conversations.c.conversation)
    .where(
        conversations.c.app == sa.bindparam("an_app"),
        conversations.c.conversation_id.in_(sa.bindparam("some_ids", expanding=True)),
    )
    .order_by(conversations.c.conversation_id)
)


class _Incoming(NamedTuple):
    """A conversation as it will be stored. ``digest`` is of its content, whatever the order of keys in it."""

    digest: bytes
    started_at: int
    size: int
    body: bytes


class _Waiting(NamedTuple):
    """A conversation that is stored. ``has_ended`` says whether its batch has, so that nobody will process it."""

    stored: Stored
    has_ended: bool
    batch_id: str


class AppConversations:
    """The conversations of one app."""

    def __init__(self, database: Database, tenant: Tenant, app: int, pages: Pages, reader: EvaluationReader) -> None:
        """``app`` is the app's number."""
        self._database = database
        self._tenant = tenant
        self._app = app
        self._pages = pages
        self._reader = reader

    def accept(self, conversations_: Sequence[Conversation], priority: Priority = "backfill") -> Accepted:
        """Store them and the batch that will process them, in one transaction.

        The same id with the same content is unchanged; with other content it is a new revision. An id that
        stands twice in one call counts once, the last wins. A conversation that is unchanged but whose
        processing has not finished stays with the batch it came in, unless that batch has ended without it:
        then it joins this one.
        """
        incoming = {conversation.id: _incoming(conversation) for conversation in conversations_}
        with self._database.writing() as connection:
            take_turn(connection, self._app)
            return self._accept(connection, incoming, priority)

    def accept_ended(self, conversation: Conversation, settled: Settled) -> bool:
        """Accept a live conversation that is over, and say how it was left, in one transaction.

        False, and nothing is written, where something happened to it meanwhile, or it was erased.
        """
        incoming = {conversation.id: _incoming(conversation)}
        with self._database.writing() as connection:
            take_turn(connection, self._app)
            is_left = settle(connection, self._app, conversation.id, settled)
            if is_left:
                self._accept(connection, incoming, "live")
        return is_left

    def pending(self, batch_id: str) -> list[Pending]:
        """The conversations of a batch at their present revision, those already recorded left out, in their order."""
        query = (
            sa.select(conversations.c.body, conversations.c.revision, audits.c.body)
            .join(batches, batches.c.batch == conversations.c.batch)
            .outerjoin(audits, audits.c.conversation == conversations.c.conversation)
            .where(
                batches.c.batch_id == batch_id,
                batches.c.app == self._app,
                UNRECORDED,
            )
            .order_by(conversations.c.conversation)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [
            Pending(conversation=CONVERSATION.decode(body), revision=revision, audit=read_audit(audit))
            for body, revision, audit in rows
        ]

    def statuses(self, conversation_ids: Sequence[str]) -> dict[str, Status]:
        """How each recorded conversation stands. Ids whose present revision is not recorded yet are left out."""
        found: dict[str, Status] = {}
        query = sa.select(conversations.c.conversation_id, conversations.c.status).where(
            conversations.c.app == self._app, conversations.c.recorded_revision == conversations.c.revision
        )
        with self._database.reading() as connection:
            for ids in _chunks(conversation_ids):
                rows = connection.execute(query.where(conversations.c.conversation_id.in_(ids)))
                found.update((row.conversation_id, row.status) for row in rows)
        return found

    def unfinished(self, conversation_ids: Sequence[str]) -> frozenset[str]:
        """Those that are not recorded yet, and of which the batch goes on."""
        with self._database.reading() as connection:
            return frozenset(
                each.conversation_id
                for each, has_ended, _ in self._stored(connection, conversation_ids)
                if not each.is_current and not has_ended
            )

    def record(
        self, batch_id: str, finished: Sequence[Rendered], failure: str | None = None, *, is_last: bool = True
    ) -> None:
        """Write evaluations, insights, rows, facets and tallies and end the batch, in one transaction.

        What was recorded for that revision before is left; an older revision than the stored one is passed over.
        The batch is done, or, where some of it could not be processed, failed with ``failure`` as its reason; with
        ``is_last`` false it goes on, and so it does where anything is left of it without a reason. Of one that was
        cancelled meanwhile nothing is written.
        Raises ``NotFoundError`` when this app has no such batch, and ``AuditMovedError``, with nothing written, when
        an audit was changed since its rows were rendered.
        """
        rendered = {each.evaluation.conversation_id: each for each in finished}
        with self._database.writing() as connection:
            take_turn(connection, self._app)
            if self._state(connection, batch_id) == "cancelled":
                return
            fresh = [
                (row, rendered[row.conversation_id])
                for row, _, its_batch in self._stored(connection, sorted(rendered))
                # One that was erased and came again begins anew at the first revision, in another batch.
                if its_batch == batch_id
                and row.revision == rendered[row.conversation_id].evaluation.revision
                and not row.is_current
            ]
            if any(not row.shows(each) for row, each in fresh):
                raise AuditMovedError("an audit was changed since its rows were rendered; render them again")
            if fresh:
                decided = [(row.number, each.evaluation) for row, each in fresh]
                write_evaluations(connection, self._database.dialect, self._app, decided)
                found = [(row.number, row.revision, each.insights) for row, each in fresh]
                write_insights(connection, self._database.dialect, found)
                file_recorded(connection, self._database.dialect, self._app, fresh)
                tell(
                    connection,
                    self._database.dialect,
                    self._app,
                    [(row.conversation_id, _change(row)) for row, _ in fresh],
                )
            if is_last:
                _end(connection, batch_id, failure)

    def rerender(self, after_id: str, limit: int) -> list[Recorded]:
        """Recorded conversations, by id, after ``after_id``: what ``rebuild`` reads.

        One whose present revision waits to be recorded is left out: its rows are about to be written anyway, and
        what the old ones were rendered from is no longer there.
        """
        query = (
            recorded_query(self._app)
            .where(
                conversations.c.conversation_id > after_id,
                conversations.c.recorded_revision == conversations.c.revision,
            )
            .order_by(conversations.c.conversation_id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return read_recorded(connection, self._reader, query)

    def replace_rows(self, finished: Sequence[Rendered]) -> None:
        """Replace rows, facets and tallies of these conversations, and keep insights where there were none.

        Evaluations stay as they are. One that has been revised or audited meanwhile is passed over.
        """
        rendered = {each.evaluation.conversation_id: each for each in finished}
        with self._database.writing() as connection:
            take_turn(connection, self._app)
            current = [
                (row, rendered[row.conversation_id])
                for row, _, _ in self._stored(connection, sorted(rendered))
                if row.is_current
                and row.revision == rendered[row.conversation_id].evaluation.revision
                and row.shows(rendered[row.conversation_id])
            ]
            current = still_decided(connection, current)
            if current:
                found = [(row.number, row.revision, each.insights) for row, each in current]
                write_insights(connection, self._database.dialect, found)
                file_recorded(connection, self._database.dialect, self._app, current)

    def get(self, conversation_id: str) -> Dossier | None:
        """All that is kept of one conversation, evaluated or not; None when it is unknown."""
        if not is_storable(conversation_id):
            return None
        with self._database.comparing() as connection:
            return read_dossier(connection, self._reader, self._app, conversation_id)

    def erase(self, conversation_id: str) -> bool:
        """Erase a conversation and all that was made of it, in one transaction; whether there was one.

        A batch that is under way with it does not bring it back. The same id may come again afterwards.
        """
        if not is_storable(conversation_id):
            return False
        with self._database.writing() as connection:
            take_turn(connection, self._app)
            return erase(connection, self._database.dialect, self._app, conversation_id)

    def page(self, query: RecordQuery) -> RecordPage:
        """One page of a report. Raises ``NotFoundError`` when the query names another app."""
        if query.app_ids != (self._tenant.app_id,):
            raise NotFoundError(
                f"These are the pages of app {self._tenant.app_id} alone", code="app.unknown", field="app"
            )
        return self._pages.page((self._app,), query)

    def _accept(self, connection: Connection, incoming: dict[str, _Incoming], priority: Priority) -> Accepted:
        stored = {each.stored.conversation_id: each for each in self._stored(connection, sorted(incoming))}
        new = [each for each in incoming if each not in stored]
        changed = [each for each, (row, _, _) in stored.items() if row.digest != incoming[each].digest]
        left = [
            row.number
            for each, (row, has_ended, _) in stored.items()
            if row.digest == incoming[each].digest and not row.is_current and has_ended
        ]
        batch_id = None
        if new or changed or left:
            size = len(new) + len(changed) + len(left)
            batch_id, batch = self._open_batch(connection, size, priority)
            self._insert(connection, batch, {each: incoming[each] for each in sorted(new)})
            self._revise(connection, batch, [(stored[each].stored.number, incoming[each]) for each in changed])
            moved = [{"number": number, "batch": batch} for number in left]
            _execute(connection, _UPDATE, moved)
        unchanged = len(stored) - len(changed)
        return Accepted(batch_id=batch_id, new=len(new), changed=len(changed), unchanged=unchanged)

    def _state(self, connection: Connection, batch_id: str) -> str:
        """How a batch stands. Raises ``NotFoundError`` when this app has no such batch."""
        query = sa.select(batches.c.state).where(batches.c.batch_id == batch_id, batches.c.app == self._app)
        state = connection.execute(query).scalar_one_or_none()
        if state is None:
            raise NotFoundError(f"There is no batch {batch_id} in this app", code="batch.unknown", value=batch_id)
        return state

    def _stored(self, connection: Connection, ids: Sequence[str]) -> list[_Waiting]:
        """What is stored of these, in the order of ids."""
        return [
            _Waiting(Stored(*row), has_ended, batch_id)
            for chunk in _chunks(ids)
            for *row, has_ended, batch_id in connection.execute(_STORED, {"an_app": self._app, "some_ids": chunk})
        ]

    def _open_batch(self, connection: Connection, size: int, priority: Priority) -> tuple[str, int]:
        """Make a batch; its id and its number."""
        made = insert_batch(self._app, size, NUMBERS[priority], now_ms())
        row = connection.execute(made.returning(batches.c.batch_id, batches.c.batch)).one()
        return row.batch_id, row.batch

    def _insert(self, connection: Connection, batch: int, new: dict[str, _Incoming]) -> None:
        names = ("app", "conversation_id", "revision", "batch", *_Incoming._fields)
        rows = [(self._app, each, 1, batch, *document) for each, document in new.items()]
        self._database.dialect.insert_many(connection, conversations, names, rows)

    def _revise(self, connection: Connection, batch: int, changed: Sequence[tuple[int, _Incoming]]) -> None:
        rows = [{"number": number, "batch": batch, **document._asdict()} for number, document in changed]
        _execute(connection, _REVISE, rows)


def _end(connection: Connection, batch_id: str, failure: str | None) -> None:
    """Let a batch be over, unless something is left of it that nobody said could not be processed: it is begun again.

    One that is done, as when it was split meanwhile, stays so.
    """
    ended = sa.update(batches).where(batches.c.batch_id == batch_id, batches.c.state != "done")
    if failure is None:
        ended = ended.where(~HAS_UNRECORDED)
    state = "failed" if failure else "done"
    connection.execute(ended.values(state=state, reason=failure, not_before=None, ended_at=now_ms()))


def _incoming(conversation: Conversation) -> _Incoming:
    digest = blake2b(_ORDERED.encode(conversation), digest_size=DIGEST_BYTES).digest()
    body = _PLAIN.encode(conversation)
    return _Incoming(digest, ms_of(conversation.started_at), len(body), body)


def _execute(connection: Connection, statement: sa.Executable, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(statement, rows)


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + _IDS_AT_ONCE] for start in range(0, len(ids), _IDS_AT_ONCE))


def _change(row: Stored) -> ChangeKind:
    """What it is that a conversation is recorded."""
    return "created" if row.recorded_revision is None else "revised"
