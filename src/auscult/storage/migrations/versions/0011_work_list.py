"""The order of the work list: live before backfill, and apps in turn; and places at the judge.

Revision 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Add what the order needs; batches that wait already are backfill."""
    op.add_column("batches", sa.Column("priority", sa.SmallInteger(), nullable=False, server_default="1"))
    op.add_column("batches", sa.Column("ended_at", sa.BigInteger()))
    op.drop_index("ix_batches_state_batch", "batches")
    _index("line", ["priority", "app", "batch", "size"], "state = 'accepted' AND not_before IS NULL")
    _index("later", ["not_before"], "state = 'accepted' AND not_before IS NOT NULL")
    _index("unfinished", ["app", "state", "batch"], "state <> 'done'")
    op.create_table(
        "judge_places",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", KEY, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_judge_places"),
    )


def _index(name: str, columns: list[str], where: str) -> None:
    """Index only the batches of which it is true: those that are done, which are most, cost nothing."""
    op.create_index(
        f"ix_batches_{name}", "batches", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )
