"""Judge calls and failures of a day, and the processes that pause their calls.

Revision 0115, after 0110.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0115"
down_revision = "0110"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the columns and create the table."""
    for name in ("calls", "failures"):
        op.add_column("judge_days", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "judge_pauses",
        sa.Column("owner", KEY, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name="pk_judge_pauses"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("judge_pauses")
    for name in ("failures", "calls"):
        op.drop_column("judge_days", name)
