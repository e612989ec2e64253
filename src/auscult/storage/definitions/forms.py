"""Published forms: one row a version, never edited. Also drafts, and the versions that were retired."""

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.definitions.form_version import (
    UNSIGNED,
    DraftMovedError,
    FormDraft,
    FormKey,
    FormVersion,
    Signed,
    revision_of,
)
from auscult.domain.errors import unknown
from auscult.storage.access.apps import lock_app
from auscult.storage.core.database import AnyRow, AnySelect, Row
from auscult.storage.core.instants import instant_of, now_ms
from auscult.storage.core.repository import OfApp
from auscult.storage.core.result_seals import ResultSeals
from auscult.storage.core.tables.base import NUMBER
from auscult.storage.core.tables.definitions import form_drafts, form_retirements, forms
from auscult.storage.core.text_validation import is_storable

_LARGEST_VERSION = 2**31 - 1
_VERSIONS = forms.outerjoin(
    form_retirements,
    (form_retirements.c.app == forms.c.app)
    & (form_retirements.c.form_id == forms.c.form_id)
    & (form_retirements.c.version == forms.c.version),
)
_COLUMNS = (
    forms.c.form_id,
    forms.c.version,
    forms.c.document,
    forms.c.published_at,
    forms.c.published_by,
    forms.c.note,
    form_retirements.c.retired_at,
)
_NEWEST = (
    sa.select(forms.c.form_id, sa.func.max(forms.c.version).label("version"))
    .where(forms.c.app == sa.bindparam("app", type_=NUMBER))
    .group_by(forms.c.form_id)
    .subquery()
)
_IN_FORCE = (
    sa.select(*_COLUMNS)
    .select_from(_VERSIONS)
    .join(_NEWEST, (_NEWEST.c.form_id == forms.c.form_id) & (_NEWEST.c.version == forms.c.version))
    .where(forms.c.app == sa.bindparam("app", type_=NUMBER), form_retirements.c.retired_at.is_(None))
    .order_by(forms.c.form_id)
)
_KEYS_IN_FORCE = _IN_FORCE.with_only_columns(forms.c.form_id, forms.c.version)
_DRAFT = (form_drafts.c.form_id, form_drafts.c.document, form_drafts.c.based_on, form_drafts.c.saved_at)


def forms_in_force(connection: Connection, app: int) -> frozenset[FormKey]:
    """Return the forms in force of an app, which is its number."""
    return frozenset((row.form_id, row.version) for row in connection.execute(_KEYS_IN_FORCE, {"app": app}))


def seal_of_form(  # noqa: PLR0913, PLR0917  (all that it covers)
    seals: ResultSeals,
    connection: Connection,
    form_id: str,
    version: int,
    document: bytes,
    published_at: int,
    signed: Signed,
) -> bytes:
    """Return the seal of a published form."""
    by, note = signed
    return seals.of(connection, "form", form_id, version, bytes(document), published_at, by or "", note or "")


