"""Store of disputes: the reviews, disputes and policy of one app, and what erasing leaves of them."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.audits.audit import AuditMovedError
from auscult.domain.audits.notes import DisputeState
from auscult.domain.disputes.dispute import Dispute, DisputeOrder, Review, ReviewPolicy
from auscult.domain.disputes.steps import ReviewChange
from auscult.storage.access.apps import lock_app
from auscult.storage.core.dialect import Dialect
from auscult.storage.core.instants import ms_of
from auscult.storage.core.repository import SeenOfApp
from auscult.storage.core.rows import columns_of
from auscult.storage.core.sorting import SortKey, column_of, read_sorted
from auscult.storage.core.tables.audits import assignments, audit_trail
from auscult.storage.core.tables.base import NUMBER
from auscult.storage.core.tables.reviews import disputes, review_policies, reviews
from auscult.storage.core.text_validation import is_storable
from auscult.storage.delivery.feed import announce
from auscult.storage.notices import mark_settled, write_notices
from auscult.storage.people.visibility import visible

_DISPUTE = msgspec.json.Decoder(Dispute)
_REVIEW = msgspec.json.Decoder(Review)
_POLICY = msgspec.json.Decoder(ReviewPolicy)
_AT_ONCE = 500
_OPEN = sa.select(sa.func.count()).where(
    disputes.c.app == sa.bindparam("app", type_=NUMBER), disputes.c.state == sa.literal_column("'open'")
)


_SORTED = {name: disputes.c[name] for name in ("raised_at", "due_at", "decided_at", "round")}


class DisputeQuery(NamedTuple):
    """Disputes that are open or have ended, in one state, of an auditor, a metric or an assignment, raised in a period.

    None: of any; ``since`` <= raised < ``until``. ``after`` is the position of the last one that was read.
    """

    state: DisputeState | None = None
    auditor: str | None = None
    metric_id: str | None = None
    assignment_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    order: DisputeOrder = "raised_at"
    after: SortKey | None = None
    limit: int = 100
    has_ended: bool | None = None
    due_before: datetime | None = None


class Listed(NamedTuple):
    """A dispute with its position in the list."""

    key: SortKey
    dispute: Dispute


class AppDisputes(SeenOfApp):
    """The reviews and disputes of one app."""

    def review(self, assignment_id: str) -> Review | None:
        """Return the review of an assignment's audit; None where nothing has happened to it."""
        query = sa.select(reviews.c.body).where(reviews.c.app == self._app, reviews.c.assignment_id == assignment_id)
        query = query.where(*visible(self._visibility, self._app, reviews.c.conversation_id))
        return self._database.named(query, assignment_id, lambda row: _REVIEW.decode(row.body))

    def of_agents(self, agent_ids: Sequence[str], released_by: datetime, limit: int = 200) -> list[Review]:
        """Return the newest reviews of agents that were released by an instant, the newest first."""
        query = (
            sa.select(reviews.c.body)
            .where(reviews.c.app == self._app, reviews.c.agent_id.in_(sorted(agent_ids)))
            .where(reviews.c.released_at <= ms_of(released_by))
            .where(*visible(self._visibility, self._app, reviews.c.conversation_id))
            .order_by(reviews.c.released_at.desc(), reviews.c.assignment.desc())
            .limit(limit)
        )
        return [_REVIEW.decode(body) for body in self._database.values(query)]

    def reviews(self, *, unreleased_at: datetime | None = None) -> Iterator[Review]:
        """Yield every review, or those that are not released at an instant, in the order of assignment."""
        after = 0
        query = sa.select(reviews.c.assignment, reviews.c.body).where(reviews.c.app == self._app)
        query = query.where(*visible(self._visibility, self._app, reviews.c.conversation_id))
        if unreleased_at is not None:
            hidden = sa.or_(reviews.c.released_at.is_(None), reviews.c.released_at > ms_of(unreleased_at))
            query = query.where(hidden)
        while True:
            page = query.where(reviews.c.assignment > after).order_by(reviews.c.assignment).limit(_AT_ONCE)
            rows = self._database.rows(page)
            for row in rows:
                yield _REVIEW.decode(row.body)
            if len(rows) < _AT_ONCE:
                return
            after = rows[-1].assignment

    def dispute(self, dispute_id: str) -> Dispute | None:
        """Return a dispute; None where there is none. One whose conversation was erased is seen by who sees all."""
        query = sa.select(disputes.c.body).where(disputes.c.app == self._app, disputes.c.dispute_id == dispute_id)
        return self._database.named(query.where(*self._visible()), dispute_id, lambda row: _DISPUTE.decode(row.body))

    def disputes(self, query: DisputeQuery) -> list[Listed]:
        """Return disputes in an order."""
        if not all(is_storable(each or "") for each in (query.auditor, query.metric_id, query.assignment_id)):
            return []
        found = sa.select(disputes.c.body).where(*self._wanted(query))
        column = column_of(query.order, _SORTED)
        with self._database.reading() as connection:
            rows = read_sorted(connection, found, column, disputes.c.dispute, query.order, query.after, query.limit)
        return [Listed(each.key, _DISPUTE.decode(each.row.body)) for each in rows]

    def all(self, query: DisputeQuery) -> Iterator[Dispute]:
        """Yield every dispute of a query, some in memory at a time."""
        query = query._replace(limit=_AT_ONCE)
        while found := self.disputes(query):
            for each in found:
                yield each.dispute
            query = query._replace(after=found[-1].key)

    def count(self, query: DisputeQuery) -> int:
        """Return the number of disputes of a query, on whichever page."""
        return self._database.value(sa.select(sa.func.count()).where(*self._wanted(query))) or 0

    def count_open(self) -> int:
        """Return how many disputes wait for a decision."""
        narrow = self._visible()
        if not narrow:
            ((n,),) = self._database.fetch(_OPEN, app=self._app)
            return n
        query = sa.select(sa.func.count()).where(disputes.c.app == self._app, disputes.c.state == "open")
        return self._database.value(query.where(*narrow)) or 0

    def open_among(self, dispute_ids: Sequence[str]) -> frozenset[str]:
        """Return the disputes of these that wait for a decision."""
        mine = (disputes.c.app == self._app, disputes.c.state == "open", disputes.c.dispute_id.in_(dispute_ids))
        return frozenset(self._database.values(sa.select(disputes.c.dispute_id).where(*mine, *self._visible())))

    def save(self, change: ReviewChange) -> None:
        """Write a step that changes no audit, in one transaction.

        Raises ``AuditMovedError``, and writes nothing, where the review was changed meanwhile.
        """
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            write_review(connection, self._database.dialect, self._app, change)

    def policy(self) -> ReviewPolicy | None:
        """Return the policy of the app; None where it has none of its own."""
        query = sa.select(review_policies.c.document).where(review_policies.c.app == self._app)
        body = self._database.value(query)
        return None if body is None else _POLICY.decode(body)

    def set_policy(self, policy: ReviewPolicy, by: str, at: datetime) -> None:
        """Store the policy of the app, for audits that are submitted from now on."""
        row = {"document": msgspec.json.encode(policy), "changed_at": ms_of(at), "changed_by": by}
        with self._database.writing() as connection:
            made = self._database.dialect.insert(review_policies).values(app=self._app, **row)
            connection.execute(made.on_conflict_do_update(index_elements=["app"], set_=row))

    def _wanted(self, query: DisputeQuery) -> list[sa.ColumnElement[bool]]:
        wanted: list[sa.ColumnElement[bool]] = [disputes.c.app == self._app]
        for column, value in (
            (disputes.c.state, query.state),
            (disputes.c.auditor, query.auditor),
            (disputes.c.metric_id, query.metric_id),
            (disputes.c.assignment_id, query.assignment_id),
        ):
            if value is not None:
                wanted.append(column == value)
        if query.has_ended is not None:
            wanted.append(disputes.c.state != "open" if query.has_ended else disputes.c.state == "open")
        if query.since is not None:
            wanted.append(disputes.c.raised_at >= ms_of(query.since))
        if query.until is not None:
            wanted.append(disputes.c.raised_at < ms_of(query.until))
        if query.due_before is not None:
            wanted.append(disputes.c.due_at < ms_of(query.due_before))
        return [*wanted, *self._visible()]

    def _visible(self) -> list[sa.ColumnElement[bool]]:
        return visible(self._visibility, self._app, disputes.c.conversation_id)


