"""The tables of disputes, calibration, coaching, comments, corrections, wrong masks and collections of moments."""

import sqlalchemy as sa

from auscult.storage.core.tables.base import KEY, METADATA, NUMBER, app_column, number

# Goes with its audit when the conversation is erased.
reviews = sa.Table(
    "reviews",
    METADATA,
    sa.Column("assignment", NUMBER, sa.ForeignKey("assignments.assignment"), primary_key=True, autoincrement=False),
    app_column(),
    sa.Column("conversation", NUMBER, sa.ForeignKey("conversations.conversation"), nullable=False, index=True),
    sa.Column("assignment_id", KEY, nullable=False),
    sa.Column("conversation_id", KEY, nullable=False),
    sa.Column("agent_id", KEY, nullable=False),  # "" where that is not known
    sa.Column("auditor", KEY, nullable=False),
    sa.Column("released_at", sa.BigInteger),  # null: a second look is missing
    sa.Column("changes", sa.Integer, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index("ix_reviews_agent", "app", "agent_id", "assignment"),
)

# Kept when the conversation is erased, without its id and without a text, so that figures stay true.
disputes = sa.Table(
    "disputes",
    METADATA,
    number("dispute"),
    sa.Column("dispute_id", KEY, nullable=False, unique=True),
    app_column(),
    sa.Column("conversation", NUMBER, sa.ForeignKey("conversations.conversation"), index=True),  # null once erased
    sa.Column("assignment_id", KEY, nullable=False),
    sa.Column("conversation_id", KEY),  # null once erased
    sa.Column("metric_id", KEY, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("auditor", KEY, nullable=False),
    sa.Column("queue", KEY, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("raised_at", sa.BigInteger, nullable=False),
    sa.Column("due_at", sa.BigInteger, nullable=False),
    sa.Column("decided_at", sa.BigInteger),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index("ix_disputes_state", "app", "state", "due_at"),
    sa.Index("ix_disputes_assignment", "app", "assignment_id"),
    *(
        sa.Index(f"ix_disputes_{name}", "app", name, "dispute")
        for name in ("raised_at", "due_at", "decided_at", "round")
    ),
)

review_policies = sa.Table(
    "review_policies",
    METADATA,
    sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    sa.Column("document", sa.LargeBinary, nullable=False),
    sa.Column("changed_at", sa.BigInteger, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
)

# A session is one document, so that each step of it is one write.
calibrations = sa.Table(
    "calibrations",
    METADATA,
    number("calibration"),
    sa.Column("session_id", KEY, nullable=False, unique=True),
    app_column(),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("changes", sa.Integer, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index("ix_calibrations_state", "app", "state"),
)

# Which conversations a session is about: found by them when they are erased, and gone then.
calibration_items = sa.Table(
    "calibration_items",
    METADATA,
    number("item"),
    sa.Column("calibration", NUMBER, sa.ForeignKey("calibrations.calibration"), nullable=False),
    sa.Column("conversation", NUMBER, sa.ForeignKey("conversations.conversation"), nullable=False, index=True),
    sa.UniqueConstraint("calibration", "conversation"),
)

coachings = sa.Table(
    "coachings",
    METADATA,
    number("coaching"),
    sa.Column("coaching_id", KEY, nullable=False, unique=True),
    app_column(),
    sa.Column("agent_id", KEY, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("changes", sa.Integer, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index("ix_coachings_agent", "app", "agent_id", "state"),
)

coaching_clips = sa.Table(
    "coaching_clips",
    METADATA,
    number("clip"),
    sa.Column("coaching", NUMBER, sa.ForeignKey("coachings.coaching"), nullable=False),
    sa.Column("conversation", NUMBER, sa.ForeignKey("conversations.conversation"), nullable=False, index=True),
    sa.UniqueConstraint("coaching", "conversation"),
)

# Agents who let others listen to their conversations as examples.
coaching_consents = sa.Table(
    "coaching_consents",
    METADATA,
    sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    sa.Column("agent_id", KEY, primary_key=True),
    sa.Column("given_at", sa.BigInteger, nullable=False),
    sa.Column("given_by", sa.Text, nullable=False),
)

# A thread of comments is one document, so that each step of it is one write. Goes with its conversation.
comment_threads = sa.Table(
    "comment_threads",
    METADATA,
    number("thread"),
    sa.Column("thread_id", KEY, nullable=False, unique=True),
    app_column(),
    sa.Column("conversation", NUMBER, sa.ForeignKey("conversations.conversation"), nullable=False, index=True),
    sa.Column("conversation_id", KEY, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("audience", sa.Text, nullable=False),
    sa.Column("changes", sa.Integer, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index("ix_comment_threads_state", "app", "state", "thread"),
    sa.Index("ix_comment_threads_of", "app", "conversation_id", "thread"),
)

# Facts about a conversation, in their order; undoing one writes it into the same row. They go with the conversation.
corrections = sa.Table(
    "corrections",
    METADATA,
    number("correction"),
    sa.Column("correction_id", KEY, nullable=False, unique=True),
    app_column(),
    sa.Column("conversation", NUMBER, sa.ForeignKey("conversations.conversation"), nullable=False, index=True),
    sa.Column("conversation_id", KEY, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("undone_at", sa.BigInteger),  # null: in force
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index("ix_corrections_of", "app", "conversation_id", "correction"),
)

# What people say of a redaction: a placeholder that is wrong, or what is missing beside one. They go with the conversation.
mask_faults = sa.Table(
    "mask_faults",
    METADATA,
    number("fault"),
    sa.Column("fault_id", KEY, nullable=False, unique=True),
    app_column(),
    sa.Column("conversation", NUMBER, sa.ForeignKey("conversations.conversation"), nullable=False, index=True),
    sa.Column("conversation_id", KEY, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index("ix_mask_faults_of", "app", "conversation_id", "fault"),
)

# A collection of moments. One that was removed stays for a while, so that it can be restored.
collections = sa.Table(
    "collections",
    METADATA,
    number("collection"),
    sa.Column("collection_id", KEY, nullable=False, unique=True),
    sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), nullable=False, index=True),
    sa.Column("removed_at", sa.BigInteger),  # null: it was not
    sa.Column("changes", sa.Integer, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)

# A turn that was pinned to a collection. Goes with its conversation; one that was removed stays for a while, too.
pins = sa.Table(
    "pins",
    METADATA,
    number("pin"),
    sa.Column("pin_id", KEY, nullable=False, unique=True),
    app_column(),
    sa.Column("collection", NUMBER, sa.ForeignKey("collections.collection"), nullable=False),
    sa.Column("conversation", NUMBER, sa.ForeignKey("conversations.conversation"), nullable=False, index=True),
    sa.Column("conversation_id", KEY, nullable=False),
    sa.Column("turn_id", KEY, nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("pinned_by", KEY, nullable=False),
    sa.Column("pinned_at", sa.BigInteger, nullable=False),
    sa.Column("removed_at", sa.BigInteger),  # null: it was not
    sa.Column("changes", sa.Integer, nullable=False),
    sa.UniqueConstraint("collection", "conversation", "turn_id"),
    sa.Index("ix_pins_of", "app", "conversation_id"),
)
