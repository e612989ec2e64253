"""Tables of coaching: items, their conversations, and agents who consent to share theirs."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from auscult.storage.core.tables import KEY, METADATA, NUMBER

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

# An agent who is not in it lets nobody hear their conversations as an example.
coaching_consents = Table(
    "coaching_consents",
    METADATA,
    Column("app", NUMBER, ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    Column("agent_id", KEY, primary_key=True),
    Column("given_at", BigInteger, nullable=False),
    Column("given_by", Text, nullable=False),
)
