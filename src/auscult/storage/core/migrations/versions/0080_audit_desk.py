"""Replacements of declined items, bookmarks of calls, and an app's settings of audits.

Revision 0080, after 0060.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0080"
down_revision = "0060"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the column and the tables."""
    op.add_column("assignments", sa.Column("replaces", KEY, nullable=True))
    op.create_index("ix_assignments_replaces", "assignments", ["app", "replaces"], unique=True)
    op.create_table(
        "bookmarks",
        sa.Column("conversation", NUMBER, nullable=False, autoincrement=False),
        sa.Column("by", KEY, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.conversation"], name="fk_bookmarks_conversation"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_bookmarks_app"),
        sa.PrimaryKeyConstraint("conversation", "by", name="pk_bookmarks"),
    )
    op.create_index("ix_bookmarks_app_kind", "bookmarks", ["app", "kind"])
    op.create_table(
        "audit_settings",
        sa.Column("app", NUMBER, nullable=False, autoincrement=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_audit_settings_app"),
        sa.PrimaryKeyConstraint("app", name="pk_audit_settings"),
    )
