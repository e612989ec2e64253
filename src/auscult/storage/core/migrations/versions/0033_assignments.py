"""Audits belong to assignments, and evaluations to a conversation and a segment; plans, draws and assignments.

Revision 0033, after 0032. Each audit that is there gets an assignment without a plan and without a probability.
"""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAMESPACE = uuid.UUID("1c9b1f6e-2f7e-5a53-8f0a-6b0e7f1d3c55")
PORTION = 1_000
OLD = "uq_evaluations_conversation_revision_form_id_form_version_sweep"


def upgrade() -> None:
    """Create the tables, give every audit its assignment, and every evaluation the segment 0."""
    _create_plans()
    _create_assignments()
    op.execute("CREATE TABLE audits_before AS SELECT * FROM audits")
    op.drop_table("audits")
    _create_audits()
    _move_audits()
    op.drop_table("audits_before")
    # SQLite cannot drop a constraint: there the table is made anew, and what is in it is copied.
    with op.batch_alter_table("evaluations") as table:
        table.add_column(sa.Column("segment", sa.SmallInteger(), nullable=False, server_default="0"))
        table.drop_constraint(OLD, type_="unique")
        table.create_unique_constraint(
            "uq_evaluations_decided", ["conversation", "segment", "revision", "form_id", "form_version", "sweep"]
        )


