"""The common part of repositories: their database, their app, and how much of it they show."""

from collections.abc import Collection
from copy import copy
from datetime import datetime
from typing import Self

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.errors import unknown
from auscult.domain.people.visibility import EVERYTHING, Visibility
from auscult.storage.core.database import AnySelect, Database
from auscult.storage.core.instants import ms_of
from auscult.storage.core.tables.conversations import conversations


class OfDatabase:
    """A repository of a database, whichever app its rows are of. Nothing is read until it is asked for."""

    def __init__(self, database: Database) -> None:
        """Read from and write to ``database``."""
        self._database = database


class OfApp(OfDatabase):
    """A repository of one app."""

    def __init__(self, database: Database, app: int) -> None:
        """``app`` is the app's number."""
        super().__init__(database)
        self._app = app

    def _number_of(self, connection: Connection, conversation_id: str) -> int:
        """Return the number of a conversation. Raises ``NotFoundError`` ``conversation.unknown``."""
        its = (conversations.c.app == self._app, conversations.c.conversation_id == conversation_id)
        number = connection.scalar(sa.select(conversations.c.conversation).where(*its))
        if number is None:
            raise unknown("conversation", conversation_id)
        return number

    def _numbers_of(self, connection: Connection, conversation_ids: Collection[str | None]) -> dict[str, int]:
        """Return the numbers of those conversations that are there, by id."""
        its = (conversations.c.app == self._app, conversations.c.conversation_id.in_(conversation_ids))
        query = sa.select(conversations.c.conversation_id, conversations.c.conversation).where(*its)
        return {row.conversation_id: row.conversation for row in connection.execute(query)}

    def _state_of(self, sums: AnySelect, table: sa.Table, since: datetime, until: datetime) -> str:
        """Return the ``sums`` of what a table has on conversations with ``since`` <= start < ``until``, as a mark of it."""
        query = (
            sums.join(conversations, conversations.c.conversation == table.c.conversation)
            .where(table.c.app == self._app)
            .where(conversations.c.started_at >= ms_of(since), conversations.c.started_at < ms_of(until))
        )
        with self._database.reading() as connection:
            return "-".join(str(each or 0) for each in connection.execute(query).one())


class SeenOfApp(OfApp):
    """A repository of one app that shows a principal only what their rights reach."""

    def __init__(self, database: Database, app: int) -> None:
        """Show everything."""
        super().__init__(database, app)
        self._visibility = EVERYTHING

    def seen_by(self, visibility: Visibility) -> Self:
        """Return the same, as far as ``visibility`` shows it: what is not visible does not exist."""
        narrowed = copy(self)
        narrowed._visibility = visibility  # noqa: SLF001  (its own)
        return narrowed
