"""What analysis found. Conversations that were recorded before have nothing here: they were not analysed.

Revision 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "insights",
        sa.Column("conversation", NUMBER, autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.conversation"], name="fk_insights_conversation"),
        sa.PrimaryKeyConstraint("conversation", "revision", name="pk_insights"),
    )
