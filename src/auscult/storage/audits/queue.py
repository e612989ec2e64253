"""The assignments of one app: lists, the next item of a rater, and changes that touch no audit."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection
from sqlalchemy.exc import IntegrityError

from auscult.domain.audits.assignment import Assigned, Assignment, AssignmentState, Hidden, WorkOrder
from auscult.domain.audits.draw import DrawnItem
from auscult.domain.errors import ConflictError
from auscult.domain.notices import NewNotice
from auscult.storage.access.apps import lock_app
from auscult.storage.audits.reading import HIDDEN, assigned_query, read_assigned
from auscult.storage.audits.writing import AssignmentChange, change_assignment
from auscult.storage.core.database import AnySelect
from auscult.storage.core.instants import ms_of
from auscult.storage.core.rows import columns_of
from auscult.storage.core.sorting import SortKey, Walked, column_of, read_sorted
from auscult.storage.core.tables.audits import assignments, audits, draws
from auscult.storage.core.tables.base import NUMBER
from auscult.storage.core.tables.conversations import conversations
from auscult.storage.core.text_validation import is_storable
from auscult.storage.notices import write_notices
from auscult.storage.people.parties import write_auditor
from auscult.storage.people.visibility import SeenConversations

_held = audits.alias("held")
_IS_HELD = sa.exists().where(_held.c.assignment == assignments.c.assignment, _held.c.held_until.is_not(None))
_IS_TO_DO = assignments.c.state.in_([sa.literal_column(f"'{each}'") for each in ("assigned", "begun")])
_HIDDEN = (
    sa.select(conversations.c.conversation_id, assignments.c.hidden)
    .select_from(assignments)
    .join(conversations, conversations.c.conversation == assignments.c.conversation)
    .where(assignments.c.app == sa.bindparam("app", type_=NUMBER), assignments.c.rater == sa.bindparam("rater"))
    .where(_IS_TO_DO, assignments.c.hidden != sa.literal_column("'[]'"))
)
_WAITING = (
    sa.select(sa.func.count())
    .select_from(assignments)
    .join(conversations, conversations.c.conversation == assignments.c.conversation)
    .where(assignments.c.app == sa.bindparam("app", type_=NUMBER), assignments.c.rater == sa.bindparam("rater"))
    .where(_IS_TO_DO, assignments.c.role != sa.literal_column("'self'"), ~_IS_HELD)
)


_TO_DO: tuple[AssignmentState, ...] = ("assigned", "begun")
_SORTED: Mapping[str, ColumnElement[Any]] = {
    "created_at": assignments.c.created_at,
    "due_at": assignments.c.due_at,
    "begun_at": assignments.c.begun_at,
    "ended_at": assignments.c.ended_at,
    "answered": audits.c.answers,
    "score": audits.c.score,
    "todo": sa.case(
        (assignments.c.state == "begun", sa.literal_column("0", sa.BigInteger)), else_=assignments.c.due_at
    ),
}
_OF_AUDITS = frozenset({"answered", "score"})
"""Orders by a number of the audit, not of the assignment."""


class QueueQuery(NamedTuple):
    """Assignments in some states, of a rater, a plan or a conversation; empty or None: of any.

    ``after`` is the position of the last one that was read. ``is_audit``: no agents' reviews of themselves; ``but_held``:
    none that is submitted and can still be undone.
    """

    states: tuple[AssignmentState, ...] = ()
    rater: str | None = None
    plan_id: str | None = None
    conversation_id: str | None = None
    order: WorkOrder = "created_at"
    after: SortKey | None = None
    limit: int = 100
    is_audit: bool = False
    but_held: bool = False

    @classmethod
    def to_do(cls, rater: str) -> "QueueQuery":
        """Return the query of the audits that a rater has to do."""
        return cls(_TO_DO, rater, order="todo", is_audit=True, but_held=True)

    @classmethod
    def done(cls, rater: str) -> "QueueQuery":
        """Return the query of the audits that a rater has submitted, the newest first."""
        return cls(("submitted",), rater, order="-ended_at", is_audit=True)


class Listed(NamedTuple):
    """An assignment with its position in a list."""

    key: SortKey
    assigned: Assigned


class TaskQuery(NamedTuple):
    """Assignments that are no self-reviews, of a plan, a draw and a rater ("": without one); None of any.

    ``ended_since`` is the earliest end of submitted ones.
    """

    plan_id: str | None = None
    draw_id: str | None = None
    rater: str | None = None
    states: tuple[AssignmentState, ...] = ()
    ended_since: datetime | None = None


class AppQueue(SeenConversations):
    """The assignments of one app."""

    def _assigned(self) -> AnySelect:
        return assigned_query(self._app).where(*self._visible)

    def get(self, assignment_id: str) -> Assigned | None:
        """Return an assignment with its audit; None where there is none."""
        query = self._assigned().where(assignments.c.assignment_id == assignment_id)
        return self._database.named(query, assignment_id, read_assigned)

    def listing(self, query: QueueQuery) -> list[Assigned]:
        """Return assignments in an order."""
        return [each.assigned for each in self.page(query)]

    def page(self, query: QueueQuery) -> list[Listed]:
        """Return the same, each with its position."""
        if not all(is_storable(each or "") for each in (query.rater, query.plan_id, query.conversation_id)):
            return []
        column = column_of(query.order, _SORTED)
        with self._database.reading() as connection:
            rows = read_sorted(
                connection,
                self._assigned().where(*_wanted(query)),
                column,
                assignments.c.assignment,
                query.order,
                query.after,
                query.limit,
                Walked(audits.c.assignment, audits.c.app == self._app)
                if query.order.removeprefix("-") in _OF_AUDITS
                else None,
            )
        return [Listed(each.key, read_assigned(each.row)) for each in rows]

    def hidden(self, rater: str) -> list[tuple[str, tuple[Hidden, ...]]]:
        """Return what is hidden from a rater by assignments that have not ended, each with its conversation's id."""
        if not is_storable(rater):
            return []
        rows = self._database.fetch(_HIDDEN, app=self._app, rater=rater)
        return [(conversation_id, HIDDEN.decode(hidden)) for conversation_id, hidden in rows]

    def waiting(self, rater: str | None = None, limit: int = 1_000) -> list[Assigned]:
        """Return what a rater, or every rater, has to do: what is begun first, then what is due first."""
        begun = assignments.c.state == "begun"
        order = begun.desc(), assignments.c.due_at.is_(None), assignments.c.due_at, assignments.c.assignment
        query = self._assigned().where(*_todo(rater)).order_by(*order).limit(limit)
        return [read_assigned(row) for row in self._database.rows(query)]

    def count_waiting(self, rater: str, *, late_at: datetime | None = None) -> int:
        """Return how many items a rater has to do: all, or those that are late at an instant."""
        if not self._visible and late_at is None:
            ((n,),) = self._database.fetch(_WAITING, app=self._app, rater=rater)
            return n
        its = conversations.c.conversation == assignments.c.conversation
        query = sa.select(sa.func.count()).select_from(assignments).join(conversations, its)
        query = query.where(assignments.c.app == self._app, *_todo(rater), *self._visible)
        if late_at is not None:
            query = query.where(assignments.c.due_at < ms_of(late_at))
        return self._database.value(query) or 0

    def of_draw(self, draw_id: str) -> list[Assigned]:
        """Return the assignments of a draw in the order of their numbers ``u``."""
        query = self._assigned().where(draws.c.draw_id == draw_id)
        return [read_assigned(row) for row in self._database.rows(query.order_by(assignments.c.assignment))]

    def submitted(self, since: datetime | None, until: datetime | None) -> list[Assigned]:
        """Return the submitted assignments that ended in ``since`` <= time < ``until``, in the order of assignment."""
        query = self._assigned().where(assignments.c.state == "submitted")
        if since is not None:
            query = query.where(assignments.c.ended_at >= ms_of(since))
        if until is not None:
            query = query.where(assignments.c.ended_at < ms_of(until))
        return [read_assigned(row) for row in self._database.rows(query.order_by(assignments.c.assignment))]

    def tasks(self, query: TaskQuery) -> list[Assigned]:
        """Return some assignments of conversations that were not erased."""
        if not all(is_storable(each or "") for each in (query.plan_id, query.draw_id, query.rater)):
            return []
        wanted: list[ColumnElement[bool]] = [assignments.c.conversation.is_not(None), assignments.c.role != "self"]
        if query.plan_id is not None:
            wanted.append(draws.c.plan_id == query.plan_id)
        if query.draw_id is not None:
            wanted.append(draws.c.draw_id == query.draw_id)
        if query.rater is not None:
            wanted.append(assignments.c.rater == query.rater if query.rater else assignments.c.rater.is_(None))
        if query.states:
            wanted.append(assignments.c.state.in_(query.states))
        if query.ended_since is not None:
            wanted.append(assignments.c.ended_at >= ms_of(query.ended_since))
        return [read_assigned(row) for row in self._database.rows(self._assigned().where(*wanted))]

    def counts(self, plan_id: str) -> dict[str, dict[AssignmentState, int]]:
        """Return the number of assignments of a plan by rater and state; "" means no rater yet."""
        query = (
            sa.select(assignments.c.rater, assignments.c.state, sa.func.count())
            .select_from(assignments)
            .join(draws, draws.c.draw == assignments.c.draw)
            .outerjoin(conversations, conversations.c.conversation == assignments.c.conversation)
            .where(draws.c.app == self._app, draws.c.plan_id == plan_id, *self._visible)
            .group_by(assignments.c.rater, assignments.c.state)
        )
        found: dict[str, dict[AssignmentState, int]] = {}
        with self._database.reading() as connection:
            for rater, state, n in connection.execute(query):
                found.setdefault(rater or "", {})[state] = n
        return found

    def begun_since(self, rater: str, since: datetime, plan_id: str) -> int:
        """Return how many items of a plan a rater has begun since an instant."""
        query = (
            sa.select(sa.func.count())
            .select_from(assignments)
            .join(draws, draws.c.draw == assignments.c.draw)
            .where(assignments.c.app == self._app, assignments.c.rater == rater, draws.c.plan_id == plan_id)
            .where(assignments.c.begun_at >= ms_of(since))
        )
        return self._database.value(query) or 0

    def claim(
        self,
        rater: str,
        at: datetime,
        plan_ids: frozenset[str],
        *,
        with_unplanned: bool,
        but: frozenset[str] = frozenset(),
    ) -> str | None:
        """Begin the next item of a rater; return its id, or None where there is none.

        Items that are due are first, then those dealt to the rater, then those that anyone may begin. An item is begun
        once, however many ask at a time; no rater begins both opinions on a conversation, or an item in which an agent
        of ``but`` is judged.
        """
        with self._database.writing() as connection:
            # Whoever asks waits for those who asked before: what they hold now may be free again in a moment.
            lock_app(connection, self._app)
            return self._claim(connection, rater, at, plan_ids, with_unplanned=with_unplanned, but=but)

    def _claim(  # noqa: PLR0913  (each narrows what is handed out)
        self,
        connection: Connection,
        rater: str,
        at: datetime,
        plan_ids: frozenset[str],
        *,
        with_unplanned: bool,
        but: frozenset[str],
    ) -> str | None:
        own = sa.and_(assignments.c.state == "assigned", assignments.c.rater == rater)
        other = assignments.alias()
        sibling = sa.exists().where(
            other.c.draw == assignments.c.draw,
            other.c.conversation == assignments.c.conversation,
            other.c.segment == assignments.c.segment,
            other.c.agent_id == assignments.c.agent_id,
            other.c.rater == rater,
        )
        free = sa.and_(assignments.c.state == "open", assignments.c.rater.is_(None), ~sibling)
        planned = draws.c.plan_id.in_(sorted(plan_ids))
        which = sa.or_(planned, assignments.c.draw.is_(None)) if with_unplanned else planned
        query = (
            sa.select(assignments.c.assignment)
            .select_from(assignments)
            .join(conversations, conversations.c.conversation == assignments.c.conversation)
            .outerjoin(draws, draws.c.draw == assignments.c.draw)
            .where(assignments.c.app == self._app, sa.or_(own, free), which, *self._visible)
            .where(assignments.c.agent_id.not_in(sorted(but)), assignments.c.role != "self")
            .order_by(assignments.c.due_at.is_(None), assignments.c.due_at, own.desc(), assignments.c.assignment)
            .limit(1)
        )
        number = connection.scalar(query)
        if number is None:
            return None
        begun = sa.update(assignments).where(assignments.c.assignment == number)
        begun = begun.values(state="begun", rater=rater, begun_at=ms_of(at))
        claimed = connection.execute(begun.returning(assignments.c.assignment_id, assignments.c.conversation)).one()
        its = sa.select(conversations.c.conversation_id).where(conversations.c.conversation == claimed.conversation)
        conversation_id = connection.scalar(its)
        if conversation_id is not None:  # from now on the rater sees it, whatever else they see
            write_auditor(connection, self._database.dialect, self._app, conversation_id, rater)
        return claimed.assignment_id

    def change(
        self,
        before: Assignment,
        after: Assignment,
        instead: tuple[DrawnItem, datetime | None] | None = None,
        notices: Sequence[NewNotice] = (),
    ) -> bool:
        """Store a change of state, rater or reason; False, and nothing is stored, where it changed meanwhile.

        ``instead`` is the item that is drawn in its place, with its due date; it and notices are in the transaction.
        """
        with self._database.writing() as connection, _other_opinion(after):
            lock_app(connection, self._app)
            is_changed = change_assignment(connection, self._app, AssignmentChange(before, after, instead))
            if is_changed:
                write_notices(connection, self._database.dialect, self._app, notices)
            return is_changed

    def hold(self, assignment_id: str, changes: int, until: datetime) -> bool:
        """Store until when the submission of an audit that was written ``changes`` times is held; False where it was changed.

        Every write of the audit ends it.
        """
        mine = self._held(assignment_id).where(audits.c.changes == changes, audits.c.state == "assigned")
        with self._database.writing() as connection:
            return connection.execute(mine.values(held_until=ms_of(until))).rowcount == 1

    def end_hold(self, assignment_id: str, before: datetime | None = None) -> bool:
        """End the hold of a submission, which then was not; False where there is none that lasts beyond ``before``."""
        mine = self._held(assignment_id).where(audits.c.held_until.is_not(None))
        if before is not None:
            mine = mine.where(audits.c.held_until > ms_of(before))
        with self._database.writing() as connection:
            return connection.execute(mine.values(held_until=None)).rowcount == 1

    def held(self, until: datetime, rater: str | None = None, limit: int = 1_000) -> list[tuple[str, str]]:
        """Return the held submissions whose time was over at an instant, each with its rater; the oldest first."""
        query = sa.select(audits.c.assignment_id, audits.c.auditor).where(
            audits.c.app == self._app, audits.c.held_until.is_not(None), audits.c.held_until <= ms_of(until)
        )
        if rater is not None:
            query = query.where(audits.c.auditor == rater)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(audits.c.held_until).limit(limit))
            return [(row.assignment_id, row.auditor) for row in rows]

    def _held(self, assignment_id: str) -> sa.Update:
        return sa.update(audits).where(audits.c.app == self._app, audits.c.assignment_id == assignment_id)

    def add(self, made: Assignment) -> None:
        """Store an assignment without a plan; one of that id stays as it is, and so does an unknown conversation."""
        its = sa.select(conversations.c.conversation).where(
            conversations.c.app == self._app, conversations.c.conversation_id == made.conversation_id, *self._visible
        )
        with self._database.writing() as connection:
            number = connection.scalar(its)
            if number is None:
                return
            row = columns_of(
                assignments,
                made,
                app=self._app,
                conversation=number,
                agent_id=made.agent_id or "",
                hidden=msgspec.json.encode(made.hidden).decode(),
            )
            connection.execute(self._database.dialect.insert(assignments).values(row).on_conflict_do_nothing())