def write_review(connection: Connection, dialect: Dialect, app: int, change: ReviewChange) -> None:
    """Write a review with its disputes, trail, feed entries and notices. The app's turn must have been taken.

    Raises ``AuditMovedError`` where the review was changed, or its audit erased, since it was read.
    """
    review = change.review
    query = sa.select(assignments.c.assignment, assignments.c.conversation).where(
        assignments.c.app == app, assignments.c.assignment_id == review.assignment_id
    )
    found = connection.execute(query).one_or_none()
    if found is None or found.conversation is None:
        raise _moved(review)
    _write(connection, app, found.assignment, found.conversation, review)
    for each in change.disputes:
        _write_dispute(connection, app, found.conversation, each)
        if not each.is_open:
            mark_settled(connection, app, each.dispute_id, each.ended_at)
    for entry in change.entries:
        line = {"conversation": found.conversation, "at": ms_of(entry.at), "action": entry.action}
        connection.execute(sa.insert(audit_trail).values(body=msgspec.json.encode(entry), **line))
    announce(connection, dialect, app, [(review.conversation_id, kind) for kind in change.kinds])
    write_notices(connection, dialect, app, change.notices)


def _write(connection: Connection, app: int, assignment: int, conversation: int, review: Review) -> None:
    columns: dict[str, Any] = {
        "agent_id": review.agent_id or "",
        "auditor": review.auditor,
        "released_at": None if review.released_at is None else ms_of(review.released_at),
        "changes": review.changes,
        "body": msgspec.json.encode(review),
    }
    mine = reviews.c.assignment == assignment
    before = connection.scalar(sa.select(reviews.c.changes).where(mine).with_for_update())
    if before is None and review.changes <= 1:
        ids = {"assignment_id": review.assignment_id, "conversation_id": review.conversation_id}
        keys = {"assignment": assignment, "conversation": conversation, "app": app}
        connection.execute(sa.insert(reviews).values(**keys, **ids, **columns))
    elif before == review.changes - 1:
        connection.execute(sa.update(reviews).where(mine).values(**columns))
    else:
        raise _moved(review)


