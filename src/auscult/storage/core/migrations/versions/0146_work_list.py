"""One list of work: chunks of backfills become rows of ``batches``; their ranges and results remain in ``sweep_portions``.

Revision 0146, after 0145.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0146"
down_revision = "0145"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITS = "state = 'accepted' AND not_before IS NULL"
_CONTENT = "first_at, first, last_at, last, sieve, result"
_TO_BATCHES = """
INSERT INTO batches (batch_id, app, line, size, state, reason, starts, accepted_at, not_before, priority, ended_at)
SELECT portion_id, app, chunks.sweep, size, CASE WHEN chunks.state <> 'waiting' THEN chunks.state
        WHEN sweeps.state = 'cancelled' THEN 'cancelled' ELSE 'accepted' END,
    reason, starts, created_at, CASE WHEN sweeps.state = 'running' THEN not_before END, 2,
    CASE WHEN chunks.state <> 'waiting' OR sweeps.state = 'cancelled' THEN COALESCE(ended_at, created_at) END
FROM sweep_portions AS chunks JOIN sweeps ON sweeps.sweep = chunks.sweep ORDER BY portion
"""
_FROM_BATCHES = f"""
INSERT INTO sweep_portions (portion, portion_id, sweep, size, state, starts, not_before, reason, {_CONTENT})
SELECT batch, batch_id, line, size, CASE WHEN state IN ('done', 'failed') THEN state ELSE 'waiting' END,
    starts, not_before, reason, {_CONTENT}
FROM earlier_portions JOIN batches ON batch = number
"""  # noqa: S608  (of this file's own words)


def upgrade() -> None:
    """Move the chunks that exist."""
    op.add_column("batches", sa.Column("line", NUMBER, nullable=False, server_default="0"))
    op.execute("UPDATE batches SET line = app")
    op.execute(_TO_BATCHES)
    _set_aside("SELECT portion AS earlier, batch AS number FROM sweep_portions JOIN batches ON batch_id = portion_id")
    op.create_table(
        "sweep_portions",
        sa.Column("portion", NUMBER, autoincrement=False, nullable=False),
        *_content(),
        sa.ForeignKeyConstraint(["portion"], ["batches.batch"], name="fk_sweep_portions_portion"),
        sa.PrimaryKeyConstraint("portion", name="pk_sweep_portions"),
    )
    op.execute(f"INSERT INTO sweep_portions (portion, {_CONTENT}) SELECT number, {_CONTENT} FROM earlier_portions")  # noqa: S608
    _bring_back()
    _index_batches(line="line", unfinished="state <> 'done' AND priority < 2")
    _index("ix_batches_chunks", "priority = 2", "line", "state", "batch", "size")


def downgrade() -> None:
    """Move them back."""
    op.drop_index("ix_batches_chunks", "batches")
    _set_aside("SELECT portion AS earlier, portion AS number FROM sweep_portions")
    op.create_table(
        "sweep_portions",
        sa.Column("portion", NUMBER, nullable=False),
        sa.Column("portion_id", KEY, nullable=False),
        sa.Column("sweep", NUMBER, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        *_content(),
        sa.ForeignKeyConstraint(["sweep"], ["sweeps.sweep"], name="fk_sweep_portions_sweep"),
        sa.PrimaryKeyConstraint("portion", name="pk_sweep_portions"),
        sa.UniqueConstraint("portion_id", name="uq_sweep_portions_portion_id"),
    )
    op.create_index("ix_sweep_portions_sweep_state_portion", "sweep_portions", ["sweep", "state", "portion"])
    op.execute(_FROM_BATCHES)
    _bring_back()
    op.execute("DELETE FROM batches WHERE priority = 2")
    _index_batches(line="app", unfinished="state <> 'done'")
    op.drop_column("batches", "line")


def _content() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("first", NUMBER, nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("last", NUMBER, nullable=False),
        sa.Column("sieve", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.LargeBinary(), nullable=True),
    )


def _set_aside(numbers: str) -> None:
    """Drop the two tables of chunks, with copies under new numbers: neither database changes such keys in place."""
    numbers = f"({numbers}) AS numbers ON earlier = portion"
    op.execute(f"CREATE TABLE earlier_mentions AS SELECT conversation, number FROM sweep_mentions JOIN {numbers}")  # noqa: S608
    op.execute(f"CREATE TABLE earlier_portions AS SELECT number, {_CONTENT} FROM sweep_portions JOIN {numbers}")  # noqa: S608
    op.drop_table("sweep_mentions")
    op.drop_table("sweep_portions")


def _bring_back() -> None:
    """Create the mentions, and drop the copies."""
    op.create_table(
        "sweep_mentions",
        sa.Column("conversation", NUMBER, autoincrement=False, nullable=False),
        sa.Column("portion", NUMBER, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.conversation"], name="fk_sweep_mentions_conversation"
        ),
        sa.ForeignKeyConstraint(["portion"], ["sweep_portions.portion"], name="fk_sweep_mentions_portion"),
        sa.PrimaryKeyConstraint("conversation", "portion", name="pk_sweep_mentions"),
    )
    op.create_index("ix_sweep_mentions_portion", "sweep_mentions", ["portion"])
    op.execute("INSERT INTO sweep_mentions (conversation, portion) SELECT conversation, number FROM earlier_mentions")
    op.drop_table("earlier_mentions")
    op.drop_table("earlier_portions")


def _index_batches(line: str, unfinished: str) -> None:
    op.drop_index("ix_batches_line", "batches")
    op.drop_index("ix_batches_unfinished", "batches")
    _index("ix_batches_line", WAITS, "priority", line, "batch", "size")
    _index("ix_batches_unfinished", unfinished, "app", "state", "batch")


def _index(name: str, where: str, *columns: str) -> None:
    op.create_index(name, "batches", list(columns), sqlite_where=sa.text(where), postgresql_where=sa.text(where))
