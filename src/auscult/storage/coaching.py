"""The coaching of one app."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.coaching.item import Coaching, erase
from auscult.domain.errors import ConflictError
from auscult.domain.notices import NewNotice
from auscult.storage.access.apps import lock_app
from auscult.storage.core.instants import ms_of
from auscult.storage.core.repository import OfApp
from auscult.storage.core.tables.conversations import conversations
from auscult.storage.core.tables.reviews import coaching_clips, coaching_consents, coachings
from auscult.storage.notices import write_notices

_ITEM = msgspec.json.Decoder(Coaching)


class CoachingMovedError(ConflictError):
    """A coaching item was changed between reading and writing it; read it again."""

    code = "coaching.moved"


class AppCoaching(OfApp):
    """The coaching of one app."""

    def get(self, coaching_id: str) -> Coaching | None:
        """Return an item; None where there is none."""
        query = sa.select(coachings.c.body).where(coachings.c.app == self._app, coachings.c.coaching_id == coaching_id)
        return self._database.named(query, coaching_id, lambda row: _ITEM.decode(row.body))

    def listing(self, agent_ids: frozenset[str] | None = None, limit: int | None = None) -> list[Coaching]:
        """Return items, the newest first; of some agents, or of all."""
        query = sa.select(coachings.c.body).where(coachings.c.app == self._app)
        if agent_ids is not None:
            query = query.where(coachings.c.agent_id.in_(sorted(agent_ids)))
        with self._database.reading() as connection:
            found = connection.scalars(query.order_by(coachings.c.coaching.desc()).limit(limit))
            return [_ITEM.decode(body) for body in found]

    def save(self, items: Sequence[Coaching]) -> None:
        """Write items after one step, all or none.

        A new one is refused where its coach has an active one with the same goal for the agent. Raises
        ``CoachingMovedError``; ``ConflictError`` ``coaching.duplicate``.
        """
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            for item in items:
                self._write(connection, item)

    def _write(self, connection: Connection, item: Coaching) -> None:
        columns = {"state": item.state, "changes": item.changes, "body": msgspec.json.encode(item)}
        if item.changes > 1:
            same = (
                coachings.c.app == self._app,
                coachings.c.coaching_id == item.coaching_id,
                coachings.c.changes == item.changes - 1,
            )
            if not connection.execute(sa.update(coachings).where(*same).values(**columns)).rowcount:
                raise _moved(item)
            return
        mine = (coachings.c.app == self._app, coachings.c.agent_id == item.agent_id, coachings.c.state != "completed")
        for body in connection.scalars(sa.select(coachings.c.body).where(*mine)).all():
            known = _ITEM.decode(body)
            if (known.coach, known.goal.casefold()) == (item.coach, item.goal.casefold()):
                raise ConflictError(
                    "{name} coaches {agent} on this already: {value}",
                    name=item.coach,
                    agent=item.agent_id,
                    code="coaching.duplicate",
                    field="goal",
                    value=known.coaching_id,
                )
        row = {"coaching_id": item.coaching_id, "app": self._app, "agent_id": item.agent_id}
        insert = sa.insert(coachings).values(**row, **columns)
        number = connection.scalar(insert.returning(coachings.c.coaching))
        ids = {each.conversation_id for each in item.clips if each.conversation_id}
        rows = [{"coaching": number, "conversation": each} for each in self._numbers_of(connection, ids).values()]
        if len(rows) < len(ids):
            raise _moved(item)
        if rows:
            connection.execute(sa.insert(coaching_clips), rows)
        made = NewNotice("", "coaching", item.coaching_id, item.created_at, item.coach, agent_id=item.agent_id)
        write_notices(connection, self._database.dialect, self._app, [made])

    def consents(self) -> frozenset[str]:
        """Return the agents who consent to share their conversations."""
        query = sa.select(coaching_consents.c.agent_id).where(coaching_consents.c.app == self._app)
        return frozenset(self._database.values(query))

    def set_consent(self, agent_id: str, by: str, at: datetime, *, is_given: bool) -> None:
        """Store that an agent consents to share their conversations, or no longer does."""
        mine = (coaching_consents.c.app == self._app, coaching_consents.c.agent_id == agent_id)
        with self._database.writing() as connection:
            if not is_given:
                connection.execute(sa.delete(coaching_consents).where(*mine))
                return
            row = {"app": self._app, "agent_id": agent_id, "given_at": ms_of(at), "given_by": by}
            made = self._database.dialect.insert(coaching_consents).values(**row)
            connection.execute(made.on_conflict_do_nothing())


def erase_from_coaching(connection: Connection, conversation_ids: Mapping[int, str]) -> None:
    """Erase conversations, ids by number, and every text, from the coaching that points at them."""
    mine = coaching_clips.c.conversation.in_(conversation_ids)
    numbers = sa.select(coaching_clips.c.coaching).where(mine)
    query = sa.select(coachings.c.coaching, coachings.c.body).where(coachings.c.coaching.in_(numbers))
    for number, body in connection.execute(query.order_by(coachings.c.coaching).with_for_update()).all():
        left = erase(_ITEM.decode(body), conversation_ids.values())
        changed = sa.update(coachings).where(coachings.c.coaching == number)
        connection.execute(changed.values(changes=left.changes, body=msgspec.json.encode(left)))
    connection.execute(sa.delete(coaching_clips).where(mine))


def count_coaching(connection: Connection, app: int, conversation_ids: Sequence[str]) -> Counter[str]:
    """Count the items that would lose their texts with these conversations, each with the first that it points at."""
    query = (
        sa.select(coachings.c.coaching, conversations.c.conversation_id, coachings.c.body)
        .join(coaching_clips, coaching_clips.c.coaching == coachings.c.coaching)
        .join(conversations, conversations.c.conversation == coaching_clips.c.conversation)
        .where(conversations.c.app == app, conversations.c.conversation_id.in_(conversation_ids))
    )
    rows = sorted(connection.execute(query), key=lambda row: conversation_ids.index(row.conversation_id), reverse=True)
    first = {row.coaching: row.conversation_id for row in rows if _ITEM.decode(row.body).goal}
    return Counter(first.values())


def _moved(item: Coaching) -> CoachingMovedError:
    return CoachingMovedError(
        "coaching {value} was changed meanwhile; read it again", field="coaching_id", value=item.coaching_id
    )
