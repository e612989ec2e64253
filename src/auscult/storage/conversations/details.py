"""All that is kept of one conversation, read together."""

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.audits.audit import TrailEntry
from auscult.domain.scoring.stored import ConversationDetail, Wait
from auscult.storage.conversations.ai_texts import with_contexts
from auscult.storage.conversations.evaluated import AUDIT_SHOWN, CONVERSATION, WHOLE, read_audit, read_shown_insights
from auscult.storage.conversations.evaluations import COLUMNS, EvaluationReader
from auscult.storage.core.database import AnyRow
from auscult.storage.core.instants import instant_of
from auscult.storage.core.tables.audits import audit_trail, audits
from auscult.storage.core.tables.conversations import batches, conversations, evaluations, insights
from auscult.storage.privacy.settings import stored_settings

_ENTRY = msgspec.json.Decoder(TrailEntry)


def read_detail(
    connection: Connection, reader: EvaluationReader, app: int, conversation_id: str
) -> ConversationDetail | None:
    """Read what is kept of a conversation of this app; None when it is unknown."""
    query = (
        sa.select(
            conversations.c.conversation,
            conversations.c.revision,
            conversations.c.recorded_revision,
            conversations.c.body,
            conversations.c.ai,
            batches.c.state,
            batches.c.reason,
            batches.c.not_before,
            audits.c.body.label("audit_body"),
            stored_settings(app).label("privacy"),
        )
        .select_from(conversations)
        .join(batches, batches.c.batch == conversations.c.batch)
        .outerjoin(audits, AUDIT_SHOWN)
        .where(conversations.c.app == app, conversations.c.conversation_id == conversation_id)
    )
    found = connection.execute(query).one_or_none()
    if found is None:
        return None
    decided = sa.select(*COLUMNS).where(
        evaluations.c.conversation == found.conversation, evaluations.c.segment == WHOLE
    )
    rows = {str(n): row for n, row in enumerate(connection.execute(decided.order_by(evaluations.c.evaluation.desc())))}
    trail = sa.select(audit_trail.c.body).where(audit_trail.c.conversation == found.conversation)
    of_it = sa.select(insights.c.body).where(
        insights.c.conversation == found.conversation,
        insights.c.revision == (rows["0"].revision if rows else found.revision),
    )
    (conversation,) = with_contexts(connection, [CONVERSATION.decode(found.body)], [found.ai])
    is_current = found.recorded_revision == found.revision
    return ConversationDetail(
        conversation=conversation,
        revision=found.revision,
        is_current=is_current,
        has_failed=not is_current and found.state not in ("accepted", "cancelled"),
        is_cancelled=not is_current and found.state == "cancelled",
        wait=None if is_current else _wait(found),
        evaluations=tuple(
            msgspec.structs.replace(evaluation, conversation_id=conversation_id)
            for evaluation in reader.read(connection, rows).values()
        ),
        insights=read_shown_insights(connection.scalars(of_it).one_or_none(), found.privacy),
        audit=read_audit(found.audit_body),
        trail=tuple(_ENTRY.decode(body) for body in connection.scalars(trail.order_by(audit_trail.c.entry))),
    )


def _wait(found: AnyRow) -> Wait | None:
    if found.state != "accepted" or found.not_before is None:
        return None
    return Wait(reason=found.reason, until=instant_of(found.not_before))
