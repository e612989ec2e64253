"""Types and columns that all tables share, and the tables of apps, their clients, the workers and the count of changes.

The purpose of each table, and how rows, facets and tallies relate: docs/reference/database.md.

Instants are integers, ms since the epoch, UTC. Keys that other tables reference are integers of the database's own
making; the ids that users know are separate columns. Texts that are ordered by compare byte by byte on both databases,
as Python compares code points.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect

from auscult.domain.errors import from_store, to_store

METADATA = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class Reason(sa.TypeDecorator[str]):
    """Text that keeps its code, for other languages."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Mark the parts of a text."""
        del dialect
        return None if value is None else to_store(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Read the code of a text."""
        del dialect
        return None if value is None else from_store(value)


def number(name: str) -> sa.Column[int]:
    """Make a primary key that the database counts up."""
    return sa.Column(name, NUMBER, primary_key=True)


def app_column() -> sa.Column[Any]:
    """Make a reference to the app that a row belongs to."""
    return sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), nullable=False)


def index_of(name: str, where: str, *columns: str) -> sa.Index:
    """Make an index of the rows of which ``where`` is true; a query that is to use it says the same words."""
    return sa.Index(name, *columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


apps = sa.Table(
    "apps",
    METADATA,
    number("app"),
    sa.Column("app_id", KEY, nullable=False, unique=True),
    sa.Column("account_id", KEY, nullable=False),
    sa.Column("org_id", KEY, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("rows_version", sa.Integer, nullable=False, server_default="0"),
    sa.Column(
        "rows_after", KEY, nullable=False, server_default=""
    ),  # rows up to this conversation are of the next version
    sa.Column("directory_version", sa.Integer, nullable=False, server_default="0"),  # rises with directory_changes
)

clients = sa.Table(
    "clients",
    METADATA,
    sa.Column("client_id", KEY, primary_key=True),
    sa.Column("account_id", KEY, nullable=False),
    sa.Column("app_ids", sa.Text, nullable=False),  # JSON array, sorted
    sa.Column("scopes", sa.Text, nullable=False),  # JSON array, sorted
    sa.Column("secret", sa.LargeBinary, nullable=False),  # encrypted
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("revoked_at", sa.BigInteger),
    sa.Column("wire", sa.Text),  # version of the reporting APIs; null: off
)

workers = sa.Table(
    "workers",
    METADATA,
    sa.Column("worker", KEY, primary_key=True),
    sa.Column("beats", sa.BigInteger, nullable=False),
    sa.Column("beat_at", sa.BigInteger, nullable=False),
)

change_counts = sa.Table(
    "change_counts",
    METADATA,
    sa.Column("stripe", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("n", sa.BigInteger, nullable=False),
)
