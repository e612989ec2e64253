"""The directory of one app. Conversations fill it; imports and the API complete it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.errors import NotFoundError
from auscult.domain.people.directory import DirectoryAgent, DirectoryQueue, GroupKind, Membership, Team
from auscult.storage.access.apps import lock_app
from auscult.storage.core.database import AnyRow
from auscult.storage.core.instants import ms_of
from auscult.storage.core.repository import OfApp
from auscult.storage.core.rows import record_of
from auscult.storage.core.tables.people import agents, memberships, queues, teams
from auscult.storage.core.text_validation import is_storable
from auscult.storage.people.grants import follow_renamed_queue
from auscult.storage.people.parties import raise_versions


class AppDirectory(OfApp):
    """The agents, teams and queues of one app."""

    def agents(self) -> list[DirectoryAgent]:
        """Return the agents, by id."""
        query = sa.select(agents).where(agents.c.app == self._app).order_by(agents.c.agent_id)
        return [_agent(row) for row in self._database.rows(query)]

    def ai_agents(self) -> frozenset[str]:
        """Return the ids of agents that are no people."""
        query = sa.select(agents.c.agent_id).where(agents.c.app == self._app, agents.c.kind == "ai")
        return frozenset(self._database.values(query))

    def agent(self, agent_id: str) -> DirectoryAgent:
        """Return one agent. Raises ``NotFoundError`` ``agent.unknown``."""
        return _agent(self._one(agents, agents.c.agent_id, agent_id, "agent"))

    def put_agents(self, given: Sequence[DirectoryAgent]) -> None:
        """Add agents, or replace what is known of them."""
        rows = [
            {
                "app": self._app,
                "agent_id": each.agent_id,
                "name": each.name,
                "emails": msgspec.json.encode(each.emails).decode(),
                "hired_on": each.hired_on and each.hired_on.isoformat(),
            }
            for each in given
        ]
        self._put(agents, "agent_id", rows)

    def teams(self) -> list[Team]:
        """Return the teams, by id."""
        query = sa.select(teams).where(teams.c.app == self._app).order_by(teams.c.team_id)
        return [_team(row) for row in self._database.rows(query)]

    def team(self, team_id: str) -> Team:
        """Return one team. Raises ``NotFoundError`` ``team.unknown``."""
        return _team(self._one(teams, teams.c.team_id, team_id, "team"))

    def put_teams(self, given: Sequence[Team]) -> None:
        """Add teams, or replace what is known of them."""
        rows = [{"app": self._app, "team_id": each.team_id, "name": each.name, "lead": each.lead} for each in given]
        self._put(teams, "team_id", rows)

    def remove_team(self, team_id: str) -> None:
        """Remove a team with its memberships. Grants on it stay, and cover nothing. Raises ``NotFoundError``."""
        self.team(team_id)
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            its = (memberships.c.app == self._app, memberships.c.kind == "team", memberships.c.group_id == team_id)
            connection.execute(sa.delete(memberships).where(*its))
            connection.execute(sa.delete(teams).where(teams.c.app == self._app, teams.c.team_id == team_id))
            raise_versions(connection, self._app)

    def queues(self) -> list[DirectoryQueue]:
        """Return the queues, by id, removed ones too."""
        query = sa.select(queues).where(queues.c.app == self._app).order_by(queues.c.queue_id)
        return [_queue(row) for row in self._database.rows(query)]

    def queue(self, queue_id: str) -> DirectoryQueue:
        """Return one queue. Raises ``NotFoundError`` ``queue.unknown``."""
        return _queue(self._one(queues, queues.c.queue_id, queue_id, "queue"))

    def put_queues(self, given: Sequence[DirectoryQueue]) -> None:
        """Add queues, or rename them. A grant on a former name stays on the queue."""
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            known = _seen_names(connection, self._app, [each.queue_id for each in given])
            rows = [
                {
                    "app": self._app,
                    "queue_id": each.queue_id,
                    "name": each.name,
                    "names": _names(known.get(each.queue_id, frozenset()) | _folded(each.name)),
                    "is_gone": int(each.is_gone),
                }
                for each in given
            ]
            self._upsert(connection, queues, "queue_id", rows)
            for each in given:
                former = known.get(each.queue_id, frozenset[str]())
                if former and _folded(each.name) - former:
                    follow_renamed_queue(connection, self._app, each.queue_id, former)

    def resolve_queues(self, named: Iterable[str]) -> frozenset[str]:
        """Return the ids of queues by their ids or names, without regard to case.

        A name that no queue or more than one has stays as it is: it is then compared with the names of conversations.
        """
        query = sa.select(queues.c.queue_id, queues.c.names).where(queues.c.app == self._app)
        known = [(row.queue_id, _decode(row.names)) for row in self._database.rows(query)]
        return frozenset(_resolve(name, known) for name in named)

    def memberships(self, kind: GroupKind | None = None, group_id: str | None = None) -> list[Membership]:
        """Return memberships, of one kind and one group or of all, by group, agent and start."""
        query = sa.select(memberships).where(memberships.c.app == self._app)
        if kind is not None:
            query = query.where(memberships.c.kind == kind)
        if group_id is not None:
            if not is_storable(group_id):
                return []
            query = query.where(memberships.c.group_id == group_id)
        query = query.order_by(memberships.c.kind, memberships.c.group_id, memberships.c.agent_id, memberships.c.since)
        return [_membership(row) for row in self._database.rows(query)]

    def add_memberships(self, given: Sequence[Membership], *, closes_others: bool = False) -> None:
        """Add memberships; one of the same group, agent and start takes the new end.

        With ``closes_others``, an agent's open membership in another group of the kind ends where the new one starts.
        """
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            for each in given:
                if closes_others:
                    self._close(connection, each)
                self._set(connection, each)
            raise_versions(connection, self._app)

    def end_membership(self, kind: GroupKind, group_id: str, agent_id: str, at: datetime) -> int:
        """End an agent's open memberships in a group at an instant. Returns how many were ended."""
        open_ = sa.update(memberships).where(
            memberships.c.app == self._app,
            memberships.c.kind == kind,
            memberships.c.group_id == group_id,
            memberships.c.agent_id == agent_id,
            memberships.c.until.is_(None) | (memberships.c.until > ms_of(at)),
        )
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            ended = connection.execute(open_.values(until=ms_of(at))).rowcount
            raise_versions(connection, self._app)
        return ended

    def _set(self, connection: Connection, given: Membership) -> None:
        since = given.since and ms_of(given.since)
        mine = (
            memberships.c.app == self._app,
            memberships.c.kind == given.kind,
            memberships.c.group_id == given.group_id,
            memberships.c.agent_id == given.agent_id,
            memberships.c.since.is_(None) if since is None else memberships.c.since == since,
        )
        until = given.until and ms_of(given.until)
        if connection.execute(sa.update(memberships).where(*mine).values(until=until)).rowcount:
            return
        row = {"kind": given.kind, "group_id": given.group_id, "agent_id": given.agent_id}
        connection.execute(sa.insert(memberships).values(app=self._app, since=since, until=until, **row))

    def _close(self, connection: Connection, given: Membership) -> None:
        if given.since is None:
            return
        others = sa.update(memberships).where(
            memberships.c.app == self._app,
            memberships.c.kind == given.kind,
            memberships.c.group_id != given.group_id,
            memberships.c.agent_id == given.agent_id,
            memberships.c.since.is_(None) | (memberships.c.since < ms_of(given.since)),
            memberships.c.until.is_(None) | (memberships.c.until > ms_of(given.since)),
        )
        connection.execute(others.values(until=ms_of(given.since)))

    def _one(self, table: sa.Table, column: sa.Column[Any], named: str, noun: str) -> AnyRow:
        row = None
        if is_storable(named):
            with self._database.reading() as connection:
                row = connection.execute(sa.select(table).where(table.c.app == self._app, column == named)).first()
        if row is None:
            raise NotFoundError("unknown {noun} {value!r}", noun=noun, code=f"{noun}.unknown", field=noun, value=named)
        return row

    def _put(self, table: sa.Table, key: str, rows: Sequence[dict[str, Any]]) -> None:
        with self._database.writing() as connection:
            self._upsert(connection, table, key, rows)

    def _upsert(self, connection: Connection, table: sa.Table, key: str, rows: Sequence[dict[str, Any]]) -> None:
        for row in rows:
            put = self._database.dialect.insert(table).values(row)
            changed = {name: value for name, value in row.items() if name not in ("app", key)}
            connection.execute(put.on_conflict_do_update(index_elements=["app", key], set_=changed))


