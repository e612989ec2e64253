"""Connectors: their state, runs, manifest, refusals, and figures of the drift watch.

Revision 0130, after 0110.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0130"
down_revision = "0115"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "connectors",
        sa.Column("connector", NUMBER, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.Column("secret_names", sa.Text(), nullable=False),
        sa.Column("is_paused", sa.SmallInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("ordered", sa.LargeBinary(), nullable=True),
        sa.Column("is_removed", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connector", name="pk_connectors"),
        sa.UniqueConstraint("app", "name", name="uq_connectors_app_name"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_connectors_app"),
    )
    op.create_table(
        "connector_runs",
        sa.Column("run", NUMBER, nullable=False),
        sa.Column("connector", NUMBER, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=False),
        sa.Column("given", sa.LargeBinary(), nullable=False),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.Column("notes", sa.LargeBinary(), nullable=False),
        sa.Column("postponed", sa.LargeBinary(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run", name="pk_connector_runs"),
        sa.ForeignKeyConstraint(["connector"], ["connectors.connector"], name="fk_connector_runs_connector"),
    )
    op.create_index("ix_connector_runs_connector", "connector_runs", ["connector", "run"])
    op.create_table(
        "connector_items",
        sa.Column("connector", NUMBER, autoincrement=False, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("run", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("connector", "key", name="pk_connector_items"),
        sa.ForeignKeyConstraint(["connector"], ["connectors.connector"], name="fk_connector_items_connector"),
    )
    op.create_table(
        "connector_refusals",
        sa.Column("refusal", NUMBER, nullable=False),
        sa.Column("connector", NUMBER, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("run", NUMBER, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("refusal", name="pk_connector_refusals"),
        sa.ForeignKeyConstraint(["connector"], ["connectors.connector"], name="fk_connector_refusals_connector"),
    )
    op.create_index("ix_connector_refusals_key", "connector_refusals", ["connector", "key"])
    op.create_table(
        "connector_hours",
        sa.Column("connector", NUMBER, autoincrement=False, nullable=False),
        sa.Column("hour", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("connector", "hour", name="pk_connector_hours"),
        sa.ForeignKeyConstraint(["connector"], ["connectors.connector"], name="fk_connector_hours_connector"),
    )
