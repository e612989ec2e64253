"""Scheduled reports and alerts, with their runs.

Revision 0093, after 0092.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0093"
down_revision = "0092"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "schedules",
        sa.Column("schedule", NUMBER, nullable=False),
        sa.Column("schedule_id", KEY, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("created_by", KEY, nullable=False),
        sa.Column("next_at", sa.BigInteger()),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("schedule", name="pk_schedules"),
        sa.UniqueConstraint("schedule_id", name="uq_schedules_schedule_id"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_schedules_app"),
    )
    op.create_index("ix_schedules_next", "schedules", ["app", "next_at"])
    op.create_table(
        "schedule_runs",
        sa.Column("run", NUMBER, nullable=False),
        sa.Column("schedule", NUMBER, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("href", sa.Text(), nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("is_read", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run", name="pk_schedule_runs"),
        sa.UniqueConstraint("schedule", "key", name="uq_schedule_runs_schedule_key"),
        sa.ForeignKeyConstraint(["schedule"], ["schedules.schedule"], name="fk_schedule_runs_schedule"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_schedule_runs_app"),
    )
    op.create_index("ix_schedule_runs_state", "schedule_runs", ["app", "state"])
