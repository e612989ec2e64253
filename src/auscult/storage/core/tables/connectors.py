"""Tables of connectors: their state, runs, the manifest of what was read, refusals, and figures of the drift watch."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, SmallInteger, Table, Text, UniqueConstraint

from auscult.storage.core.tables.base import KEY, METADATA, NUMBER, Reason

connectors = Table(
    "connectors",
    METADATA,
    Column("connector", NUMBER, primary_key=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    Column("name", KEY, nullable=False),
    Column("secrets", LargeBinary),  # encrypted; null without
    Column("secret_names", Text, nullable=False),
    Column("is_paused", SmallInteger, nullable=False),
    Column("next_at", BigInteger),  # null: on demand
    Column("ordered", LargeBinary),  # a run that is asked for; null without
    Column("is_removed", SmallInteger, nullable=False),
    UniqueConstraint("app", "name"),
)

connector_runs = Table(
    "connector_runs",
    METADATA,
    Column("run", NUMBER, primary_key=True),
    Column("connector", NUMBER, ForeignKey("connectors.connector"), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("lease_until", BigInteger, nullable=False),
    Column("given", LargeBinary, nullable=False),  # the order
    Column("counts", LargeBinary, nullable=False),
    Column("notes", LargeBinary, nullable=False),
    Column("postponed", LargeBinary, nullable=False),
    Column("error", Reason, nullable=False),
    Index("ix_connector_runs_connector", "connector", "run"),
)

connector_items = Table(
    "connector_items",
    METADATA,
    Column("connector", NUMBER, ForeignKey("connectors.connector"), primary_key=True, autoincrement=False),
    Column("key", KEY, primary_key=True),
    Column("etag", Text),
    Column("size", BigInteger, nullable=False),
    Column("run", NUMBER, nullable=False),
)

connector_refusals = Table(
    "connector_refusals",
    METADATA,
    Column("refusal", NUMBER, primary_key=True),
    Column("connector", NUMBER, ForeignKey("connectors.connector"), nullable=False),
    Column("key", KEY, nullable=False),
    Column("place", Text, nullable=False),
    Column("reason", Reason, nullable=False),
    Column("run", NUMBER, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_connector_refusals_key", "connector", "key"),
)

connector_hours = Table(
    "connector_hours",
    METADATA,
    Column("connector", NUMBER, ForeignKey("connectors.connector"), primary_key=True, autoincrement=False),
    Column("hour", BigInteger, primary_key=True, autoincrement=False),  # since the epoch
    Column("body", LargeBinary, nullable=False),
)
