"""Store of corrections: those of one app, and what they make of conversations that are delivered again."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy import Connection

from auscult.domain.audits.audit import Audit, AuditMovedError
from auscult.domain.conversation import Conversation
from auscult.domain.corrections import MOVES, REVISES, Correction, Handled, applied, handled_in, undone, with_handled
from auscult.domain.errors import ConflictError, coded, unknown
from auscult.domain.privacy.log import Draft
from auscult.domain.scoring.stored import RenderedRows
from auscult.storage.access.apps import lock_app
from auscult.storage.conversations.evaluated import file_recorded, still_decided
from auscult.storage.conversations.evaluations import write_evaluations
from auscult.storage.conversations.waiting import read_waiting
from auscult.storage.core.instants import ms_of
from auscult.storage.core.repository import SeenOfApp
from auscult.storage.core.tables.conversations import conversations
from auscult.storage.core.tables.reviews import corrections
from auscult.storage.core.text_validation import is_storable
from auscult.storage.delivery.feed import announce
from auscult.storage.pages.row_index import raise_versions
from auscult.storage.people.visibility import visible
from auscult.storage.privacy.log import append_entry

_CORRECTION = msgspec.json.Decoder(Correction)
_HANDLED = msgspec.json.Decoder(Handled)


class Held(NamedTuple):
    """A conversation as it is stored, read in the transaction that changes it.

    ``delivered``: who handled it as the sender has it, where corrections in force say otherwise.
    """

    number: int
    revision: int
    conversation: Conversation
    delivered: bytes | None
    audit: Audit | None
    has_words: bool
    ai: bytes | None = None

    @property
    def handled(self) -> Handled:
        """Return who handled it as the sender has it."""
        present = handled_in(self.conversation)
        if self.delivered is None:
            return present
        stored = _HANDLED.decode(self.delivered)
        if stored.speakers or not present.speakers:
            return stored
        # Stored by a version that moved no speakers: they are as the sender has them.
        return replace(stored, speakers=present.speakers, labels=present.labels, assumed=present.assumed)


Make = Callable[[Conversation, Sequence[Correction]], tuple[Correction, Draft]]
"""Makes a correction of a conversation that has some already, with its line of the access log."""
Change = Callable[[Connection, Held], tuple[Conversation, Draft]]
"""Changes a conversation in a transaction: returns it as it is from now on, with a line of the access log."""


class CorrectionQuery(NamedTuple):
    """Corrections in force or undone (None: both), with a number before ``before``, the newest first.

    ``left_out`` are conversations that the reader rates blind.
    """

    in_force: bool | None = None
    before: int | None = None
    limit: int = 100
    left_out: tuple[str, ...] = ()


class NumberedCorrection(NamedTuple):
    """A correction with its position in the list."""

    number: int
    correction: Correction


class AppCorrections(SeenOfApp):
    """The corrections of one app."""

    def get(self, correction_id: str) -> Correction:
        """Return a correction. Raises ``NotFoundError`` ``correction.unknown``."""
        if is_storable(correction_id):
            query = sa.select(corrections.c.body).where(*self._mine(), corrections.c.correction_id == correction_id)
            body = self._database.value(query)
            if body is not None:
                return _CORRECTION.decode(body)
        raise unknown("correction", correction_id)

    def listing(self, query: CorrectionQuery) -> list[NumberedCorrection]:
        """Return corrections, the newest first."""
        wanted = self._mine()
        if query.in_force is not None:
            wanted.append(corrections.c.undone_at.is_(None) == query.in_force)
        if query.before is not None:
            wanted.append(corrections.c.correction < query.before)
        if query.left_out:
            wanted.append(corrections.c.conversation_id.not_in(query.left_out))
        found = sa.select(corrections.c.correction, corrections.c.body).where(*wanted)
        rows = self._database.rows(found.order_by(corrections.c.correction.desc()).limit(query.limit))
        return [NumberedCorrection(row.correction, _CORRECTION.decode(row.body)) for row in rows]

    def of_conversations(self, conversation_ids: Sequence[str]) -> list[Correction]:
        """Return the corrections of some conversations, the oldest first."""
        named = [each for each in conversation_ids if is_storable(each)]
        query = sa.select(corrections.c.body).where(*self._mine(), corrections.c.conversation_id.in_(named))
        return [_CORRECTION.decode(each) for each in self._database.values(query.order_by(corrections.c.correction))]

    def state(self, since: datetime, until: datetime) -> str:
        """Return a mark of corrections of conversations with ``since`` <= start < ``until``; it differs after each step."""
        its = corrections.c
        sums = sa.select(sa.func.count(), sa.func.sum(its.correction), sa.func.count(its.undone_at))
        return self._state_of(sums, corrections, since, until)

    def add(self, make: Make) -> Change:
        """Return the change that stores a correction which makes another revision: a move, or scoring again."""

        def change(connection: Connection, held: Held) -> tuple[Conversation, Draft]:
            earlier = _of(connection, held.number)
            made, entry = make(held.conversation, earlier)
            _check_free(held, made)
            made = replace(made, revision=held.revision + 1)
            self._insert(connection, held.number, made)
            return self._rehandled(connection, held, [*earlier, made]), entry

        return change

    def undo(self, correction: Correction, by: str, at: datetime, entry: Draft) -> Change:
        """Return the change that undoes a move."""

        def change(connection: Connection, held: Held) -> tuple[Conversation, Draft]:
            _check_free(held, correction)
            after = self._undo(connection, held.number, correction, by, at)
            return self._rehandled(connection, held, after), entry

        return change

    def exclude(self, conversation_id: str, make: Make, rendered: RenderedRows | None) -> Correction:
        """Exclude a conversation from figures from now on. ``rendered``: its rows, None where it has none.

        Raises ``NotFoundError`` ``conversation.unknown``; ``AuditMovedError`` where its rows are others by now.
        """
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            number, conversation = self._read(connection, conversation_id)
            made, entry = make(conversation, _of(connection, number))
            self._insert(connection, number, made)
            self._mark(connection, conversation_id, rendered, is_excluded=True)
            append_entry(connection, self._database, entry)
        return made

    def include(
        self, correction: Correction, by: str, at: datetime, entry: Draft, rendered: RenderedRows | None
    ) -> None:
        """Undo leaving a conversation out of figures. Raises as ``exclude`` and ``model.undone`` do."""
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            number, _ = self._read(connection, correction.conversation_id)
            self._undo(connection, number, correction, by, at)
            self._mark(connection, correction.conversation_id, rendered, is_excluded=False)
            append_entry(connection, self._database, entry)

    def restore(self, correction: Correction, by: str, at: datetime, entry: Draft, rendered: RenderedRows) -> None:
        """Undo scoring again: the earlier evaluation counts, as ``rendered`` has it. Raises as ``include`` does."""
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            number, _ = self._read(connection, correction.conversation_id)
            self._undo(connection, number, correction, by, at)
            mine = corrections.c.correction_id == correction.correction_id
            row = connection.scalar(sa.select(corrections.c.correction).where(mine)) or 0
            found = read_waiting(connection, self._app, [correction.conversation_id])
            if not found or not found[0].stored.is_current or not found[0].stored.shows(rendered):
                raise _moved(correction.conversation_id)
            # Below zero are the corrections that brought an evaluation back, as re-scores are above it.
            write_evaluations(connection, self._database, self._app, [(number, rendered.evaluation)], -row)
            file_recorded(connection, self._database.dialect, self._app, [(found[0].stored, rendered)])
            announce(connection, self._database.dialect, self._app, [(correction.conversation_id, "rescored")])
            append_entry(connection, self._database, entry)

    def _mark(
        self, connection: Connection, conversation_id: str, rendered: RenderedRows | None, *, is_excluded: bool
    ) -> None:
        mine = (conversations.c.app == self._app, conversations.c.conversation_id == conversation_id)
        connection.execute(sa.update(conversations).where(*mine).values(is_excluded=int(is_excluded)))
        found = read_waiting(connection, self._app, [conversation_id])
        if found and found[0].stored.is_current and found[0].stored.filed_at is not None:
            # One that waits is filed when it is recorded; until then its rows are those of the revision before.
            rows = [] if rendered is None else [(found[0].stored, rendered)]
            if not rows or not found[0].stored.shows(rows[0][1]) or not still_decided(connection, rows):
                raise _moved(conversation_id)
            file_recorded(connection, self._database.dialect, self._app, rows)
        raise_versions(connection, self._app)
        announce(connection, self._database.dialect, self._app, [(conversation_id, "corrected")])

    def _rehandled(self, connection: Connection, held: Held, all_: Sequence[Correction]) -> Conversation:
        """Return a conversation as its corrections make it, and keep what the sender has while one is in force."""
        moves = [each for each in all_ if each.kind in REVISES and each.is_in_force]
        handled = held.handled
        mine = sa.update(conversations).where(conversations.c.conversation == held.number)
        connection.execute(mine.values(delivered=msgspec.json.encode(handled) if moves else None))
        return with_handled(held.conversation, applied(handled, moves))

    def _undo(
        self, connection: Connection, number: int, correction: Correction, by: str, at: datetime
    ) -> list[Correction]:
        """Undo a correction; return all of its conversation afterwards."""
        all_ = _of(connection, number)
        now = next((each for each in all_ if each.correction_id == correction.correction_id), None)
        if now is None:
            raise unknown("correction", correction.correction_id)
        after = undone(now, all_, by, at)
        mine = sa.update(corrections).where(corrections.c.correction_id == correction.correction_id)
        connection.execute(mine.values(undone_at=ms_of(at), body=msgspec.json.encode(after)))
        return [after if each is now else each for each in all_]

    def _insert(self, connection: Connection, number: int, made: Correction) -> None:
        row = {
            "correction_id": made.correction_id,
            "app": self._app,
            "conversation": number,
            "conversation_id": made.conversation_id,
            "kind": made.kind,
            "at": ms_of(made.at),
            "body": msgspec.json.encode(made),
        }
        connection.execute(sa.insert(corrections).values(row))

    def _read(self, connection: Connection, conversation_id: str) -> tuple[int, Conversation]:
        query = sa.select(conversations.c.conversation, conversations.c.body).where(
            conversations.c.app == self._app,
            conversations.c.conversation_id == conversation_id,
            *visible(self._visibility, self._app, conversations.c.conversation_id),
        )
        row = connection.execute(query).one_or_none()
        if row is None:
            raise unknown("conversation", conversation_id)
        return row.conversation, msgspec.json.decode(row.body, type=Conversation)

    def _mine(self) -> list[sa.ColumnElement[bool]]:
        return [corrections.c.app == self._app, *visible(self._visibility, self._app, corrections.c.conversation_id)]


def as_corrected(
    connection: Connection, app: int, delivered: Iterable[Conversation]
) -> tuple[dict[str, Conversation], dict[str, bytes]]:
    """Return conversations as the corrections in force make them, by id; and who handled those, as the sender has it.

    Conversations without such a correction are in neither.
    """
    by_id = {each.id: each for each in delivered}
    query = (
        sa.select(corrections.c.body)
        .where(corrections.c.app == app, corrections.c.conversation_id.in_(sorted(by_id)))
        .where(corrections.c.undone_at.is_(None), corrections.c.kind.in_(REVISES))
        .order_by(corrections.c.correction)
    )
    moves: dict[str, list[Correction]] = defaultdict(list)
    for body in connection.scalars(query) if by_id else ():
        each = _CORRECTION.decode(body)
        moves[each.conversation_id].append(each)
    sent = {each: handled_in(by_id[each]) for each in moves}
    changed = {each: with_handled(by_id[each], applied(sent[each], its)) for each, its in moves.items()}
    return changed, {each: msgspec.json.encode(handled) for each, handled in sent.items()}


def erase_corrections(connection: Connection, numbers: Collection[int]) -> None:
    """Erase the corrections of conversations, by their numbers."""
    connection.execute(sa.delete(corrections).where(corrections.c.conversation.in_(numbers)))


def _of(connection: Connection, number: int) -> list[Correction]:
    query = sa.select(corrections.c.body).where(corrections.c.conversation == number)
    return [_CORRECTION.decode(each) for each in connection.scalars(query.order_by(corrections.c.correction))]


def _check_free(held: Held, correction: Correction) -> None:
    """Check that a conversation may be scored again, and with others in it.

    Raises ``ConflictError`` ``correction.audited``, ``correction.wordless``.
    """
    conversation_id = correction.conversation_id
    if correction.kind in MOVES and held.audit is not None and held.audit.result is not None:
        message = coded(
            "conversation {id} is audited, and its queue and agent belong to the result; leave it out of figures instead",
            id=conversation_id,
        )
        raise ConflictError(message, code="correction.audited", field="conversation_id", value=conversation_id)
    if not held.has_words:
        message = coded("the words of conversation {id} were erased, so it cannot be scored again", id=conversation_id)
        raise ConflictError(message, code="correction.wordless", field="conversation_id", value=conversation_id)


def _moved(conversation_id: str) -> AuditMovedError:
    message = coded("conversation {id} changed meanwhile; try again", id=conversation_id)
    return AuditMovedError(message, field="conversation_id", value=conversation_id)
