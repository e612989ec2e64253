"""Standard names: ``sweeps`` become ``backfills``, their portions ``backfill_chunks``; evaluations name their backfill.

Revision 0148, after 0147.
"""

from collections.abc import Mapping
from typing import NamedTuple

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0148"
down_revision = "0147"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class Names(NamedTuple):
    """Names of the three tables and of the columns that differ."""

    whole: str
    whole_id: str
    wholes: str
    part: str
    parts: str
    mentions: str
    limit: str


EARLIER = Names("sweep", "sweep_id", "sweeps", "portion", "sweep_portions", "sweep_mentions", "sieve")
LATER = Names("backfill", "backfill_id", "backfills", "chunk", "backfill_chunks", "backfill_mentions", "sample_limit")


def upgrade() -> None:
    """Move everything to the later names."""
    _rename(EARLIER, LATER)


def downgrade() -> None:
    """Move everything back."""
    _rename(LATER, EARLIER)


def _rename(old: Names, new: Names) -> None:
    op.execute(f"ALTER TABLE evaluations RENAME COLUMN {old.whole} TO {new.whole}")
    _create(new)
    same = "app, kind, request, claim, state, total, created_at, ended_at"
    _copy(old.wholes, new.wholes, {new.whole: old.whole, new.whole_id: old.whole_id, same: same})
    same = "first_at, first, last_at, last, result"
    _copy(old.parts, new.parts, {new.part: old.part, new.limit: old.limit, same: same})
    _copy(old.mentions, new.mentions, {"conversation": "conversation", new.part: old.part})
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            f"SELECT setval(pg_get_serial_sequence('{new.wholes}', '{new.whole}'), "  # noqa: S608  (of this file's words)
            f"COALESCE((SELECT MAX({new.whole}) FROM {new.wholes}), 0) + 1, false)"
        )
    for table in (old.mentions, old.parts, old.wholes):
        op.drop_table(table)


def _copy(old: str, new: str, columns: Mapping[str, str]) -> None:
    """Copy all rows; ``columns`` has the names in the old table by those in the new one."""
    op.execute(f"INSERT INTO {new} ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM {old}")  # noqa: S608


def _create(names: Names) -> None:
    op.create_table(
        names.wholes,
        sa.Column(names.whole, NUMBER, nullable=False),
        sa.Column(names.whole_id, KEY, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name=f"fk_{names.wholes}_app"),
        sa.PrimaryKeyConstraint(names.whole, name=f"pk_{names.wholes}"),
        sa.UniqueConstraint(names.whole_id, name=f"uq_{names.wholes}_{names.whole_id}"),
    )
    op.create_index(f"ix_{names.wholes}_app_kind_{names.whole}", names.wholes, ["app", "kind", names.whole])
    op.create_index(f"ix_{names.wholes}_state_{names.whole}", names.wholes, ["state", names.whole])
    op.create_table(
        names.parts,
        sa.Column(names.part, NUMBER, autoincrement=False, nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("first", NUMBER, nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("last", NUMBER, nullable=False),
        sa.Column(names.limit, sa.BigInteger(), nullable=True),
        sa.Column("result", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint([names.part], ["batches.batch"], name=f"fk_{names.parts}_{names.part}"),
        sa.PrimaryKeyConstraint(names.part, name=f"pk_{names.parts}"),
    )
    op.create_table(
        names.mentions,
        sa.Column("conversation", NUMBER, autoincrement=False, nullable=False),
        sa.Column(names.part, NUMBER, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.conversation"], name=f"fk_{names.mentions}_conversation"
        ),
        sa.ForeignKeyConstraint(
            [names.part], [f"{names.parts}.{names.part}"], name=f"fk_{names.mentions}_{names.part}"
        ),
        sa.PrimaryKeyConstraint("conversation", names.part, name=f"pk_{names.mentions}"),
    )
    op.create_index(f"ix_{names.mentions}_{names.part}", names.mentions, [names.part])
