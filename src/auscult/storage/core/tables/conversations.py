"""The tables of conversations: batches to score, what came in, its evaluations and its insights."""

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

from auscult.storage.core.packing import Packed
from auscult.storage.core.tables.base import KEY, METADATA, NUMBER, Reason, app_column, index_of, number

WAITS = "state = 'accepted' AND not_before IS NULL"

IS_POSTPONED = "state = 'accepted' AND not_before IS NOT NULL"

IS_BATCH, IS_CHUNK = "priority < 2", "priority = 2"

IS_UNFINISHED = f"state <> 'done' AND {IS_BATCH}"
"""Of an item of the work list, in the words of its indexes."""

# The work list: batches of accepted conversations, and chunks of backfills. A line holds items of one app or backfill.
batches = Table(
    "batches",
    METADATA,
    number("batch"),
    Column("batch_id", KEY, nullable=False, unique=True),
    app_column(),
    Column("line", NUMBER, nullable=False, server_default="0"),  # number of the app; of a chunk, of its backfill
    Column("size", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Reason),
    Column("starts", Integer, nullable=False),
    Column("accepted_at", BigInteger, nullable=False),
    Column("not_before", BigInteger),  # postponed until then
    Column("postponements", Integer, nullable=False, server_default="0"),
    Column("priority", SmallInteger, nullable=False, server_default="1"),  # 0 live, 1 bulk load, 2 chunk
    Column("ended_at", BigInteger),
    Column("traces", Text),  # traceparents of the requests that it came from, with spaces between them
    index_of("ix_batches_line", WAITS, "priority", "line", "batch", "size"),
    index_of("ix_batches_later", IS_POSTPONED, "not_before"),
    index_of("ix_batches_unfinished", IS_UNFINISHED, "app", "state", "batch"),
    *(
        index_of(f"ix_batches_by_{name}", IS_UNFINISHED, "app", name, "batch")
        for name in ("accepted_at", "size", "starts", "not_before", "ended_at")
    ),
    index_of("ix_batches_chunks", IS_CHUNK, "line", "state", "batch", "size"),
)

conversations = Table(
    "conversations",
    METADATA,
    number("conversation"),
    app_column(),
    Column("conversation_id", KEY, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("batch", NUMBER, ForeignKey("batches.batch"), nullable=False, index=True),
    Column("recorded_revision", Integer),  # the revision that its rows show
    Column("status", Text),  # of that revision
    Column("filed_at", BigInteger),  # the start under which its rows are filed
    Column("size", Integer, nullable=False),  # of the document, in bytes
    Column("body", Packed, nullable=False),
    Column("words_erased_at", BigInteger),  # None: its words are there
    Column("is_excluded", SmallInteger, nullable=False, server_default="0"),  # 1: left out of figures
    Column("delivered", LargeBinary),  # who handled it as the sender has it, where a correction says otherwise
    Column("ai", LargeBinary),  # references to the texts of its AI agent
    Column("readable", LargeBinary),  # what views read of it, where it is packed
    UniqueConstraint("app", "conversation_id"),
    # The size is there to be read from the index alone, where work is shared out.
    Index("ix_conversations_order", "app", "started_at", "conversation", "size"),
)

# Instructions, knowledge and tools of AI agents, each once for an app: a JSON array of stretches with gaps between them.
# Texts of one name are likely to share most of their words: it is an agent with its version, or a title.
ai_texts = Table(
    "ai_texts",
    METADATA,
    number("text"),
    app_column(),
    Column("kind", KEY, nullable=False),
    Column("name", KEY, nullable=False),
    Column("digest", LargeBinary, nullable=False),  # of kind and body
    Column("uses", Integer, nullable=False),  # by conversations and registered agents; erased with the last one
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("app", "digest"),
    Index("ix_ai_texts_name", "app", "kind", "name", "text"),
)

# Registered AI agents, by version: a conversation that names one and brings no texts has these.
ai_agents = Table(
    "ai_agents",
    METADATA,
    Column("app", NUMBER, ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    Column("agent_id", KEY, primary_key=True),
    Column("version", KEY, primary_key=True),
    Column("name", Text),
    Column("registered_at", BigInteger, nullable=False),
    Column("registered_by", Text, nullable=False),
    Column("ai", LargeBinary, nullable=False),  # references to texts
)

evaluations = Table(
    "evaluations",
    METADATA,
    number("evaluation"),
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), nullable=False),
    Column("segment", SmallInteger, nullable=False, server_default="0"),  # 0: the whole conversation
    Column("revision", Integer, nullable=False),
    Column("form_id", KEY, nullable=False),  # "" where no form fits
    Column("form_version", Integer, nullable=False),  # 0 where no form fits
    Column("backfill", NUMBER, nullable=False),  # the re-score that decided it; 0: decided when it came in
    Column("snapshot", NUMBER, ForeignKey("form_snapshots.snapshot")),
    Column("status", Text, nullable=False),
    Column("score", SmallInteger),
    Column("passed", SmallInteger),
    Column("fatal_errors", Integer, nullable=False),
    Column("evaluated_at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("seal", LargeBinary),  # keyed digest of all of it and of its form
    UniqueConstraint(
        "conversation", "segment", "revision", "form_id", "form_version", "backfill", name="uq_evaluations_decided"
    ),
)

# Insights of a revision. They depend on no form, so all evaluations of the revision share them.
insights = Table(
    "insights",
    METADATA,
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), primary_key=True, autoincrement=False),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("body", Packed, nullable=False),
    Column("readable", LargeBinary),  # what views read of it, where it is packed
)

# What was said, by side, for searches. The database keeps the index of its words in step by itself: SQLite an FTS5
# table by triggers, PostgreSQL a GIN index of a function (``storage/core/baseline.py``).
said = Table(
    "said",
    METADATA,
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), primary_key=True, autoincrement=False),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    Column("conversation_id", KEY, nullable=False),
    Column("started_at", BigInteger, nullable=False),  # the start under which its rows are filed
    Column("agent", Text, nullable=False),  # words, as searches compare them
    Column("customer", Text, nullable=False),
    Index("ix_said_order", "app", "started_at", "conversation_id"),
)
