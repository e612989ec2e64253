"""Order of the work list: of each queue the lines in turn, each its oldest item first.

A line holds the items of one app or backfill. Only heads of lines are read, from an index of waiting items: the cost
does not grow with the backlog.
"""

from collections.abc import Mapping, Sequence
from functools import partial

import sqlalchemy as sa

from auscult.storage.core.database import Database, Reader
from auscult.storage.core.tables.conversations import WAITS

LIVE, BACKFILL, CHUNK = 0, 1, 2
"""Priorities as the table has them: each is a queue."""

# Lines are found by jumping from one to the next in the index. Ordered and cut: where statistics are old, PostgreSQL
# would go over all of them for a minimum.
_HEADS = """
WITH RECURSIVE lines (line) AS (
    SELECT (SELECT line {of_queue} ORDER BY line LIMIT 1)
    UNION ALL
    SELECT (SELECT batches.line {of_queue} AND batches.line > lines.line ORDER BY batches.line LIMIT 1)
    FROM lines WHERE lines.line IS NOT NULL
)
SELECT line, (SELECT batch {of_queue} AND batches.line = lines.line ORDER BY batch LIMIT 1) AS head
FROM lines WHERE line IS NOT NULL ORDER BY head LIMIT :some
"""
_FIRST = "SELECT batch, batch_id {of_queue} AND line = :line ORDER BY batch LIMIT :some"


class QueueOrder:
    """Next items of the work list. It is called many times a second, so its queries are compiled once."""

    def __init__(self, database: Database) -> None:
        """Nothing is read yet."""
        self._database = database
        self._heads, self._first = (
            [database.text(sa.text(words.format(of_queue=_of_queue(queue)))) for queue in (LIVE, BACKFILL, CHUNK)]
            for words in (_HEADS, _FIRST)
        )

    def next(self, priority: int, limit: int) -> list[str]:
        """Return the ids of the next items of one priority.

        Only the lines whose first item is oldest are read: no other can be among ``limit``.
        """
        return self._database.read(partial(self._next, priority, limit))

    def _next(self, priority: int, limit: int, reader: Reader) -> list[str]:
        heads = [line for line, _ in reader.fetch(self._heads[priority], {"some": limit})]
        ids: dict[int, str] = {}

        def first_of(line: int, depth: int) -> list[int]:
            found = reader.fetch(self._first[priority], {"line": line, "some": depth})
            ids.update(dict(found))
            return [number for number, _ in found]

        depth = -(-limit // max(1, len(heads)))
        lines = {line: first_of(line, depth) for line in heads}
        if sum(map(len, lines.values())) < limit:
            lines |= {line: first_of(line, limit) for line, some in lines.items() if len(some) == depth < limit}
        return [ids[number] for number in in_turn(lines, limit)]


def _of_queue(priority: int) -> str:
    """Return the items of a queue, in the words of indexes: SQLite prepares a bound priority again at each call."""
    return f"FROM batches WHERE {WAITS} AND priority = {priority}"


def in_turn(lines: Mapping[int, Sequence[int]], limit: int) -> list[int]:
    """First what is first in each line, then what is second, and so on; what came first goes first among those.

    >>> in_turn({1: [10, 11, 12, 13], 2: [20, 21], 3: [15]}, 6)
    [10, 15, 20, 11, 21, 12]
    """
    ranked = ((rank, batch) for line in lines.values() for rank, batch in enumerate(line))
    return [batch for _, batch in sorted(ranked)][:limit]
