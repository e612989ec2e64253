"""The tables of plans, draws, assignments and audits. What each is for: docs/reference/database.md."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from auscult.storage.core.tables.base import KEY, METADATA, NUMBER

IS_SHOWN = "is_shown = 1"
"""Of an audit, in the words of its indexes: reports show it."""


IS_HELD = "held_until IS NOT NULL"


def _app() -> Column[Any]:
    return Column("app", NUMBER, ForeignKey("apps.app"), nullable=False)


# Only ever added to: the newest version of a plan is in force.
plans = Table(
    "plans",
    METADATA,
    Column("plan", NUMBER, primary_key=True),
    _app(),
    Column("plan_id", KEY, nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    UniqueConstraint("app", "plan_id", "version"),
)

draws = Table(
    "draws",
    METADATA,
    Column("draw", NUMBER, primary_key=True),
    Column("draw_id", KEY, nullable=False, unique=True),
    _app(),
    Column("plan_id", KEY, nullable=False),
    Column("plan_version", Integer, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("watermark", NUMBER, nullable=False),  # the last conversation that was accepted before it
    Column("frame_count", Integer, nullable=False),
    Column("frame_digest", LargeBinary, nullable=False),  # of the ids in the frame, sorted
    Column("strata", LargeBinary, nullable=False),
    Column("among", LargeBinary),  # ids that filters by comments and pins left; null: without these filters
    Column("drawn_at", BigInteger, nullable=False),
    Column("drawn_by", Text, nullable=False),
    UniqueConstraint("app", "plan_id", "since", "until"),
)

assignments = Table(
    "assignments",
    METADATA,
    Column("assignment", NUMBER, primary_key=True),
    _app(),
    Column("assignment_id", KEY, nullable=False),
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), index=True),  # null once erased
    Column("segment", SmallInteger, nullable=False),
    Column("agent_id", KEY, nullable=False),  # "" where that was not decided
    Column("rater", KEY),  # null: whoever comes first
    Column("role", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("draw", NUMBER, ForeignKey("draws.draw"), index=True),  # null: picked by hand
    Column("stratum", KEY, nullable=False),
    Column("u", Double[float]()),
    Column("probability", Double[float]()),
    Column("hidden", Text, nullable=False),  # JSON array, sorted
    Column("due_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("begun_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("reason", Text, nullable=False),
    Column("reason_code", Text),  # of a declined one
    Column("replaces", KEY),  # the declined assignment of the same draw that it is drawn instead of
    UniqueConstraint("app", "assignment_id"),
    Index("ix_assignments_replaces", "app", "replaces", unique=True),
    # Nobody has both opinions on a conversation.
    Index("ix_assignments_opinions", "draw", "conversation", "segment", "agent_id", "rater", unique=True),
    Index("ix_assignments_next", "app", "state", "rater", "assignment"),
    *(
        Index(f"ix_assignments_{name}", "app", f"{name}_at", "assignment")
        for name in ("created", "due", "begun", "ended")
    ),
)

audits = Table(
    "audits",
    METADATA,
    Column("assignment", NUMBER, ForeignKey("assignments.assignment"), primary_key=True, autoincrement=False),
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), nullable=False, index=True),
    _app(),
    Column("assignment_id", KEY, nullable=False),
    Column("conversation_id", KEY, nullable=False),
    Column("state", Text, nullable=False),
    Column("auditor", KEY, nullable=False),
    Column("is_shown", SmallInteger, nullable=False),  # at most one of a conversation
    Column("submitted_at", BigInteger),
    Column("answers", Integer, nullable=False),  # how many the draft has
    Column("score", Integer),  # once submitted, whole, as lists show it
    Column("changes", Integer, nullable=False),  # how often it was written
    Column("body", LargeBinary, nullable=False),
    Column("held_until", BigInteger),  # submitted, and can be undone until then; null: not, or it counts
    Column("seal", LargeBinary),  # keyed digest of all of it, except whether it is shown or held
    *(Index(f"ix_audits_{name}", "app", name, "assignment") for name in ("answers", "score")),
    Index("ix_audits_held", "app", "held_until", sqlite_where=text(IS_HELD), postgresql_where=text(IS_HELD)),
    Index("ix_audits_shown", "conversation", unique=True, sqlite_where=text(IS_SHOWN), postgresql_where=text(IS_SHOWN)),
    Index("ix_audits_listed", "app", "conversation_id", sqlite_where=text(IS_SHOWN), postgresql_where=text(IS_SHOWN)),
)

# Only ever added to: the database refuses to change a line, and lines go only with their conversation.
audit_trail = Table(
    "audit_trail",
    METADATA,
    Column("entry", NUMBER, primary_key=True),
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

bookmarks = Table(
    "bookmarks",
    METADATA,
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), primary_key=True, autoincrement=False),
    Column("by", KEY, primary_key=True),
    _app(),
    Column("kind", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_bookmarks_app_kind", "app", "kind"),
)

audit_settings = Table(
    "audit_settings",
    METADATA,
    Column("app", NUMBER, ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)
