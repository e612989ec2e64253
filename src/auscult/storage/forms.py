"""Forms as they were published: one row a version, never edited."""

import sqlalchemy as sa

from auscult.pipeline.ports import FormVersion
from auscult.storage.apps import take_turn
from auscult.storage.database import AnyRow, AnySelect, Database
from auscult.storage.instants import instant_of, now_ms
from auscult.storage.tables import forms
from auscult.storage.texts import is_storable

_LARGEST_VERSION = 2**31 - 1
_COLUMNS = (forms.c.form_id, forms.c.version, forms.c.document, forms.c.published_at)


class AppForms:
    """The forms of one app."""

    def __init__(self, database: Database, app: int) -> None:
        """``app`` is the app's number."""
        self._database = database
        self._app = app

    def publish(self, form_id: str, document: bytes) -> FormVersion:
        """Store a new version; the same document as the newest version stores nothing and gives that one."""
        with self._database.writing() as connection:
            take_turn(connection, self._app)
            newest = connection.execute(self._newest(form_id)).one_or_none()
            if newest is not None and newest.document == document:
                return _form_version(newest)
            version = 1 if newest is None else newest.version + 1
            now = now_ms()
            row = {"form_id": form_id, "version": version, "document": document, "published_at": now}
            connection.execute(sa.insert(forms).values(app=self._app, **row))
        return FormVersion(form_id=form_id, version=version, document=document, published_at=instant_of(now))

    def in_force(self) -> list[FormVersion]:
        """The newest version of each form, by form id."""
        newest = (
            sa.select(forms.c.form_id, sa.func.max(forms.c.version).label("version"))
            .where(forms.c.app == self._app)
            .group_by(forms.c.form_id)
            .subquery()
        )
        query = (
            sa.select(*_COLUMNS)
            .join(newest, (newest.c.form_id == forms.c.form_id) & (newest.c.version == forms.c.version))
            .where(forms.c.app == self._app)
            .order_by(forms.c.form_id)
        )
        with self._database.reading() as connection:
            return [_form_version(row) for row in connection.execute(query)]

    def get(self, form_id: str, version: int | None = None) -> FormVersion | None:
        """One version, or the newest."""
        if not is_storable(form_id) or not 0 <= (version or 0) <= _LARGEST_VERSION:
            return None
        query = self._newest(form_id)
        if version is not None:
            query = query.where(forms.c.version == version)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _form_version(row)

    def versions(self, form_id: str) -> list[FormVersion]:
        """Every version of a form, the newest first; none when it is unknown."""
        if not is_storable(form_id):
            return []
        query = sa.select(*_COLUMNS).where(forms.c.app == self._app, forms.c.form_id == form_id)
        with self._database.reading() as connection:
            return [_form_version(row) for row in connection.execute(query.order_by(forms.c.version.desc()))]

    def _newest(self, form_id: str) -> AnySelect:
        found = sa.select(*_COLUMNS).where(forms.c.app == self._app, forms.c.form_id == form_id)
        return found.order_by(forms.c.version.desc()).limit(1)


def _form_version(row: AnyRow) -> FormVersion:
    return FormVersion(
        form_id=row.form_id,
        version=row.version,
        document=bytes(row.document),
        published_at=instant_of(row.published_at),
    )
