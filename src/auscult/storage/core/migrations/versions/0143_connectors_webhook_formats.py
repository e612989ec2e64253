"""Webhooks that post messages into channels of Slack and Teams, with a template.

Revision 0143, after 0142.
"""

import sqlalchemy as sa
from alembic import op

revision = "0143"
down_revision = "0142"
branch_labels = None
depends_on = None

_COLUMNS = {"format": "standard", "template": ""}


def upgrade() -> None:
    """Add the columns; every webhook that is there goes on as it was."""
    for name, default in _COLUMNS.items():
        op.add_column("webhooks", sa.Column(name, sa.Text(), nullable=False, server_default=default))


def downgrade() -> None:
    """Drop them."""
    for name in _COLUMNS:
        op.drop_column("webhooks", name)
