"""The feed of changes, and the webhooks that are told of them.

Revision 0009, after 0008. Conversations that can be read already count as created, in the order in which they came.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, and tell of what is there."""
    op.create_table(
        "changes",
        sa.Column("app", NUMBER, autoincrement=False, nullable=False),
        sa.Column("change", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("app", "change", name="pk_changes"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_changes_app_conversation_id", "changes", ["app", "conversation_id"])
    op.execute(
        """INSERT INTO changes (app, change, conversation_id, kind, at)
        SELECT c.app, row_number() OVER (PARTITION BY c.app ORDER BY c.conversation), c.conversation_id, 'created',
            b.accepted_at
        FROM conversations c JOIN batches b ON b.batch = c.batch
        WHERE c.recorded_revision IS NOT NULL"""
    )
    op.create_table(
        "webhooks",
        sa.Column("webhook", NUMBER, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("webhook_id", KEY, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("webhook", name="pk_webhooks"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_webhooks_app"),
        sa.UniqueConstraint("webhook_id", name="uq_webhooks_webhook_id"),
    )
    op.create_index("ix_webhooks_app", "webhooks", ["app"])
    _create_deliveries()


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("delivery", NUMBER, nullable=False),
        sa.Column("webhook", NUMBER, nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("delivery", name="pk_deliveries"),
        sa.ForeignKeyConstraint(["webhook"], ["webhooks.webhook"], name="fk_deliveries_webhook"),
    )
    op.create_index("ix_deliveries_webhook", "deliveries", ["webhook"])
