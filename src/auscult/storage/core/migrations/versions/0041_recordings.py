"""Recordings, and the files of recordings that are to be removed.

Revision 0041, after 0040.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "recordings",
        sa.Column("recording", NUMBER, nullable=False),
        sa.Column("recording_id", KEY, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("codec", sa.Text(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("channels", sa.Integer(), nullable=False),
        sa.Column("sample_rate", sa.Integer(), nullable=False),
        sa.Column("speakers", sa.Text(), nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("location", KEY, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("recording", name="pk_recordings"),
        sa.UniqueConstraint("recording_id", name="uq_recordings_recording_id"),
        sa.UniqueConstraint("conversation", "sha256", name="uq_recordings_conversation_sha256"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_recordings_app"),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.conversation"], name="fk_recordings_conversation"),
    )
    op.create_index("ix_recordings_app", "recordings", ["app"])
    op.create_table(
        "recording_removals",
        sa.Column("location", KEY, nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("location", name="pk_recording_removals"),
    )
