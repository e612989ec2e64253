"""Count of changes, by which pages of the console are kept while nothing changes.

Revision 0147, after 0146.
"""

import sqlalchemy as sa
from alembic import op

revision = "0147"
down_revision = "0146"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "change_counts",
        sa.Column("stripe", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stripe", name="pk_change_counts"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("change_counts")
