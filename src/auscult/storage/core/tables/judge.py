"""The tables of judges: calls, answers, each day's use, pauses and slots."""

import sqlalchemy as sa

from auscult.storage.core.tables.base import KEY, METADATA, NUMBER, app_column, number

# What far engines (judges) were asked and answered. A call stays when its conversation is erased: it was paid for.
judge_calls = sa.Table(
    "judge_calls",
    METADATA,
    number("call"),
    app_column(),
    sa.Column("conversation", NUMBER, sa.ForeignKey("conversations.conversation"), index=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("prompt_hash", sa.Text, nullable=False),  # of all that was sent
    sa.Column("tokens_in", sa.BigInteger, nullable=False),
    sa.Column("tokens_cached", sa.BigInteger, nullable=False),  # of tokens_in
    sa.Column("tokens_out", sa.BigInteger, nullable=False),
    sa.Column("cost", sa.BigInteger),  # billionths of the currency that prices are in; null where none are known
)

judge_answers = sa.Table(
    "judge_answers",
    METADATA,
    number("answer"),
    app_column(),
    sa.Column("key", sa.LargeBinary, nullable=False),  # a hash of all that the answer depends on
    sa.Column("conversation", NUMBER, sa.ForeignKey("conversations.conversation"), nullable=False, index=True),
    sa.Column("call", NUMBER, sa.ForeignKey("judge_calls.call")),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("app", "key"),
)

judge_days = sa.Table(
    "judge_days",
    METADATA,
    sa.Column("day", KEY, primary_key=True),  # 2026-03-23, UTC
    sa.Column("tokens", sa.BigInteger, nullable=False),
    sa.Column("cost", sa.BigInteger, nullable=False),
    sa.Column("calls", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("failures", sa.BigInteger, nullable=False, server_default="0"),
)

# Processes that ask their judge nothing for a while, since it failed several times in a row.
judge_pauses = sa.Table(
    "judge_pauses",
    METADATA,
    sa.Column("owner", KEY, primary_key=True),
    sa.Column("until", sa.BigInteger, nullable=False),
)

# How many may ask a judge at a time, over all processes: one row for each that does.
judge_places = sa.Table(
    "judge_places",
    METADATA,
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("holder", KEY, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),  # its lease
)
