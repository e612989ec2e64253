"""The tables of plans, draws, assignments and audits. What each is for: docs/reference/database.md."""

import sqlalchemy as sa

from auscult.storage.core.tables.base import KEY, METADATA, NUMBER, app_column, number

IS_SHOWN = "is_shown = 1"
"""Of an audit, in the words of its indexes: reports show it."""


IS_HELD = "held_until IS NOT NULL"


# Only ever added to: the newest version of a plan is in force.
plans = sa.Table(
    "plans",
    METADATA,
    number("plan"),
    app_column(),
    sa.Column("plan_id", KEY, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("document", sa.LargeBinary, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.UniqueConstraint("app", "plan_id", "version"),
)

draws = sa.Table(
    "draws",
    METADATA,
    number("draw"),
    sa.Column("draw_id", KEY, nullable=False, unique=True),
    app_column(),
    sa.Column("plan_id", KEY, nullable=False),
    sa.Column("plan_version", sa.Integer, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),
    sa.Column("watermark", NUMBER, nullable=False),  # the last conversation that was accepted before it
    sa.Column("frame_count", sa.Integer, nullable=False),
    sa.Column("frame_digest", sa.LargeBinary, nullable=False),  # of the ids in the frame, sorted
    sa.Column("strata", sa.LargeBinary, nullable=False),
    sa.Column("among", sa.LargeBinary),  # ids that filters by comments and pins left; null: without these filters
    sa.Column("drawn_at", sa.BigInteger, nullable=False),
    sa.Column("drawn_by", sa.Text, nullable=False),
    sa.UniqueConstraint("app", "plan_id", "since", "until"),
)

assignments = sa.Table(
    "assignments",
    METADATA,
    number("assignment"),
    app_column(),
    sa.Column("assignment_id", KEY, nullable=False),
    sa.Column("conversation", NUMBER, sa.ForeignKey("conversations.conversation"), index=True),  # null once erased
    sa.Column("segment", sa.SmallInteger, nullable=False),
    sa.Column("agent_id", KEY, nullable=False),  # "" where that was not decided
    sa.Column("rater", KEY),  # null: anyone
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("draw", NUMBER, sa.ForeignKey("draws.draw"), index=True),  # null: picked by hand
    sa.Column("stratum", KEY, nullable=False),
    sa.Column("u", sa.Double[float]()),
    sa.Column("probability", sa.Double[float]()),
    sa.Column("hidden", sa.Text, nullable=False),  # JSON array, sorted
    sa.Column("due_at", sa.BigInteger),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("begun_at", sa.BigInteger),
    sa.Column("ended_at", sa.BigInteger),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("reason_code", sa.Text),  # of a declined one
    sa.Column("replaces", KEY),  # the declined assignment of the same draw that it is drawn instead of
    sa.UniqueConstraint("app", "assignment_id"),
    sa.Index("ix_assignments_replaces", "app", "replaces", unique=True),
    # Nobody has both opinions on a conversation.
    sa.Index("ix_assignments_opinions", "draw", "conversation", "segment", "agent_id", "rater", unique=True),
    sa.Index("ix_assignments_next", "app", "state", "rater", "assignment"),
    *(
        sa.Index(f"ix_assignments_{name}", "app", f"{name}_at", "assignment")
        for name in ("created", "due", "begun", "ended")
    ),
)

audits = sa.Table(
    "audits",
    METADATA,
    sa.Column("assignment", NUMBER, sa.ForeignKey("assignments.assignment"), primary_key=True, autoincrement=False),
    sa.Column("conversation", NUMBER, sa.ForeignKey("conversations.conversation"), nullable=False, index=True),
    app_column(),
    sa.Column("assignment_id", KEY, nullable=False),
    sa.Column("conversation_id", KEY, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("auditor", KEY, nullable=False),
    sa.Column("is_shown", sa.SmallInteger, nullable=False),  # at most one of a conversation
    sa.Column("submitted_at", sa.BigInteger),
    sa.Column("answers", sa.Integer, nullable=False),  # how many the draft has
    sa.Column("score", sa.Integer),  # once submitted, whole, as lists show it
    sa.Column("changes", sa.Integer, nullable=False),  # how often it was written
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("held_until", sa.BigInteger),  # submitted, and can be undone until then; null: not, or it counts
    sa.Column("seal", sa.LargeBinary),  # keyed digest of all of it, except whether it is shown or held
    *(sa.Index(f"ix_audits_{name}", "app", name, "assignment") for name in ("answers", "score")),
    sa.Index("ix_audits_held", "app", "held_until", sqlite_where=sa.text(IS_HELD), postgresql_where=sa.text(IS_HELD)),
    sa.Index(
        "ix_audits_shown",
        "conversation",
        unique=True,
        sqlite_where=sa.text(IS_SHOWN),
        postgresql_where=sa.text(IS_SHOWN),
    ),
    sa.Index(
        "ix_audits_listed", "app", "conversation_id", sqlite_where=sa.text(IS_SHOWN), postgresql_where=sa.text(IS_SHOWN)
    ),
)

# Only ever added to: the database refuses to change a line, and lines go only with their conversation.
audit_trail = sa.Table(
    "audit_trail",
    METADATA,
    number("entry"),
    sa.Column("conversation", NUMBER, sa.ForeignKey("conversations.conversation"), nullable=False, index=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)

bookmarks = sa.Table(
    "bookmarks",
    METADATA,
    sa.Column(
        "conversation", NUMBER, sa.ForeignKey("conversations.conversation"), primary_key=True, autoincrement=False
    ),
    sa.Column("by", KEY, primary_key=True),
    app_column(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Index("ix_bookmarks_app_kind", "app", "kind"),
)

audit_settings = sa.Table(
    "audit_settings",
    METADATA,
    sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    sa.Column("body", sa.Text, nullable=False),
)
