"""Order of the work list: live before backfill, and within each the apps in turn, each its oldest batch first.

Only heads of the apps' lines are read, from an index of waiting batches: the cost does not grow with the backlog.
"""

from collections.abc import Mapping, Sequence
from functools import partial

import sqlalchemy as sa

from auscult.storage.core.database import Database, Reader
from auscult.storage.core.tables.conversations import WAITS

LIVE, BACKFILL = 0, 1
"""Priorities as the table has them."""

_OF_PRIORITY = f"FROM batches WHERE {WAITS} AND priority = :priority"
"""In the words of the index: a database does not see that a bound value is the one that the index is for."""

# The apps are found by jumping from one to the next in the index. Ordered and cut: where statistics are old, PostgreSQL
# would go over all of them for a minimum.
_HEADS = f"""
WITH RECURSIVE apps_in_line (app) AS (
    SELECT (SELECT app {_OF_PRIORITY} ORDER BY app LIMIT 1)
    UNION ALL
    SELECT (SELECT batches.app {_OF_PRIORITY} AND batches.app > apps_in_line.app ORDER BY batches.app LIMIT 1)
    FROM apps_in_line WHERE apps_in_line.app IS NOT NULL
)
SELECT app, (SELECT batch {_OF_PRIORITY} AND batches.app = apps_in_line.app ORDER BY batch LIMIT 1) AS head
FROM apps_in_line WHERE app IS NOT NULL ORDER BY head LIMIT :some
"""  # noqa: S608  (of this file's own words)
_FIRST = f"SELECT batch, batch_id {_OF_PRIORITY} AND app = :app ORDER BY batch LIMIT :some"


class QueueOrder:
    """Next items of the work list. It is called many times a second, so its queries are compiled once."""

    def __init__(self, database: Database) -> None:
        """Nothing is read yet."""
        self._database = database
        self._heads, self._first = (database.text(sa.text(words)) for words in (_HEADS, _FIRST))

    def next(self, priority: int, limit: int) -> list[str]:
        """Return the ids of the next batches of one priority.

        Only the apps whose first batch is oldest are read: no other can be among ``limit``.
        """
        return self._database.read(partial(self._next, priority, limit))

    def _next(self, priority: int, limit: int, reader: Reader) -> list[str]:
        apps = [app for app, _ in reader.fetch(self._heads, {"priority": priority, "some": limit})]
        ids: dict[int, str] = {}

        def line_of(app: int, depth: int) -> list[int]:
            found = reader.fetch(self._first, {"priority": priority, "app": app, "some": depth})
            ids.update(dict(found))
            return [number for number, _ in found]

        depth = -(-limit // max(1, len(apps)))
        lines = {app: line_of(app, depth) for app in apps}
        if sum(map(len, lines.values())) < limit:
            lines |= {app: line_of(app, limit) for app, line in lines.items() if len(line) == depth < limit}
        return [ids[number] for number in in_turn(lines, limit)]


def in_turn(lines: Mapping[int, Sequence[int]], limit: int) -> list[int]:
    """First what is first in each line, then what is second, and so on; what came first goes first among those.

    >>> in_turn({1: [10, 11, 12, 13], 2: [20, 21], 3: [15]}, 6)
    [10, 15, 20, 11, 21, 12]
    """
    ranked = ((rank, batch) for line in lines.values() for rank, batch in enumerate(line))
    return [batch for _, batch in sorted(ranked)][:limit]
