"""The tables of the console: views of the list that people saved, and exports that they asked for."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, LargeBinary, Table, Text, UniqueConstraint

from auscult.storage.core.tables import KEY, METADATA, NUMBER

saved_views = Table(
    "saved_views",
    METADATA,
    Column("view", NUMBER, primary_key=True),
    Column("view_id", KEY, nullable=False, unique=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    Column("owner", KEY, nullable=False),  # e-mail address
    Column("name", KEY, nullable=False),
    Column("query", Text, nullable=False),  # parameters of the list's address
    Column("is_shared", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("app", "owner", "name"),
)

exports = Table(
    "exports",
    METADATA,
    Column("export", NUMBER, primary_key=True),
    Column("export_id", KEY, nullable=False, unique=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False, index=True),
    Column("user_id", KEY, nullable=False),
    Column("query", Text, nullable=False),  # JSON: which conversations
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("total", BigInteger, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("place", Text),  # JSON: where reading goes on
    Column("created_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("due_at", BigInteger, index=True),  # of waiting: since when; of running: the end of its lease
)

export_parts = Table(
    "export_parts",
    METADATA,
    Column("export", NUMBER, ForeignKey("exports.export"), primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),  # zlib
)
