"""All tables. Their purpose, and how rows, facets and tallies relate: docs/reference/database.md.

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
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects import postgresql

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


def _number(name: str) -> Column[int]:
    """Make a primary key that the database counts up."""
    return Column(name, NUMBER, primary_key=True)


def _app() -> Column[Any]:
    return Column("app", NUMBER, ForeignKey("apps.app"), nullable=False)


def _index_of(name: str, where: str, *columns: str) -> Index:
    """Make an index of the rows of which ``where`` is true; a query that is to use it says the same words."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


WAITS = "state = 'accepted' AND not_before IS NULL"
IS_POSTPONED = "state = 'accepted' AND not_before IS NOT NULL"
IS_UNFINISHED = "state <> 'done'"
"""Of a batch, in the words of its indexes."""

apps = Table(
    "apps",
    METADATA,
    _number("app"),
    Column("app_id", KEY, nullable=False, unique=True),
    Column("account_id", KEY, nullable=False),
    Column("org_id", KEY, nullable=False),
    Column("created_at", BigInteger, nullable=False),
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
)

workers = Table(
    "workers",
    METADATA,
    Column("worker", KEY, primary_key=True),
    Column("beats", BigInteger, nullable=False),
)

forms = Table(
    "forms",
    METADATA,
    _app(),
    Column("form_id", KEY, nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("published_at", BigInteger, nullable=False),
    UniqueConstraint("app", "form_id", "version"),
)

# Which versions were put out of force, and when. A form whose newest version stands here is not in force.
form_retirements = Table(
    "form_retirements",
    METADATA,
    _app(),
    Column("form_id", KEY, nullable=False),
    Column("version", Integer, nullable=False),
    Column("retired_at", BigInteger, nullable=False),
    UniqueConstraint("app", "form_id", "version"),
)

form_drafts = Table(
    "form_drafts",
    METADATA,
    _app(),
    Column("form_id", KEY, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("based_on", Integer),  # the newest version when it was saved
    Column("saved_at", BigInteger, nullable=False),
    UniqueConstraint("app", "form_id"),
)

form_snapshots = Table(
    "form_snapshots",
    METADATA,
    _number("snapshot"),
    _app(),
    Column("digest", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("app", "digest"),
)

batches = Table(
    "batches",
    METADATA,
    _number("batch"),
    Column("batch_id", KEY, nullable=False, unique=True),
    _app(),
    Column("size", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("starts", Integer, nullable=False),
    Column("accepted_at", BigInteger, nullable=False),
    Column("not_before", BigInteger),  # postponed until then
    Column("postponements", Integer, nullable=False, server_default="0"),
    Column("priority", SmallInteger, nullable=False, server_default="1"),  # 0 live, 1 backfill
    Column("ended_at", BigInteger),
    Column("traces", Text),  # traceparents of the requests that it came from, with spaces between them
    _index_of("ix_batches_line", WAITS, "priority", "app", "batch", "size"),
    _index_of("ix_batches_later", IS_POSTPONED, "not_before"),
    _index_of("ix_batches_unfinished", IS_UNFINISHED, "app", "state", "batch"),
)

conversations = Table(
    "conversations",
    METADATA,
    _number("conversation"),
    _app(),
    Column("conversation_id", KEY, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("batch", NUMBER, ForeignKey("batches.batch"), nullable=False, index=True),
    Column("recorded_revision", Integer),  # the revision that its rows show
    Column("status", Text),  # of that revision
    Column("filed_at", BigInteger),  # the start under which its rows are filed
    Column("size", Integer, nullable=False),  # of the body, in bytes
    Column("body", LargeBinary, nullable=False),
    Column("words_erased_at", BigInteger),  # None: its words are there
    UniqueConstraint("app", "conversation_id"),
    # The size is there to be read from the index alone, where work is shared out.
    Index("ix_conversations_order", "app", "started_at", "conversation", "size"),
)

evaluations = Table(
    "evaluations",
    METADATA,
    _number("evaluation"),
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), nullable=False),
    Column("segment", SmallInteger, nullable=False, server_default="0"),  # 0: the whole conversation
    Column("revision", Integer, nullable=False),
    Column("form_id", KEY, nullable=False),  # "" where no form fits
    Column("form_version", Integer, nullable=False),  # 0 where no form fits
    Column("sweep", NUMBER, nullable=False),  # the re-score that decided it; 0: decided when it came in
    Column("snapshot", NUMBER, ForeignKey("form_snapshots.snapshot")),
    Column("status", Text, nullable=False),
    Column("score", SmallInteger),
    Column("passed", SmallInteger),
    Column("fatal_errors", Integer, nullable=False),
    Column("evaluated_at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint(
        "conversation", "segment", "revision", "form_id", "form_version", "sweep", name="uq_evaluations_decided"
    ),
)

# What analysis found in a revision. Forms have no part in it, so it stands beside all evaluations of that revision.
insights = Table(
    "insights",
    METADATA,
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), primary_key=True, autoincrement=False),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)

# What far engines (judges) were asked and answered. A call stays when its conversation is erased: it was paid for.
judge_calls = Table(
    "judge_calls",
    METADATA,
    _number("call"),
    _app(),
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
    _number("answer"),
    _app(),
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

# Work that goes over conversations that are stored already: a re-score, a backtest.
sweeps = Table(
    "sweeps",
    METADATA,
    _number("sweep"),
    Column("sweep_id", KEY, nullable=False, unique=True),
    _app(),
    Column("kind", Text, nullable=False),
    Column("request", LargeBinary, nullable=False),
    Column("claim", Text),  # what only one running sweep of an app may be about
    Column("state", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Index(None, "app", "kind", "sweep"),
    Index(None, "state", "sweep"),
)

# From one conversation to another, by start and number, both in it.
sweep_portions = Table(
    "sweep_portions",
    METADATA,
    _number("portion"),
    Column("portion_id", KEY, nullable=False, unique=True),
    Column("sweep", NUMBER, ForeignKey("sweeps.sweep"), nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("first", NUMBER, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("last", NUMBER, nullable=False),
    Column("sieve", BigInteger),  # lets only some of them through
    Column("size", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("starts", Integer, nullable=False),
    Column("not_before", BigInteger),
    Column("reason", Text),
    Column("result", LargeBinary),
    Index(None, "sweep", "state", "portion"),
)

# Which conversations a result names, so that erasing one finds it.
sweep_mentions = Table(
    "sweep_mentions",
    METADATA,
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), primary_key=True, autoincrement=False),
    Column("portion", NUMBER, ForeignKey("sweep_portions.portion"), primary_key=True, autoincrement=False, index=True),
)

# From here on all is disposable: `auscult rebuild` makes it again. These tables are the widest of all and are
# written with every batch, so they have no foreign keys; `auscult verify` checks what these would hold.

listings = Table(
    "listings",
    METADATA,
    _number("listing"),
    _app(),
    Column("report", KEY, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("rows_given", BigInteger, nullable=False),  # how many row numbers were ever given out
    UniqueConstraint("app", "report"),
)

report_rows = Table(
    "report_rows",
    METADATA,
    # The listing times 2**32, and a number of the listing's own: rows of one listing lie together.
    Column("row", NUMBER, primary_key=True, autoincrement=False),
    Column("listing", NUMBER, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("conversation_id", KEY, nullable=False),
    Column("cell", SmallInteger, nullable=False),
    Column("facets", Text, nullable=False),  # JSON array of facet numbers, sorted
    Column("body", LargeBinary, nullable=False),
    # The cell is there to be read from the index alone: a conversation has one row in a listing.
    Index("ix_report_rows_order", "listing", "started_at", "conversation_id", "cell", unique=True),
)

facets = Table(
    "facets",
    METADATA,
    _number("facet"),
    Column("listing", NUMBER, nullable=False),
    Column("name", KEY, nullable=False),
    Column("value", KEY, nullable=False),
    UniqueConstraint("listing", "name", "value"),
)

facet_rows = Table(
    "facet_rows",
    METADATA,
    Column("facet", NUMBER, primary_key=True, autoincrement=False),
    Column("started_at", BigInteger, primary_key=True, autoincrement=False),
    Column("conversation_id", KEY, primary_key=True),
    Column("cell", SmallInteger, primary_key=True, autoincrement=False),
    Column("row", NUMBER, nullable=False),
    sqlite_with_rowid=False,
)

tallies = Table(
    "tallies",
    METADATA,
    Column("listing", NUMBER, primary_key=True, autoincrement=False),
    Column("facet", NUMBER, primary_key=True, autoincrement=False),  # 0: all rows
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("bucket", BigInteger, primary_key=True, autoincrement=False),
    Column("cell", SmallInteger, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# What apps define beside forms, in versions: tables of values, scorecards.
definitions = Table(
    "definitions",
    METADATA,
    _app(),
    Column("kind", KEY, nullable=False),
    Column("name", KEY, nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("published_at", BigInteger, nullable=False),
    Column("removed_at", BigInteger),  # of the newest version: it is not in force
    UniqueConstraint("app", "kind", "name", "version"),
)