class AppForms(OfApp):
    """The forms of one app."""

    def publish(self, form_id: str, document: bytes, signed: Signed = UNSIGNED) -> FormVersion:
        """Store a new version; the same document as the version in force stores nothing and gives that one.

        A draft that is the same document is done with.
        """
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            connection.execute(self._drop_draft(form_id).where(form_drafts.c.document == document))
            newest = connection.execute(self._newest(form_id)).one_or_none()
            if newest is not None and newest.document == document and newest.retired_at is None:
                return _form_version(newest)
            version = 1 if newest is None else newest.version + 1
            now = now_ms()
            seal = seal_of_form(self._database.seals, connection, form_id, version, document, now, signed)
            connection.execute(
                sa.insert(forms).values(
                    app=self._app,
                    form_id=form_id,
                    version=version,
                    document=document,
                    published_at=now,
                    published_by=signed.by,
                    note=signed.note,
                    seal=seal,
                )
            )
        return FormVersion(
            form_id=form_id,
            version=version,
            document=document,
            published_at=instant_of(now),
            by=signed.by,
            note=signed.note,
        )

    def retire(self, form_id: str) -> FormVersion:
        """Put a form out of force. Its versions stay; publishing it again makes a new one.

        Raises ``NotFoundError`` ``form.unknown`` when it was never published.
        """
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            newest = connection.execute(self._newest(form_id)).one_or_none() if is_storable(form_id) else None
            if newest is None:
                raise unknown("form", form_id, "There is no form {value} in this app")
            if newest.retired_at is None:
                row = {"app": self._app, "form_id": form_id, "version": newest.version, "retired_at": now_ms()}
                connection.execute(sa.insert(form_retirements).values(row))
            return _form_version(connection.execute(self._newest(form_id)).one())

    def in_force(self) -> list[FormVersion]:
        """The newest version of each form that is not retired, by form id."""
        return [_form_version(row) for row in self._database.fetch(_IN_FORCE, app=self._app)]

    def get(self, form_id: str, version: int | None = None) -> FormVersion | None:
        """One version, or the newest."""
        if not is_storable(form_id) or not 0 <= (version or 0) <= _LARGEST_VERSION:
            return None
        query = self._newest(form_id)
        if version is not None:
            query = query.where(forms.c.version == version)
        row = self._database.row(query)
        return None if row is None else _form_version(row)

    def versions(self, form_id: str) -> list[FormVersion]:
        """Every version of a form, the newest first; none when it is unknown."""
        if not is_storable(form_id):
            return []
        query = self._of(form_id).order_by(forms.c.version.desc())
        return [_form_version(row) for row in self._database.rows(query)]

    def save_draft(self, form_id: str, document: bytes, revision: str | None = None) -> FormDraft:
        """Keep a document that is not in force, in place of the draft that there was.

        ``revision`` is ``revision_of`` the document that was changed, None where any may be replaced. Raises
        ``DraftMovedError`` where the form has another draft by now, or without a draft another newest version.
        """
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            self._must_be(connection, form_id, revision, document)
            newest = connection.execute(self._newest(form_id)).one_or_none()
            based_on = newest.version if newest is not None else None
            now = now_ms()
            row = {"form_id": form_id, "document": document, "based_on": based_on, "saved_at": now}
            connection.execute(self._drop_draft(form_id))
            connection.execute(sa.insert(form_drafts).values(app=self._app, **row))
        return _form_draft(form_id, document, based_on, now)

    def draft(self, form_id: str) -> FormDraft | None:
        """The draft of a form, if it has one."""
        return next(iter(self._drafts(form_drafts.c.form_id == form_id)), None) if is_storable(form_id) else None

    def drafts(self) -> list[FormDraft]:
        """The drafts of all forms, by form id."""
        return self._drafts()

    def discard_draft(self, form_id: str, revision: str | None = None) -> bool:
        """Forget a draft; whether there was one. ``revision`` and errors: as in ``save_draft``."""
        if not is_storable(form_id):
            return False
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            self._must_be(connection, form_id, revision)
            return connection.execute(self._drop_draft(form_id)).rowcount > 0

    def _must_be(self, connection: Connection, form_id: str, revision: str | None, document: bytes = b"") -> None:
        """Raise ``DraftMovedError`` where a form is neither at a revision nor, already, the document that is saved."""
        if revision is None:
            return
        where = (form_drafts.c.app == self._app, form_drafts.c.form_id == form_id)
        present = connection.scalar(sa.select(form_drafts.c.document).where(*where))
        if present is None:
            newest = connection.execute(self._newest(form_id)).one_or_none()
            present = None if newest is None else newest.document
        if present is not None and bytes(present) != document and revision_of(bytes(present)) != revision:
            raise DraftMovedError(
                "the form {value} was changed in between; read it again", field="form_id", value=form_id
            )

    def _drafts(self, *where: sa.ColumnElement[bool]) -> list[FormDraft]:
        query = sa.select(*_DRAFT).where(form_drafts.c.app == self._app, *where).order_by(form_drafts.c.form_id)
        return [_form_draft(*row) for row in self._database.rows(query)]

    def _drop_draft(self, form_id: str) -> sa.Delete:
        return sa.delete(form_drafts).where(form_drafts.c.app == self._app, form_drafts.c.form_id == form_id)

    def _of(self, form_id: str) -> AnySelect:
        found = sa.select(*_COLUMNS).select_from(_VERSIONS)
        return found.where(forms.c.app == self._app, forms.c.form_id == form_id)

    def _newest(self, form_id: str) -> AnySelect:
        return self._of(form_id).order_by(forms.c.version.desc()).limit(1)


def _form_version(row: AnyRow | Row) -> FormVersion:
    """Return the version of a row of ``_COLUMNS``."""
    form_id, version, document, published_at, by, note, retired_at = row
    return FormVersion(
        form_id=form_id,
        version=version,
        document=bytes(document),
        published_at=instant_of(published_at),
        retired_at=None if retired_at is None else instant_of(retired_at),
        by=by,
        note=note,
    )


def _form_draft(form_id: str, document: bytes, based_on: int | None, saved_at: int) -> FormDraft:
    return FormDraft(form_id=form_id, document=bytes(document), based_on=based_on, saved_at=instant_of(saved_at))