def _write_dispute(connection: Connection, app: int, conversation: int, found: Dispute) -> None:
    made = columns_of(disputes, found, app=app, conversation=conversation, body=msgspec.json.encode(found))
    same = (disputes.c.app == app, disputes.c.dispute_id == found.dispute_id)
    decided = {name: made[name] for name in ("state", "decided_at", "body")}
    if connection.execute(sa.update(disputes).where(*same).values(**decided)).rowcount:
        return
    connection.execute(sa.insert(disputes).values(**made))


def erase_reviews(connection: Connection, numbers: Collection[int]) -> None:
    """Erase the reviews of conversations, and everything of their disputes but metric, people, times and outcome."""
    connection.execute(sa.delete(reviews).where(reviews.c.conversation.in_(numbers)))
    mine = sa.select(disputes.c.dispute, disputes.c.body).where(disputes.c.conversation.in_(numbers))
    for number, body in connection.execute(mine).all():
        left = _DISPUTE.decode(body).without_texts()
        columns = {
            "conversation": None,
            "conversation_id": None,
            "state": left.state,
            "body": msgspec.json.encode(left),
        }
        connection.execute(sa.update(disputes).where(disputes.c.dispute == number).values(**columns))


def _moved(review: Review) -> AuditMovedError:
    return AuditMovedError(
        "the review of assignment {value} was changed meanwhile; read it again",
        field="assignment_id",
        value=review.assignment_id,
    )
