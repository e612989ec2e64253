"""Add ticks, which teach questions, to what people say of conversations.

Revision 0306. There is no way back: ticks would be lost, and views read the column.
"""

import sqlalchemy as sa
from alembic import op

revision = "0306"
down_revision = "0305"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column: every example stays one."""
    op.add_column("form_examples", sa.Column("says", sa.Boolean))
