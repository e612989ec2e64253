"""The parties of conversations: their queues, agents and auditors, in a table by which visibility is decided.

Written in the same transaction as the conversation itself, so that no state of the data lacks them.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection, SmallInteger, Text

from auscult.domain.conversation import Conversation
from auscult.domain.people.visibility import Facts
from auscult.storage.core.database import write_many
from auscult.storage.core.dialect import Dialect
from auscult.storage.core.instants import instant_of, ms_of
from auscult.storage.core.tables.conversations import conversations
from auscult.storage.core.tables.pages import listings
from auscult.storage.core.tables.people import conversation_parties
from auscult.storage.core.text_validation import short_text

QUEUE, AGENT, AUDITOR = 0, 1, 2
"""Kinds of parties. Numbers are never given another meaning."""

_COLUMNS = ("app", "conversation_id", "kind", "party", "started_at")
_MINE = (
    conversation_parties.c.app == sa.bindparam("an_app"),
    conversation_parties.c.conversation_id == sa.bindparam("a_conversation"),
)


class Party(NamedTuple):
    """One party of a conversation."""

    kind: int
    party: str


def queue_party(id_or_name: str) -> Party:
    """Return the party of a queue, by its id or its name, without regard to case."""
    return Party(QUEUE, short_text(id_or_name.casefold()))


def agent_party(agent_id: str) -> Party:
    """Return the party of an agent, by id."""
    return Party(AGENT, short_text(agent_id))


def auditor_party(email: str) -> Party:
    """Return the party of an auditor, by e-mail address or another name that audits are assigned to."""
    return Party(AUDITOR, short_text(email.lower()))


def queues_of(conversation: Conversation) -> set[tuple[str | None, str | None]]:
    """Return the queues that a conversation was in, each as id and name, as far as known."""
    found: set[tuple[str | None, str | None]] = {(queue.id, queue.name) for queue in conversation.queues}
    entered = (conversation.contact and conversation.contact.destinations) or ()
    return found | {(each.queue_id, each.queue_name) for each in entered if each.queue_id or each.queue_name}


def agents_of(conversation: Conversation) -> set[str]:
    """Return the ids of the agents who took part in a conversation."""
    found = {agent.id for agent in conversation.agents}
    found |= {turn.agent_id for turn in conversation.turns if turn.agent_id}
    entered = (conversation.contact and conversation.contact.destinations) or ()
    answered = (each.responding_agent for each in entered)
    return found | {each.agent_id for each in answered if each and each.agent_id}


def parties_of(conversation: Conversation) -> set[Party]:
    """Return the queues and agents of a conversation."""
    found = {queue_party(name) for queue in queues_of(conversation) for name in queue if name}
    return found | {agent_party(agent_id) for agent_id in agents_of(conversation) if agent_id}


def write_parties(
    connection: Connection,
    dialect: Dialect,
    app: int,
    new: Iterable[Conversation],
    revised: Sequence[Conversation] = (),
) -> None:
    """Write the queues and agents of conversations; of revised ones they replace those of the revision before."""
    gone = sa.delete(conversation_parties).where(*_MINE, conversation_parties.c.kind != sa.literal_column(str(AUDITOR)))
    write_many(connection, gone, [{"an_app": app, "a_conversation": each.id} for each in revised])
    moved = sa.update(conversation_parties).where(*_MINE).values(started_at=sa.bindparam("at"))
    at = [{"an_app": app, "a_conversation": each.id, "at": ms_of(each.started_at)} for each in revised]
    write_many(connection, moved, at)
    rows = [
        (app, each.id, kind, party, ms_of(each.started_at))
        for each in (*new, *revised)
        for kind, party in sorted(parties_of(each))
    ]
    dialect.insert_many(connection, conversation_parties, _COLUMNS, rows)


def write_auditor(connection: Connection, dialect: Dialect, app: int, conversation_id: str, auditor: str) -> None:
    """Record another auditor of a conversation, who may see it."""
    kind, party = auditor_party(auditor)
    row = sa.select(
        conversations.c.app,
        conversations.c.conversation_id,
        sa.literal(kind, SmallInteger),
        sa.literal(party, Text),
        conversations.c.started_at,
    ).where(conversations.c.app == app, conversations.c.conversation_id == conversation_id)
    connection.execute(dialect.insert(conversation_parties).from_select(_COLUMNS, row).on_conflict_do_nothing())
    raise_versions(connection, app)


def raise_versions(connection: Connection, app: int) -> None:
    """Raise the version of the app's rows, after their visibility changed, so that counts are computed again."""
    connection.execute(sa.update(listings).where(listings.c.app == app).values(version=listings.c.version + 1))


def erase_auditor(connection: Connection, app: int, conversation_id: str, auditor: str) -> None:
    """Remove an auditor of a conversation."""
    kind, party = auditor_party(auditor)
    mine = sa.delete(conversation_parties).where(
        *_MINE, conversation_parties.c.kind == kind, conversation_parties.c.party == party
    )
    connection.execute(mine, {"an_app": app, "a_conversation": conversation_id})
    raise_versions(connection, app)


def erase_parties(connection: Connection, app: int, conversation_ids: Collection[str]) -> None:
    """Remove every party of conversations."""
    mine = (conversation_parties.c.app == app, conversation_parties.c.conversation_id.in_(conversation_ids))
    connection.execute(sa.delete(conversation_parties).where(*mine))


def facts_of(connection: Connection, app: int, conversation_id: str) -> Facts | None:
    """Return what decides about the visibility of a conversation; None where it has no party at all."""
    query = sa.select(
        conversation_parties.c.kind, conversation_parties.c.party, conversation_parties.c.started_at
    ).where(*_MINE)
    rows = connection.execute(query, {"an_app": app, "a_conversation": conversation_id}).all()
    if not rows:
        return None
    by_kind = {kind: frozenset(party for its, party, _ in rows if its == kind) for kind in (QUEUE, AGENT, AUDITOR)}
    return Facts(
        started_at=instant_of(rows[0].started_at),
        queues=by_kind[QUEUE],
        agents=by_kind[AGENT],
        auditors=by_kind[AUDITOR],
    )
