"""The tables of operations. What each is for: docs/reference/database.md."""

from sqlalchemy import BigInteger, Column, LargeBinary, Table

from auscult.storage.core.tables import KEY, METADATA, NUMBER

backups = Table(
    "backups",
    METADATA,
    Column("backup", NUMBER, primary_key=True),
    Column("made_at", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),  # of its files, in bytes
)

kept_keys = Table(
    "kept_keys",
    METADATA,
    Column("name", KEY, primary_key=True),
    Column("locked", LargeBinary, nullable=False),  # encrypted with the secret key
)
