"""Add the version of the reporting APIs that a client is served.

Revision 0302.
"""

import sqlalchemy as sa
from alembic import op

revision = "0302"
down_revision = "0301"
branch_labels = None
depends_on = None
ALONGSIDE = "0301"


def upgrade() -> None:
    """Add the column: every client is served the samples."""
    op.add_column("clients", sa.Column("wire", sa.Text))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("clients", "wire")
