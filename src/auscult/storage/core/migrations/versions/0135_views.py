"""Views with the columns of exports: v_conversations, v_verdicts, v_evidence, v_insights, v_audits and v_agents.

Revision 0135, after 0110. The views themselves are created after every upgrade (``storage/core/views``), because a
database refuses to change a table that a view reads; this revision makes existing databases run an upgrade.
"""

revision = "0135"
down_revision = "0130"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change no table."""


def downgrade() -> None:
    """Change no table; the views are removed before every change of version."""
