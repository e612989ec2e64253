"""Tallies of the parts of crowded hours: of minutes (level -1), and where a minute is crowded of seconds (level -2).

Revision 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

CROWD = 512

# Parts are counted from the first of their bucket, for a start before the epoch would be rounded towards it.
_OF_ALL = """
INSERT INTO tallies (listing, facet, level, bucket, cell, n)
SELECT r.listing, 0, :part, c.bucket * :fan + (r.started_at - c.bucket * :width) / :part_width AS part, r.cell, count(*)
FROM (
    SELECT listing, bucket FROM tallies WHERE facet = 0 AND level = :part + 1
    GROUP BY listing, bucket HAVING sum(n) > :crowd
) AS c
JOIN report_rows AS r ON r.listing = c.listing
    AND r.started_at >= c.bucket * :width AND r.started_at < (c.bucket + 1) * :width
GROUP BY r.listing, 4, r.cell
"""
_BY_FACET = """
INSERT INTO tallies (listing, facet, level, bucket, cell, n)
SELECT c.listing, c.facet, :part, c.bucket * :fan + (r.started_at - c.bucket * :width) / :part_width AS part, r.cell,
    count(*)
FROM (
    SELECT listing, facet, bucket FROM tallies WHERE facet <> 0 AND level = :part + 1
    GROUP BY listing, facet, bucket HAVING sum(n) > :crowd
) AS c
JOIN facet_rows AS r ON r.facet = c.facet
    AND r.started_at >= c.bucket * :width AND r.started_at < (c.bucket + 1) * :width
GROUP BY c.listing, c.facet, 4, r.cell
"""


def upgrade() -> None:
    """Count them, minutes first."""
    for part, width, part_width in ((-1, 3_600_000, 60_000), (-2, 60_000, 1_000)):
        values = {"part": part, "width": width, "part_width": part_width, "fan": width // part_width, "crowd": CROWD}
        for text in (_OF_ALL, _BY_FACET):
            op.get_bind().execute(sa.text(text), values)
