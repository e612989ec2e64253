"""Live conversations, what apps know, and what they chose about assistance.

Revision 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables of live conversations, then those of knowledge."""
    _create_live()
    _create_knowledge()


def _create_live() -> None:
    op.create_table(
        "live_conversations",
        sa.Column("live", NUMBER, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("is_ended", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_live_conversations_app"),
        sa.PrimaryKeyConstraint("live", name="pk_live_conversations"),
        sa.UniqueConstraint("app", "conversation_id", name="uq_live_conversations_app_conversation_id"),
    )
    op.create_index("ix_live_conversations_due_at", "live_conversations", ["due_at"], unique=False)
    op.create_table(
        "live_events",
        sa.Column("live", NUMBER, autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["live"], ["live_conversations.live"], name="fk_live_events_live"),
        sa.PrimaryKeyConstraint("live", "seq", name="pk_live_events"),
        sa.UniqueConstraint("live", "event_id", name="uq_live_events_live_event_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "assist_settings",
        sa.Column("app", NUMBER, autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_assist_settings_app"),
        sa.PrimaryKeyConstraint("app", name="pk_assist_settings"),
    )


def _create_knowledge() -> None:
    op.create_table(
        "knowledge_bases",
        sa.Column("base", NUMBER, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("language", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_knowledge_bases_app"),
        sa.PrimaryKeyConstraint("base", name="pk_knowledge_bases"),
        sa.UniqueConstraint("app", "language", name="uq_knowledge_bases_app_language"),
    )
    op.create_table(
        "knowledge_documents",
        sa.Column("document", NUMBER, nullable=False),
        sa.Column("base", NUMBER, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.Column("since_version", sa.Integer(), nullable=False),
        sa.Column("until_version", sa.Integer()),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["base"], ["knowledge_bases.base"], name="fk_knowledge_documents_base"),
        sa.PrimaryKeyConstraint("document", name="pk_knowledge_documents"),
    )
    op.create_index("ix_knowledge_documents_base_source", "knowledge_documents", ["base", "source"], unique=False)
    op.create_table(
        "knowledge_passages",
        sa.Column("document", NUMBER, autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["knowledge_documents.document"], name="fk_knowledge_passages_document"),
        sa.PrimaryKeyConstraint("document", "place", name="pk_knowledge_passages"),
        sqlite_with_rowid=False,
    )
