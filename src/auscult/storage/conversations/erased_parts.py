"""Erases a part of a conversation that stays: its words, its recordings, or what was decided about it."""

from collections.abc import Callable, Collection

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.privacy.wordless import without_quotations, without_words
from auscult.domain.scoring.stored import EvaluatedConversation, RenderedRows
from auscult.storage.assist.live import erase_live
from auscult.storage.conversations.ai_texts import release_contexts
from auscult.storage.conversations.erasure import erase_audits, erase_rows
from auscult.storage.conversations.evaluated import (
    AUDIT_SHOWN,
    CONVERSATION,
    STORED,
    Stored,
    file_recorded,
    read_recorded,
    recorded_query,
)
from auscult.storage.conversations.evaluations import EvaluationReader, rewrite_evaluations
from auscult.storage.conversations.mask_faults import erase_faults
from auscult.storage.core.database import Database
from auscult.storage.core.instants import now_ms
from auscult.storage.core.packing.readable import columns_of, rewrite_insights
from auscult.storage.core.result_seals import ResultSeals
from auscult.storage.core.tables.audits import audits
from auscult.storage.core.tables.conversations import conversations, evaluations, insights, said
from auscult.storage.core.tables.judge import judge_answers
from auscult.storage.delivery.feed import announce
from auscult.storage.form_examples import erase_examples
from auscult.storage.pinned import erase_pins
from auscult.storage.privacy.redaction import erase_redactions
from auscult.storage.recordings.repository import erase_recordings, erase_transcripts

Render = Callable[[EvaluatedConversation], RenderedRows]


def erase_sound(connection: Connection, app: int, conversation_id: str) -> bool:
    """Erase the recordings of a conversation and their transcriptions; False where there is no such conversation."""
    found = _stored(connection, app, conversation_id)
    if found is not None:
        erase_recordings(connection, [found.number])
    return found is not None


def erase_words(connection: Connection, database: Database, app: int, conversation_id: str, render: Render) -> bool:
    """Erase what was said, and what quotes it; verdicts, scores and audits stay, and rows are rendered from them.

    False, with nothing written, where there is no such conversation, or a revision of it waits to be recorded.
    """
    found = _stored(connection, app, conversation_id)
    if found is None or not found.is_current:
        return False
    its = conversations.c.conversation == found.number
    body, ai = connection.execute(sa.select(conversations.c.body, conversations.c.ai).where(its)).one()
    release_contexts(connection, [ai])
    bare = msgspec.json.encode(without_words(CONVERSATION.decode(body)))
    changed = {**columns_of(bare, "documents")._asdict(), "size": len(bare), "words_erased_at": now_ms(), "ai": None}
    connection.execute(sa.update(conversations).where(its).values(changed))
    _erase_derived(connection, database, found)
    optimise_search(connection, database)
    erase_live(connection, app, [conversation_id])
    erase_redactions(connection, app, [conversation_id])
    query = recorded_query(app).where(its)
    for case in read_recorded(connection, EvaluationReader(), query):
        file_recorded(connection, database.dialect, app, [(found, render(case))])
    announce(connection, database.dialect, app, [(conversation_id, "revised")])
    return True


def erase_quoted(connection: Connection, database: Database, app: int, conversation_ids: Collection[str]) -> None:
    """Erase what was made of the words of conversations whose source has replaced them by a redacted copy."""
    found = [stored for each in conversation_ids if (stored := _stored(connection, app, each)) is not None]
    for stored in found:
        _erase_derived(connection, database, stored)
    if found:
        optimise_search(connection, database)


def erase_results(connection: Connection, database: Database, app: int, conversation_id: str) -> bool:
    """Erase evaluations, insights, audits and rows of a conversation; False as in ``erase_words``."""
    found = _stored(connection, app, conversation_id)
    if found is None or not found.is_current:
        return False
    if found.filed_at is not None:
        erase_rows(connection, database.dialect, app, [found.number])
    erase_audits(connection, [found.number])
    for table in (judge_answers, evaluations, insights, said):
        connection.execute(sa.delete(table).where(table.c.conversation == found.number))
    optimise_search(connection, database)
    its = sa.update(conversations).where(conversations.c.conversation == found.number)
    connection.execute(its.values(status=None, filed_at=None))
    announce(connection, database.dialect, app, [(conversation_id, "revised")])
    return True


def _stored(connection: Connection, app: int, conversation_id: str) -> Stored | None:
    mine = (conversations.c.app == app, conversations.c.conversation_id == conversation_id)
    query = sa.select(*STORED).select_from(conversations).outerjoin(audits, AUDIT_SHOWN).where(*mine)
    row = connection.execute(query.with_for_update(of=conversations)).one_or_none()
    return None if row is None else Stored(*row)


def _erase_quotations(connection: Connection, seals: ResultSeals, found: Stored) -> None:
    """Rewrite evaluations and insights of every revision without what they quote."""
    its = insights.c.conversation == found.number
    for revision, body in connection.execute(sa.select(insights.c.revision, insights.c.body).where(its)).all():
        rewrite_insights(connection, found.number, revision, _bare(body))
    of_it = evaluations.c.conversation == found.number
    rewrite_evaluations(connection, seals, of_it, lambda row: (row.revision, _bare(row.body)))


def _erase_derived(connection: Connection, database: Database, found: Stored) -> None:
    _erase_quotations(connection, database.seals, found)
    for table in (judge_answers, said):
        connection.execute(sa.delete(table).where(table.c.conversation == found.number))
    erase_transcripts(connection, found.number)
    erase_examples(connection, [found.number])
    erase_pins(connection, [found.number])
    erase_faults(connection, [found.number])


def _bare(body: bytes) -> bytes:
    return msgspec.json.encode(without_quotations(msgspec.json.decode(body)))


def optimise_search(connection: Connection, database: Database) -> None:
    """Remove what is deleted from the index of searches in the file too."""
    if database.dialect.is_embedded:  # else deleted words stay readable in the segments of the index
        connection.exec_driver_sql("INSERT INTO said_words(said_words) VALUES ('optimize')")
