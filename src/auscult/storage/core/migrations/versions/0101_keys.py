"""The key that signs, kept encrypted once the secret key was rotated.

Revision 0101, after 0100.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0101"
down_revision = "0100"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "kept_keys",
        sa.Column("name", KEY, nullable=False),
        sa.Column("locked", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_kept_keys"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("kept_keys")
