"""Fills the directory of an app from its conversations: agents and queues that are not known yet appear in it."""

from collections.abc import Iterable, Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.ai_agents.calls import ai_agents_of
from auscult.domain.conversation import Conversation
from auscult.storage.core.dialect import Dialect
from auscult.storage.core.tables.people import agents, queues
from auscult.storage.core.text_validation import is_storable
from auscult.storage.people.grants import follow_renamed_queue
from auscult.storage.people.parties import agents_of, queues_of

_AT_ONCE = 500
_MOST_REMEMBERED = 100_000


class DirectoryFiller:
    """Adds what conversations name to the directory. Remembers what is there, so that most batches ask for nothing."""

    def __init__(self, app: int) -> None:
        """``app`` is the app's number."""
        self._app = app
        self._agents: set[str] = set()
        self._queues: set[tuple[str, str]] = set()

    def fill(self, connection: Connection, dialect: Dialect, conversations: Sequence[Conversation]) -> None:
        """Add unknown agents, unknown queues, and unknown names of queues. The app's turn must have been taken."""
        named = {each.id: each for conversation in conversations for each in conversation.agents if each.id}
        ids = {agent_id for conversation in conversations for agent_id in agents_of(conversation)}
        new_agents = {each for each in ids if each and is_storable(each)} - self._agents
        machines = {each for conversation in conversations for each in ai_agents_of(conversation)} if new_agents else ()
        pairs = {
            (queue_id, (name or "").casefold()): name
            for conversation in conversations
            for queue_id, name in queues_of(conversation)
            if queue_id and is_storable(queue_id) and is_storable(name or "")
        }
        new_queues = {pair: name for pair, name in pairs.items() if pair not in self._queues}
        for some in _slices(sorted(new_agents)):
            rows = [_agent_row(self._app, each, named.get(each), "ai" if each in machines else None) for each in some]
            connection.execute(dialect.insert(agents).values(rows).on_conflict_do_nothing())
        if new_queues:
            self._add_queues(connection, new_queues)
        if len(self._agents) + len(self._queues) > _MOST_REMEMBERED:
            self.forget()

    def remember(self, conversations: Iterable[Conversation]) -> None:
        """Note as known what these name, once the transaction that filled it is committed."""
        for conversation in conversations:
            self._agents |= agents_of(conversation)
            self._queues |= {
                (queue_id, (name or "").casefold()) for queue_id, name in queues_of(conversation) if queue_id
            }

    def forget(self) -> None:
        """Forget what is known."""
        self._agents.clear()
        self._queues.clear()

    def _add_queues(self, connection: Connection, new: dict[tuple[str, str], str | None]) -> None:
        """Add queues, or the names under which they were seen. The name that a queue has is kept."""
        ids = sorted({queue_id for queue_id, _ in new})
        known: dict[str, tuple[str | None, frozenset[str]]] = {}
        for some in _slices(ids):
            query = sa.select(queues).where(queues.c.app == self._app, queues.c.queue_id.in_(some))
            for row in connection.execute(query):
                known[row.queue_id] = (row.name, msgspec.json.decode(row.names, type=frozenset[str]))
        for queue_id in ids:
            name, names = known.get(queue_id, (None, frozenset[str]()))
            seen = {folded: given for (its, folded), given in sorted(new.items()) if its == queue_id and folded}
            row = {
                "name": name or next(iter(seen.values()), None),
                "names": msgspec.json.encode(sorted(names | seen.keys())).decode(),
            }
            if queue_id not in known:
                connection.execute(sa.insert(queues).values(app=self._app, queue_id=queue_id, is_gone=0, **row))
            elif seen.keys() - names:
                mine = sa.update(queues).where(queues.c.app == self._app, queues.c.queue_id == queue_id)
                connection.execute(mine.values(row))
                follow_renamed_queue(connection, self._app, queue_id, names)


def _agent_row(app: int, agent_id: str, known: object, kind: str | None) -> dict[str, object]:
    name, email = getattr(known, "name", None), getattr(known, "email", None)
    emails = [email] if email and is_storable(email) else []
    return {
        "app": app,
        "agent_id": agent_id,
        "name": name if name and is_storable(name) else None,
        "emails": msgspec.json.encode(emails).decode(),
        "kind": kind,
    }


def _slices(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