def _wanted(query: QueueQuery) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [assignments.c.role != "self"] if query.is_audit else []
    if query.but_held:
        wanted.append(~_IS_HELD)
    if query.states:
        wanted.append(assignments.c.state.in_(query.states))
    for column, value in (
        (assignments.c.rater, query.rater),
        (draws.c.plan_id, query.plan_id),
        (conversations.c.conversation_id, query.conversation_id),
    ):
        if value is not None:
            wanted.append(column == value)
    return wanted


def _todo(rater: str | None) -> list[ColumnElement[bool]]:
    """Return the conditions of what a rater, or every rater, has to do; agents' reviews of themselves are no audits."""
    wanted = [assignments.c.state.in_(("assigned", "begun")), assignments.c.role != "self", ~_IS_HELD]
    return wanted if rater is None else [*wanted, assignments.c.rater == rater]


@contextmanager
def _other_opinion(after: Assignment) -> Generator[None]:
    """Refuse both opinions on a conversation for one rater. Raises ``ConflictError`` ``assignment.other_opinion``."""
    try:
        yield
    except IntegrityError as error:
        raise ConflictError(
            "{value} has another opinion on the conversation of assignment {assignment_id}",
            assignment_id=after.assignment_id,
            code="assignment.other_opinion",
            field="auditor",
            value=after.rater,
        ) from error
