"""The tables of judges: calls, answers, each day's use, pauses and slots."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, Table, Text, UniqueConstraint

from auscult.storage.core.tables.base import KEY, METADATA, NUMBER, app_column, number

# What far engines (judges) were asked and answered. A call stays when its conversation is erased: it was paid for.
judge_calls = Table(
    "judge_calls",
    METADATA,
    number("call"),
    app_column(),
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), index=True),
    Column("at", BigInteger, nullable=False),
    Column("model", Text, nullable=False),
    Column("prompt_hash", Text, nullable=False),  # of all that was sent
    Column("tokens_in", BigInteger, nullable=False),
    Column("tokens_cached", BigInteger, nullable=False),  # of tokens_in
    Column("tokens_out", BigInteger, nullable=False),
    Column("cost", BigInteger),  # billionths of the currency that prices are in; null where none are known
)

judge_answers = Table(
    "judge_answers",
    METADATA,
    number("answer"),
    app_column(),
    Column("key", LargeBinary, nullable=False),  # a hash of all that the answer depends on
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), nullable=False, index=True),
    Column("call", NUMBER, ForeignKey("judge_calls.call")),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("app", "key"),
)

judge_days = Table(
    "judge_days",
    METADATA,
    Column("day", KEY, primary_key=True),  # 2026-03-23, UTC
    Column("tokens", BigInteger, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("calls", BigInteger, nullable=False, server_default="0"),
    Column("failures", BigInteger, nullable=False, server_default="0"),
)

# Processes that ask their judge nothing for a while, since it failed several times in a row.
judge_pauses = Table(
    "judge_pauses",
    METADATA,
    Column("owner", KEY, primary_key=True),
    Column("until", BigInteger, nullable=False),
)

# How many may ask a judge at a time, over all processes: one row for each that does.
judge_places = Table(
    "judge_places",
    METADATA,
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("holder", KEY, nullable=False),
    Column("until", BigInteger, nullable=False),  # its lease
)
