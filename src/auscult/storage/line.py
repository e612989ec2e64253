"""The order of the work list: live before backfill, and within each the apps in turn, each its oldest batch first.

Only heads of the apps' lines are looked at, from an index of what waits: it costs the same however much waits behind.
"""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.storage.tables import WAITS, batches

LIVE, BACKFILL = 0, 1
"""Priorities as the table has them."""

_waits = sa.text(WAITS)
"""In the words of the index: a database does not see that a bound value is the one that the index is for."""


def _apps_of(priority: int) -> sa.CTE:
    """The apps that have something waiting, found by jumping from one to the next in the index."""
    # Ordered and cut: where statistics are old, PostgreSQL would go over all of them for a minimum.
    first = sa.select(batches.c.app).where(_waits, batches.c.priority == priority).order_by(batches.c.app).limit(1)
    found = sa.select(first.scalar_subquery().label("app")).cte(f"apps_{priority}", recursive=True)
    after = first.where(batches.c.app > found.c.app).scalar_subquery().correlate(found)
    return found.union_all(sa.select(after).where(found.c.app.is_not(None)))


def next_in_line(connection: Connection, priority: int, limit: int) -> list[int]:
    """The numbers of the next batches of one priority."""
    apps = _heads(connection, priority, limit)
    if not apps:
        return []
    depth = -(-limit // len(apps))
    lines = {app: _first(connection, priority, app, depth) for app in apps}
    if sum(map(len, lines.values())) < limit:
        longer = [app for app, line in lines.items() if len(line) == depth]
        lines |= {app: _first(connection, priority, app, limit) for app in longer}
    return in_turn(lines, limit)


def in_turn(lines: Mapping[int, Sequence[int]], limit: int) -> list[int]:
    """First what is first in each line, then what is second, and so on; what came first goes first among those.

    >>> in_turn({1: [10, 11, 12, 13], 2: [20, 21], 3: [15]}, 6)
    [10, 15, 20, 11, 21, 12]
    """
    ranked = ((rank, batch) for line in lines.values() for rank, batch in enumerate(line))
    return [batch for _, batch in sorted(ranked)][:limit]


def _heads(connection: Connection, priority: int, limit: int) -> list[int]:
    """The apps whose first waiting batch came first: no other can be among so many."""
    apps = _apps_of(priority)
    of_it = sa.select(batches.c.batch).where(_waits, batches.c.priority == priority, batches.c.app == apps.c.app)
    head = of_it.order_by(batches.c.batch).limit(1).scalar_subquery().correlate(apps).label("head")
    query = sa.select(apps.c.app, head).where(apps.c.app.is_not(None)).order_by(head).limit(limit)
    return [row.app for row in connection.execute(query)]


def _first(connection: Connection, priority: int, app: int, limit: int) -> list[int]:
    query = sa.select(batches.c.batch).where(_waits, batches.c.priority == priority, batches.c.app == app)
    return list(connection.scalars(query.order_by(batches.c.batch).limit(limit)))
