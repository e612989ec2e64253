"""Count rows by the day, and by the hour only on days with many: the tallies of the other hours go.

Revision 0309. PostgreSQL's index of words keeps less unsorted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0309"
down_revision = "0308"
branch_labels = None
depends_on = None

# Databases round the quotient of what is before the epoch towards it, and so these round down first.
_DROP = """
DELETE FROM tallies WHERE level = 0 AND 128 >= (
    SELECT sum(days.n) FROM tallies AS days WHERE days.listing = tallies.listing AND days.facet = tallies.facet
    AND days.level = 1 AND days.bucket = (tallies.bucket - (tallies.bucket % 24 + 24) % 24) / 24)
"""
_COUNT = """
INSERT INTO tallies (listing, facet, level, bucket, cell, n)
SELECT listing, facet, 0, (started_at - (started_at % 3600000 + 3600000) % 3600000) / 3600000 AS hour, cell, count(*)
FROM (
    SELECT listing, 0 AS facet, started_at, cell FROM report_rows
    UNION ALL SELECT listing, facet, started_at, cell FROM facet_rows JOIN facets USING (facet)
    WHERE facet IN (SELECT facet FROM tallies WHERE level = 1)
) AS counted WHERE true GROUP BY listing, facet, hour, cell ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    """Remove the hours of days that have few rows of a facet."""
    op.execute(sa.text(_DROP))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.text("ALTER INDEX ix_said_words SET (gin_pending_list_limit = 256)"))


def downgrade() -> None:
    """Count the rows of every hour."""
    op.execute(sa.text(_COUNT))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.text("ALTER INDEX ix_said_words RESET (gin_pending_list_limit)"))
