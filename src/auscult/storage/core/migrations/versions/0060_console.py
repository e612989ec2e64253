"""Views of the list of conversations that people saved, and exports that they asked for.

Revision 0060, after 0050.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0060"
down_revision = "0050"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "saved_views",
        sa.Column("view", NUMBER, nullable=False),
        sa.Column("view_id", KEY, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("owner", KEY, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("view", name="pk_saved_views"),
        sa.UniqueConstraint("view_id", name="uq_saved_views_view_id"),
        sa.UniqueConstraint("app", "owner", "name", name="uq_saved_views_app_owner_name"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_saved_views_app"),
    )
    op.create_table(
        "exports",
        sa.Column("export", NUMBER, nullable=False),
        sa.Column("export_id", KEY, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("export", name="pk_exports"),
        sa.UniqueConstraint("export_id", name="uq_exports_export_id"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_exports_app"),
    )
    op.create_index("ix_exports_app", "exports", ["app"])
    op.create_index("ix_exports_due_at", "exports", ["due_at"])
    op.create_table(
        "export_parts",
        sa.Column("export", NUMBER, autoincrement=False, nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("export", "part", name="pk_export_parts"),
        sa.ForeignKeyConstraint(["export"], ["exports.export"], name="fk_export_parts_export"),
    )
