"""Coaching items, and agents who consent to share their conversations.

Revision 0092, after 0091.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0092"
down_revision = "0091"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "coachings",
        sa.Column("coaching", NUMBER, nullable=False),
        sa.Column("coaching_id", KEY, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("agent_id", KEY, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("coaching", name="pk_coachings"),
        sa.UniqueConstraint("coaching_id", name="uq_coachings_coaching_id"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_coachings_app"),
    )
    op.create_index("ix_coachings_agent", "coachings", ["app", "agent_id", "state"])
    op.create_table(
        "coaching_clips",
        sa.Column("clip", NUMBER, nullable=False),
        sa.Column("coaching", NUMBER, nullable=False),
        sa.Column("conversation", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("clip", name="pk_coaching_clips"),
        sa.UniqueConstraint("coaching", "conversation", name="uq_coaching_clips_coaching_conversation"),
        sa.ForeignKeyConstraint(["coaching"], ["coachings.coaching"], name="fk_coaching_clips_coaching"),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.conversation"], name="fk_coaching_clips_conversation"
        ),
    )
    op.create_index("ix_coaching_clips_conversation", "coaching_clips", ["conversation"])
    op.create_table(
        "coaching_consents",
        sa.Column("app", NUMBER, autoincrement=False, nullable=False),
        sa.Column("agent_id", KEY, nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("app", "agent_id", name="pk_coaching_consents"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_coaching_consents_app"),
    )
