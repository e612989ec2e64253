"""Make the views again, as ``v_conversations`` has ``handled_by``.

Revision 0303.
"""

revision = "0303"
down_revision = "0302"
branch_labels = None
depends_on = None
ALONGSIDE = "0301"


def upgrade() -> None:
    """Change no table: views are made again around every migration."""


def downgrade() -> None:
    """Change no table."""
