"""Store of collections of moments: those of one app, and their pins."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy import Connection

from auscult.domain.errors import ConflictError, coded, unknown
from auscult.domain.notices import NewNotice
from auscult.domain.pinned import MOST_COLLECTIONS, MOST_PINS, UNDO, Collection, Pin, too_many
from auscult.domain.privacy.log import Draft
from auscult.storage.access.apps import lock_app
from auscult.storage.core.database import AnyRow
from auscult.storage.core.instants import instant_of, ms_of
from auscult.storage.core.repository import SeenOfApp
from auscult.storage.core.rows import columns_of, record_of
from auscult.storage.core.tables.people import conversation_parties
from auscult.storage.core.tables.reviews import coaching_consents, collections, pins
from auscult.storage.core.text_validation import is_storable
from auscult.storage.delivery.feed import announce
from auscult.storage.notices import write_notices
from auscult.storage.people.parties import AGENT
from auscult.storage.people.visibility import visible
from auscult.storage.privacy.log import append_entry

_COLLECTION = msgspec.json.Decoder(Collection)


class PinQuery(NamedTuple):
    """Pins of one collection, or in some conversations; of any unless given.

    A viewer is shown pins in visible conversations, and in ``shared`` collections those of agents who consented.
    ``left_out`` are conversations that they rate blind. ``is_agreed``: with the consent of every agent, or without it.
    """

    collection_id: str | None = None
    conversation_ids: tuple[str, ...] | None = None
    shared: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    is_agreed: bool | None = True


class AppCollections(SeenOfApp):
    """The collections of one app."""

    def listing(self) -> list[Collection]:
        """Return the collections, by name."""
        query = sa.select(collections.c.body).where(collections.c.app == self._app, collections.c.removed_at.is_(None))
        found = [_COLLECTION.decode(body) for body in self._database.values(query)]
        return sorted(found, key=lambda each: each.name.casefold())

    def get(self, collection_id: str, *, is_removed: bool = False) -> Collection:
        """Return a collection, or one that was removed. Raises ``NotFoundError`` ``collection.unknown``."""
        with self._database.reading() as connection:
            return self._read(connection, collection_id, is_removed=is_removed)[1]

    def add(self, made: Collection, entry: Draft) -> None:
        """Store a new collection, with its line of the access log.

        Raises ``ConflictError`` ``collection.duplicate``, ``collection.too_many``.
        """
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            self._prune(connection, made.made_at)
            mine = (collections.c.app == self._app, collections.c.removed_at.is_(None))
            if (connection.scalar(sa.select(sa.func.count()).where(*mine)) or 0) >= MOST_COLLECTIONS:
                raise too_many("collection", MOST_COLLECTIONS)
            self._check_name(connection, made)
            row = {
                "collection_id": made.collection_id,
                "app": self._app,
                "changes": 1,
                "body": msgspec.json.encode(made),
            }
            connection.execute(sa.insert(collections).values(**row))
            append_entry(connection, self._database, entry)

    def step(
        self, collection_id: str, act: Callable[[Collection], Collection], entry: Draft, *, is_removed: bool = False
    ) -> Collection:
        """Change a collection, or one that was removed, with its line of the access log; return it as it is then.

        Raises as ``get`` does, and ``ConflictError`` ``collection.duplicate``.
        """
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            number, found = self._read(connection, collection_id, is_removed=is_removed)
            after = act(found)
            if after.removed_at is None:
                self._check_name(connection, after)
            removed = None if after.removed_at is None else ms_of(after.removed_at)
            values = {"removed_at": removed, "changes": after.changes, "body": msgspec.json.encode(after)}
            connection.execute(sa.update(collections).where(collections.c.collection == number).values(**values))
            append_entry(connection, self._database, entry)
        return after

    def pins(self, query: PinQuery) -> list[Pin]:
        """Return pins by collection, in their order."""
        found = (
            sa.select(pins, collections.c.collection_id)
            .join(collections, collections.c.collection == pins.c.collection)
            .where(*self._wanted(query))
            .order_by(pins.c.collection, pins.c.place, pins.c.pin)
        )
        return [_pin(row) for row in self._database.rows(found)]

    def counts(self, query: PinQuery) -> dict[str, int]:
        """Return the numbers of pins by collection; those without any are left out."""
        found = (
            sa.select(collections.c.collection_id, sa.func.count())
            .join(collections, collections.c.collection == pins.c.collection)
            .where(*self._wanted(query))
            .group_by(collections.c.collection_id)
        )
        return {row[0]: row[1] for row in self._database.rows(found)}

    def conversations(self, collection_ids: Sequence[str] | None) -> frozenset[str]:
        """Return the ids of visible conversations with a pin in one of some collections; None: in any."""
        found = (
            sa.select(pins.c.conversation_id)
            .join(collections, collections.c.collection == pins.c.collection)
            .where(*self._wanted(PinQuery(is_agreed=None)))
        )
        if collection_ids is not None:
            found = found.where(collections.c.collection_id.in_([each for each in collection_ids if is_storable(each)]))
        return frozenset(self._database.values(found))

    def removed_pin(self, collection_id: str, pin_id: str, since: datetime) -> Pin:
        """Return a visible pin that was removed at an instant or later. Raises ``NotFoundError`` ``pin.unknown``."""
        query = (
            sa.select(pins, collections.c.collection_id)
            .join(collections, collections.c.collection == pins.c.collection)
            .where(pins.c.app == self._app, pins.c.pin_id == (pin_id if is_storable(pin_id) else ""))
            .where(collections.c.collection_id == collection_id, pins.c.removed_at >= ms_of(since))
            .where(*visible(self._visibility, self._app, pins.c.conversation_id))
        )
        row = self._database.row(query)
        if row is None:
            raise unknown("pin", pin_id)
        return _pin(row)

    def pin(self, pin: Pin, entry: Draft, notices: Sequence[NewNotice]) -> Pin:
        """Store a pin at the end of its collection, with its notices and its line of the access log; return it.

        One of the same turn that was removed takes its place, with the new note. Raises ``NotFoundError``
        ``collection.unknown``, ``conversation.unknown``; ``ConflictError`` ``pin.duplicate``, ``pin.too_many``.
        """
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            self._prune(connection, pin.pinned_at)
            number, _found = self._read(connection, pin.collection_id)
            conversation = self._number_of(connection, pin.conversation_id)
            same = (pins.c.collection == number, pins.c.conversation == conversation, pins.c.turn_id == pin.turn_id)
            known = connection.execute(sa.select(pins).where(*same)).one_or_none()
            if known is not None and known.removed_at is None:
                message = coded("this moment is in the collection already")
                raise ConflictError(message, code="pin.duplicate", field="turn_id", value=known.pin_id)
            connection.execute(sa.delete(pins).where(*same))
            places = sa.select(sa.func.count(), sa.func.max(pins.c.place)).where(pins.c.collection == number)
            count, last = connection.execute(places).one()
            if count >= MOST_PINS:
                raise too_many("pin", MOST_PINS)
            row = columns_of(
                pins,
                pin,
                app=self._app,
                collection=number,
                conversation=conversation,
                place=(last or 0) + 1,
                changes=1,
            )
            connection.execute(sa.insert(pins).values(**row))
            write_notices(connection, self._database.dialect, self._app, notices)
            self._announce(connection, pin, entry)
        return replace(pin, pinned_at=instant_of(ms_of(pin.pinned_at)))

    def mark(self, pin: Pin, removed_at: datetime | None, entry: Draft) -> None:
        """Remove a pin, or restore it (None), with its line of the access log; repeating this changes nothing."""
        mine = (pins.c.app == self._app, pins.c.pin_id == pin.pin_id)
        before = pins.c.removed_at.is_not(None) if removed_at is None else pins.c.removed_at.is_(None)
        at = None if removed_at is None else ms_of(removed_at)
        changed = sa.update(pins).where(*mine, before).values(removed_at=at, changes=pins.c.changes + 1)
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            if connection.execute(changed).rowcount:
                self._announce(connection, pin, entry)

    def reorder(self, collection_id: str, act: Callable[[Sequence[str]], Sequence[str]], entry: Draft) -> None:
        """Put the pins of a collection in another order, made by a function of their ids, with a line of the access log."""
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            number, _found = self._read(connection, collection_id)
            mine = (pins.c.collection == number, pins.c.removed_at.is_(None))
            query = sa.select(pins.c.pin_id).where(*mine).order_by(pins.c.place, pins.c.pin)
            before = list(connection.scalars(query))
            after = act(before)
            for place, pin_id in enumerate(after, start=1):
                moved = (pins.c.pin_id == pin_id, pins.c.place != place)
                connection.execute(sa.update(pins).where(*moved).values(place=place, changes=pins.c.changes + 1))
            if list(after) != before:
                append_entry(connection, self._database, entry)

    def state(self, since: datetime, until: datetime) -> str:
        """Return a mark of the pins in conversations with ``since`` <= start < ``until``; it differs after each change."""
        sums = (
            sa.select(
                sa.func.count(),
                sa.func.sum(pins.c.pin),
                sa.func.sum(pins.c.changes),
                sa.func.sum(collections.c.changes),
            )
            .select_from(pins)
            .join(collections, collections.c.collection == pins.c.collection)
        )
        return self._state_of(sums, pins, since, until)

    def _read(self, connection: Connection, collection_id: str, *, is_removed: bool = False) -> tuple[int, Collection]:
        if is_storable(collection_id):
            at = collections.c.removed_at
            query = sa.select(collections.c.collection, collections.c.body).where(
                collections.c.app == self._app,
                collections.c.collection_id == collection_id,
                at.is_not(None) if is_removed else at.is_(None),
            )
            row = connection.execute(query).one_or_none()
            if row is not None:
                return row.collection, _COLLECTION.decode(row.body)
        raise unknown("collection", collection_id)

    def _check_name(self, connection: Connection, wanted: Collection) -> None:
        query = sa.select(collections.c.body).where(collections.c.app == self._app, collections.c.removed_at.is_(None))
        for body in connection.scalars(query).all():
            known = _COLLECTION.decode(body)
            if known.collection_id != wanted.collection_id and known.name.casefold() == wanted.name.casefold():
                message = coded("there is a collection {name!r} already; choose another name", name=known.name)
                raise ConflictError(message, code="collection.duplicate", field="name", value=known.collection_id)

    def _announce(self, connection: Connection, pin: Pin, entry: Draft) -> None:
        announce(connection, self._database.dialect, self._app, [(pin.conversation_id, "pinned")])
        append_entry(connection, self._database, entry)

    def _prune(self, connection: Connection, at: datetime) -> None:
        """Remove for good what was removed so long ago that it cannot be restored."""
        late = ms_of(at - UNDO)
        old = sa.select(collections.c.collection).where(collections.c.app == self._app, collections.c.removed_at < late)
        gone = sa.or_(pins.c.removed_at < late, pins.c.collection.in_(old))
        connection.execute(sa.delete(pins).where(pins.c.app == self._app, gone))
        connection.execute(sa.delete(collections).where(collections.c.collection.in_(old)))

    def _wanted(self, query: PinQuery) -> list[sa.ColumnElement[bool]]:
        agents = sa.select(conversation_parties.c.party).where(
            conversation_parties.c.app == self._app,
            conversation_parties.c.conversation_id == pins.c.conversation_id,
            conversation_parties.c.kind == AGENT,
        )
        willing = sa.select(coaching_consents.c.agent_id).where(coaching_consents.c.app == self._app)
        is_agreed = sa.not_(agents.where(conversation_parties.c.party.not_in(willing)).exists())
        wanted = [pins.c.app == self._app, pins.c.removed_at.is_(None), collections.c.removed_at.is_(None)]
        seen = visible(self._visibility, self._app, pins.c.conversation_id)
        if seen and query.shared:
            shared = sa.and_(collections.c.collection_id.in_(query.shared), agents.exists(), is_agreed)
            seen = [sa.or_(sa.and_(*seen), shared)]
        if query.collection_id is not None:
            wanted.append(collections.c.collection_id == query.collection_id)
        if query.conversation_ids is not None:
            wanted.append(pins.c.conversation_id.in_([each for each in query.conversation_ids if is_storable(each)]))
        if query.left_out:
            wanted.append(pins.c.conversation_id.not_in(query.left_out))
        if query.is_agreed is not None:
            wanted.append(is_agreed if query.is_agreed else sa.not_(is_agreed))
        return [*wanted, *seen]


def erase_pins(connection: Connection, numbers: Iterable[int]) -> None:
    """Erase the pins of conversations, by their numbers."""
    connection.execute(sa.delete(pins).where(pins.c.conversation.in_(numbers)))


def count_pins(connection: Connection, app: int, conversation_ids: Iterable[str]) -> Counter[str]:
    """Count the pins in each of these conversations."""
    mine = (pins.c.app == app, pins.c.conversation_id.in_(conversation_ids), pins.c.removed_at.is_(None))
    return Counter(connection.scalars(sa.select(pins.c.conversation_id).where(*mine)))


def _pin(row: AnyRow) -> Pin:
    return record_of(Pin, row)
