"""Tables of calibration sessions. A session is one document, so that each step of it is one write."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from auscult.storage.core.tables import KEY, METADATA, NUMBER

calibrations = Table(
    "calibrations",
    METADATA,
    Column("calibration", NUMBER, primary_key=True),
    Column("session_id", KEY, nullable=False, unique=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_calibrations_state", "app", "state"),
)

# Which conversations a session is about: found by them when they are erased, and gone then.
calibration_items = Table(
    "calibration_items",
    METADATA,
    Column("item", NUMBER, primary_key=True),
    Column("calibration", NUMBER, ForeignKey("calibrations.calibration"), nullable=False),
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), nullable=False, index=True),
    UniqueConstraint("calibration", "conversation"),
)
