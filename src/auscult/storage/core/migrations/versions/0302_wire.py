"""Add the version of the reporting APIs that a client is served.

Revision 0302.
"""

import sqlalchemy as sa
from alembic import op

from auscult.storage.core.baseline import BASELINE

revision = "0302"
down_revision = BASELINE
branch_labels = None
depends_on = None
ALONGSIDE = BASELINE


def upgrade() -> None:
    """Add the column: every client is served the samples."""
    op.add_column("clients", sa.Column("wire", sa.Text))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("clients", "wire")
