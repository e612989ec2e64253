"""The tables of operations: schedules with their runs, the first hour, and what was done to the database."""

import sqlalchemy as sa

from auscult.storage.core.tables.base import KEY, METADATA, NUMBER, app_column, number

schedules = sa.Table(
    "schedules",
    METADATA,
    number("schedule"),
    sa.Column("schedule_id", KEY, nullable=False, unique=True),
    app_column(),
    sa.Column("created_by", KEY, nullable=False),
    sa.Column("next_at", sa.BigInteger),  # null: on demand
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index("ix_schedules_next", "app", "next_at"),
)

schedule_runs = sa.Table(
    "schedule_runs",
    METADATA,
    number("run"),
    sa.Column("schedule", NUMBER, sa.ForeignKey("schedules.schedule"), nullable=False),
    app_column(),
    sa.Column("key", KEY, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("href", sa.Text, nullable=False),
    sa.Column("conversation_id", KEY, nullable=False),  # "" of one about no single conversation
    sa.Column("filename", sa.Text, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("content", sa.LargeBinary),  # null of an alert, and once a conversation of the app was erased
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("is_read", sa.SmallInteger, nullable=False),
    sa.Column("mailed_at", sa.BigInteger),  # when the e-mail was accepted; null: not sent yet, or not wanted
    sa.Column("posted_at", sa.BigInteger),  # when the webhook was accepted; null: the same
    sa.Column("due_at", sa.BigInteger),  # not to be sent before; null: at once
    sa.UniqueConstraint("schedule", "key"),
    sa.Index("ix_schedule_runs_state", "app", "state"),
)

backups = sa.Table(
    "backups",
    METADATA,
    number("backup"),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),  # of its files, in bytes
    sa.Column("place", sa.Text, nullable=False, server_default=""),  # its folder, or its name in a place of archives
    sa.Column("is_removed", sa.SmallInteger, nullable=False, server_default="0"),  # 1: a later backup removed it
)

kept_keys = sa.Table(
    "kept_keys",
    METADATA,
    sa.Column("name", KEY, primary_key=True),
    sa.Column("locked", sa.LargeBinary, nullable=False),  # encrypted with the secret key
)

# Marks on the steps of the first hour of an app: done or skipped; of the hour itself, begun or put away.
first_hour = sa.Table(
    "first_hour",
    METADATA,
    sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    sa.Column("step", KEY, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)

# Working days of an app, by which deadlines are counted; every day without a row.
working_days = sa.Table(
    "working_days",
    METADATA,
    sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    sa.Column("document", sa.LargeBinary, nullable=False),  # JSON
    sa.Column("changed_at", sa.BigInteger, nullable=False),
)

# Limits of accounts and apps; without a row, those of the settings alone.
limits = sa.Table(
    "limits",
    METADATA,
    sa.Column("account_id", KEY, primary_key=True),
    sa.Column("app_id", KEY, primary_key=True),  # "" for the account as a whole
    sa.Column("body", sa.LargeBinary, nullable=False),  # JSON
)

# Use of each app by day (UTC). What was erased since stays counted.
use_days = sa.Table(
    "use_days",
    METADATA,
    sa.Column("day", KEY, primary_key=True),  # 2026-03-23
    sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    sa.Column("conversations", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("sound_ms", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("judge_calls", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("judge_tokens", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("judge_cost", sa.BigInteger, nullable=False, server_default="0"),  # billionths, as judge_days has it
)
