"""Store of the names and merges of an app, and the number of rows of reports that show the present names."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy import Connection

from auscult.domain.audits.audit import AuditMovedError
from auscult.domain.directory import NO_ALIASES, Aliases, DirectoryChange, PartyKind
from auscult.domain.errors import unknown
from auscult.domain.privacy.log import Draft
from auscult.domain.record import RecordQuery
from auscult.storage.access.apps import ROWS_VERSION, lock_app, render_again
from auscult.storage.core.database import Database
from auscult.storage.core.instants import ms_of
from auscult.storage.core.tables.base import apps
from auscult.storage.core.tables.conversations import conversations
from auscult.storage.core.tables.people import agents, directory_changes, queues, teams
from auscult.storage.core.text_validation import is_storable
from auscult.storage.people.grants import follow_renamed_queue
from auscult.storage.people.parties import raise_versions
from auscult.storage.privacy.log import append_entry

_CHANGE = msgspec.json.Decoder(DirectoryChange)
_NAMES = msgspec.json.Decoder(frozenset[str])
_VERSION = sa.select(apps.c.directory_version).where(apps.c.app == sa.bindparam("app"))
_IN_FORCE = (
    sa.select(directory_changes.c.body)
    .where(directory_changes.c.app == sa.bindparam("app"), directory_changes.c.undone_at.is_(None))
    .order_by(directory_changes.c.change)
)
_QUEUE_NAMES = sa.select(queues.c.queue_id, queues.c.names).where(queues.c.app == sa.bindparam("app"))
_AGENT_NAMES = sa.select(agents.c.agent_id, agents.c.name).where(agents.c.app == sa.bindparam("app"))
_TABLES: dict[PartyKind, tuple[sa.Table, sa.Column[str]]] = {
    "queue": (queues, queues.c.queue_id),
    "team": (teams, teams.c.team_id),
    "agent": (agents, agents.c.agent_id),
}


class NumberedChange(NamedTuple):
    """A change, and its number in the order of the app's changes."""

    number: int
    change: DirectoryChange


class Progress(NamedTuple):
    """The conversations whose rows show the present names already, and all."""

    done: int
    total: int


