"""Traces: the requests that a batch came from, so that a worker continues their traces.

Revision 0100, after 0093.
"""

import sqlalchemy as sa
from alembic import op

revision = "0100"
down_revision = "0093"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("batches", sa.Column("traces", sa.Text))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("batches", "traces")
