"""Erases conversations from everything that was written about them, in the transaction that it is given.

What the database itself still has of them afterwards (free pages of a file, its log, backups) is not reached from here.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.storage.assist.live import erase_live
from auscult.storage.calibration import erase_from_calibrations
from auscult.storage.coaching import erase_from_coaching
from auscult.storage.comments import erase_comments
from auscult.storage.conversations.ai_texts import release_contexts
from auscult.storage.conversations.mask_faults import erase_faults
from auscult.storage.core.chunk_results import without
from auscult.storage.core.dialect import Dialect
from auscult.storage.core.tables.audits import assignments, audit_trail, audits, bookmarks
from auscult.storage.core.tables.conversations import batches, conversations, evaluations, insights, said
from auscult.storage.core.tables.history import backfill_chunks, backfill_mentions
from auscult.storage.core.tables.judge import judge_answers, judge_calls
from auscult.storage.core.tables.pages import facet_rows, facets, tallies
from auscult.storage.corrections import erase_corrections
from auscult.storage.delivery.feed import announce_erased
from auscult.storage.disputes import erase_reviews
from auscult.storage.form_examples import erase_examples
from auscult.storage.notices import erase_notices
from auscult.storage.pages.row_index import remove_rows
from auscult.storage.people.parties import erase_parties
from auscult.storage.pinned import erase_pins
from auscult.storage.privacy.redaction import erase_redactions
from auscult.storage.recordings.repository import erase_recordings
from auscult.storage.schedules import erase_from_schedules

REASON_ERASED = "some of it could not be processed; of that, something was erased, and the reason with it"

WAIT_ERASED = "something in it was erased, and what it waits for with it"

_FACETS_AT_ONCE = 1_000


def erase(connection: Connection, dialect: Dialect, app: int, conversation_ids: Sequence[str]) -> set[str]:
    """Erase conversations of this app; return those of them that there were. The app's turn must have been taken."""
    were_live = erase_live(connection, app, conversation_ids)
    erase_redactions(connection, app, conversation_ids)
    query = sa.select(
        conversations.c.conversation,
        conversations.c.conversation_id,
        conversations.c.batch,
        conversations.c.ai,
        conversations.c.recorded_revision.is_distinct_from(conversations.c.revision).label("is_waiting"),
    ).where(conversations.c.app == app, conversations.c.conversation_id.in_(conversation_ids))
    # Locked, for what judges answer is kept without the app's turn: none is added to what is erased.
    found = connection.execute(query.order_by(conversations.c.conversation).with_for_update()).all()
    if not found:
        return were_live
    ids = {row.conversation: row.conversation_id for row in found}
    erase_rows(connection, dialect, app, ids)
    release_contexts(connection, [row.ai for row in found])
    # What calls took was paid, and says nothing of anybody.
    paid = sa.update(judge_calls).where(judge_calls.c.conversation.in_(ids))
    connection.execute(paid.values(conversation=None))
    erase_mentions(connection, ids)
    erase_audits(connection, ids)
    erase_from_calibrations(connection, ids)
    erase_from_coaching(connection, ids)
    erase_from_schedules(connection, app, ids.values())
    erase_recordings(connection, ids)
    erase_examples(connection, ids)
    erase_corrections(connection, ids)
    erase_faults(connection, ids)
    erase_pins(connection, ids)
    for table in (judge_answers, evaluations, insights, said, conversations):
        connection.execute(sa.delete(table).where(table.c.conversation.in_(ids)))
    if dialect.is_embedded:  # else deleted words stay readable in the segments of the index
        connection.exec_driver_sql("INSERT INTO said_words(said_words) VALUES ('optimize')")
    erase_parties(connection, app, ids.values())
    gone = {*ids.values()}
    announce_erased(connection, dialect, app, [each for each in conversation_ids if each in gone])
    _erase_reasons(connection, {row.batch for row in found if row.is_waiting})
    return were_live | gone


def _erase_reasons(connection: Connection, waiting: Iterable[int]) -> None:
    """Erase the reasons of failed or postponed batches, which may quote what waited in them."""
    update = sa.update(batches).where(batches.c.batch.in_(waiting), batches.c.reason.is_not(None))
    is_failed = batches.c.state.in_(("failed", "cancelled"))
    connection.execute(update.values(reason=sa.case((is_failed, REASON_ERASED), else_=WAIT_ERASED)))


def erase_audits(connection: Connection, numbers: Collection[int]) -> None:
    """Erase audits, trail, comments and notices. A drawn assignment keeps its probability and loses everything else of its conversation."""
    erase_reviews(connection, numbers)
    erase_comments(connection, numbers)
    erase_notices(connection, numbers)
    for table in (audit_trail, audits, bookmarks):
        connection.execute(sa.delete(table).where(table.c.conversation.in_(numbers)))
    mine = assignments.c.conversation.in_(numbers)
    connection.execute(sa.delete(assignments).where(mine, assignments.c.draw.is_(None)))
    left = {"conversation": None, "state": "erased", "agent_id": "", "u": None, "reason": ""}
    connection.execute(sa.update(assignments).where(mine).values(**left))


def erase_mentions(connection: Connection, ids: Mapping[int, str]) -> None:
    """Remove the parts of backfills' results about these alone; their counts stay, as they identify no person."""
    mine = backfill_mentions.c.conversation.in_(ids)
    named = sa.select(backfill_mentions.c.chunk).where(mine)
    results = sa.select(backfill_chunks.c.chunk, backfill_chunks.c.result).where(backfill_chunks.c.chunk.in_(named))
    for chunk, result in connection.execute(results.order_by(backfill_chunks.c.chunk)).all():
        left = sa.update(backfill_chunks).where(backfill_chunks.c.chunk == chunk)
        connection.execute(left.values(result=without(result, ids.values())))
    connection.execute(sa.delete(backfill_mentions).where(mine))


def erase_rows(connection: Connection, dialect: Dialect, app: int, numbers: Collection[int]) -> None:
    """Remove the rows of conversations from every listing, with facets and tallies; then the facets that no row has any more.

    A facet's value may be personal, as that of a custom field.
    """
    tagged = sorted(remove_rows(connection, dialect, app, numbers))
    is_used = sa.exists().where(facet_rows.c.facet == facets.c.facet)
    for at in range(0, len(tagged), _FACETS_AT_ONCE):
        some = facets.c.facet.in_(tagged[at : at + _FACETS_AT_ONCE])
        unused = connection.scalars(sa.select(facets.c.facet).where(some, ~is_used)).all()
        connection.execute(sa.delete(tallies).where(tallies.c.facet.in_(unused)))
        connection.execute(sa.delete(facets).where(facets.c.facet.in_(unused)))
