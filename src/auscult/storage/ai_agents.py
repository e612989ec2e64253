"""Store of the registered AI agents of one app."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.ai_agents.context import AiContext
from auscult.domain.ai_agents.registered import MOST_VERSIONS, Registered
from auscult.domain.conversation import Agent, Conversation
from auscult.domain.errors import ConflictError
from auscult.domain.privacy.log import Draft
from auscult.storage.access.apps import lock_app
from auscult.storage.conversations.ai_texts import keep_contexts, release_contexts, with_contexts
from auscult.storage.core.database import Database
from auscult.storage.core.instants import instant_of, ms_of
from auscult.storage.core.rows import record_of
from auscult.storage.core.tables.conversations import ai_agents
from auscult.storage.core.tables.people import agents
from auscult.storage.core.text_validation import is_storable
from auscult.storage.privacy.log import append_entry
from auscult.storage.privacy.redaction import AppPrivacy


class AppAiAgents:
    """The AI agents of one app."""

    def __init__(self, database: Database, app: int, privacy: AppPrivacy) -> None:
        """``app`` is the app's number. All texts pass ``privacy``, as those of conversations do."""
        self._database = database
        self._app = app
        self._privacy = privacy

    def register(self, wanted: Registered, entry: Draft) -> bool:
        """Store a version in place of what it was; return whether it is new. Raises ``ConflictError`` beyond the limit."""
        row: dict[str, Any] = {
            "name": wanted.name,
            "registered_at": ms_of(wanted.registered_at),
            "registered_by": wanted.registered_by,
        }
        (admitted,) = self._privacy.admitted([_as_conversation(wanted)]).conversations
        mine = self._of(wanted.agent_id, wanted.version)
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            before = connection.scalars(sa.select(ai_agents.c.ai).where(*mine)).all()
            if not before:
                self._check_room(connection)
            row["ai"] = keep_contexts(connection, self._app, [admitted])[admitted.id]
            release_contexts(connection, before)
            insert = self._database.dialect.insert(ai_agents)
            key = {"app": self._app, "agent_id": wanted.agent_id, "version": wanted.version}
            connection.execute(insert.values(**key, **row).on_conflict_do_update(index_elements=[*key], set_=row))
            self._list(connection, wanted)
            append_entry(connection, self._database, entry)
        return not before

    def remove(self, agent_id: str, version: str, entry: Draft) -> bool:
        """Remove a version; return whether there was one. Conversations keep the texts that they had."""
        if not is_storable(agent_id + version):
            return False
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            before = connection.scalars(sa.select(ai_agents.c.ai).where(*self._of(agent_id, version))).all()
            if before:
                connection.execute(sa.delete(ai_agents).where(*self._of(agent_id, version)))
                release_contexts(connection, before)
                append_entry(connection, self._database, entry)
        return bool(before)

    def all(self, agent_id: str | None = None) -> list[Registered]:
        """Return every version of one agent, or of all, by agent, the newest first."""
        order = (ai_agents.c.agent_id, ai_agents.c.registered_at.desc(), ai_agents.c.version)
        query = sa.select(ai_agents).where(ai_agents.c.app == self._app).order_by(*order)
        if agent_id is not None:
            query = query.where(ai_agents.c.agent_id == agent_id) if is_storable(agent_id) else query.where(sa.false())
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
            empty = [Conversation(id="", channel="chat", started_at=instant_of(row.registered_at)) for row in rows]
            read = with_contexts(connection, empty, [row.ai for row in rows])
        return [record_of(Registered, row, ai=each.ai or AiContext()) for row, each in zip(rows, read, strict=True)]

    def _of(self, agent_id: str, version: str) -> tuple[sa.ColumnElement[bool], ...]:
        return ai_agents.c.app == self._app, ai_agents.c.agent_id == agent_id, ai_agents.c.version == version

    def _check_room(self, connection: Connection) -> None:
        query = sa.select(sa.func.count()).select_from(ai_agents).where(ai_agents.c.app == self._app)
        if (connection.scalar(query) or 0) >= MOST_VERSIONS:
            raise ConflictError(
                "the app has {most} versions of AI agents; remove one first",
                most=MOST_VERSIONS,
                code="ai_agents.too_many",
            )

    def _list(self, connection: Connection, wanted: Registered) -> None:
        """Let the directory have the agent, as one that is no person."""
        row = {"app": self._app, "agent_id": wanted.agent_id, "name": wanted.name, "emails": "[]", "kind": "ai"}
        insert = self._database.dialect.insert(agents).values(row)
        connection.execute(insert.on_conflict_do_update(index_elements=["app", "agent_id"], set_={"kind": "ai"}))


def _as_conversation(wanted: Registered) -> Conversation:
    """Return the texts of an agent as those of a conversation with it."""
    agent = Agent(wanted.agent_id, wanted.name, kind="ai", version=wanted.version or None)
    return Conversation(
        id=wanted.agent_id, channel="chat", started_at=wanted.registered_at, agents=(agent,), ai=wanted.ai
    )
