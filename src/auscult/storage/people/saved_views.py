"""Views of the list of conversations that people saved, for themselves or for everybody in the app."""

import uuid

import sqlalchemy as sa

from auscult.domain.delivery.exports import LONGEST_VIEW_NAME, SavedView
from auscult.domain.errors import NotFoundError, RequestError, unknown
from auscult.storage.core.database import AnyRow
from auscult.storage.core.instants import now_ms
from auscult.storage.core.repository import OfApp
from auscult.storage.core.rows import record_of
from auscult.storage.core.tables.delivery import saved_views


class AppSavedViews(OfApp):
    """The saved views of one app."""

    def save(self, owner: str, name: str, query: str, *, is_shared: bool) -> str:
        """Save a view, or change the owner's own of this name, and return its id.

        Raises ``RequestError`` ``view.name``.
        """
        name = name.strip()
        if not 0 < len(name) <= LONGEST_VIEW_NAME:
            raise RequestError(
                "a view's name has 1 to {n} characters",
                n=LONGEST_VIEW_NAME,
                code="view.name",
                field="name",
                value=name[:100],
            )
        changed = {"query": query, "is_shared": is_shared, "created_at": now_ms()}
        key = {"app": self._app, "owner": owner, "name": name}
        new = self._database.dialect.insert(saved_views).values(view_id=f"vw-{uuid.uuid4()}", **key, **changed)
        save = new.on_conflict_do_update(index_elements=list(key), set_=changed).returning(saved_views.c.view_id)
        with self._database.writing() as connection:
            return str(connection.scalar(save))

    def listing(self, owner: str) -> list[SavedView]:
        """Return the views of a person and those that are shared, by name."""
        seen = sa.or_(saved_views.c.owner == owner, saved_views.c.is_shared)
        query = sa.select(saved_views).where(saved_views.c.app == self._app, seen).order_by(saved_views.c.name)
        return [_view(row) for row in self._database.rows(query)]

    def get(self, view_id: str, owner: str) -> SavedView:
        """Return a view of a person's own, or a shared one. Raises ``NotFoundError`` ``view.unknown``."""
        found = next((each for each in self.listing(owner) if each.view_id == view_id), None)
        if found is None:
            raise unknown("view", view_id)
        return found

    def remove(self, view_id: str, owner: str) -> None:
        """Remove a view of its owner. Raises ``NotFoundError`` ``view.unknown``."""
        mine = (saved_views.c.app == self._app, saved_views.c.view_id == view_id, saved_views.c.owner == owner)
        with self._database.writing() as connection:
            if connection.execute(sa.delete(saved_views).where(*mine)).rowcount == 0:
                raise NotFoundError("unknown view {value!r}", code="view.unknown", value=view_id)


def _view(row: AnyRow) -> SavedView:
    return record_of(SavedView, row)
