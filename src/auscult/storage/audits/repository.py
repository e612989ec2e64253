"""Audits of one app. The visible part of an audit is written together with the rows that show it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.audits.assignment import Assigned
from auscult.domain.audits.audit import Audit, AuditChange, AuditMovedError, AuditState, TrailEntry
from auscult.domain.disputes.steps import ReviewChange
from auscult.domain.evaluation import Evaluation
from auscult.domain.notices import NewNotice
from auscult.domain.scoring.stored import AuditedConversation, EvaluatedConversation, RenderedRows
from auscult.storage.access.apps import lock_app
from auscult.storage.audits.reading import assigned_query, read_assigned
from auscult.storage.audits.segments import part_of_case, parts_of
from auscult.storage.audits.writing import (
    IS_SHOWN,
    AssignmentChange,
    change_assignment,
    mark_of_audit,
    show_effective,
    write_audit,
)
from auscult.storage.conversations.ai_texts import with_contexts
from auscult.storage.conversations.evaluated import (
    AUDIT_SHOWN,
    CONVERSATION,
    STORED,
    Stored,
    file_recorded,
    read_audit,
    read_recorded,
    recorded_query,
    still_decided,
)
from auscult.storage.conversations.evaluations import COLUMNS, EvaluationReader
from auscult.storage.core.database import AnyRow, Database
from auscult.storage.core.instants import ms_of
from auscult.storage.core.repository import SeenOfApp
from auscult.storage.core.tables.audits import assignments, audit_trail, audits
from auscult.storage.core.tables.conversations import conversations, evaluations
from auscult.storage.core.text_validation import is_storable
from auscult.storage.delivery.feed import announce
from auscult.storage.disputes import write_review
from auscult.storage.notices import write_notices
from auscult.storage.people.visibility import visible

_IDS_AT_ONCE = 1_000
_ENTRY = msgspec.json.Decoder(TrailEntry)


class AppAudits(SeenOfApp):
    """The audits of one app."""

    def __init__(self, database: Database, app: int, reader: EvaluationReader) -> None:
        """``app`` is the app's number."""
        super().__init__(database, app)
        self._reader = reader

    def case(self, conversation_id: str, segment: int = 0) -> EvaluatedConversation | None:
        """One conversation as an auditor has it before them; None when it is unknown or not evaluated yet.

        With a segment, that segment alone; None also where the conversation is not scored by segments, or has fewer.
        """
        if not is_storable(conversation_id):
            return None
        query = recorded_query(self._app).where(
            conversations.c.conversation_id == conversation_id, *self._visible(conversations.c.conversation_id)
        )
        with self._database.reading() as connection:
            found = next(iter(read_recorded(connection, self._reader, query)), None)
            if found is None or not segment:
                return found
            parts = parts_of(connection, self._reader, self._app, [conversation_id]).get(conversation_id, ())
        return part_of_case(found, parts, segment)

    def segments(self, conversation_ids: Sequence[str]) -> dict[str, tuple[Evaluation, ...]]:
        """Return the evaluations of the segments of visible conversations that are scored by segments, by id."""
        found: dict[str, tuple[Evaluation, ...]] = {}
        ids = [each for each in conversation_ids if is_storable(each)]
        with self._database.reading() as connection:
            for start in range(0, len(ids), _IDS_AT_ONCE):
                some = ids[start : start + _IDS_AT_ONCE]
                seen = sa.select(conversations.c.conversation_id).where(
                    conversations.c.app == self._app,
                    conversations.c.conversation_id.in_(some),
                    *self._visible(conversations.c.conversation_id),
                )
                found |= parts_of(connection, self._reader, self._app, list(connection.scalars(seen)))
        return found

    def save(
        self,
        change: AuditChange,
        rendered: RenderedRows | None = None,
        review: ReviewChange | None = None,
        ended: AssignmentChange | None = None,
    ) -> None:
        """Write an audit, its assignment, the line of its trail, and the rows that show it, in one transaction.

        ``review`` is the step of the agent's review that goes with it, ``ended`` the end of an assignment that is
        declined, written in the same transaction. ``rendered``
        holds the audit that reports show afterwards; it is set unless nothing becomes visible (a draft) or the
        conversation is not current. An assignment without a plan is made where there is none yet. Raises
        ``AuditMovedError``, and writes nothing, when audit or evaluation were changed meanwhile.
        """
        audit, entry, is_drawn = change
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            stored = self._stored(connection, audit.conversation_id)
            is_logged = entry is not None
            if (
                stored is None
                or self._changes(connection, audit.assignment_id) != audit.changes - 1
                or (is_logged and stored.is_current != (rendered is not None))
                or (rendered is not None and stored.revision != rendered.evaluation.revision)
                or (rendered is not None and not stored.is_worded_as(rendered.conversation))
                or (rendered is not None and not stored.may_show(rendered.insights))
                or (rendered is not None and not still_decided(connection, [(stored, rendered)]))
                or (ended is not None and not change_assignment(connection, self._app, ended))
            ):
                raise _moved(audit)
            write_audit(connection, self._database, self._app, stored.number, audit)
            shown = show_effective(connection, self._reader, stored.number)
            if rendered is not None and shown != mark_of_audit(rendered.audit):
                raise _moved(audit)
            if entry is not None:
                row = {"conversation": stored.number, "at": ms_of(entry.at), "action": entry.action}
                connection.execute(sa.insert(audit_trail).values(body=msgspec.json.encode(entry), **row))
                kind = "audited" if entry.result is not None else "assigned"
                announce(connection, self._database.dialect, self._app, [(audit.conversation_id, kind)])
                if entry.action in {"assigned", "reassigned"} and not is_drawn and entry.by != audit.auditor:
                    its = audit.conversation_id
                    made = NewNotice(audit.auditor, "assigned", audit.assignment_id, entry.at, entry.by, its)
                    write_notices(connection, self._database.dialect, self._app, [made])
            if review is not None:
                write_review(connection, self._database.dialect, self._app, review)
            if rendered is not None:
                file_recorded(connection, self._database.dialect, self._app, [(stored, rendered)])

    def all_of(self, conversation_id: str) -> list[Assigned]:
        """Every assignment of a conversation with its audit, if it has one, in the order of assignment."""
        if not is_storable(conversation_id):
            return []
        query = assigned_query(self._app).where(conversations.c.conversation_id == conversation_id)
        return [read_assigned(row) for row in self._database.rows(query.order_by(assignments.c.assignment))]

    def of(self, conversation_ids: Sequence[str]) -> dict[str, Audit]:
        """The audits that reports show of these conversations, by conversation id, where there are any."""
        found: dict[str, Audit] = {}
        query = sa.select(audits.c.conversation_id, audits.c.body).where(
            audits.c.app == self._app, IS_SHOWN, *self._visible(audits.c.conversation_id)
        )
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
        """Audits that reports show by conversation id, after ``after_id``; of one state, of one auditor, or all."""
        if not is_storable(after_id) or not is_storable(auditor or ""):
            return []
        query = (
            sa.select(audits.c.body)
            .where(audits.c.app == self._app, IS_SHOWN, audits.c.conversation_id > after_id)
            .where(*self._visible(audits.c.conversation_id))
            .order_by(audits.c.conversation_id)
            .limit(limit)
        )
        if state is not None:
            query = query.where(audits.c.state == state)
        if auditor is not None:
            query = query.where(audits.c.auditor == auditor)
        return [audit for body in self._database.values(query) if (audit := read_audit(body))]

    def audited(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        auditor: str | None = None,
        after_id: str = "",
        limit: int = 100,
    ) -> list[AuditedConversation]:
        """Submitted audits by conversation id, after ``after_id``, of conversations with ``since`` <= start < ``until``.

        Those that figures leave out are missing.
        """
        if not is_storable(after_id) or not is_storable(auditor or ""):
            return []
        query = (
            sa.select(
                conversations.c.conversation,
                conversations.c.revision,
                conversations.c.ai,
                conversations.c.body,
                audits.c.body,
            )
            .select_from(conversations)
            .join(audits, AUDIT_SHOWN)
            .where(audits.c.app == self._app, audits.c.state == "audited", audits.c.conversation_id > after_id)
            .where(conversations.c.is_excluded == 0)
            .where(*self._visible(conversations.c.conversation_id))
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
            submitted = {number: audit for number, *_, body in found if (audit := read_audit(body))}
            bodies = [CONVERSATION.decode(body) for *_, body, _ in found]
            read = with_contexts(connection, bodies, [ai for _, _, ai, *_ in found])
            seen = self._seen(connection, submitted)
            return [
                AuditedConversation(
                    conversation=conversation,
                    revision=revision,
                    audit=submitted[number],
                    evaluation=seen.get(submitted[number].conversation_id),
                )
                for conversation, (number, revision, *_) in zip(read, found, strict=True)
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
            .where(*self._visible(conversations.c.conversation_id))
            .order_by(audit_trail.c.entry)
        )
        return [_ENTRY.decode(body) for body in self._database.values(query)]

    def _visible(self, conversation_id: sa.ColumnElement[str]) -> list[sa.ColumnElement[bool]]:
        return visible(self._visibility, self._app, conversation_id)

    def _stored(self, connection: Connection, conversation_id: str) -> Stored | None:
        query = (
            sa.select(*STORED)
            .select_from(conversations)
            .outerjoin(audits, AUDIT_SHOWN)
            .where(conversations.c.app == self._app, conversations.c.conversation_id == conversation_id)
            .where(*self._visible(conversations.c.conversation_id))
        )
        row = connection.execute(query).one_or_none()
        return None if row is None else Stored(*row)

    def _changes(self, connection: Connection, assignment_id: str) -> int:
        """Return how often the audit of an assignment was written; 0 while there is none."""
        query = sa.select(audits.c.changes).join(assignments, assignments.c.assignment == audits.c.assignment)
        query = query.where(assignments.c.app == self._app, assignments.c.assignment_id == assignment_id)
        return connection.scalar(query) or 0


def _moved(audit: Audit) -> AuditMovedError:
    return AuditMovedError(
        "the audit of conversation {value} was changed meanwhile; read it again",
        field="conversation_id",
        value=audit.conversation_id,
    )
