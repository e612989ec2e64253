"""The bookmarks of one app, and its settings of audits."""

import msgspec
import sqlalchemy as sa

from auscult.domain.audits.bookmark import AuditSettings, Bookmark, BookmarkKind
from auscult.storage.core.instants import ms_of
from auscult.storage.core.rows import record_of
from auscult.storage.core.tables.audits import audit_settings, bookmarks
from auscult.storage.core.tables.conversations import conversations
from auscult.storage.core.text_validation import is_storable
from auscult.storage.people.visibility import SeenConversations

_DEFAULT = AuditSettings()


class AppBookmarks(SeenConversations):
    """The bookmarks of one app."""

    def put(self, bookmark: Bookmark) -> bool:
        """Store a person's bookmark of a conversation in place of the one before; False where it is unknown."""
        with self._database.writing() as connection:
            number = connection.scalar(self._number(bookmark.conversation_id))
            if number is None:
                return False
            values = {"kind": bookmark.kind, "note": bookmark.note, "at": ms_of(bookmark.at)}
            row = {"conversation": number, "by": bookmark.by, "app": self._app, **values}
            made = self._database.dialect.insert(bookmarks).values(row)
            connection.execute(made.on_conflict_do_update(index_elements=["conversation", "by"], set_=values))
        return True

    def remove(self, conversation_id: str, by: str) -> None:
        """Remove a person's bookmark of a conversation, if there is one."""
        mine = (bookmarks.c.conversation.in_(self._number(conversation_id)), bookmarks.c.by == by)
        with self._database.writing() as connection:
            connection.execute(sa.delete(bookmarks).where(*mine))

    def listing(
        self,
        kind: BookmarkKind | None = None,
        by: str | None = None,
        after: tuple[str, str] = ("", ""),
        limit: int = 100,
    ) -> list[Bookmark]:
        """Return bookmarks by conversation id and person, after a pair of them."""
        if not all(is_storable(each) for each in (by or "", *after)):
            return []
        query = (
            sa.select(conversations.c.conversation_id, bookmarks)
            .join(conversations, conversations.c.conversation == bookmarks.c.conversation)
            .where(bookmarks.c.app == self._app, *self._visible)
            .where(sa.tuple_(conversations.c.conversation_id, bookmarks.c.by) > sa.tuple_(*map(sa.literal, after)))
            .order_by(conversations.c.conversation_id, bookmarks.c.by)
            .limit(limit)
        )
        if kind is not None:
            query = query.where(bookmarks.c.kind == kind)
        if by is not None:
            query = query.where(bookmarks.c.by == by)
        with self._database.reading() as connection:
            return [record_of(Bookmark, row) for row in connection.execute(query)]

    def settings(self) -> AuditSettings:
        """Return the app's settings of audits."""
        query = sa.select(audit_settings.c.body).where(audit_settings.c.app == self._app)
        body = self._database.value(query)
        return _DEFAULT if body is None else msgspec.json.decode(body, type=AuditSettings)

    def change_settings(self, settings: AuditSettings) -> None:
        """Store the app's settings of audits; they hold from the next request on."""
        row = {"app": self._app, "body": msgspec.json.encode(settings).decode()}
        insert = self._database.dialect.insert(audit_settings).values(row)
        with self._database.writing() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["app"], set_={"body": row["body"]}))

    def _number(self, conversation_id: str) -> sa.Select[tuple[int]]:
        known = conversation_id if is_storable(conversation_id) else ""
        return sa.select(conversations.c.conversation).where(
            conversations.c.app == self._app, conversations.c.conversation_id == known, *self._visible
        )
