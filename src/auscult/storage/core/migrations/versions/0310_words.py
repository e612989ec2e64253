"""PostgreSQL indexes the words said without a copy of them.

Revision 0310. The table is written again, so that the space of the copy is free at once.
"""

import sqlalchemy as sa
from alembic import op

revision = "0310"
down_revision = "0309"
branch_labels = None
depends_on = None

_UP = (
    "ALTER TABLE said DROP COLUMN words",
    "CLUSTER said USING pk_said",
    "ALTER TABLE said SET WITHOUT CLUSTER",
    """CREATE FUNCTION words_said(agent text, customer text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE COST 10000 AS
    $$ BEGIN RETURN array_to_tsvector(string_to_array(btrim(agent || ' ' || customer), ' '));
    EXCEPTION WHEN program_limit_exceeded THEN RETURN to_tsvector('simple', agent || ' ' || customer); END $$""",
    """CREATE INDEX ix_said_words ON said USING gin (words_said(agent, customer))
    WITH (gin_pending_list_limit = 256)""",
    "ALTER INDEX ix_said_words ALTER COLUMN 1 SET STATISTICS 0",
)
_DOWN = (
    "DROP FUNCTION words_said CASCADE",
    """ALTER TABLE said ADD COLUMN words tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('simple', agent), 'A') || setweight(to_tsvector('simple', customer), 'B')) STORED""",
    "CREATE INDEX ix_said_words ON said USING gin (words) WITH (gin_pending_list_limit = 256)",
)


def upgrade() -> None:
    """Drop the column of words, and index what it was made of."""
    _run(_UP)


def downgrade() -> None:
    """Make the column again."""
    _run(_DOWN)


def _run(statements: tuple[str, ...]) -> None:
    if op.get_bind().dialect.name == "postgresql":
        for each in statements:
            op.execute(sa.text(each))
