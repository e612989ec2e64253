"""The tables of forms, with their drafts and snapshots, and of the other definitions."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from auscult.storage.core.tables.base import KEY, METADATA, NUMBER, app_column, number

forms = Table(
    "forms",
    METADATA,
    app_column(),
    Column("form_id", KEY, nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("published_at", BigInteger, nullable=False),
    Column("published_by", Text),
    Column("note", Text),  # why
    Column("seal", LargeBinary),  # keyed digest of all of it
    UniqueConstraint("app", "form_id", "version"),
)

# Which versions were put out of force, and when. A form whose newest version stands here is not in force.
form_retirements = Table(
    "form_retirements",
    METADATA,
    app_column(),
    Column("form_id", KEY, nullable=False),
    Column("version", Integer, nullable=False),
    Column("retired_at", BigInteger, nullable=False),
    UniqueConstraint("app", "form_id", "version"),
)

form_drafts = Table(
    "form_drafts",
    METADATA,
    app_column(),
    Column("form_id", KEY, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("based_on", Integer),  # the newest version when it was saved
    Column("saved_at", BigInteger, nullable=False),
    UniqueConstraint("app", "form_id"),
)

form_snapshots = Table(
    "form_snapshots",
    METADATA,
    number("snapshot"),
    app_column(),
    Column("digest", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("app", "digest"),
)

# Expected answers of a form's questions, in a conversation until that is erased, or in a redacted transcript; and expected
# topics of a taxonomy in a turn of a conversation.
form_examples = Table(
    "form_examples",
    METADATA,
    number("example"),
    app_column(),
    Column("example_id", KEY, nullable=False, unique=True),
    Column("form_id", KEY),
    Column("metric_id", KEY),
    Column("taxonomy_id", KEY),
    Column("wanted", Text, nullable=False),
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), index=True),
    Column("conversation_id", KEY),
    Column("turn_id", KEY),
    Column("transcript", Text),
    Column("says", Boolean),  # of a tick, which teaches a question; null of an example, which tries it
    Column("by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_form_examples_form", "app", "form_id", "example"),
    Index("ix_form_examples_taxonomy", "app", "taxonomy_id", "example"),
)

# What apps define beside forms, in versions: tables of values, scorecards.
definitions = Table(
    "definitions",
    METADATA,
    app_column(),
    Column("kind", KEY, nullable=False),
    Column("name", KEY, nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("published_at", BigInteger, nullable=False),
    Column("published_by", Text),
    Column("note", Text),  # why
    Column("removed_at", BigInteger),  # of the newest version: it is not in force
    UniqueConstraint("app", "kind", "name", "version"),
)

# Documents of ``definitions`` that are being worked on, one for each name: stored, right or not, and not in force.
definition_drafts = Table(
    "definition_drafts",
    METADATA,
    app_column(),
    Column("kind", KEY, nullable=False),
    Column("name", KEY, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("saved_at", BigInteger, nullable=False),
    UniqueConstraint("app", "kind", "name"),
)
