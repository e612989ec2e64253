"""Transcriptions of recordings: their state, and the words.

Revision 0042, after 0041.
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "transcriptions",
        sa.Column("recording", NUMBER, autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("engine", sa.Text(), nullable=True),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("recording", name="pk_transcriptions"),
        sa.ForeignKeyConstraint(["recording"], ["recordings.recording"], name="fk_transcriptions_recording"),
    )
    op.create_index("ix_transcriptions_due_at", "transcriptions", ["due_at"])
