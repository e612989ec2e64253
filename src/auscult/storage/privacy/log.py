"""The access log as stored: entries are appended, read and sealed; nothing is updated.

Numbers have no gaps: appending takes the next one from a counter whose row stays locked until the commit, so that a
removed entry shows, also before a seal covers it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from os import urandom
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.operations.records import made_from
from auscult.domain.privacy.log import ERASED, PRUNED_ACTION, Draft, Entry, Seal, made_entry, made_seal, root_of
from auscult.storage.access.signing_key import SigningKey
from auscult.storage.core.baseline import missing_triggers
from auscult.storage.core.database import AnyRow, Database, write_many
from auscult.storage.core.free_space import overwrite_deleted
from auscult.storage.core.instants import now_ms
from auscult.storage.core.rows import columns_of
from auscult.storage.core.tables.privacy import access_log, counters, seals

ENTRIES = "access_log"
PRUNED = "access_log.pruned"
SENT = "seals.sent"
ERASED_SENT = "erasures.listed"
HOLDS_SENT = "holds.listed"
LIST_REFUSED = "erasures.refused_at"
RESTORED = "erasures.restored_at"
"""Names of counters: the last number given out, the last entry that retention removed, what was sent elsewhere (of
holds: how often one was placed or lifted), since when (ms; 0: not) the list elsewhere refuses, and erasures wait."""

SEALED_AT_ONCE = 10_000
"""Entries under one seal, at most."""

_ROWS_AT_ONCE = 2_000
_SALT_BYTES = 16


def append_entry(connection: Connection, database: Database, draft: Draft) -> Entry:
    """Append within the caller's transaction: the entry is there exactly when what it records is.

    Other appends wait for the end of the transaction, so call this last.
    """
    entry = made_entry(_count(connection, database, 1), now_ms(), draft, urandom(_SALT_BYTES))
    connection.execute(sa.insert(access_log).values(_columns(entry)))
    return entry


def append_erasures(connection: Connection, database: Database, done: Mapping[str, Draft], app_id: str) -> None:
    """Append an entry for each target that is erased, as ``append_entry`` does, and empty the app's entries about it.

    Another entry names those that were emptied. Their hashes and every seal stay valid.
    """
    _count(connection, database, 0)  # others wait from here on: none about a target is on its way
    its = (access_log.c.target.in_(done), access_log.c.app_id == app_id)
    emptied: defaultdict[str, list[int]] = defaultdict(list)
    about = sa.select(access_log.c.target, access_log.c.entry).where(*its).order_by(access_log.c.entry)
    for target, number in connection.execute(about):
        emptied[target].append(number)
    if emptied:
        connection.execute(sa.update(access_log).where(*its).values(target=None, details=None, salt=None))
    drafts: list[Draft] = []
    for target, draft in done.items():
        drafts.append(draft)
        if target in emptied:
            drafts.append(Draft.of("system", ERASED, None, {"entries": emptied[target]}, app_id))
    first, at = _count(connection, database, len(drafts)) - len(drafts) + 1, now_ms()
    entries = (made_entry(number, at, draft, urandom(_SALT_BYTES)) for number, draft in enumerate(drafts, first))
    write_many(connection, sa.insert(access_log), [_columns(entry) for entry in entries])


class AccessLog:
    """The log of the whole database, or of one app."""

    def __init__(self, database: Database, signing: SigningKey, app_id: str | None = None) -> None:
        """Seals are signed with a key derived from ``signing``."""
        self._database = database
        self._signing = signing
        self.app_id = app_id

    @property
    def secret_key(self) -> bytes:
        """The key that seals are signed with."""
        return self._signing.value

    def append(self, principal: str, action: str, target: str | None = None, **details: Any) -> Entry:  # noqa: ANN401
        """Append an entry in a transaction of its own. ``details`` must be JSON values."""
        draft = Draft.of(principal, action, target, details, self.app_id)
        with self._database.writing() as connection:
            return append_entry(connection, self._database, draft)

    def entries(self, after: int = 0, people: frozenset[str] = frozenset(), **equal: str) -> Iterator[Entry]:
        """Read entries by number, those after one. ``equal`` filters by columns: ``action``, ``principal``, ``target``.

        Of one app, those by ``people`` or about them that belong to no app are read too.
        """
        conditions = [access_log.c[name] == value for name, value in equal.items()]
        if self.app_id is not None:
            theirs = access_log.c.principal.in_(people) | access_log.c.target.in_(people)
            its = access_log.c.app_id == self.app_id
            conditions.append(its | (access_log.c.app_id.is_(None) & theirs) if people else its)
        while True:
            query = sa.select(access_log).where(access_log.c.entry > after, *conditions)
            rows = self._database.rows(query.order_by(access_log.c.entry).limit(_ROWS_AT_ONCE))
            yield from map(_entry, rows)
            if len(rows) < _ROWS_AT_ONCE:
                return
            after = rows[-1].entry

    def newest(self, before: int | None, limit: int, **equal: str) -> list[Entry]:
        """Read entries, the newest first, those before one. ``equal`` filters by columns, as in ``entries``."""
        conditions = [access_log.c[name] == value for name, value in equal.items()]
        if self.app_id is not None:
            conditions.append(access_log.c.app_id == self.app_id)
        if before is not None:
            conditions.append(access_log.c.entry < before)
        query = sa.select(access_log).where(*conditions).order_by(access_log.c.entry.desc()).limit(limit)
        return [_entry(row) for row in self._database.rows(query)]

    def missing_triggers(self) -> list[str]:
        """Return the triggers that refuse changes, of this log, its seals and the audit trail, and that are not in place."""
        with self._database.reading() as connection:
            return missing_triggers(connection)

    def count(self, name: str) -> int:
        """Return a counter, 0 where it was never set."""
        with self._database.reading() as connection:
            return read_counter(connection, name)

    def seals(self, after: int = 0) -> list[Seal]:
        """Read the seals after one, in order."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(seals).where(seals.c.seal > after).order_by(seals.c.seal))
            return [_seal(row) for row in rows]

    def seal(self) -> Seal | None:
        """Seal what no seal covers yet, at most ``SEALED_AT_ONCE`` entries; None where there is nothing."""
        secret = self.secret_key  # before the transaction: reading it may need a connection of its own
        with self._database.writing(is_shown=False) as connection:
            # The lock on the counter: no entry is on its way, and no other process seals the same.
            newest = _locked(connection, ENTRIES)
            row = connection.execute(sa.select(seals).order_by(seals.c.seal.desc()).limit(1)).first()
            previous = None if row is None else _seal(row)
            first = 1 if previous is None else previous.last + 1
            last = min(newest, first + SEALED_AT_ONCE - 1)
            if last < first:
                return None
            query = sa.select(access_log.c.entry_hash).where(access_log.c.entry.between(first, last))
            hashes = [bytes(each) for each in connection.scalars(query.order_by(access_log.c.entry))]
            seal = made_seal(previous, last, root_of(hashes), at=now_ms(), secret=secret)
            connection.execute(sa.insert(seals).values(_seal_columns(seal)))
        return seal

    def keep_sent(self, number: int, name: str = SENT) -> None:
        """Store that the heads of seals (or what the counter is of) up to this number are in the second place."""
        with self._database.writing() as connection:
            set_counter(connection, self._database, name, number)

    def prune(self, before: int) -> int:
        """Remove the entries of all sealed ranges that end before an instant (ms), and return how many.

        Seals stay. The counter lets the triggers agree; an entry ``log.pruned`` records how far, so that a change of
        the counter alone is detected.
        """
        with self._database.writing() as connection:
            _locked(connection, ENTRIES)
            pruned = read_counter(connection, PRUNED)
            ends = sa.select(sa.func.max(access_log.c.entry)).join(seals, seals.c.last_entry == access_log.c.entry)
            last = connection.scalar(ends.where(access_log.c.at < before, access_log.c.entry > pruned))
            if last is None:
                return 0
            overwrite_deleted(connection, self._database)
            set_counter(connection, self._database, PRUNED, last)
            removed = connection.execute(sa.delete(access_log).where(access_log.c.entry <= last)).rowcount
            append_entry(connection, self._database, Draft.of("system", PRUNED_ACTION, None, {"up_to": last}, None))
        return removed


