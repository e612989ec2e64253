"""Sweeps over stored conversations, and evaluations that a re-score made beside those that were there.

Revision 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OLD, NEW = (
    "uq_evaluations_conversation_revision_form_id_form_version",
    "uq_evaluations_conversation_revision_form_id_form_version_sweep",
)


def upgrade() -> None:
    """Create both tables, tell evaluations of one form version apart, and say how large conversations are."""
    _create_sweeps()
    # SQLite cannot drop a constraint: there the table is made anew, and what is in it is copied.
    with op.batch_alter_table("evaluations") as table:
        table.add_column(sa.Column("sweep", NUMBER, nullable=False, server_default="0"))
        table.drop_constraint(OLD, type_="unique")
        table.create_unique_constraint(NEW, ["conversation", "revision", "form_id", "form_version", "sweep"])
    op.add_column("conversations", sa.Column("size", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE conversations SET size = length(body)")
    op.create_index("ix_conversations_order", "conversations", ["app", "started_at", "conversation", "size"])


def _create_sweeps() -> None:
    op.create_table(
        "sweeps",
        sa.Column("sweep", NUMBER, nullable=False),
        sa.Column("sweep_id", KEY, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("claim", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_sweeps_app"),
        sa.PrimaryKeyConstraint("sweep", name="pk_sweeps"),
        sa.UniqueConstraint("sweep_id", name="uq_sweeps_sweep_id"),
    )
    op.create_index("ix_sweeps_app_kind_sweep", "sweeps", ["app", "kind", "sweep"])
    op.create_index("ix_sweeps_state_sweep", "sweeps", ["state", "sweep"])
    op.create_table(
        "sweep_portions",
        sa.Column("portion", NUMBER, nullable=False),
        sa.Column("portion_id", KEY, nullable=False),
        sa.Column("sweep", NUMBER, nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("first", NUMBER, nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("last", NUMBER, nullable=False),
        sa.Column("sieve", sa.BigInteger()),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger()),
        sa.Column("reason", sa.Text()),
        sa.Column("result", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["sweep"], ["sweeps.sweep"], name="fk_sweep_portions_sweep"),
        sa.PrimaryKeyConstraint("portion", name="pk_sweep_portions"),
        sa.UniqueConstraint("portion_id", name="uq_sweep_portions_portion_id"),
    )
    op.create_index("ix_sweep_portions_sweep_state_portion", "sweep_portions", ["sweep", "state", "portion"])
