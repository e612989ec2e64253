"""Reviews of audits by agents, disputes, and an app's policy for both.

Revision 0090, after 0080. Audits that are there get a review when something happens to it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0090"
down_revision = "0080"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "reviews",
        sa.Column("assignment", NUMBER, autoincrement=False, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("assignment_id", KEY, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("agent_id", KEY, nullable=False),
        sa.Column("auditor", KEY, nullable=False),
        sa.Column("released_at", sa.BigInteger()),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("assignment", name="pk_reviews"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_reviews_app"),
        sa.ForeignKeyConstraint(["assignment"], ["assignments.assignment"], name="fk_reviews_assignment"),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.conversation"], name="fk_reviews_conversation"),
    )
    op.create_index("ix_reviews_conversation", "reviews", ["conversation"])
    op.create_index("ix_reviews_agent", "reviews", ["app", "agent_id", "assignment"])
    op.create_table(
        "disputes",
        sa.Column("dispute", NUMBER, nullable=False),
        sa.Column("dispute_id", KEY, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("conversation", NUMBER),
        sa.Column("assignment_id", KEY, nullable=False),
        sa.Column("conversation_id", KEY),
        sa.Column("metric_id", KEY, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("auditor", KEY, nullable=False),
        sa.Column("queue", KEY, nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("dispute", name="pk_disputes"),
        sa.UniqueConstraint("dispute_id", name="uq_disputes_dispute_id"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_disputes_app"),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.conversation"], name="fk_disputes_conversation"),
    )
    op.create_index("ix_disputes_conversation", "disputes", ["conversation"])
    op.create_index("ix_disputes_state", "disputes", ["app", "state", "due_at"])
    op.create_index("ix_disputes_assignment", "disputes", ["app", "assignment_id"])
    op.create_table(
        "review_policies",
        sa.Column("app", NUMBER, autoincrement=False, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("app", name="pk_review_policies"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_review_policies_app"),
    )
