"""Drafts of forms, and forms that were retired.

Revision 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "form_retirements",
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("form_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_form_retirements_app"),
        sa.UniqueConstraint("app", "form_id", "version", name="uq_form_retirements_app_form_id_version"),
    )
    op.create_table(
        "form_drafts",
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("form_id", KEY, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("based_on", sa.Integer()),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_form_drafts_app"),
        sa.UniqueConstraint("app", "form_id", name="uq_form_drafts_app_form_id"),
    )
