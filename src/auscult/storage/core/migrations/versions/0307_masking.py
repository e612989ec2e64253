"""Add what people say of redactions, and the places of backups.

Revision 0307.
"""

import sqlalchemy as sa
from alembic import op

from auscult.storage.core.tables.base import KEY, NUMBER

revision = "0307"
down_revision = "0306"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; of backups that were made before, no place is known."""
    op.create_table(
        "mask_faults",
        sa.Column("fault", NUMBER, primary_key=True),
        sa.Column("fault_id", KEY, nullable=False, unique=True),
        sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), nullable=False),
        sa.Column("conversation", NUMBER, sa.ForeignKey("conversations.conversation"), nullable=False, index=True),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_mask_faults_of", "mask_faults", ["app", "conversation_id", "fault"])
    op.add_column("backups", sa.Column("place", sa.Text, nullable=False, server_default=""))
    op.add_column("backups", sa.Column("is_removed", sa.SmallInteger, nullable=False, server_default="0"))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("backups", "is_removed")
    op.drop_column("backups", "place")
    op.drop_table("mask_faults")
