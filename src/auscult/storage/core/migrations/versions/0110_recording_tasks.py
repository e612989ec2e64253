"""Recordings by link, tasks of recordings, earlier transcripts, resumable uploads, and seconds transcribed in a day.

Revision 0110, after 0101.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0110"
down_revision = "0101"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns and create the tables."""
    op.add_column("recordings", sa.Column("source", sa.Text(), nullable=True))
    op.add_column("recordings", sa.Column("reason", sa.Text(), nullable=True))
    op.create_table(
        "recording_tasks",
        sa.Column("recording", NUMBER, autoincrement=False, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("recording", "kind", name="pk_recording_tasks"),
        sa.ForeignKeyConstraint(["recording"], ["recordings.recording"], name="fk_recording_tasks_recording"),
    )
    op.create_index("ix_recording_tasks_due_at", "recording_tasks", ["due_at"])
    op.create_table(
        "recording_contents",
        sa.Column("recording", NUMBER, autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("recording", name="pk_recording_contents"),
        sa.ForeignKeyConstraint(["recording"], ["recordings.recording"], name="fk_recording_contents_recording"),
    )
    op.create_table(
        "transcripts",
        sa.Column("recording", NUMBER, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("recording", "number", name="pk_transcripts"),
        sa.ForeignKeyConstraint(["recording"], ["recordings.recording"], name="fk_transcripts_recording"),
    )
    op.create_table(
        "transcription_days",
        sa.Column("day", KEY, nullable=False),
        sa.Column("ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_transcription_days"),
    )
    op.create_table(
        "recording_uploads",
        sa.Column("upload_id", KEY, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("location", KEY, nullable=False),
        sa.Column("claims", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", name="pk_recording_uploads"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_recording_uploads_app"),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.conversation"], name="fk_recording_uploads_conversation"
        ),
    )
    op.create_index("ix_recording_uploads_conversation", "recording_uploads", ["conversation"])
