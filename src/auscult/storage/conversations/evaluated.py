"""Recorded conversations: each read together with what was decided about it, and filed with the rows that show it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.audits.audit import Audit, AuditMovedError
from auscult.domain.conversation import Conversation
from auscult.domain.errors import kept
from auscult.domain.evaluation import Evaluation, Status
from auscult.domain.insight import Insights
from auscult.domain.people.visibility import Visibility
from auscult.domain.scoring.stored import EvaluatedConversation, RenderedRows
from auscult.storage.conversations.ai_texts import with_contexts
from auscult.storage.conversations.evaluations import COLUMNS, EvaluationReader
from auscult.storage.core.database import AnyRow, AnySelect
from auscult.storage.core.dialect import Dialect
from auscult.storage.core.instants import ms_of
from auscult.storage.core.packing.readable import columns_of
from auscult.storage.core.tables.audits import audits
from auscult.storage.core.tables.base import apps
from auscult.storage.core.tables.conversations import conversations, evaluations, insights
from auscult.storage.core.text_validation import is_storable
from auscult.storage.pages.row_index import file_rows, filing_of
from auscult.storage.people.visibility import visible
from auscult.storage.privacy.settings import read_settings, stored_settings

CONVERSATION = msgspec.json.Decoder(Conversation)
_AUDIT = msgspec.json.Decoder(Audit)
_INSIGHTS = msgspec.json.Decoder(Insights)
_IDS_AT_ONCE = 1_000


AUDIT_SHOWN = (audits.c.conversation == conversations.c.conversation) & (audits.c.is_shown == sa.literal_column("1"))
"""Joins the audit that reports show, if there is one."""
WHOLE: sa.ColumnElement[int] = sa.literal_column("0")
"""The segment that is the whole conversation."""


class Stored(NamedTuple):
    """A conversation as it is stored, without its content.

    ``audit_changes`` is 0 and ``audit_assignment`` None while reports show no audit of it.
    """

    number: int
    conversation_id: str
    revision: int
    digest: bytes
    recorded_revision: int | None
    filed_at: int | None
    audit_changes: int
    audit_assignment: str | None
    has_words: bool
    privacy: str | None
    is_excluded: int

    @property
    def is_current(self) -> bool:
        """Return whether its present revision is the one that is recorded."""
        return self.revision == self.recorded_revision

    def is_worded_as(self, read: Conversation) -> bool:
        """Return whether its words are those of the conversation as it was read, and were not erased since."""
        return self.has_words or not any(turn.text for turn in read.turns)

    def shows(self, rendered: RenderedRows) -> bool:
        """Return whether rows were rendered from the audit that is shown, and show nothing that was erased or left out since."""
        shown = (rendered.audit.assignment_id, rendered.audit.changes) if rendered.audit else (None, 0)
        is_audited_as = (self.audit_assignment, self.audit_changes) == shown
        return is_audited_as and self.is_worded_as(rendered.conversation) and self.may_show(rendered.insights)

    def may_show(self, found: Insights | None) -> bool:
        """Return whether the app leaves out nothing of these insights."""
        return read_settings(self.privacy).shown(found) is found


STORED = (
    conversations.c.conversation,
    conversations.c.conversation_id,
    conversations.c.revision,
    conversations.c.digest,
    conversations.c.recorded_revision,
    conversations.c.filed_at,
    sa.func.coalesce(audits.c.changes, 0),
    audits.c.assignment_id,
    conversations.c.words_erased_at.is_(None),
    stored_settings(conversations.c.app),
    conversations.c.is_excluded,
)
"""The columns of ``Stored``; audits have to be joined by ``AUDIT_SHOWN``."""


def read_audit(body: bytes | None) -> Audit | None:
    """An audit as it is kept."""
    return None if body is None else _AUDIT.decode(body)


def read_insights(body: bytes | None) -> Insights | None:
    """Insights as they are kept."""
    return None if body is None else _INSIGHTS.decode(body)


def read_shown_insights(body: bytes | None, settings: str | None) -> Insights | None:
    """Insights as the app shows them, whose privacy settings are these: what it leaves out may still be stored."""
    return read_settings(settings).shown(read_insights(body))


def write_insights(connection: Connection, dialect: Dialect, found: Sequence[tuple[int, int, Insights | None]]) -> None:
    """Keep insights, each with the number of its conversation and the revision. Those that are there are left."""
    rows = [
        (conversation, revision, *columns_of(msgspec.json.encode(each, enc_hook=kept), "insights"))
        for conversation, revision, each in found
        if each is not None
    ]
    dialect.insert_many(connection, insights, insights.columns.keys(), rows, "ON CONFLICT DO NOTHING")


def newest_evaluation() -> sa.ScalarSelect[int]:
    """The number of the evaluation that counts, of a conversation of the query around it."""
    # Plus nothing: else PostgreSQL may look for the largest number of all and walk down to the one that fits.
    largest = sa.func.max(evaluations.c.evaluation + 0)
    of_it = (evaluations.c.conversation == conversations.c.conversation) & (evaluations.c.segment == WHOLE)
    found = sa.select(largest).where(of_it)
    return found.correlate(conversations).scalar_subquery()


def recorded_query(app: int) -> AnySelect:
    """All recorded conversations of an app, each with its newest evaluation, its insights and its audit."""
    is_current = conversations.c.recorded_revision == conversations.c.revision
    return (
        sa.select(
            conversations.c.conversation_id,
            conversations.c.body,
            conversations.c.ai,
            audits.c.body.label("audit_body"),
            insights.c.body.label("insights_body"),
            stored_settings(app).label("privacy"),
            is_current.label("is_current"),
            conversations.c.is_excluded,
            *COLUMNS,
        )
        .select_from(conversations)
        .join(evaluations, evaluations.c.evaluation == newest_evaluation())
        .outerjoin(
            insights,
            (insights.c.conversation == evaluations.c.conversation) & (insights.c.revision == evaluations.c.revision),
        )
        .outerjoin(audits, AUDIT_SHOWN)
        .where(conversations.c.app == app)
    )


def read_recorded(connection: Connection, reader: EvaluationReader, query: AnySelect) -> list[EvaluatedConversation]:
    """Return the results of a query of ``recorded_query``, in its order."""
    rows: dict[str, AnyRow] = {row.conversation_id: row for row in connection.execute(query)}
    decided = reader.read(connection, rows)
    bodies = [CONVERSATION.decode(row.body) for row in rows.values()]
    read = with_contexts(connection, bodies, [row.ai for row in rows.values()])
    return [
        EvaluatedConversation(
            conversation=conversation,
            evaluation=decided[each],
            insights=read_shown_insights(row.insights_body, row.privacy),
            audit=read_audit(row.audit_body),
            is_current=row.is_current,
            is_excluded=bool(row.is_excluded),
        )
        for conversation, (each, row) in zip(read, rows.items(), strict=True)
    ]


def read_some(
    connection: Connection, reader: EvaluationReader, app: int, conversation_ids: Sequence[str], visibility: Visibility
) -> dict[str, EvaluatedConversation]:
    """Return those of these conversations that are recorded and visible, by id."""
    found: list[EvaluatedConversation] = []
    ids = [each for each in conversation_ids if is_storable(each)]
    for start in range(0, len(ids), _IDS_AT_ONCE):
        query = recorded_query(app).where(
            conversations.c.conversation_id.in_(ids[start : start + _IDS_AT_ONCE]),
            *visible(visibility, app, conversations.c.conversation_id),
        )
        found += read_recorded(connection, reader, query)
    return {each.conversation.id: each for each in found}


def still_decided(
    connection: Connection, rendered: Sequence[tuple[Stored, RenderedRows]]
) -> list[tuple[Stored, RenderedRows]]:
    """Return those whose evaluation is the newest of their conversation: it was neither revised nor scored again meanwhile.

    One that was erased and sent again begins at the first revision: only the time of its evaluation distinguishes
    the rows of the two.
    """
    newest = newest_marks(connection, [stored.number for stored, _ in rendered])
    return [(stored, each) for stored, each in rendered if newest.get(stored.number) == mark_of(each.evaluation)]


Mark = tuple[int, str, int]
"""When an evaluation was made, and with which version of which form: that distinguishes it from others of its conversation."""


def mark_of(evaluation: Evaluation) -> Mark:
    """Return the part of an evaluation that identifies it among those of its conversation."""
    form = evaluation.form
    return ms_of(evaluation.evaluated_at), form.id if form else "", form.version if form else 0


def newest_marks(connection: Connection, numbers: Sequence[int]) -> dict[int, Mark]:
    """The mark of the newest evaluation of each of these conversations, by their numbers."""
    newest = (
        sa.select(sa.func.max(evaluations.c.evaluation))
        .where(evaluations.c.conversation.in_(numbers), evaluations.c.segment == WHOLE)
        .group_by(evaluations.c.conversation)
    )
    query = sa.select(
        evaluations.c.conversation,
        evaluations.c.evaluated_at,
        evaluations.c.form_id,
        evaluations.c.form_version,
    ).where(evaluations.c.evaluation.in_(newest))
    return {number: (at, form_id, version) for number, at, form_id, version in connection.execute(query)}


def check_named(connection: Connection, app: int, rendered: Sequence[RenderedRows]) -> None:
    """Raise ``AuditMovedError`` where rows were rendered before a change of names that is in force now."""
    present = connection.execute(sa.select(apps.c.directory_version).where(apps.c.app == app)).scalar_one()
    if any(each.directory_version != present for each in rendered):
        raise AuditMovedError("queues or agents were renamed since these rows were rendered; render them again")


def file_recorded(
    connection: Connection, dialect: Dialect, app: int, rendered: Sequence[tuple[Stored, RenderedRows]]
) -> None:
    """Write the rows of these, and the status in their conversations.

    Raises ``AuditMovedError``, for the caller to roll back and try again, where a queue or an agent was renamed since
    they were rendered.
    """
    check_named(connection, app, [each for _, each in rendered])
    filings = [filing_of(each, stored.filed_at, is_excluded=bool(stored.is_excluded)) for stored, each in rendered]
    file_rows(connection, dialect, app, filings)
    standing: dict[Status, list[int]] = defaultdict(list)
    for stored, each in rendered:
        standing[each.evaluation.status].append(stored.number)
    shown = {"recorded_revision": conversations.c.revision, "filed_at": conversations.c.started_at}
    for status, numbers in standing.items():
        of_it = sa.update(conversations).where(conversations.c.conversation.in_(numbers))
        connection.execute(of_it.values(status=status, **shown))
