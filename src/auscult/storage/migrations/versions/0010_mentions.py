"""Which conversations the results of sweeps name, so that erasing one finds them.

Revision 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "sweep_mentions",
        sa.Column("conversation", NUMBER, autoincrement=False, nullable=False),
        sa.Column("portion", NUMBER, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.conversation"], name="fk_sweep_mentions_conversation"
        ),
        sa.ForeignKeyConstraint(["portion"], ["sweep_portions.portion"], name="fk_sweep_mentions_portion"),
        sa.PrimaryKeyConstraint("conversation", "portion", name="pk_sweep_mentions"),
    )
    op.create_index("ix_sweep_mentions_portion", "sweep_mentions", ["portion"])
