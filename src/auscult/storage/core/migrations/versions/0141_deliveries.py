"""Deliveries of a run of a schedule, recorded for each way of sending, and when a run is sent again.

Revision 0141, after 0140.
"""

import sqlalchemy as sa
from alembic import op

revision = "0141"
down_revision = "0140"
branch_labels = None
depends_on = None

_COLUMNS = ("mailed_at", "posted_at", "due_at")


def upgrade() -> None:
    """Add the columns; a run that waits is sent by every way of its schedule, at once."""
    for name in _COLUMNS:
        op.add_column("schedule_runs", sa.Column(name, sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Drop them."""
    for name in _COLUMNS:
        op.drop_column("schedule_runs", name)
