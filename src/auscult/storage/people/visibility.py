"""The predicate that decides which conversations a principal sees, as SQL.

There is no other: lists, pages, counts, insights, search, exports, the feed and webhooks all use this one.
``domain/people/visibility.py`` decides the same for facts, and a property test compares the two.

Where a query is compiled once and asked often, its values are named: ``shape_of`` counts the values of each kind,
and ``values_of`` returns them.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import BigInteger, ColumnElement, Connection, Text

from auscult.domain.people.visibility import Visibility
from auscult.storage.core.repository import SeenOfApp
from auscult.storage.core.tables.conversations import conversations
from auscult.storage.core.tables.people import conversation_parties, memberships
from auscult.storage.people.parties import AGENT, AUDITOR, QUEUE, agent_party, auditor_party, queue_party


class Shape(NamedTuple):
    """The number of values of each kind in a predicate. All zero: nothing is visible."""

    queues: int
    agents: int
    auditors: int
    teams: int


def shape_of(visibility: Visibility) -> Shape | None:
    """Return the shape of a visibility's predicate, or None where everything is visible and none is needed."""
    if visibility.is_everything:
        return None
    return Shape(len(visibility.queues), len(visibility.agents), len(visibility.assigned_to), len(visibility.teams))


def values_of(visibility: Visibility) -> dict[str, str]:
    """Return the values that a named predicate of this visibility's shape takes."""
    return {f"see_{kind}_{n}": value for kind, values in _values(visibility).items() for n, value in enumerate(values)}


def named_predicate(
    shape: Shape, app: ColumnElement[int], conversation_id: ColumnElement[str], *, row_by_row: bool = False
) -> ColumnElement[bool]:
    """Return the condition under which the conversation of an outer query is visible; it takes ``values_of``.

    With ``row_by_row`` PostgreSQL asks for each row that is read, and makes no join, which would read all of them.
    """
    counts = {"queue": shape.queues, "agent": shape.agents, "auditor": shape.auditors, "team": shape.teams}
    named = {
        kind: [sa.bindparam(f"see_{kind}_{n}", type_=Text) for n in range(count)] for kind, count in counts.items()
    }
    return _predicate(named, app, conversation_id, row_by_row=row_by_row)


def visible(
    visibility: Visibility, app: ColumnElement[int] | int, conversation_id: ColumnElement[str]
) -> list[ColumnElement[bool]]:
    """Return the conditions of a query that is made for this visibility alone: none where everything is visible."""
    if visibility.is_everything:
        return []
    number = sa.literal(app, BigInteger) if isinstance(app, int) else app
    given = {kind: [sa.literal(value, Text) for value in values] for kind, values in _values(visibility).items()}
    return [_predicate(given, number, conversation_id)]


def is_visible(connection: Connection, visibility: Visibility, app: int, conversation_id: str) -> bool:
    """Return whether a conversation of the app is visible; what is unknown is so only where everything is."""
    if visibility.is_everything:
        return True
    its = (conversation_parties.c.app == app, conversation_parties.c.conversation_id == conversation_id)
    query = sa.select(conversation_parties.c.party).where(*its)
    query = query.where(*visible(visibility, conversation_parties.c.app, conversation_parties.c.conversation_id))
    return connection.execute(query.limit(1)).first() is not None


_Values = Mapping[str, Sequence[ColumnElement[str]]]


def _values(visibility: Visibility) -> dict[str, list[str]]:
    return {
        "queue": sorted(queue_party(each).party for each in visibility.queues),
        "agent": sorted(agent_party(each).party for each in visibility.agents),
        "auditor": sorted(auditor_party(each).party for each in visibility.assigned_to),
        "team": sorted(visibility.teams),
    }


def _predicate(
    values: _Values, app: ColumnElement[int], conversation_id: ColumnElement[str], *, row_by_row: bool = False
) -> ColumnElement[bool]:
    party = conversation_parties.alias("seen")
    ways = [
        (party.c.kind == sa.literal_column(str(number))) & party.c.party.in_(values[kind])
        for kind, number in (("queue", QUEUE), ("agent", AGENT), ("auditor", AUDITOR))
        if values[kind]
    ]
    if values["team"]:
        ways.append((party.c.kind == sa.literal_column(str(AGENT))) & _is_in_team(party, values["team"]))
    if not ways:
        return sa.false()
    mine = (party.c.app == app, party.c.conversation_id == conversation_id)
    found = sa.select(party.c.party).where(*mine, sa.or_(*ways))
    if row_by_row:
        found = found.limit(sa.literal_column("1")).offset(sa.literal_column("0"))
    return found.exists()


def _is_in_team(party: sa.FromClause, teams: Sequence[ColumnElement[str]]) -> ColumnElement[bool]:
    """Return whether an agent was in one of the teams when the conversation began."""
    stay = memberships.alias("stay")
    found = sa.select(stay.c.agent_id).where(
        stay.c.app == party.c.app,
        stay.c.kind == sa.literal_column("'team'"),
        stay.c.agent_id == party.c.party,
        stay.c.group_id.in_(teams),
        stay.c.since.is_(None) | (stay.c.since <= party.c.started_at),
        stay.c.until.is_(None) | (stay.c.until > party.c.started_at),
    )
    return found.correlate(party).exists()


class SeenConversations(SeenOfApp):
    """A repository of what belongs to conversations of one app; a principal sees that of those which they see."""

    @property
    def _visible(self) -> list[ColumnElement[bool]]:
        return visible(self._visibility, self._app, conversations.c.conversation_id)
