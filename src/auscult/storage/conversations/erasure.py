"""Erases one conversation from everything that was written about it, in the transaction that it is given.

What the database itself still has of it afterwards (free pages of a file, its log, backups) is not reached from here.
"""

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.comments.store import erase_comments
from auscult.corrections.store import erase_corrections
from auscult.disputes.store import erase_reviews
from auscult.form_examples.store import erase_examples
from auscult.notices.store import erase_notices
from auscult.pinned.store import erase_pins
from auscult.storage.assist.live import erase_live
from auscult.storage.calibration.repository import erase_from_calibrations
from auscult.storage.coaching.repository import erase_from_coaching
from auscult.storage.core.chunk_results import without
from auscult.storage.core.dialect import Dialect
from auscult.storage.core.tables.audits import assignments, audit_trail, audits, bookmarks
from auscult.storage.core.tables.conversations import batches, conversations, evaluations, insights, said
from auscult.storage.core.tables.history import backfill_chunks, backfill_mentions
from auscult.storage.core.tables.judge import judge_answers, judge_calls
from auscult.storage.core.tables.pages import facet_rows, facets, listings, report_rows, tallies
from auscult.storage.delivery.feed import announce_erased
from auscult.storage.pages.row_index import RowIndexEntry, file_rows
from auscult.storage.people.parties import erase_parties
from auscult.storage.privacy.redaction import erase_redaction
from auscult.storage.recordings.repository import erase_recordings
from auscult.storage.schedules.repository import erase_from_schedules

REASON_ERASED = "some of it could not be processed; of that, something was erased, and the reason with it"

WAIT_ERASED = "something in it was erased, and what it waits for with it"


def erase(connection: Connection, dialect: Dialect, app: int, conversation_id: str) -> bool:
    """Erase a conversation of this app; whether there was one. The app's turn must have been taken."""
    was_live = erase_live(connection, app, conversation_id)
    erase_redaction(connection, app, conversation_id)
    query = sa.select(
        conversations.c.conversation,
        conversations.c.filed_at,
        conversations.c.batch,
        conversations.c.recorded_revision.is_distinct_from(conversations.c.revision).label("is_waiting"),
    ).where(conversations.c.app == app, conversations.c.conversation_id == conversation_id)
    # Locked, for what judges answer is kept without the app's turn: none is added to what is erased.
    found = connection.execute(query.with_for_update()).one_or_none()
    if found is None:
        return was_live
    if found.filed_at is not None:
        erase_rows(connection, dialect, app, conversation_id, found.filed_at)
    # What calls took was paid, and says nothing of anybody.
    paid = sa.update(judge_calls).where(judge_calls.c.conversation == found.conversation)
    connection.execute(paid.values(conversation=None))
    _erase_mentions(connection, found.conversation, conversation_id)
    erase_audits(connection, found.conversation)
    erase_from_calibrations(connection, found.conversation, conversation_id)
    erase_from_coaching(connection, found.conversation, conversation_id)
    erase_from_schedules(connection, app, conversation_id)
    erase_recordings(connection, found.conversation)
    erase_examples(connection, found.conversation)
    erase_corrections(connection, found.conversation)
    erase_pins(connection, found.conversation)
    for table in (judge_answers, evaluations, insights, said, conversations):
        connection.execute(sa.delete(table).where(table.c.conversation == found.conversation))
    if dialect.is_embedded:  # else deleted words stay readable in the segments of the index
        connection.exec_driver_sql("INSERT INTO said_words(said_words) VALUES ('optimize')")
    erase_parties(connection, app, conversation_id)
    announce_erased(connection, dialect, app, conversation_id)
    if found.is_waiting:
        # The reason of a failed or postponed batch may quote it.
        update = sa.update(batches).where(batches.c.batch == found.batch, batches.c.reason.is_not(None))
        is_failed = batches.c.state.in_(("failed", "cancelled"))
        connection.execute(update.values(reason=sa.case((is_failed, REASON_ERASED), else_=WAIT_ERASED)))
    return True


def erase_audits(connection: Connection, conversation: int) -> None:
    """Erase audits, trail, comments and notices. A drawn assignment keeps its probability and loses everything else of the conversation."""
    erase_reviews(connection, conversation)
    erase_comments(connection, conversation)
    erase_notices(connection, conversation)
    for table in (audit_trail, audits, bookmarks):
        connection.execute(sa.delete(table).where(table.c.conversation == conversation))
    mine = assignments.c.conversation == conversation
    connection.execute(sa.delete(assignments).where(mine, assignments.c.draw.is_(None)))
    left = {"conversation": None, "state": "erased", "agent_id": "", "u": None, "reason": ""}
    connection.execute(sa.update(assignments).where(mine).values(**left))


def _erase_mentions(connection: Connection, conversation: int, conversation_id: str) -> None:
    """Remove the parts of backfills' results about it alone; its counts stay, as they identify no person."""
    named = sa.select(backfill_mentions.c.chunk).where(backfill_mentions.c.conversation == conversation)
    results = sa.select(backfill_chunks.c.chunk, backfill_chunks.c.result).where(backfill_chunks.c.chunk.in_(named))
    for chunk, result in connection.execute(results).all():
        left = sa.update(backfill_chunks).where(backfill_chunks.c.chunk == chunk)
        connection.execute(left.values(result=without(result, conversation_id)))
    connection.execute(sa.delete(backfill_mentions).where(backfill_mentions.c.conversation == conversation))


def erase_rows(connection: Connection, dialect: Dialect, app: int, conversation_id: str, filed_at: int) -> None:
    """Remove its rows from every listing, with facets and tallies; then the facets that no row has any more.

    A facet's value may be personal, as that of a custom field.
    """
    rows = sa.select(report_rows.c.facets).where(
        report_rows.c.listing.in_(sa.select(listings.c.listing).where(listings.c.app == app)),
        report_rows.c.started_at == filed_at,
        report_rows.c.conversation_id == conversation_id,
    )
    tagged = {facet for tags in connection.scalars(rows) for facet in msgspec.json.decode(tags, type=list[int])}
    nothing = RowIndexEntry(conversation_id, filed_at, cell=0, facets=(), rows={}, filed_at=filed_at)
    file_rows(connection, dialect, app, [nothing])
    is_used = sa.exists().where(facet_rows.c.facet == facets.c.facet)
    unused = list(connection.scalars(sa.select(facets.c.facet).where(facets.c.facet.in_(sorted(tagged)), ~is_used)))
    connection.execute(sa.delete(tallies).where(tallies.c.facet.in_(unused)))
    connection.execute(sa.delete(facets).where(facets.c.facet.in_(unused)))
