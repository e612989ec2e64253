"""Definitions of an app other than forms: one row a version, never edited but to mark its removal."""

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.definitions.definition import Definition, DefinitionDraft, DefinitionKind
from auscult.domain.definitions.form_version import UNSIGNED, DraftMovedError, Signed, revision_of
from auscult.storage.access.apps import lock_app
from auscult.storage.core.database import AnyRow, AnySelect
from auscult.storage.core.instants import now_ms
from auscult.storage.core.repository import OfApp
from auscult.storage.core.rows import record_of
from auscult.storage.core.tables.definitions import definition_drafts, definitions
from auscult.storage.core.text_validation import is_storable

_LARGEST_VERSION = 2**31 - 1


class AppDefinitions(OfApp):
    """The definitions of one app."""

    def publish(self, kind: DefinitionKind, name: str, document: bytes, signed: Signed = UNSIGNED) -> Definition:
        """Store a new version; the same document as the version in force stores nothing and gives that one.

        A draft that is the same document is removed.
        """
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            connection.execute(self._drop_draft(kind, name).where(definition_drafts.c.document == document))
            newest = self._newest(connection, kind, name)
            if newest is not None and newest.document == document and newest.removed_at is None:
                return newest
            version = 1 if newest is None else newest.version + 1
            row = {"kind": kind, "name": name, "version": version, "document": document, "published_at": now_ms()}
            by = {"published_by": signed.by, "note": signed.note}
            made = sa.insert(definitions).values(app=self._app, **row, **by).returning(definitions)
            return _definition(connection.execute(made).one())

    def in_force(self, kind: DefinitionKind) -> list[Definition]:
        """The newest version of each name that is not removed, by name."""
        newest = (
            sa.select(definitions.c.name, sa.func.max(definitions.c.version).label("version"))
            .where(definitions.c.app == self._app, definitions.c.kind == kind)
            .group_by(definitions.c.name)
            .subquery()
        )
        query = (
            self._of(kind)
            .join(newest, (newest.c.name == definitions.c.name) & (newest.c.version == definitions.c.version))
            .where(definitions.c.removed_at.is_(None))
            .order_by(definitions.c.name)
        )
        return [_definition(row) for row in self._database.rows(query)]

    def get(self, kind: DefinitionKind, name: str, version: int | None = None) -> Definition | None:
        """One version, or the newest, removed or not."""
        if not is_storable(name) or not 0 <= (version or 0) <= _LARGEST_VERSION:
            return None
        with self._database.reading() as connection:
            return self._newest(connection, kind, name, version)

    def versions(self, kind: DefinitionKind, name: str) -> list[Definition]:
        """Every version of a name, the newest first; none when it is unknown."""
        if not is_storable(name):
            return []
        query = self._of(kind).where(definitions.c.name == name).order_by(definitions.c.version.desc())
        return [_definition(row) for row in self._database.rows(query)]

    def remove(self, kind: DefinitionKind, name: str) -> Definition | None:
        """Put a name out of force; None when there is none. Its versions stay; publishing it again makes a new one."""
        if not is_storable(name):
            return None
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            newest = self._newest(connection, kind, name)
            if newest is not None and newest.removed_at is None:
                connection.execute(
                    sa.update(definitions)
                    .where(
                        definitions.c.app == self._app,
                        definitions.c.kind == kind,
                        definitions.c.name == name,
                        definitions.c.version == newest.version,
                    )
                    .values(removed_at=now_ms())
                )
            return self._newest(connection, kind, name)

    def save_draft(self, kind: DefinitionKind, name: str, document: bytes, revision: str | None = None) -> None:
        """Store a document that is not in force, in place of the draft that there was.

        ``revision`` is ``revision_of`` the document that was changed, None where any may be replaced. Raises
        ``DraftMovedError`` where there is another draft by now, or without a draft another newest version.
        """
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            self._must_be(connection, (kind, name), revision, document)
            connection.execute(self._drop_draft(kind, name))
            row = {"app": self._app, "kind": kind, "name": name, "document": document, "saved_at": now_ms()}
            connection.execute(sa.insert(definition_drafts).values(row))

    def draft(self, kind: DefinitionKind, name: str) -> DefinitionDraft | None:
        """The draft of a name, if it has one."""
        found = (each for each in self.drafts(kind) if each.name == name)
        return next(found, None) if is_storable(name) else None

    def drafts(self, kind: DefinitionKind) -> list[DefinitionDraft]:
        """The drafts of a kind, by name."""
        own = (definition_drafts.c.app == self._app, definition_drafts.c.kind == kind)
        query = sa.select(definition_drafts).where(*own).order_by(definition_drafts.c.name)
        with self._database.reading() as connection:
            return [record_of(DefinitionDraft, row, document=bytes(row.document)) for row in connection.execute(query)]

    def discard_draft(self, kind: DefinitionKind, name: str, revision: str | None = None) -> bool:
        """Remove a draft; return whether there was one. ``revision`` and errors: as in ``save_draft``."""
        if not is_storable(name):
            return False
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            self._must_be(connection, (kind, name), revision, b"")
            return connection.execute(self._drop_draft(kind, name)).rowcount > 0

    def _must_be(
        self, connection: Connection, key: tuple[DefinitionKind, str], revision: str | None, document: bytes
    ) -> None:
        """Raise ``DraftMovedError`` where a name is neither at a revision nor, already, the document that is saved."""
        if revision is None:
            return
        kind, name = key
        own = (definition_drafts.c.app == self._app, definition_drafts.c.kind == kind, definition_drafts.c.name == name)
        present = connection.scalar(sa.select(definition_drafts.c.document).where(*own))
        if present is None:
            newest = self._newest(connection, kind, name)
            present = None if newest is None else newest.document
        if present is not None and bytes(present) != document and revision_of(bytes(present)) != revision:
            raise DraftMovedError(
                "the {kind} {value} was changed in between; read it again", kind=kind, field="name", value=name
            )

    def _drop_draft(self, kind: DefinitionKind, name: str) -> sa.Delete:
        table = definition_drafts
        return sa.delete(table).where(table.c.app == self._app, table.c.kind == kind, table.c.name == name)

    def _of(self, kind: DefinitionKind) -> AnySelect:
        return sa.select(definitions).where(definitions.c.app == self._app, definitions.c.kind == kind)

    def _newest(
        self, connection: Connection, kind: DefinitionKind, name: str, version: int | None = None
    ) -> Definition | None:
        query = self._of(kind).where(definitions.c.name == name).order_by(definitions.c.version.desc()).limit(1)
        if version is not None:
            query = query.where(definitions.c.version == version)
        row = connection.execute(query).one_or_none()
        return None if row is None else _definition(row)


def _definition(row: AnyRow) -> Definition:
    return record_of(Definition, row, document=bytes(row.document), by=row.published_by)
