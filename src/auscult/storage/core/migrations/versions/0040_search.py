"""Words said, by side, with an index.

Revision 0040, after 0034. Conversations that are stored already are searchable after ``auscult rebuild``.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0040"
down_revision = "0034"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_SQLITE = (
    """CREATE VIRTUAL TABLE said_words USING fts5(agent, customer, content='said', content_rowid='conversation',
    tokenize='unicode61 remove_diacritics 0')""",
    """CREATE TRIGGER said_came AFTER INSERT ON said BEGIN
    INSERT INTO said_words(rowid, agent, customer) VALUES (new.conversation, new.agent, new.customer); END""",
    """CREATE TRIGGER said_went AFTER DELETE ON said BEGIN
    INSERT INTO said_words(said_words, rowid, agent, customer)
    VALUES ('delete', old.conversation, old.agent, old.customer); END""",
    """CREATE TRIGGER said_changed AFTER UPDATE ON said BEGIN
    INSERT INTO said_words(said_words, rowid, agent, customer)
    VALUES ('delete', old.conversation, old.agent, old.customer);
    INSERT INTO said_words(rowid, agent, customer) VALUES (new.conversation, new.agent, new.customer); END""",
)
_POSTGRESQL = (
    """ALTER TABLE said ADD COLUMN words tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('simple', agent), 'A') || setweight(to_tsvector('simple', customer), 'B')) STORED""",
    "CREATE INDEX ix_said_words ON said USING gin (words)",
)


def upgrade() -> None:
    """Create the table and the index of its words."""
    op.create_table(
        "said",
        sa.Column("conversation", NUMBER, autoincrement=False, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("conversation", name="pk_said"),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.conversation"], name="fk_said_conversation_conversations"
        ),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_said_app_apps"),
    )
    op.create_index("ix_said_order", "said", ["app", "started_at", "conversation_id"])
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)
