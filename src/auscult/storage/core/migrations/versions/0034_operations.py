"""Backups: when each was made, for the metrics.

Revision 0021.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table of backups."""
    op.create_table(
        "backups",
        sa.Column("backup", NUMBER, primary_key=True),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop the table of backups."""
    op.drop_table("backups")
