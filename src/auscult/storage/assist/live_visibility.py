"""Visibility of a live conversation while it goes on: its events name its queues and agents.

Its parties are written once it is over and handed on; from then on the predicate of all conversations decides.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.assist.live import Ended, Message, Moved, Participant
from auscult.domain.people.directory import Membership
from auscult.domain.people.visibility import Facts, Visibility
from auscult.storage.core.rows import record_of
from auscult.storage.core.tables.people import memberships


def is_seen_live(connection: Connection, visibility: Visibility, app: int, events: Sequence[Any]) -> bool:
    """Return whether a conversation of these events is visible; without any events it is not."""
    if not events:
        return False
    facts = live_facts(events)
    teams = _memberships(connection, app, facts) if visibility.teams else ()
    return visibility.shows(facts, teams)


def live_facts(events: Sequence[Any]) -> Facts:
    """Return the start of a conversation, and its queues and agents that its events name."""
    moved = [event.participant for event in events if isinstance(event, Moved | Ended)]
    there = [each for each in moved if isinstance(each, Participant)]
    spoke = [event.agent_id for event in events if isinstance(event, Message) and event.author == "agent"]
    names = [name for each in there for name in (each.queue_id, each.queue_name) if name]
    return Facts(
        started_at=min(event.at for event in events),
        queues=frozenset(name.casefold() for name in names),
        agents=frozenset([*(each.id for each in there), *filter(None, spoke)]),
    )


def _memberships(connection: Connection, app: int, facts: Facts) -> list[Membership]:
    mine = (memberships.c.app == app, memberships.c.kind == "team", memberships.c.agent_id.in_(sorted(facts.agents)))
    return [record_of(Membership, row, kind="team") for row in connection.execute(sa.select(memberships).where(*mine))]
