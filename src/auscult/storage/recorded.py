"""Recorded conversations: each read together with what was decided about it, and filed with the rows that show it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.audit import Audit
from auscult.domain.conversation import Conversation
from auscult.pipeline.ports import Recorded, Rendered
from auscult.storage.database import AnyRow, AnySelect, write_many
from auscult.storage.dialect import Dialect
from auscult.storage.evaluations import COLUMNS, EvaluationReader
from auscult.storage.filing import file_rows, filing_of
from auscult.storage.instants import ms_of
from auscult.storage.tables import audits, conversations, evaluations

CONVERSATION = msgspec.json.Decoder(Conversation)
_AUDIT = msgspec.json.Decoder(Audit)

_UPDATE = sa.update(conversations).where(conversations.c.conversation == sa.bindparam("number"))


class Stored(NamedTuple):
    """A conversation as it is stored, without its content. ``audit_changes`` is 0 while it has no audit."""

    number: int
    conversation_id: str
    revision: int
    digest: bytes
    recorded_revision: int | None
    filed_at: int | None
    audit_changes: int

    @property
    def is_current(self) -> bool:
        """Whether its present revision is the one that is recorded."""
        return self.revision == self.recorded_revision

    def shows(self, rendered: Rendered) -> bool:
        """Whether rows were rendered from the audit that is stored."""
        return self.audit_changes == (rendered.audit.changes if rendered.audit else 0)


STORED = (
    conversations.c.conversation,
    conversations.c.conversation_id,
    conversations.c.revision,
    conversations.c.digest,
    conversations.c.recorded_revision,
    conversations.c.filed_at,
    sa.func.coalesce(audits.c.changes, 0),
)
"""The columns of ``Stored``; audits have to be joined."""


def read_audit(body: bytes | None) -> Audit | None:
    """An audit as it is kept."""
    return None if body is None else _AUDIT.decode(body)


def recorded_query(app: int) -> AnySelect:
    """All recorded conversations of an app, each with its newest evaluation and its audit."""
    newest = (
        sa.select(sa.func.max(evaluations.c.evaluation))
        .where(evaluations.c.conversation == conversations.c.conversation)
        .correlate(conversations)
        .scalar_subquery()
    )
    is_current = conversations.c.recorded_revision == conversations.c.revision
    return (
        sa.select(
            conversations.c.conversation_id,
            conversations.c.body,
            audits.c.body.label("audit_body"),
            is_current.label("is_current"),
            *COLUMNS,
        )
        .join(evaluations, evaluations.c.evaluation == newest)
        .outerjoin(audits, audits.c.conversation == conversations.c.conversation)
        .where(conversations.c.app == app)
    )


def read_recorded(connection: Connection, reader: EvaluationReader, query: AnySelect) -> list[Recorded]:
    """What a query of ``recorded_query`` finds, in its order."""
    rows: dict[str, AnyRow] = {row.conversation_id: row for row in connection.execute(query)}
    decided = reader.read(connection, rows)
    return [
        Recorded(
            conversation=CONVERSATION.decode(row.body),
            evaluation=decided[each],
            audit=read_audit(row.audit_body),
            is_current=row.is_current,
        )
        for each, row in rows.items()
    ]


def still_decided(connection: Connection, rendered: Sequence[tuple[Stored, Rendered]]) -> list[tuple[Stored, Rendered]]:
    """Those whose evaluation is the newest of their conversation.

    One that was erased and came again begins anew at the first revision: only the time of its evaluation tells that
    what was rendered is of the one that is gone.
    """
    numbers = [stored.number for stored, _ in rendered]
    newest = (
        sa.select(sa.func.max(evaluations.c.evaluation))
        .where(evaluations.c.conversation.in_(numbers))
        .group_by(evaluations.c.conversation)
    )
    query = sa.select(evaluations.c.conversation, evaluations.c.evaluated_at).where(
        evaluations.c.evaluation.in_(newest)
    )
    decided_at = {row.conversation: row.evaluated_at for row in connection.execute(query)}
    return [
        (stored, each)
        for stored, each in rendered
        if decided_at.get(stored.number) == ms_of(each.evaluation.evaluated_at)
    ]


def file_recorded(
    connection: Connection, dialect: Dialect, app: int, rendered: Sequence[tuple[Stored, Rendered]]
) -> None:
    """Write the rows of these, and say in their conversations how they stand."""
    filings = [filing_of(each, stored.filed_at) for stored, each in rendered]
    file_rows(connection, dialect, app, filings)
    rows: list[dict[str, Any]] = [
        {
            "number": stored.number,
            "recorded_revision": stored.revision,
            "status": each.evaluation.status,
            "filed_at": filing.started_at,
        }
        for (stored, each), filing in zip(rendered, filings, strict=True)
    ]
    write_many(connection, _UPDATE, rows)
