"""The audits of one app. What is told of an audit is written together with the rows that show it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.audit import Audit, AuditChange, AuditMovedError, AuditState, TrailEntry
from auscult.domain.evaluation import Evaluation
from auscult.pipeline.ports import Audited, Recorded, Rendered
from auscult.storage.apps import take_turn
from auscult.storage.database import AnyRow, Database
from auscult.storage.evaluations import COLUMNS, EvaluationReader
from auscult.storage.feed import tell
from auscult.storage.instants import ms_of
from auscult.storage.recorded import (
    CONVERSATION,
    STORED,
    Stored,
    file_recorded,
    read_audit,
    read_recorded,
    recorded_query,
    still_decided,
)
from auscult.storage.tables import audit_trail, audits, conversations, evaluations
from auscult.storage.texts import is_storable

_IDS_AT_ONCE = 1_000
_ENTRY = msgspec.json.Decoder(TrailEntry)


class AppAudits:
    """The audits of one app."""

    def __init__(self, database: Database, app: int, reader: EvaluationReader) -> None:
        """``app`` is the app's number."""
        self._database = database
        self._app = app
        self._reader = reader

    def case(self, conversation_id: str) -> Recorded | None:
        """One conversation as an auditor has it before them; None when it is unknown or not evaluated yet."""
        if not is_storable(conversation_id):
            return None
        query = recorded_query(self._app).where(conversations.c.conversation_id == conversation_id)
        with self._database.reading() as connection:
            return next(iter(read_recorded(connection, self._reader, query)), None)

    def save(self, change: AuditChange, rendered: Rendered | None = None) -> None:
        """Write an audit, the line of its trail, and the rows that show it, in one transaction.

        ``rendered`` is there unless nothing is told (a draft) or the conversation is not current.
        Raises ``AuditMovedError``, and writes nothing, when audit or evaluation were changed meanwhile.
        """
        audit, entry = change
        with self._database.writing() as connection:
            take_turn(connection, self._app)
            stored = self._stored(connection, audit.conversation_id)
            is_told = entry is not None
            if (
                stored is None
                or stored.audit_changes != audit.changes - 1
                or (is_told and stored.is_current != (rendered is not None))
                or (rendered is not None and stored.revision != rendered.evaluation.revision)
                or (rendered is not None and not still_decided(connection, [(stored, rendered)]))
            ):
                raise AuditMovedError(
                    f"the audit of conversation {audit.conversation_id} was changed meanwhile; read it again",
                    field="conversation_id",
                    value=audit.conversation_id,
                )
            self._write(connection, stored, audit)
            if entry is not None:
                row = {"conversation": stored.number, "at": ms_of(entry.at), "action": entry.action}
                connection.execute(sa.insert(audit_trail).values(body=msgspec.json.encode(entry), **row))
                kind = "audited" if entry.action == "submitted" else "assigned"
                tell(connection, self._database.dialect, self._app, [(audit.conversation_id, kind)])
            if rendered is not None:
                file_recorded(connection, self._database.dialect, self._app, [(stored, rendered)])

    def of(self, conversation_ids: Sequence[str]) -> dict[str, Audit]:
        """The audits of these conversations, by conversation id, where there are any."""
        found: dict[str, Audit] = {}
        query = sa.select(audits.c.conversation_id, audits.c.body).where(audits.c.app == self._app)
        with self._database.reading() as connection:
            for start in range(0, len(conversation_ids), _IDS_AT_ONCE):
                ids = conversation_ids[start : start + _IDS_AT_ONCE]
                for conversation_id, body in connection.execute(query.where(audits.c.conversation_id.in_(ids))):
                    audit = read_audit(body)
                    if audit is not None:
                        found[conversation_id] = audit
        return found

    def listing(
        self, *, state: AuditState | None = None, auditor: str | None = None, after_id: str = "", limit: int = 100
    ) -> list[Audit]:
        """Audits by conversation id, after ``after_id``; of one state, of one auditor, or all."""
        if not is_storable(after_id) or not is_storable(auditor or ""):
            return []
        query = (
            sa.select(audits.c.body)
            .where(audits.c.app == self._app, audits.c.conversation_id > after_id)
            .order_by(audits.c.conversation_id)
            .limit(limit)
        )
        if state is not None:
            query = query.where(audits.c.state == state)
        if auditor is not None:
            query = query.where(audits.c.auditor == auditor)
        with self._database.reading() as connection:
            return [audit for body in connection.scalars(query) if (audit := read_audit(body))]

    def audited(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        auditor: str | None = None,
        after_id: str = "",
        limit: int = 100,
    ) -> list[Audited]:
        """Submitted audits by conversation id, after ``after_id``, of conversations with ``since`` <= start < ``until``."""
        if not is_storable(after_id) or not is_storable(auditor or ""):
            return []
        query = (
            sa.select(conversations.c.conversation, conversations.c.revision, conversations.c.body, audits.c.body)
            .join(audits, audits.c.conversation == conversations.c.conversation)
            .where(audits.c.app == self._app, audits.c.state == "audited", audits.c.conversation_id > after_id)
            .order_by(audits.c.conversation_id)
            .limit(limit)
        )
        if since is not None:
            query = query.where(conversations.c.started_at >= ms_of(since))
        if until is not None:
            query = query.where(conversations.c.started_at < ms_of(until))
        if auditor is not None:
            query = query.where(audits.c.auditor == auditor)
        with self._database.reading() as connection:
            found = connection.execute(query).all()
            submitted = {number: audit for number, _, _, body in found if (audit := read_audit(body))}
            seen = self._seen(connection, submitted)
            return [
                Audited(
                    conversation=CONVERSATION.decode(body),
                    revision=revision,
                    audit=submitted[number],
                    evaluation=seen.get(submitted[number].conversation_id),
                )
                for number, revision, body, _ in found
            ]

    def _seen(self, connection: Connection, submitted: Mapping[int, Audit]) -> dict[str, Evaluation]:
        """The evaluation that each auditor had before them, by conversation id."""
        query = sa.select(evaluations.c.conversation, evaluations.c.form_id, evaluations.c.form_version, *COLUMNS)
        query = query.where(evaluations.c.conversation.in_(submitted)).order_by(evaluations.c.evaluation)
        rows: dict[str, AnyRow] = {}
        for row in connection.execute(query):
            audit = submitted[row.conversation]
            result = audit.result
            if (
                result is not None
                and (row.revision, row.form_id, row.form_version)
                == (result.revision, result.form_id, result.form_version)
                and row.evaluated_at <= ms_of(result.audited_at)
            ):
                rows[audit.conversation_id] = row
        return self._reader.read(connection, rows)

    def trail(self, conversation_id: str) -> list[TrailEntry]:
        """All that happened to a conversation's audit, in order."""
        if not is_storable(conversation_id):
            return []
        query = (
            sa.select(audit_trail.c.body)
            .join(conversations, conversations.c.conversation == audit_trail.c.conversation)
            .where(conversations.c.app == self._app, conversations.c.conversation_id == conversation_id)
            .order_by(audit_trail.c.entry)
        )
        with self._database.reading() as connection:
            return [_ENTRY.decode(body) for body in connection.scalars(query)]

    def _stored(self, connection: Connection, conversation_id: str) -> Stored | None:
        query = (
            sa.select(*STORED)
            .outerjoin(audits, audits.c.conversation == conversations.c.conversation)
            .where(conversations.c.app == self._app, conversations.c.conversation_id == conversation_id)
        )
        row = connection.execute(query).one_or_none()
        return None if row is None else Stored(*row)

    def _write(self, connection: Connection, stored: Stored, audit: Audit) -> None:
        columns = {
            "state": audit.state,
            "auditor": audit.auditor,
            "changes": audit.changes,
            "body": msgspec.json.encode(audit),
        }
        if stored.audit_changes == 0:
            mine = {"conversation": stored.number, "app": self._app, "conversation_id": audit.conversation_id}
            connection.execute(sa.insert(audits).values(**mine, **columns))
        else:
            connection.execute(sa.update(audits).where(audits.c.conversation == stored.number).values(**columns))
