"""Types and columns that all tables share, and the tables of apps, their clients, the workers and the count of changes.

The purpose of each table, and how rows, facets and tallies relate: docs/reference/database.md.

Instants are integers, ms since the epoch, UTC. Keys that other tables reference are integers of the database's own
making; the ids that users know are separate columns. Texts that are ordered by compare byte by byte on both databases,
as Python compares code points.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect

from auscult.domain.errors import from_store, to_store

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

KEY = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")

NUMBER = BigInteger().with_variant(Integer(), "sqlite")


class Reason(TypeDecorator[str]):
    """Text that keeps its code, for other languages."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Mark the parts of a text."""
        del dialect
        return None if value is None else to_store(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Read the code of a text."""
        del dialect
        return None if value is None else from_store(value)


def number(name: str) -> Column[int]:
    """Make a primary key that the database counts up."""
    return Column(name, NUMBER, primary_key=True)


def app_column() -> Column[Any]:
    """Make a reference to the app that a row belongs to."""
    return Column("app", NUMBER, ForeignKey("apps.app"), nullable=False)


def index_of(name: str, where: str, *columns: str) -> Index:
    """Make an index of the rows of which ``where`` is true; a query that is to use it says the same words."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


apps = Table(
    "apps",
    METADATA,
    number("app"),
    Column("app_id", KEY, nullable=False, unique=True),
    Column("account_id", KEY, nullable=False),
    Column("org_id", KEY, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("rows_version", Integer, nullable=False, server_default="0"),
    Column(
        "rows_after", KEY, nullable=False, server_default=""
    ),  # rows up to this conversation are of the next version
    Column("directory_version", Integer, nullable=False, server_default="0"),  # rises with directory_changes
)

clients = Table(
    "clients",
    METADATA,
    Column("client_id", KEY, primary_key=True),
    Column("account_id", KEY, nullable=False),
    Column("app_ids", Text, nullable=False),  # JSON array, sorted
    Column("scopes", Text, nullable=False),  # JSON array, sorted
    Column("secret", LargeBinary, nullable=False),  # encrypted
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("wire", Text),  # version of the reporting APIs; null: off
)

workers = Table(
    "workers",
    METADATA,
    Column("worker", KEY, primary_key=True),
    Column("beats", BigInteger, nullable=False),
    Column("beat_at", BigInteger, nullable=False),
)

change_counts = Table(
    "change_counts",
    METADATA,
    Column("stripe", Integer, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
)
