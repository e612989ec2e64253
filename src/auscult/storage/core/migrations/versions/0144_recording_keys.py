"""Keys of recordings, one of its own for each app.

Revision 0144, after 0142.
"""

import sqlalchemy as sa
from alembic import op

revision = "0144"
down_revision = "0143"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "recording_keys",
        sa.Column("recording_key", NUMBER, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("locked", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("recording_key", name="pk_recording_keys"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_recording_keys_app"),
    )
    op.create_index("ix_recording_keys_app", "recording_keys", ["app"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("recording_keys")
