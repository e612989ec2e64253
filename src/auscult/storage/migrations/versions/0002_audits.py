"""Audits, and the trail of them that only grows.

Revision 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "audits",
        sa.Column("conversation", NUMBER, autoincrement=False, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("auditor", KEY, nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_audits_app"),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.conversation"], name="fk_audits_conversation"),
        sa.PrimaryKeyConstraint("conversation", name="pk_audits"),
    )
    op.create_index("ix_audits_app_conversation_id", "audits", ["app", "conversation_id"], unique=True)
    op.create_table(
        "audit_trail",
        sa.Column("entry", NUMBER, nullable=False),
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.conversation"], name="fk_audit_trail_conversation"),
        sa.PrimaryKeyConstraint("entry", name="pk_audit_trail"),
    )
    op.create_index("ix_audit_trail_conversation", "audit_trail", ["conversation"], unique=False)
    for statement in REFUSE_CHANGES[op.get_bind().dialect.name]:
        op.execute(statement)


REFUSE_CHANGES = {
    "sqlite": (
        """CREATE TRIGGER audit_trail_only_grows BEFORE UPDATE ON audit_trail
           BEGIN SELECT RAISE(ABORT, 'a line of the audit trail is never changed'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION audit_trail_only_grows() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION 'a line of the audit trail is never changed'; END $$""",
        """CREATE TRIGGER audit_trail_only_grows BEFORE UPDATE ON audit_trail
           FOR EACH ROW EXECUTE FUNCTION audit_trail_only_grows()""",
    ),
}
