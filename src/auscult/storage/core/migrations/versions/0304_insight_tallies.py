"""Add what insights count together by the hour, the day and 32 days; a worker counts what is stored.

Revision 0304.
"""

import sqlalchemy as sa
from alembic import op

from auscult.storage.core.tables.base import KEY, NUMBER

revision = "0304"
down_revision = "0303"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, empty."""
    op.create_table(
        "insight_tallies",
        sa.Column("listing", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("level", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("bucket", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("touched", sa.BigInteger, nullable=False),
        sa.Column("basis", KEY),
        sa.Column("whole", sa.LargeBinary),
        sa.Column("parts", sa.LargeBinary),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("insight_tallies")
