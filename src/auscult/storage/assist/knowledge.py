"""Knowledge of one app: documents in bases, one for each language, and the content of every version of a base."""

from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.assist.knowledge import Base, Content, Document, Passage, Piece
from auscult.domain.assist.validity import Opening, Stated, Wish, validity_of
from auscult.storage.core.database import AnyRow, Database, write_many
from auscult.storage.core.instants import now_ms
from auscult.storage.core.rows import record_of
from auscult.storage.core.tables.assist import knowledge_bases, knowledge_documents, knowledge_passages
from auscult.storage.core.text_validation import is_storable

_PIECE = msgspec.json.Decoder(Piece)
_OPENING = msgspec.json.Decoder(Opening)
_STATED = msgspec.json.Decoder(Stated)
_DOCUMENT = (
    *(knowledge_documents.c[name] for name in ("source", "kind", "passages", "since_version", "until_version")),
    *(knowledge_documents.c[name] for name in ("added_at", "opening", "stated")),
    knowledge_bases.c.language,
)


class AppKnowledge:
    """The knowledge of one app."""

    def __init__(self, database: Database, app: int) -> None:
        """``app`` is the app's number."""
        self._database = database
        self._app = app
        self._find_versions = database.text(
            sa.select(knowledge_bases.c.language, knowledge_bases.c.version).where(
                knowledge_bases.c.app == sa.bindparam("an_app")
            )
        )

    def add(self, source: str, language: str, content: Content, wish: Wish | None = None) -> tuple[Document, bool]:
        """Add a document, or put it in place of the one of that name; and whether that changed anything.

        The same content under the same name changes nothing. What a person stated of the one of that name stays, except
        for what ``wish`` changes.
        """
        with self._database.writing() as connection:
            base, version = self._base(connection, language)
            before = self._in_force(connection, base, source)
            earlier = _stated(before) if before is not None else None
            stated = wish.applied(earlier) if wish else earlier
            is_same = before is not None and before.digest == content.digest
            if before is not None and is_same and _is_same_statement(stated, earlier):
                return _document(before), False
            version = self._next(connection, base, version)
            if before is not None and is_same:
                return self._restated(connection, base, before, stated), True
            if before is not None:
                self._end(connection, before.document, version)
            row = {
                "base": base,
                "source": source,
                "kind": content.format,
                "digest": content.digest,
                "passages": len(content.pieces),
                "since_version": version,
                "added_at": now_ms(),
                "opening": msgspec.json.encode(content.opening),
                "stated": _encoded(stated),
            }
            made = sa.insert(knowledge_documents).values(row).returning(knowledge_documents.c.document)
            document = connection.execute(made).scalar_one()
            bodies = [
                {"document": document, "place": number, "body": msgspec.json.encode(piece)}
                for number, piece in enumerate(content.pieces, start=1)
            ]
            write_many(connection, sa.insert(knowledge_passages), bodies)
            return self._stored(connection, base, source), True

    def restate(self, source: str, language: str, wish: Wish) -> Document | None:
        """State from when to when a document counts, in a new version of the base; None where there is no such document."""
        if not is_storable(source) or not is_storable(language):
            return None
        with self._database.writing() as connection:
            query = self._bases().where(knowledge_bases.c.language == language).with_for_update()
            base = connection.execute(query).one_or_none()
            before = None if base is None else self._in_force(connection, base.base, source)
            if base is None or before is None:
                return None
            self._next(connection, base.base, base.version)
            return self._restated(connection, base.base, before, wish.applied(_stated(before)))

    def remove(self, source: str, language: str) -> Document | None:
        """Remove a document; return None where there is none. Earlier versions keep it."""
        if not is_storable(source) or not is_storable(language):
            return None
        with self._database.writing() as connection:
            query = self._bases().where(knowledge_bases.c.language == language).with_for_update()
            base = connection.execute(query).one_or_none()
            before = None if base is None else self._in_force(connection, base.base, source)
            if base is None or before is None:
                return None
            self._end(connection, before.document, self._next(connection, base.base, base.version))
        return _document(before)

    def documents(self, language: str | None = None) -> list[Document]:
        """The documents in force, by language and name."""
        query = self._documents().where(
            knowledge_bases.c.app == self._app, knowledge_documents.c.until_version.is_(None)
        )
        if language is not None:
            query = query.where(knowledge_bases.c.language == language)
        return [_document(row) for row in self._database.rows(query)]

    def versions(self) -> dict[str, int]:
        """Return the version of each language's base. Read every time: any process may have changed it."""
        found = self._database.read(lambda reader: reader.fetch(self._find_versions, {"an_app": self._app}))
        return {language: version for language, version in found}  # noqa: C416  (rows are tuples of anything)

    def base(self, language: str, version: int | None = None) -> Base:
        """Return all passages of a base, at a version or the newest, in the order of their documents' names."""
        with self._database.comparing() as connection:
            query = self._bases().where(knowledge_bases.c.language == language)
            found = connection.execute(query).one_or_none()
            if found is None:
                return Base(language=language, version=0, passages=())
            at = found.version if version is None else version
            then = (
                knowledge_documents.c.base == found.base,
                knowledge_documents.c.since_version <= at,
                sa.func.coalesce(knowledge_documents.c.until_version, at + 1) > at,
            )
            passages = self._passages(connection, *then)
            documents = [_document(row) for row in connection.execute(self._documents().where(*then))]
        return Base(language=language, version=at, passages=tuple(passages), documents=tuple(documents))

    def passages(self, source: str, language: str) -> list[Passage]:
        """The passages of a document in force; none where there is no such document."""
        if not is_storable(source) or not is_storable(language):
            return []
        with self._database.reading() as connection:
            return self._passages(
                connection,
                knowledge_documents.c.base.in_(
                    sa.select(knowledge_bases.c.base).where(
                        knowledge_bases.c.app == self._app, knowledge_bases.c.language == language
                    )
                ),
                knowledge_documents.c.source == source,
                knowledge_documents.c.until_version.is_(None),
            )

    def _documents(self) -> sa.Select[*tuple[Any, ...]]:
        return (
            sa.select(*_DOCUMENT)
            .join(knowledge_bases, knowledge_bases.c.base == knowledge_documents.c.base)
            .order_by(knowledge_bases.c.language, knowledge_documents.c.source)
        )

    def _restated(self, connection: Connection, base: int, document: AnyRow, stated: Stated | None) -> Document:
        changed = sa.update(knowledge_documents).where(knowledge_documents.c.document == document.document)
        connection.execute(changed.values(stated=_encoded(stated)))
        return self._stored(connection, base, document.source)

    def _stored(self, connection: Connection, base: int, source: str) -> Document:
        """Return a document that was stored just now."""
        stored = self._in_force(connection, base, source)
        assert stored is not None  # noqa: S101  (it was stored just now)
        return _document(stored)

    def _bases(self) -> sa.Select[int, str, int]:
        columns = (knowledge_bases.c.base, knowledge_bases.c.language, knowledge_bases.c.version)
        return sa.select(*columns).where(knowledge_bases.c.app == self._app)

    def _base(self, connection: Connection, language: str) -> tuple[int, int]:
        """Return the base of a language, made when new, and its version; locked until the transaction ends."""
        row = {"app": self._app, "language": language, "version": 0}
        connection.execute(self._database.dialect.insert(knowledge_bases).values(row).on_conflict_do_nothing())
        query = self._bases().where(knowledge_bases.c.language == language).with_for_update()
        base, _, version = connection.execute(query).one()
        return base, version

    def _next(self, connection: Connection, base: int, version: int) -> int:
        changed = sa.update(knowledge_bases).where(knowledge_bases.c.base == base).values(version=version + 1)
        connection.execute(changed)
        return version + 1

    def _end(self, connection: Connection, document: int, version: int) -> None:
        ended = sa.update(knowledge_documents).where(knowledge_documents.c.document == document)
        connection.execute(ended.values(until_version=version))

    def _in_force(self, connection: Connection, base: int, source: str) -> AnyRow | None:
        query = (
            sa.select(*_DOCUMENT, knowledge_documents.c.document, knowledge_documents.c.digest)
            .join(knowledge_bases, knowledge_bases.c.base == knowledge_documents.c.base)
            .where(
                knowledge_documents.c.base == base,
                knowledge_documents.c.source == source,
                knowledge_documents.c.until_version.is_(None),
            )
        )
        return connection.execute(query).one_or_none()

    def _passages(self, connection: Connection, *where: sa.ColumnElement[bool]) -> list[Passage]:
        query = (
            sa.select(
                knowledge_documents.c.source,
                knowledge_documents.c.since_version,
                knowledge_passages.c.document,
                knowledge_passages.c.place,
                knowledge_passages.c.body,
            )
            .join(knowledge_documents, knowledge_documents.c.document == knowledge_passages.c.document)
            .where(*where)
            .order_by(knowledge_documents.c.source, knowledge_passages.c.document, knowledge_passages.c.place)
        )
        found: list[Passage] = []
        for source, since, document, number, body in connection.execute(query):
            piece = _PIECE.decode(body)
            found.append(
                Passage(
                    id=f"kp-{document}-{number}",
                    source=source,
                    heading=piece.heading,
                    text=piece.text,
                    since_version=since,
                )
            )
        return found


def _document(row: AnyRow) -> Document:
    return record_of(
        Document,
        row,
        format=row.kind,
        validity=validity_of(row.source, _OPENING.decode(row.opening), _stated(row), row.language),
    )


def _stated(row: AnyRow) -> Stated | None:
    return None if row.stated is None else _STATED.decode(row.stated)


def _encoded(stated: Stated | None) -> bytes | None:
    return None if stated is None else msgspec.json.encode(stated)


def _is_same_statement(one: Stated | None, other: Stated | None) -> bool:
    """Return whether both state the same days."""
    if one is None or other is None:
        return one is other
    return (one.since, one.until) == (other.since, other.until)
