"""The tables of disputes, calibration, coaching, comments, corrections, wrong masks and collections of moments."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from auscult.storage.core.tables.base import KEY, METADATA, NUMBER

# Goes with its audit when the conversation is erased.
reviews = Table(
    "reviews",
    METADATA,
    Column("assignment", NUMBER, ForeignKey("assignments.assignment"), primary_key=True, autoincrement=False),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), nullable=False, index=True),
    Column("assignment_id", KEY, nullable=False),
    Column("conversation_id", KEY, nullable=False),
    Column("agent_id", KEY, nullable=False),  # "" where that is not known
    Column("auditor", KEY, nullable=False),
    Column("released_at", BigInteger),  # null: a second look is missing
    Column("changes", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_reviews_agent", "app", "agent_id", "assignment"),
)

# Kept when the conversation is erased, without its id and without a text, so that figures stay true.
disputes = Table(
    "disputes",
    METADATA,
    Column("dispute", NUMBER, primary_key=True),
    Column("dispute_id", KEY, nullable=False, unique=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), index=True),  # null once erased
    Column("assignment_id", KEY, nullable=False),
    Column("conversation_id", KEY),  # null once erased
    Column("metric_id", KEY, nullable=False),
    Column("state", Text, nullable=False),
    Column("auditor", KEY, nullable=False),
    Column("queue", KEY, nullable=False),
    Column("round", Integer, nullable=False),
    Column("raised_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("decided_at", BigInteger),
    Column("body", LargeBinary, nullable=False),
    Index("ix_disputes_state", "app", "state", "due_at"),
    Index("ix_disputes_assignment", "app", "assignment_id"),
    *(Index(f"ix_disputes_{name}", "app", name, "dispute") for name in ("raised_at", "due_at", "decided_at", "round")),
)

review_policies = Table(
    "review_policies",
    METADATA,
    Column("app", NUMBER, ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    Column("document", LargeBinary, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("changed_by", Text, nullable=False),
)

# A session is one document, so that each step of it is one write.
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

coachings = Table(
    "coachings",
    METADATA,
    Column("coaching", NUMBER, primary_key=True),
    Column("coaching_id", KEY, nullable=False, unique=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    Column("agent_id", KEY, nullable=False),
    Column("state", Text, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_coachings_agent", "app", "agent_id", "state"),
)

coaching_clips = Table(
    "coaching_clips",
    METADATA,
    Column("clip", NUMBER, primary_key=True),
    Column("coaching", NUMBER, ForeignKey("coachings.coaching"), nullable=False),
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), nullable=False, index=True),
    UniqueConstraint("coaching", "conversation"),
)

# Agents who let others listen to their conversations as examples.
coaching_consents = Table(
    "coaching_consents",
    METADATA,
    Column("app", NUMBER, ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    Column("agent_id", KEY, primary_key=True),
    Column("given_at", BigInteger, nullable=False),
    Column("given_by", Text, nullable=False),
)

# A thread of comments is one document, so that each step of it is one write. Goes with its conversation.
comment_threads = Table(
    "comment_threads",
    METADATA,
    Column("thread", NUMBER, primary_key=True),
    Column("thread_id", KEY, nullable=False, unique=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), nullable=False, index=True),
    Column("conversation_id", KEY, nullable=False),
    Column("state", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_comment_threads_state", "app", "state", "thread"),
    Index("ix_comment_threads_of", "app", "conversation_id", "thread"),
)

# Facts about a conversation, in their order; undoing one writes it into the same row. They go with the conversation.
corrections = Table(
    "corrections",
    METADATA,
    Column("correction", NUMBER, primary_key=True),
    Column("correction_id", KEY, nullable=False, unique=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), nullable=False, index=True),
    Column("conversation_id", KEY, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("undone_at", BigInteger),  # null: in force
    Column("body", LargeBinary, nullable=False),
    Index("ix_corrections_of", "app", "conversation_id", "correction"),
)

# What people say of a redaction: a placeholder that is wrong, or what is missing beside one. They go with the conversation.
mask_faults = Table(
    "mask_faults",
    METADATA,
    Column("fault", NUMBER, primary_key=True),
    Column("fault_id", KEY, nullable=False, unique=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), nullable=False, index=True),
    Column("conversation_id", KEY, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_mask_faults_of", "app", "conversation_id", "fault"),
)

# A collection of moments. One that was removed stays for a while, so that it can be restored.
collections = Table(
    "collections",
    METADATA,
    Column("collection", NUMBER, primary_key=True),
    Column("collection_id", KEY, nullable=False, unique=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False, index=True),
    Column("removed_at", BigInteger),  # null: it was not
    Column("changes", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# A turn that was pinned to a collection. Goes with its conversation; one that was removed stays for a while, too.
pins = Table(
    "pins",
    METADATA,
    Column("pin", NUMBER, primary_key=True),
    Column("pin_id", KEY, nullable=False, unique=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    Column("collection", NUMBER, ForeignKey("collections.collection"), nullable=False),
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), nullable=False, index=True),
    Column("conversation_id", KEY, nullable=False),
    Column("turn_id", KEY, nullable=False),
    Column("place", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("pinned_by", KEY, nullable=False),
    Column("pinned_at", BigInteger, nullable=False),
    Column("removed_at", BigInteger),  # null: it was not
    Column("changes", Integer, nullable=False),
    UniqueConstraint("collection", "conversation", "turn_id"),
    Index("ix_pins_of", "app", "conversation_id"),
)
