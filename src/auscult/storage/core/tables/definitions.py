"""The tables of forms, with their drafts and snapshots, and of the other definitions."""

import sqlalchemy as sa

from auscult.storage.core.tables.base import KEY, METADATA, NUMBER, app_column, number

forms = sa.Table(
    "forms",
    METADATA,
    app_column(),
    sa.Column("form_id", KEY, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("document", sa.LargeBinary, nullable=False),
    sa.Column("published_at", sa.BigInteger, nullable=False),
    sa.Column("published_by", sa.Text),
    sa.Column("note", sa.Text),  # why
    sa.Column("seal", sa.LargeBinary),  # keyed digest of all of it
    sa.UniqueConstraint("app", "form_id", "version"),
)

# Which versions were put out of force, and when. A form whose newest version stands here is not in force.
form_retirements = sa.Table(
    "form_retirements",
    METADATA,
    app_column(),
    sa.Column("form_id", KEY, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("retired_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("app", "form_id", "version"),
)

form_drafts = sa.Table(
    "form_drafts",
    METADATA,
    app_column(),
    sa.Column("form_id", KEY, nullable=False),
    sa.Column("document", sa.LargeBinary, nullable=False),
    sa.Column("based_on", sa.Integer),  # the newest version when it was saved
    sa.Column("saved_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("app", "form_id"),
)

form_snapshots = sa.Table(
    "form_snapshots",
    METADATA,
    number("snapshot"),
    app_column(),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("app", "digest"),
)

# Expected answers of a form's questions, in a conversation until that is erased, or in a redacted transcript; and expected
# topics of a taxonomy in a turn of a conversation.
form_examples = sa.Table(
    "form_examples",
    METADATA,
    number("example"),
    app_column(),
    sa.Column("example_id", KEY, nullable=False, unique=True),
    sa.Column("form_id", KEY),
    sa.Column("metric_id", KEY),
    sa.Column("taxonomy_id", KEY),
    sa.Column("wanted", sa.Text, nullable=False),
    sa.Column("conversation", NUMBER, sa.ForeignKey("conversations.conversation"), index=True),
    sa.Column("conversation_id", KEY),
    sa.Column("turn_id", KEY),
    sa.Column("transcript", sa.Text),
    sa.Column("says", sa.Boolean),  # of a tick, which teaches a question; null of an example, which tries it
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Index("ix_form_examples_form", "app", "form_id", "example"),
    sa.Index("ix_form_examples_taxonomy", "app", "taxonomy_id", "example"),
)

# What apps define beside forms, in versions: tables of values, scorecards.
definitions = sa.Table(
    "definitions",
    METADATA,
    app_column(),
    sa.Column("kind", KEY, nullable=False),
    sa.Column("name", KEY, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("document", sa.LargeBinary, nullable=False),
    sa.Column("published_at", sa.BigInteger, nullable=False),
    sa.Column("published_by", sa.Text),
    sa.Column("note", sa.Text),  # why
    sa.Column("removed_at", sa.BigInteger),  # of the newest version: it is not in force
    sa.UniqueConstraint("app", "kind", "name", "version"),
)

# Documents of ``definitions`` that are being worked on, one for each name: stored, right or not, and not in force.
definition_drafts = sa.Table(
    "definition_drafts",
    METADATA,
    app_column(),
    sa.Column("kind", KEY, nullable=False),
    sa.Column("name", KEY, nullable=False),
    sa.Column("document", sa.LargeBinary, nullable=False),
    sa.Column("saved_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("app", "kind", "name"),
)
