"""The tables of operations: schedules with their runs, the first hour, and what was done to the database."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

from auscult.storage.core.tables.base import KEY, METADATA, NUMBER

schedules = Table(
    "schedules",
    METADATA,
    Column("schedule", NUMBER, primary_key=True),
    Column("schedule_id", KEY, nullable=False, unique=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    Column("created_by", KEY, nullable=False),
    Column("next_at", BigInteger),  # null: on demand
    Column("body", LargeBinary, nullable=False),
    Index("ix_schedules_next", "app", "next_at"),
)

schedule_runs = Table(
    "schedule_runs",
    METADATA,
    Column("run", NUMBER, primary_key=True),
    Column("schedule", NUMBER, ForeignKey("schedules.schedule"), nullable=False),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    Column("key", KEY, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("title", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("href", Text, nullable=False),
    Column("conversation_id", KEY, nullable=False),  # "" of one about no single conversation
    Column("filename", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("content", LargeBinary),  # null of an alert, and once a conversation of the app was erased
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("is_read", SmallInteger, nullable=False),
    Column("mailed_at", BigInteger),  # when the e-mail was accepted; null: not sent yet, or not wanted
    Column("posted_at", BigInteger),  # when the webhook was accepted; null: the same
    Column("due_at", BigInteger),  # not to be sent before; null: at once
    UniqueConstraint("schedule", "key"),
    Index("ix_schedule_runs_state", "app", "state"),
)

backups = Table(
    "backups",
    METADATA,
    Column("backup", NUMBER, primary_key=True),
    Column("made_at", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),  # of its files, in bytes
    Column("place", Text, nullable=False, server_default=""),  # its folder, or its name in a place of archives
    Column("is_removed", SmallInteger, nullable=False, server_default="0"),  # 1: a later backup removed it
)

kept_keys = Table(
    "kept_keys",
    METADATA,
    Column("name", KEY, primary_key=True),
    Column("locked", LargeBinary, nullable=False),  # encrypted with the secret key
)

# Marks on the steps of the first hour of an app: done or skipped; of the hour itself, begun or put away.
first_hour = Table(
    "first_hour",
    METADATA,
    Column("app", NUMBER, ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    Column("step", KEY, primary_key=True),
    Column("state", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# Working days of an app, by which deadlines are counted; every day without a row.
working_days = Table(
    "working_days",
    METADATA,
    Column("app", NUMBER, ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    Column("document", LargeBinary, nullable=False),  # JSON
    Column("changed_at", BigInteger, nullable=False),
)

# Limits of accounts and apps; without a row, those of the settings alone.
limits = Table(
    "limits",
    METADATA,
    Column("account_id", KEY, primary_key=True),
    Column("app_id", KEY, primary_key=True),  # "" for the account as a whole
    Column("body", LargeBinary, nullable=False),  # JSON
)

# Use of each app by day (UTC). What was erased since stays counted.
use_days = Table(
    "use_days",
    METADATA,
    Column("day", KEY, primary_key=True),  # 2026-03-23
    Column("app", NUMBER, ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    Column("conversations", BigInteger, nullable=False, server_default="0"),
    Column("sound_ms", BigInteger, nullable=False, server_default="0"),
    Column("judge_calls", BigInteger, nullable=False, server_default="0"),
    Column("judge_tokens", BigInteger, nullable=False, server_default="0"),
    Column("judge_cost", BigInteger, nullable=False, server_default="0"),  # billionths, as judge_days has it
)