def _count(connection: Connection, database: Database, more: int) -> int:
    """Count up, return the last number, and hold the counter's row until the end of the transaction."""
    insert = database.dialect.insert(counters).values(name=ENTRIES, value=more)
    counted = insert.on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + more})
    return connection.execute(counted.returning(counters.c.value)).scalar_one()


def _locked(connection: Connection, name: str) -> int:
    query = sa.select(counters.c.value).where(counters.c.name == name).with_for_update()
    return connection.scalar(query) or 0


def read_counter(connection: Connection, name: str) -> int:
    """Return a counter, 0 where it was never set."""
    return connection.scalar(sa.select(counters.c.value).where(counters.c.name == name)) or 0


def set_counter(connection: Connection, database: Database, name: str, value: int) -> None:
    """Set a counter."""
    insert = database.dialect.insert(counters).values(name=name, value=value)
    connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def _columns(entry: Entry) -> dict[str, Any]:
    return columns_of(access_log, entry, entry=entry.number)


def _entry(row: AnyRow) -> Entry:
    return made_from(
        Entry,
        row,
        number=row.entry,
        salt=None if row.salt is None else bytes(row.salt),
        content_hash=bytes(row.content_hash),
        entry_hash=bytes(row.entry_hash),
    )


def _seal_columns(seal: Seal) -> Mapping[str, Any]:
    return columns_of(seals, seal, seal=seal.number, first_entry=seal.first, last_entry=seal.last)


def _seal(row: AnyRow) -> Seal:
    return Seal(
        number=row.seal,
        at=row.at,
        first=row.first_entry,
        last=row.last_entry,
        root=bytes(row.root),
        previous=bytes(row.previous),
        seal_hash=bytes(row.seal_hash),
        signature=bytes(row.signature),
        key_id=row.key_id,
    )
