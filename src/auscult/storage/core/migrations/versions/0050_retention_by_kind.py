"""Retention by kind, approvals by a second person, and what an erasure knows of copies that had left.

Revision 0050, after 0042.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0050"
down_revision = "0042"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Add columns, the table of approvals, and the kind to the key of rules."""
    op.rename_table("retention_rules", "retention_rules_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE retention_rules_before DROP CONSTRAINT pk_retention_rules")
        op.execute("ALTER TABLE retention_rules_before DROP CONSTRAINT fk_retention_rules_app")
    op.create_table(
        "retention_rules",
        sa.Column("app", NUMBER, autoincrement=False, nullable=False),
        sa.Column("queue", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False, server_default="conversation"),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("app", "queue", "kind", name="pk_retention_rules"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_retention_rules_app"),
    )
    op.execute("INSERT INTO retention_rules (app, queue, days) SELECT app, queue, days FROM retention_rules_before")
    op.drop_table("retention_rules_before")
    op.add_column("erasures", sa.Column("kind", KEY, nullable=False, server_default="conversation"))
    op.add_column("erasures", sa.Column("delivered_to", sa.Text()))
    op.add_column("conversations", sa.Column("words_erased_at", sa.BigInteger()))
    op.create_table(
        "approvals",
        sa.Column("approval", NUMBER, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.LargeBinary()),
        sa.Column("requested_by", KEY, nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", KEY),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("run_id", KEY),
        sa.PrimaryKeyConstraint("approval", name="pk_approvals"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_approvals_app"),
    )
    op.create_index("ix_approvals_app", "approvals", ["app"])
