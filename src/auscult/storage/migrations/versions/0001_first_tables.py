"""The first tables.

Revision 0001, the first.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create everything."""
    _create_tenants()
    _create_forms()
    _create_conversations()
    _create_rows()
    if op.get_bind().dialect.name == "postgresql":
        _compress()


def _create_tenants() -> None:
    """Who owns what, and who may read it."""
    op.create_table(
        "apps",
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("app_id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("org_id", KEY, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("app", name="pk_apps"),
        sa.UniqueConstraint("app_id", name="uq_apps_app_id"),
    )
    op.create_table(
        "clients",
        sa.Column("client_id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("app_ids", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("client_id", name="pk_clients"),
    )
    op.create_table(
        "workers",
        sa.Column("worker", KEY, nullable=False),
        sa.Column("beats", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("worker", name="pk_workers"),
    )


def _create_forms() -> None:
    """Forms as published, and as they stood when something was scored with them."""
    op.create_table(
        "forms",
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("form_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_forms_app"),
        sa.UniqueConstraint("app", "form_id", "version", name="uq_forms_app_form_id_version"),
    )
    op.create_table(
        "form_snapshots",
        sa.Column("snapshot", NUMBER, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_form_snapshots_app"),
        sa.PrimaryKeyConstraint("snapshot", name="pk_form_snapshots"),
        sa.UniqueConstraint("app", "digest", name="uq_form_snapshots_app_digest"),
    )


def _create_conversations() -> None:
    """What came in, how it is processed, and what was decided."""
    op.create_table(
        "batches",
        sa.Column("batch", NUMBER, nullable=False),
        sa.Column("batch_id", KEY, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_batches_app"),
        sa.PrimaryKeyConstraint("batch", name="pk_batches"),
        sa.UniqueConstraint("batch_id", name="uq_batches_batch_id"),
    )
    op.create_index("ix_batches_state_batch", "batches", ["state", "batch"], unique=False)
    op.create_table(
        "conversations",
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("batch", NUMBER, nullable=False),
        sa.Column("recorded_revision", sa.Integer(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("filed_at", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_conversations_app"),
        sa.ForeignKeyConstraint(["batch"], ["batches.batch"], name="fk_conversations_batch"),
        sa.PrimaryKeyConstraint("conversation", name="pk_conversations"),
        sa.UniqueConstraint("app", "conversation_id", name="uq_conversations_app_conversation_id"),
    )
    op.create_index("ix_conversations_batch", "conversations", ["batch"], unique=False)
    op.create_table(
        "evaluations",
        sa.Column("evaluation", NUMBER, nullable=False),
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("form_id", KEY, nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("snapshot", NUMBER, nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=True),
        sa.Column("passed", sa.SmallInteger(), nullable=True),
        sa.Column("fatal_errors", sa.Integer(), nullable=False),
        sa.Column("evaluated_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.conversation"], name="fk_evaluations_conversation"),
        sa.ForeignKeyConstraint(["snapshot"], ["form_snapshots.snapshot"], name="fk_evaluations_snapshot"),
        sa.PrimaryKeyConstraint("evaluation", name="pk_evaluations"),
        sa.UniqueConstraint(
            "conversation",
            "revision",
            "form_id",
            "form_version",
            name="uq_evaluations_conversation_revision_form_id_form_version",
        ),
    )


def _create_rows() -> None:
    """What the reports read; all of it can be made again."""
    op.create_table(
        "listings",
        sa.Column("listing", NUMBER, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("report", KEY, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("rows_given", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_listings_app"),
        sa.PrimaryKeyConstraint("listing", name="pk_listings"),
        sa.UniqueConstraint("app", "report", name="uq_listings_app_report"),
    )
    op.create_table(
        "report_rows",
        sa.Column("row", NUMBER, autoincrement=False, nullable=False),
        sa.Column("listing", NUMBER, nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("cell", sa.SmallInteger(), nullable=False),
        sa.Column("facets", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("row", name="pk_report_rows"),
    )
    op.create_index(
        "ix_report_rows_order", "report_rows", ["listing", "started_at", "conversation_id", "cell"], unique=True
    )
    op.create_table(
        "facets",
        sa.Column("facet", NUMBER, nullable=False),
        sa.Column("listing", NUMBER, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("value", KEY, nullable=False),
        sa.PrimaryKeyConstraint("facet", name="pk_facets"),
        sa.UniqueConstraint("listing", "name", "value", name="uq_facets_listing_name_value"),
    )
    op.create_table(
        "facet_rows",
        sa.Column("facet", NUMBER, autoincrement=False, nullable=False),
        sa.Column("started_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("cell", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("row", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("facet", "started_at", "conversation_id", "cell", name="pk_facet_rows"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tallies",
        sa.Column("listing", NUMBER, autoincrement=False, nullable=False),
        sa.Column("facet", NUMBER, autoincrement=False, nullable=False),
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("bucket", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cell", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("listing", "facet", "level", "bucket", "cell", name="pk_tallies"),
        sqlite_with_rowid=False,
    )


def _compress() -> None:
    """Squeeze bodies of more than 2 KB with lz4 where the server has it: quicker to read than pglz, or than not at all."""
    has_lz4 = sa.text("SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression'")
    if op.get_bind().scalar(has_lz4):
        for table in ("conversations", "evaluations", "report_rows"):
            op.execute(f"ALTER TABLE {table} ALTER COLUMN body SET COMPRESSION lz4")
