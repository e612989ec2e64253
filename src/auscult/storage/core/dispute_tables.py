"""Tables of what follows an audit: reviews by agents, disputes, and the policy that an app has for both."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from auscult.storage.core.tables import KEY, METADATA, NUMBER

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
    Column("raised_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("decided_at", BigInteger),
    Column("body", LargeBinary, nullable=False),
    Index("ix_disputes_state", "app", "state", "due_at"),
    Index("ix_disputes_assignment", "app", "assignment_id"),
)

review_policies = Table(
    "review_policies",
    METADATA,
    Column("app", NUMBER, ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    Column("document", LargeBinary, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("changed_by", Text, nullable=False),
)
