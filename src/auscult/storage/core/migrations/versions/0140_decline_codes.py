"""The coded reason of a declined assignment.

Revision 0140, after 0135.
"""

import sqlalchemy as sa
from alembic import op

revision = "0140"
down_revision = "0135"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was declined before has only its text."""
    op.add_column("assignments", sa.Column("reason_code", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("assignments", "reason_code")
