"""What judges were asked, answered and cost, and batches that wait for them.

Revision 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the three tables, and let a batch be postponed."""
    op.add_column("batches", sa.Column("not_before", sa.BigInteger()))
    op.add_column("batches", sa.Column("postponements", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "judge_calls",
        sa.Column("call", NUMBER, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("conversation", NUMBER),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("prompt_hash", sa.Text(), nullable=False),
        sa.Column("tokens_in", sa.BigInteger(), nullable=False),
        sa.Column("tokens_cached", sa.BigInteger(), nullable=False),
        sa.Column("tokens_out", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger()),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_judge_calls_app"),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.conversation"], name="fk_judge_calls_conversation"),
        sa.PrimaryKeyConstraint("call", name="pk_judge_calls"),
    )
    op.create_index("ix_judge_calls_conversation", "judge_calls", ["conversation"], unique=False)
    op.create_table(
        "judge_answers",
        sa.Column("answer", NUMBER, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("call", NUMBER),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_judge_answers_app"),
        sa.ForeignKeyConstraint(["call"], ["judge_calls.call"], name="fk_judge_answers_call"),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.conversation"], name="fk_judge_answers_conversation"),
        sa.PrimaryKeyConstraint("answer", name="pk_judge_answers"),
        sa.UniqueConstraint("app", "key", name="uq_judge_answers_app_key"),
    )
    op.create_index("ix_judge_answers_conversation", "judge_answers", ["conversation"], unique=False)
    op.create_table(
        "judge_days",
        sa.Column("day", KEY, nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_judge_days"),
    )