def _create_plans() -> None:
    op.create_table(
        "plans",
        sa.Column("plan", NUMBER, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("plan_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_plans_app"),
        sa.PrimaryKeyConstraint("plan", name="pk_plans"),
        sa.UniqueConstraint("app", "plan_id", "version", name="uq_plans_app_plan_id_version"),
    )
    op.create_table(
        "draws",
        sa.Column("draw", NUMBER, nullable=False),
        sa.Column("draw_id", KEY, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("plan_id", KEY, nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("watermark", NUMBER, nullable=False),
        sa.Column("frame_count", sa.Integer(), nullable=False),
        sa.Column("frame_digest", sa.LargeBinary(), nullable=False),
        sa.Column("strata", sa.LargeBinary(), nullable=False),
        sa.Column("drawn_at", sa.BigInteger(), nullable=False),
        sa.Column("drawn_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_draws_app"),
        sa.PrimaryKeyConstraint("draw", name="pk_draws"),
        sa.UniqueConstraint("app", "plan_id", "since", "until", name="uq_draws_app_plan_id_since_until"),
        sa.UniqueConstraint("draw_id", name="uq_draws_draw_id"),
    )


def _create_assignments() -> None:
    op.create_table(
        "assignments",
        sa.Column("assignment", NUMBER, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("assignment_id", KEY, nullable=False),
        sa.Column("conversation", NUMBER),
        sa.Column("segment", sa.SmallInteger(), nullable=False),
        sa.Column("agent_id", KEY, nullable=False),
        sa.Column("rater", KEY),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("draw", NUMBER),
        sa.Column("stratum", KEY, nullable=False),
        sa.Column("u", sa.Double[float]()),
        sa.Column("probability", sa.Double[float]()),
        sa.Column("hidden", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_assignments_app"),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.conversation"], name="fk_assignments_conversation"),
        sa.ForeignKeyConstraint(["draw"], ["draws.draw"], name="fk_assignments_draw"),
        sa.PrimaryKeyConstraint("assignment", name="pk_assignments"),
        sa.UniqueConstraint("app", "assignment_id", name="uq_assignments_app_assignment_id"),
    )
    op.create_index("ix_assignments_conversation", "assignments", ["conversation"])
    op.create_index("ix_assignments_draw", "assignments", ["draw"])
    op.create_index(
        "ix_assignments_opinions",
        "assignments",
        ["draw", "conversation", "segment", "agent_id", "rater"],
        unique=True,
    )
    op.create_index("ix_assignments_next", "assignments", ["app", "state", "rater", "assignment"])


def _create_audits() -> None:
    op.create_table(
        "audits",
        sa.Column("assignment", NUMBER, autoincrement=False, nullable=False),
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("assignment_id", KEY, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("auditor", KEY, nullable=False),
        sa.Column("is_shown", sa.SmallInteger(), nullable=False),
        sa.Column("submitted_at", sa.BigInteger()),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_audits_app"),
        sa.ForeignKeyConstraint(["assignment"], ["assignments.assignment"], name="fk_audits_assignment"),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.conversation"], name="fk_audits_conversation"),
        sa.PrimaryKeyConstraint("assignment", name="pk_audits"),
    )
    op.create_index("ix_audits_conversation", "audits", ["conversation"])
    _index_shown("ix_audits_shown", ["conversation"], unique=True)
    _index_shown("ix_audits_listed", ["app", "conversation_id"], unique=False)
    if op.get_context().dialect.name == "postgresql":
        has_lz4 = sa.text("SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression'")
        if op.get_bind().scalar(has_lz4):
            op.execute("ALTER TABLE audits ALTER COLUMN body SET COMPRESSION lz4")


def _index_shown(name: str, columns: list[str], *, unique: bool) -> None:
    """Index only the audits that reports show."""
    where = sa.text("is_shown = 1")
    op.create_index(name, "audits", columns, unique=unique, sqlite_where=where, postgresql_where=where)


def _move_audits() -> None:
    """Write every audit with an assignment of its own, in portions."""
    connection = op.get_bind()
    names = ("assignments", "audits", "audits_before")
    reflected = sa.MetaData()
    reflected.reflect(connection, only=names)
    assignments, audits, before = (reflected.tables[name] for name in names)
    after = 0
    while True:
        query = sa.select(before).where(before.c.conversation > after).order_by(before.c.conversation).limit(PORTION)
        rows = connection.execute(query).all()
        if not rows:
            return
        given, moved = zip(*(_with_assignment(row) for row in rows), strict=True)
        connection.execute(sa.insert(assignments), list(given))
        query = sa.select(assignments.c.conversation, assignments.c.assignment)
        query = query.where(assignments.c.conversation.in_([row.conversation for row in rows]))
        numbers = {row.conversation: row.assignment for row in connection.execute(query)}
        connection.execute(sa.insert(audits), [{**row, "assignment": numbers[row["conversation"]]} for row in moved])
        after = rows[-1].conversation


def _with_assignment(row: sa.Row[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the rows of an audit's assignment and of the audit itself."""
    body: dict[str, Any] = json.loads(row.body)
    assignment_id = f"as-{uuid.uuid5(NAMESPACE, row.conversation_id)}"
    result: dict[str, Any] = body.get("result") or {}
    assigned_at, submitted_at = _ms(body.get("assigned_at")), _ms(result.get("audited_at"))
    has_begun = bool(body.get("draft"))
    assignment = {
        "app": row.app,
        "assignment_id": assignment_id,
        "conversation": row.conversation,
        "segment": 0,
        "agent_id": "",
        "rater": row.auditor,
        "role": "audit",
        "state": "submitted" if submitted_at is not None else "begun" if has_begun else "assigned",
        "stratum": "",
        "hidden": "[]",
        "created_at": assigned_at or 0,
        "begun_at": assigned_at if has_begun or submitted_at is not None else None,
        "ended_at": submitted_at,
        "reason": "",
    }
    moved = {
        "conversation": row.conversation,
        "app": row.app,
        "assignment_id": assignment_id,
        "conversation_id": row.conversation_id,
        "state": row.state,
        "auditor": row.auditor,
        "is_shown": 1,
        "submitted_at": submitted_at,
        "changes": row.changes,
        "body": json.dumps({**body, "assignment_id": assignment_id}, ensure_ascii=False).encode(),
    }
    return assignment, moved


def _ms(instant: object) -> int | None:
    """Return an instant of a body in ms since the epoch."""
    if not isinstance(instant, str):
        return None
    return (datetime.fromisoformat(instant) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
