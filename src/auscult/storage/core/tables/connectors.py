"""Tables of connectors: their state, runs, the manifest of what was read, refusals, and figures of the drift watch."""

import sqlalchemy as sa

from auscult.storage.core.tables.base import KEY, METADATA, NUMBER, Reason, app_column, number

connectors = sa.Table(
    "connectors",
    METADATA,
    number("connector"),
    app_column(),
    sa.Column("name", KEY, nullable=False),
    sa.Column("secrets", sa.LargeBinary),  # encrypted; null without
    sa.Column("secret_names", sa.Text, nullable=False),
    sa.Column("is_paused", sa.SmallInteger, nullable=False),
    sa.Column("next_at", sa.BigInteger),  # null: on demand
    sa.Column("ordered", sa.LargeBinary),  # a run that is asked for; null without
    sa.Column("is_removed", sa.SmallInteger, nullable=False),
    sa.UniqueConstraint("app", "name"),
)

connector_runs = sa.Table(
    "connector_runs",
    METADATA,
    number("run"),
    sa.Column("connector", NUMBER, sa.ForeignKey("connectors.connector"), nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("ended_at", sa.BigInteger),
    sa.Column("lease_until", sa.BigInteger, nullable=False),
    sa.Column("given", sa.LargeBinary, nullable=False),  # the order
    sa.Column("counts", sa.LargeBinary, nullable=False),
    sa.Column("notes", sa.LargeBinary, nullable=False),
    sa.Column("postponed", sa.LargeBinary, nullable=False),
    sa.Column("error", Reason, nullable=False),
    sa.Index("ix_connector_runs_connector", "connector", "run"),
)

connector_items = sa.Table(
    "connector_items",
    METADATA,
    sa.Column("connector", NUMBER, sa.ForeignKey("connectors.connector"), primary_key=True, autoincrement=False),
    sa.Column("key", KEY, primary_key=True),
    sa.Column("etag", sa.Text),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("run", NUMBER, nullable=False),
)

connector_refusals = sa.Table(
    "connector_refusals",
    METADATA,
    number("refusal"),
    sa.Column("connector", NUMBER, sa.ForeignKey("connectors.connector"), nullable=False),
    sa.Column("key", KEY, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("reason", Reason, nullable=False),
    sa.Column("run", NUMBER, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Index("ix_connector_refusals_key", "connector", "key"),
)

connector_hours = sa.Table(
    "connector_hours",
    METADATA,
    sa.Column("connector", NUMBER, sa.ForeignKey("connectors.connector"), primary_key=True, autoincrement=False),
    sa.Column("hour", sa.BigInteger, primary_key=True, autoincrement=False),  # since the epoch
    sa.Column("body", sa.LargeBinary, nullable=False),
)
