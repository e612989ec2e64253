"""Calibration sessions.

Revision 0091, after 0090.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0091"
down_revision = "0090"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "calibrations",
        sa.Column("calibration", NUMBER, nullable=False),
        sa.Column("session_id", KEY, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("calibration", name="pk_calibrations"),
        sa.UniqueConstraint("session_id", name="uq_calibrations_session_id"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_calibrations_app"),
    )
    op.create_index("ix_calibrations_state", "calibrations", ["app", "state"])
    op.create_table(
        "calibration_items",
        sa.Column("item", NUMBER, nullable=False),
        sa.Column("calibration", NUMBER, nullable=False),
        sa.Column("conversation", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("item", name="pk_calibration_items"),
        sa.UniqueConstraint("calibration", "conversation", name="uq_calibration_items_calibration_conversation"),
        sa.ForeignKeyConstraint(["calibration"], ["calibrations.calibration"], name="fk_calibration_items_calibration"),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.conversation"], name="fk_calibration_items_conversation"
        ),
    )
    op.create_index("ix_calibration_items_conversation", "calibration_items", ["conversation"])
