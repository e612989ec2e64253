"""Writes steps of reviews into a transaction, and erases what they say about a conversation."""

from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy import Connection

from auscult.domain.audits.audit import AuditMovedError
from auscult.domain.disputes.review import Dispute, Review
from auscult.domain.disputes.steps import ReviewChange
from auscult.storage.core.dialect import Dialect
from auscult.storage.core.instants import ms_of
from auscult.storage.core.tables.audits import assignments, audit_trail
from auscult.storage.core.tables.reviews import disputes, reviews
from auscult.storage.delivery.feed import announce

DISPUTE = msgspec.json.Decoder(Dispute)


def write_review(connection: Connection, dialect: Dialect, app: int, change: ReviewChange) -> None:
    """Write a review with its disputes, trail and feed entries. The app's turn must have been taken.

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
    for entry in change.entries:
        line = {"conversation": found.conversation, "at": ms_of(entry.at), "action": entry.action}
        connection.execute(sa.insert(audit_trail).values(body=msgspec.json.encode(entry), **line))
    announce(connection, dialect, app, [(review.conversation_id, kind) for kind in change.kinds])


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
    columns: dict[str, Any] = {
        "state": found.state,
        "decided_at": None if found.decided_at is None else ms_of(found.decided_at),
        "body": msgspec.json.encode(found),
    }
    same = (disputes.c.app == app, disputes.c.dispute_id == found.dispute_id)
    if connection.execute(sa.update(disputes).where(*same).values(**columns)).rowcount:
        return
    made: dict[str, Any] = {
        "dispute_id": found.dispute_id,
        "app": app,
        "conversation": conversation,
        "assignment_id": found.assignment_id,
        "conversation_id": found.conversation_id,
        "metric_id": found.metric_id,
        "auditor": found.auditor,
        "queue": found.queue,
        "raised_at": ms_of(found.raised_at),
        "due_at": ms_of(found.due_at),
    }
    connection.execute(sa.insert(disputes).values(**made, **columns))


def erase_reviews(connection: Connection, conversation: int) -> None:
    """Erase the reviews of a conversation, and everything of its disputes but metric, people, times and outcome."""
    connection.execute(sa.delete(reviews).where(reviews.c.conversation == conversation))
    mine = sa.select(disputes.c.dispute, disputes.c.body).where(disputes.c.conversation == conversation)
    for number, body in connection.execute(mine).all():
        left = without_texts(DISPUTE.decode(body))
        columns = {
            "conversation": None,
            "conversation_id": None,
            "state": left.state,
            "body": msgspec.json.encode(left),
        }
        connection.execute(sa.update(disputes).where(disputes.c.dispute == number).values(**columns))


def without_texts(found: Dispute) -> Dispute:
    """Return a dispute of an erased conversation: an open one ends as erased, a decided one keeps its outcome."""
    state = "erased" if found.is_open else found.state
    return replace(found, conversation_id=None, state=state, comment="", reason="", agent_id=None, raised_by="")


def _moved(review: Review) -> AuditMovedError:
    return AuditMovedError(
        f"the review of assignment {review.assignment_id} was changed meanwhile; read it again",
        field="assignment_id",
        value=review.assignment_id,
    )
