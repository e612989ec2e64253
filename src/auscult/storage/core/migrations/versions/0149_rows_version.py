"""Version of the rows of each app, by which workers know those that an earlier version rendered.

Revision 0149, after 0148. Rows that exist are of version 0: they may lack what lists and dashboards count by now.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0149"
down_revision = "0148"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the columns."""
    op.add_column("apps", sa.Column("rows_version", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("apps", sa.Column("rows_after", KEY, nullable=False, server_default=""))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("apps", "rows_after")
    op.drop_column("apps", "rows_version")
