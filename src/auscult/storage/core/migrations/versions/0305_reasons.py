"""Make the views again, as ``v_verdicts`` and ``v_evidence`` leave out the marks around the parts of stored reasons.

Revision 0305. Reasons that are stored already have no marks, and stay as they are.
"""

revision = "0305"
down_revision = "0304"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change no table: views are made again around every migration."""


def downgrade() -> None:
    """Change no table: the version before shows the marks, which no font has."""
