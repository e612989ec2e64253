"""The use cases of notices for one viewer, and the round that finds late audits."""

from collections.abc import Callable
from datetime import datetime

from auscult.domain.audits.assignment import Hidden
from auscult.domain.errors import unknown
from auscult.domain.people.principal import Principal
from auscult.notices.model import Notice
from auscult.notices.store import NoticeQuery, NumberedNotice
from auscult.services.audits.blind import blindness_of
from auscult.storage.store import AppStore

_BLIND: frozenset[Hidden] = frozenset({"machine", "others", "agent"})
"""Parts of a conversation that a comment or a dispute could reveal to readers who may not see them."""
_OWN_WORK = ("assigned", "late")
"""Kinds of notices that reveal nothing of a conversation."""


class Noticing:
    """The notices of one app to one viewer. Cheap to make; threads may share one.

    Only people have notices. None is shown about a conversation that the viewer does not see; while they rate one blind,
    they have those about their work alone.
    """

    def __init__(self, app: AppStore, now: Callable[[], datetime], viewer: Principal) -> None:
        """Work on ``app``, in which what the viewer may not see does not exist; ``now`` returns aware UTC time."""
        self._app = app
        self._now = now
        self._viewer = viewer

    def listing(self, *, is_unread: bool = False, before: int | None = None, limit: int = 100) -> list[NumberedNotice]:
        """Return notices, the newest first; only those before the number of one where it is given."""
        query = self._query()
        if query is None:
            return []
        return self._app.notices.listing(query._replace(is_unread=is_unread, before=before, limit=limit))

    def count_unread(self) -> int:
        """Return the number of unread notices."""
        query = self._query()
        return 0 if query is None else self._app.notices.count(query._replace(is_unread=True))

    def get(self, notice_id: str) -> Notice:
        """Return a notice. Raises ``NotFoundError`` ``notice.unknown``."""
        query = self._query()
        found = None if query is None else self._app.notices.get(query, notice_id)
        if found is None:
            raise unknown("notice", notice_id)
        return found

    def read(self, notice_id: str) -> Notice:
        """Mark a notice as read; repeating this changes nothing. Raises as ``get`` does."""
        found = self.get(notice_id)
        query = self._query()
        if query is None or found.read_at is not None:
            return found
        self._app.notices.mark_read(query, self._now(), notice_id)
        return self.get(notice_id)

    def read_all(self) -> int:
        """Mark every notice as read; return the number of those that were not."""
        query = self._query()
        if query is None or not self._app.notices.count(query._replace(is_unread=True)):
            return 0
        return self._app.notices.mark_read(query, self._now())

    def _query(self) -> NoticeQuery | None:
        if not self._viewer.is_person:
            return None
        blindness = blindness_of(self._app, self._viewer.name)
        blind = tuple(key for key, hidden in blindness.items() if hidden & _BLIND)
        return NoticeQuery(self._viewer.name, left_out=blind, but=_OWN_WORK)


def note_late(app: AppStore, at: datetime) -> int:
    """Notify raters of audits that are late, and remove old notices; return the number of new ones."""
    app.notices.remove_old(at)
    return app.notices.add_late(at)