class AppAliases:
    """The names and merges of one app. Threads may share one."""

    def __init__(self, database: Database, app: int) -> None:
        """Nothing is read yet; ``app`` is the app's number."""
        self._database = database
        self._app = app
        self._last = NO_ALIASES

    def in_force(self) -> Aliases:
        """Return the renames and merges in force; they are read again only after a change."""
        last, version = self._last, self._database.fetch(_VERSION, app=self._app)[0][0]
        if last.version != version:
            bodies = self._database.fetch(_IN_FORCE, app=self._app)
            last = self._last = Aliases([_CHANGE.decode(body) for (body,) in bodies], version)
        return last

    def get(self, change_id: str) -> DirectoryChange:
        """Return one change. Raises ``NotFoundError`` ``directory_change.unknown``."""
        query = sa.select(directory_changes.c.body).where(
            directory_changes.c.app == self._app, directory_changes.c.change_id == change_id
        )
        body = None
        if is_storable(change_id):
            body = self._database.value(query)
        if body is None:
            raise unknown("directory_change", change_id)
        return _CHANGE.decode(body)

    def of(self, kind: PartyKind, party: str) -> list[DirectoryChange]:
        """Return the changes of one queue, team or agent that are in force, the oldest first."""
        bodies = self._database.fetch(_IN_FORCE, app=self._app)
        found = [_CHANGE.decode(body) for (body,) in bodies]
        return [each for each in found if (each.kind, each.id) == (kind, party)]

    def listing(self, *, in_force: bool | None = None, before: int | None = None, limit: int) -> list[NumberedChange]:
        """Return changes, the newest first, from those before a number on."""
        query = sa.select(directory_changes.c.change, directory_changes.c.body).where(
            directory_changes.c.app == self._app
        )
        if in_force is not None:
            is_over = directory_changes.c.undone_at.is_not(None)
            query = query.where(~is_over if in_force else is_over)
        if before is not None:
            query = query.where(directory_changes.c.change < before)
        query = query.order_by(directory_changes.c.change.desc()).limit(limit)
        return [NumberedChange(row.change, _CHANGE.decode(row.body)) for row in self._database.rows(query)]

    def called(self, kind: PartyKind, name: str) -> list[str]:
        """Return the ids of all queues or agents of the directory that have, or had, a name, without regard to case."""
        folded = name.casefold()
        if kind == "queue":
            rows = self._database.fetch(_QUEUE_NAMES, app=self._app)
            return [queue_id for queue_id, names in rows if folded in _NAMES.decode(names)]
        rows = self._database.fetch(_AGENT_NAMES, app=self._app)
        return [agent_id for agent_id, its in rows if its and its.casefold() == folded]

    def add(self, changes: Sequence[DirectoryChange], entries: Sequence[Draft], version: int) -> None:
        """Store changes with their lines of the access log.

        Raises ``AuditMovedError``, with nothing stored, where names were changed since ``version``.
        """
        with self._database.writing() as connection:
            self._begin(connection, version)
            rows = [
                {"change_id": each.change_id, "app": self._app, "body": msgspec.json.encode(each)} for each in changes
            ]
            connection.execute(sa.insert(directory_changes), rows)
            for each in changes:
                if each.into is None and each.name:
                    self._name(connection, each.kind, each.id, each.name)
            self._changed(connection, changes, entries)

    def undo(self, change: DirectoryChange, entry: Draft, version: int) -> None:
        """Store a change that is undone. Raises as ``add`` does."""
        with self._database.writing() as connection:
            self._begin(connection, version)
            mine = sa.update(directory_changes).where(directory_changes.c.change_id == change.change_id)
            at = change.undone_at and ms_of(change.undone_at)
            connection.execute(mine.values(undone_at=at, body=msgspec.json.encode(change)))
            if change.into is None:
                self._name(connection, change.kind, change.id, change.before)
            self._changed(connection, [change], [entry])

    def progress(self) -> Progress | None:
        """Return how many conversations are shown under the present names in reports; None where all are."""
        of_app = sa.select(apps.c.rows_version, apps.c.rows_after).where(apps.c.app == self._app)
        recorded = (conversations.c.app == self._app, conversations.c.recorded_revision.is_not(None))
        count = sa.select(sa.func.count()).select_from(conversations).where(*recorded)
        with self._database.comparing() as connection:
            version, after = connection.execute(of_app).one()
            if version >= ROWS_VERSION:
                return None
            done = connection.scalar(count.where(conversations.c.conversation_id <= after)) or 0
            return Progress(done, connection.scalar(count) or 0)

    def _begin(self, connection: Connection, version: int) -> None:
        lock_app(connection, self._app)
        query = sa.select(apps.c.directory_version).where(apps.c.app == self._app)
        if connection.execute(query).scalar_one() != version:
            raise AuditMovedError("names of queues, teams or agents were changed meanwhile; try again")

    def _changed(self, connection: Connection, changes: Sequence[DirectoryChange], entries: Sequence[Draft]) -> None:
        """Note that what is shown changed: counts are computed again, and rows of renamed queues and agents rendered."""
        higher = {"directory_version": apps.c.directory_version + 1}
        connection.execute(sa.update(apps).where(apps.c.app == self._app).values(higher))
        raise_versions(connection, self._app)
        if any(each.into is None and each.kind != "team" for each in changes):
            render_again(connection, self._app)
        for each in entries:
            append_entry(connection, self._database, each)

    def _name(self, connection: Connection, kind: PartyKind, party: str, name: str | None) -> None:
        """Write a name into the directory. Grants on a former name of a queue stay on it."""
        table, key = _TABLES[kind]
        its = (table.c.app == self._app, key == party)
        values: dict[str, object] = {"name": name or (party if kind == "team" else None)}
        if kind == "queue" and name:
            former = _NAMES.decode(connection.scalar(sa.select(queues.c.names).where(*its)) or "[]")
            values["names"] = msgspec.json.encode(sorted(former | {name.casefold()})).decode()
            follow_renamed_queue(connection, self._app, party, former)
        connection.execute(sa.update(table).where(*its).values(values))


def widened(query: RecordQuery, names: AppAliases) -> RecordQuery:
    """Return a query that finds all that is one with the queues and agents that it names."""
    if not (query.queues or query.agents or query.agent_outcomes):
        return query
    aliases = names.in_force()
    if not aliases:
        return query
    return replace(
        query,
        queues=_widened(names, aliases, "queue", query.queues),
        agents=_widened(names, aliases, "agent", query.agents),
        agent_outcomes=tuple(
            (one, outcome) for agent, outcome in query.agent_outcomes for one in aliases.ids("agent", agent)
        ),
    )


def _widened(names: AppAliases, aliases: Aliases, kind: PartyKind, wanted: Sequence[str]) -> tuple[str, ...]:
    """Return ids for what is renamed or merged, and the rest as it is: tallies count two ids, and not three names."""
    found: dict[str, None] = {}
    for each in wanted:
        ids = aliases.ids_of(kind, each)
        found.update(dict.fromkeys(ids or (each,)))
        if ids and each not in ids:
            found.update(dict.fromkeys(names.called(kind, each)))
    return tuple(found)
