"""Evaluated conversations of one app in the order of their start: what exports read, day by day."""

from datetime import datetime

import sqlalchemy as sa

from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.storage.conversations.evaluated import newest_evaluation, read_recorded, recorded_query
from auscult.storage.conversations.evaluations import EvaluationReader
from auscult.storage.core.database import Database
from auscult.storage.core.instants import instant_of, ms_of
from auscult.storage.core.tables.audits import audits
from auscult.storage.core.tables.conversations import conversations, evaluations


class AppTimeline:
    """The evaluated conversations of one app, by start."""

    def __init__(self, database: Database, app: int, reader: EvaluationReader) -> None:
        """Use the reader of the store, which caches forms."""
        self._database = database
        self._app = app
        self._reader = reader

    def bounds(self) -> tuple[datetime, datetime] | None:
        """Return the first and the last start of all conversations; None when there are none."""
        start = conversations.c.started_at
        query = sa.select(sa.func.min(start), sa.func.max(start)).where(conversations.c.app == self._app)
        with self._database.reading() as connection:
            first, last = connection.execute(query).one()
        return None if first is None else (instant_of(first), instant_of(last))

    def state(self, since: datetime, until: datetime) -> str:
        """Return a mark of everything evaluated in ``since`` <= start < ``until``.

        It differs as soon as a conversation is added, erased, revised, evaluated, audited, or left out of figures; ""
        when there is none.
        """
        query = (
            sa.select(
                sa.func.count(),
                sa.func.sum(conversations.c.conversation),
                sa.func.sum(evaluations.c.evaluation),
                sa.func.max(evaluations.c.evaluated_at),
                sa.func.sum(audits.c.changes),
                sa.func.sum(conversations.c.is_excluded * conversations.c.conversation),
            )
            .select_from(conversations)
            .join(evaluations, evaluations.c.evaluation == newest_evaluation())
            .outerjoin(audits, audits.c.conversation == conversations.c.conversation)
            .where(conversations.c.app == self._app, *_between(since, until))
        )
        with self._database.reading() as connection:
            count, *sums = connection.execute(query).one()
        return "-".join(str(each or 0) for each in (count, *sums)) if count else ""

    def evaluated(
        self, since: datetime, until: datetime, after: tuple[datetime, str] | None = None, limit: int = 250
    ) -> list[EvaluatedConversation]:
        """Return at most ``limit`` conversations with ``since`` <= start < ``until``, by start and id, behind ``after``."""
        query = recorded_query(self._app).where(*_between(since, until))
        if after is not None:
            at, conversation_id = ms_of(after[0]), after[1]
            is_later = (conversations.c.started_at == at) & (conversations.c.conversation_id > conversation_id)
            query = query.where((conversations.c.started_at > at) | is_later)
        query = query.order_by(conversations.c.started_at, conversations.c.conversation_id).limit(limit)
        with self._database.reading() as connection:
            return read_recorded(connection, self._reader, query)


def _between(since: datetime, until: datetime) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return conversations.c.started_at >= ms_of(since), conversations.c.started_at < ms_of(until)
