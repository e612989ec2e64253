"""The tables of conversations: batches to score, what came in, its evaluations and its insights."""

import sqlalchemy as sa

from auscult.storage.core.packing import Packed
from auscult.storage.core.tables.base import KEY, METADATA, NUMBER, Reason, app_column, index_of, number

WAITS = "state = 'accepted' AND not_before IS NULL"

IS_POSTPONED = "state = 'accepted' AND not_before IS NOT NULL"

IS_BATCH, IS_CHUNK = "priority < 2", "priority = 2"

IS_UNFINISHED = f"state <> 'done' AND {IS_BATCH}"
"""Of an item of the work list, in the words of its indexes."""

# The work list: batches of accepted conversations, and chunks of backfills. A line holds items of one app or backfill.
batches = sa.Table(
    "batches",
    METADATA,
    number("batch"),
    sa.Column("batch_id", KEY, nullable=False, unique=True),
    app_column(),
    sa.Column("line", NUMBER, nullable=False, server_default="0"),  # number of the app; of a chunk, of its backfill
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", Reason),
    sa.Column("starts", sa.Integer, nullable=False),
    sa.Column("accepted_at", sa.BigInteger, nullable=False),
    sa.Column("not_before", sa.BigInteger),  # postponed until then
    sa.Column("postponements", sa.Integer, nullable=False, server_default="0"),
    sa.Column("priority", sa.SmallInteger, nullable=False, server_default="1"),  # 0 live, 1 bulk load, 2 chunk
    sa.Column("ended_at", sa.BigInteger),
    sa.Column("traces", sa.Text),  # traceparents of the requests that it came from, with spaces between them
    index_of("ix_batches_line", WAITS, "priority", "line", "batch", "size"),
    index_of("ix_batches_later", IS_POSTPONED, "not_before"),
    index_of("ix_batches_unfinished", IS_UNFINISHED, "app", "state", "batch"),
    *(
        index_of(f"ix_batches_by_{name}", IS_UNFINISHED, "app", name, "batch")
        for name in ("accepted_at", "size", "starts", "not_before", "ended_at")
    ),
    index_of("ix_batches_chunks", IS_CHUNK, "line", "state", "batch", "size"),
)

conversations = sa.Table(
    "conversations",
    METADATA,
    number("conversation"),
    app_column(),
    sa.Column("conversation_id", KEY, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("batch", NUMBER, sa.ForeignKey("batches.batch"), nullable=False, index=True),
    sa.Column("recorded_revision", sa.Integer),  # the revision that its rows show
    sa.Column("status", sa.Text),  # of that revision
    sa.Column("filed_at", sa.BigInteger),  # the start under which its rows are filed
    sa.Column("size", sa.Integer, nullable=False),  # of the document, in bytes
    sa.Column("body", Packed, nullable=False),
    sa.Column("words_erased_at", sa.BigInteger),  # None: its words are there
    sa.Column("is_excluded", sa.SmallInteger, nullable=False, server_default="0"),  # 1: left out of figures
    sa.Column("delivered", sa.LargeBinary),  # who handled it as the sender has it, where a correction says otherwise
    sa.Column("ai", sa.LargeBinary),  # references to the texts of its AI agent
    sa.Column("readable", sa.LargeBinary),  # what views read of it, where it is packed
    sa.UniqueConstraint("app", "conversation_id"),
    # The size is there to be read from the index alone, where work is shared out.
    sa.Index("ix_conversations_order", "app", "started_at", "conversation", "size"),
)

# Instructions, knowledge and tools of AI agents, each once for an app: a JSON array of stretches with gaps between them.
# Texts of one name are likely to share most of their words: it is an agent with its version, or a title.
ai_texts = sa.Table(
    "ai_texts",
    METADATA,
    number("text"),
    app_column(),
    sa.Column("kind", KEY, nullable=False),
    sa.Column("name", KEY, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),  # of kind and body
    sa.Column("uses", sa.Integer, nullable=False),  # by conversations and registered agents; erased with the last one
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("app", "digest"),
    sa.Index("ix_ai_texts_name", "app", "kind", "name", "text"),
)

# Registered AI agents, by version: a conversation that names one and brings no texts has these.
ai_agents = sa.Table(
    "ai_agents",
    METADATA,
    sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    sa.Column("agent_id", KEY, primary_key=True),
    sa.Column("version", KEY, primary_key=True),
    sa.Column("name", sa.Text),
    sa.Column("registered_at", sa.BigInteger, nullable=False),
    sa.Column("registered_by", sa.Text, nullable=False),
    sa.Column("ai", sa.LargeBinary, nullable=False),  # references to texts
)

evaluations = sa.Table(
    "evaluations",
    METADATA,
    number("evaluation"),
    sa.Column("conversation", NUMBER, sa.ForeignKey("conversations.conversation"), nullable=False),
    sa.Column("segment", sa.SmallInteger, nullable=False, server_default="0"),  # 0: the whole conversation
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("form_id", KEY, nullable=False),  # "" where no form fits
    sa.Column("form_version", sa.Integer, nullable=False),  # 0 where no form fits
    sa.Column("backfill", NUMBER, nullable=False),  # the re-score that decided it; 0: decided when it came in
    sa.Column("snapshot", NUMBER, sa.ForeignKey("form_snapshots.snapshot")),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("score", sa.SmallInteger),
    sa.Column("passed", sa.SmallInteger),
    sa.Column("fatal_errors", sa.Integer, nullable=False),
    sa.Column("evaluated_at", sa.BigInteger, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("seal", sa.LargeBinary),  # keyed digest of all of it and of its form
    sa.UniqueConstraint(
        "conversation", "segment", "revision", "form_id", "form_version", "backfill", name="uq_evaluations_decided"
    ),
)

# Insights of a revision. They depend on no form, so all evaluations of the revision share them.
insights = sa.Table(
    "insights",
    METADATA,
    sa.Column(
        "conversation", NUMBER, sa.ForeignKey("conversations.conversation"), primary_key=True, autoincrement=False
    ),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("body", Packed, nullable=False),
    sa.Column("readable", sa.LargeBinary),  # what views read of it, where it is packed
)

# What was said, by side, for searches. The database keeps the index of its words in step by itself: SQLite an FTS5
# table by triggers, PostgreSQL a GIN index of a function (``storage/core/baseline.py``).
said = sa.Table(
    "said",
    METADATA,
    sa.Column(
        "conversation", NUMBER, sa.ForeignKey("conversations.conversation"), primary_key=True, autoincrement=False
    ),
    app_column(),
    sa.Column("conversation_id", KEY, nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),  # the start under which its rows are filed
    sa.Column("agent", sa.Text, nullable=False),  # words, as searches compare them
    sa.Column("customer", sa.Text, nullable=False),
    sa.Index("ix_said_order", "app", "started_at", "conversation_id"),
)