def _resolve(name: str, known: Sequence[tuple[str, frozenset[str]]]) -> str:
    folded = name.casefold()
    by_id = [queue_id for queue_id, _ in known if queue_id.casefold() == folded]
    by_name = [queue_id for queue_id, names in known if folded in names]
    for found in (by_id, by_name):
        if len(found) == 1:
            return found[0]
    return name


def _seen_names(connection: Connection, app: int, queue_ids: Sequence[str]) -> dict[str, frozenset[str]]:
    query = sa.select(queues.c.queue_id, queues.c.names).where(queues.c.app == app, queues.c.queue_id.in_(queue_ids))
    return {row.queue_id: _decode(row.names) for row in connection.execute(query)}


def _decode(names: str) -> frozenset[str]:
    return msgspec.json.decode(names, type=frozenset[str])


def _names(names: Iterable[str]) -> str:
    return msgspec.json.encode(sorted(names)).decode()


def _folded(name: str | None) -> frozenset[str]:
    return frozenset({name.casefold()}) if name else frozenset()


def _agent(row: AnyRow) -> DirectoryAgent:
    return DirectoryAgent(
        agent_id=row.agent_id,
        name=row.name,
        emails=tuple(msgspec.json.decode(row.emails, type=list[str])),
        hired_on=None if row.hired_on is None else date.fromisoformat(row.hired_on),
    )


def _team(row: AnyRow) -> Team:
    return record_of(Team, row)


def _queue(row: AnyRow) -> DirectoryQueue:
    return record_of(DirectoryQueue, row)


def _membership(row: AnyRow) -> Membership:
    return record_of(Membership, row)
