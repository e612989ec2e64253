"""The tables of version 0.1.

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
    """Create every table."""
    _create_access()
    _create_definitions()
    _create_work()
    _create_conversations()
    _create_audits()
    _create_pages()
    _create_judge()
    _create_history()
    _create_assist()
    _create_knowledge()
    _create_delivery()
    for statement in REFUSE_CHANGES[op.get_bind().dialect.name]:
        op.execute(statement)
    if op.get_bind().dialect.name == "postgresql":
        _compress()


def _create_access() -> None:
    """Apps, clients and workers."""
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


def _create_definitions() -> None:
    """Forms with their versions and drafts, and what else an app defines."""
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
        "form_drafts",
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("form_id", KEY, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_form_drafts_app"),
        sa.UniqueConstraint("app", "form_id", name="uq_form_drafts_app_form_id"),
    )
    op.create_table(
        "form_retirements",
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("form_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_form_retirements_app"),
        sa.UniqueConstraint("app", "form_id", "version", name="uq_form_retirements_app_form_id_version"),
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
    op.create_table(
        "definitions",
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_definitions_app"),
        sa.UniqueConstraint("app", "kind", "name", "version", name="uq_definitions_app_kind_name_version"),
    )


def _create_work() -> None:
    """The list of batches."""
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
        sa.Column("not_before", sa.BigInteger(), nullable=True),
        sa.Column("postponements", sa.Integer(), server_default="0", nullable=False),
        sa.Column("priority", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_batches_app"),
        sa.PrimaryKeyConstraint("batch", name="pk_batches"),
        sa.UniqueConstraint("batch_id", name="uq_batches_batch_id"),
    )
    op.create_index(
        "ix_batches_later",
        "batches",
        ["not_before"],
        unique=False,
        sqlite_where=sa.text("state = 'accepted' AND not_before IS NOT NULL"),
        postgresql_where=sa.text("state = 'accepted' AND not_before IS NOT NULL"),
    )
    op.create_index(
        "ix_batches_line",
        "batches",
        ["priority", "app", "batch", "size"],
        unique=False,
        sqlite_where=sa.text("state = 'accepted' AND not_before IS NULL"),
        postgresql_where=sa.text("state = 'accepted' AND not_before IS NULL"),
    )
    op.create_index(
        "ix_batches_unfinished",
        "batches",
        ["app", "state", "batch"],
        unique=False,
        sqlite_where=sa.text("state <> 'done'"),
        postgresql_where=sa.text("state <> 'done'"),
    )


def _create_conversations() -> None:
    """Conversations, and what was decided about them."""
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
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_conversations_app"),
        sa.ForeignKeyConstraint(["batch"], ["batches.batch"], name="fk_conversations_batch"),
        sa.PrimaryKeyConstraint("conversation", name="pk_conversations"),
        sa.UniqueConstraint("app", "conversation_id", name="uq_conversations_app_conversation_id"),
    )
    op.create_index("ix_conversations_batch", "conversations", ["batch"], unique=False)
    op.create_index(
        "ix_conversations_order", "conversations", ["app", "started_at", "conversation", "size"], unique=False
    )
    op.create_table(
        "evaluations",
        sa.Column("evaluation", NUMBER, nullable=False),
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("form_id", KEY, nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("sweep", NUMBER, nullable=False),
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
            "sweep",
            name="uq_evaluations_conversation_revision_form_id_form_version_sweep",
        ),
    )
    op.create_table(
        "insights",
        sa.Column("conversation", NUMBER, autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.conversation"], name="fk_insights_conversation"),
        sa.PrimaryKeyConstraint("conversation", "revision", name="pk_insights"),
    )


def _create_audits() -> None:
    """Audits and their trail."""
    op.create_table(
        "audits",
        sa.Column("conversation", NUMBER, autoincrement=False, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("auditor", KEY, nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_audits_app"),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.conversation"], name="fk_audits_conversation"),
        sa.PrimaryKeyConstraint("conversation", name="pk_audits"),
    )
    op.create_index("ix_audits_app_conversation_id", "audits", ["app", "conversation_id"], unique=True)
    op.create_table(
        "audit_trail",
        sa.Column("entry", NUMBER, nullable=False),
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.conversation"], name="fk_audit_trail_conversation"),
        sa.PrimaryKeyConstraint("entry", name="pk_audit_trail"),
    )
    op.create_index("ix_audit_trail_conversation", "audit_trail", ["conversation"], unique=False)


def _create_pages() -> None:
    """Rendered rows with the indexes and rollups that pages are read by."""
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
        "facets",
        sa.Column("facet", NUMBER, nullable=False),
        sa.Column("listing", NUMBER, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("value", KEY, nullable=False),
        sa.PrimaryKeyConstraint("facet", name="pk_facets"),
        sa.UniqueConstraint("listing", "name", "value", name="uq_facets_listing_name_value"),
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


def _create_judge() -> None:
    """Calls of judges, their answers and limits."""
    op.create_table(
        "judge_calls",
        sa.Column("call", NUMBER, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("conversation", NUMBER, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("prompt_hash", sa.Text(), nullable=False),
        sa.Column("tokens_in", sa.BigInteger(), nullable=False),
        sa.Column("tokens_cached", sa.BigInteger(), nullable=False),
        sa.Column("tokens_out", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_judge_calls_app"),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.conversation"], name="fk_judge_calls_conversation"),
        sa.PrimaryKeyConstraint("call", name="pk_judge_calls"),
    )
    op.create_index("ix_judge_calls_conversation", "judge_calls", ["conversation"], unique=False)
    op.create_table(
        "judge_answers",
        sa.Column("answer", NUMBER, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("call", NUMBER, nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_judge_answers_app"),
        sa.ForeignKeyConstraint(["call"], ["judge_calls.call"], name="fk_judge_answers_call"),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.conversation"], name="fk_judge_answers_conversation"),
        sa.PrimaryKeyConstraint("answer", name="pk_judge_answers"),
        sa.UniqueConstraint("app", "key", name="uq_judge_answers_app_key"),
    )
    op.create_index("ix_judge_answers_conversation", "judge_answers", ["conversation"], unique=False)

    op.create_table(
        "judge_days",
        sa.Column("day", KEY, nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_judge_days"),
    )
    op.create_table(
        "judge_places",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", KEY, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_judge_places"),
    )


def _create_history() -> None:
    """Backfills and their chunks."""
    op.create_table(
        "sweeps",
        sa.Column("sweep", NUMBER, nullable=False),
        sa.Column("sweep_id", KEY, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_sweeps_app"),
        sa.PrimaryKeyConstraint("sweep", name="pk_sweeps"),
        sa.UniqueConstraint("sweep_id", name="uq_sweeps_sweep_id"),
    )
    op.create_index("ix_sweeps_app_kind_sweep", "sweeps", ["app", "kind", "sweep"], unique=False)
    op.create_index("ix_sweeps_state_sweep", "sweeps", ["state", "sweep"], unique=False)
    op.create_table(
        "sweep_portions",
        sa.Column("portion", NUMBER, nullable=False),
        sa.Column("portion_id", KEY, nullable=False),
        sa.Column("sweep", NUMBER, nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("first", NUMBER, nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("last", NUMBER, nullable=False),
        sa.Column("sieve", sa.BigInteger(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("result", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["sweep"], ["sweeps.sweep"], name="fk_sweep_portions_sweep"),
        sa.PrimaryKeyConstraint("portion", name="pk_sweep_portions"),
        sa.UniqueConstraint("portion_id", name="uq_sweep_portions_portion_id"),
    )
    op.create_index(
        "ix_sweep_portions_sweep_state_portion", "sweep_portions", ["sweep", "state", "portion"], unique=False
    )
    op.create_table(
        "sweep_mentions",
        sa.Column("conversation", NUMBER, autoincrement=False, nullable=False),
        sa.Column("portion", NUMBER, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.conversation"], name="fk_sweep_mentions_conversation"
        ),
        sa.ForeignKeyConstraint(["portion"], ["sweep_portions.portion"], name="fk_sweep_mentions_portion"),
        sa.PrimaryKeyConstraint("conversation", "portion", name="pk_sweep_mentions"),
    )
    op.create_index("ix_sweep_mentions_portion", "sweep_mentions", ["portion"], unique=False)


def _create_assist() -> None:
    """Live conversations and their events."""
    op.create_table(
        "assist_settings",
        sa.Column("app", NUMBER, autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_assist_settings_app"),
        sa.PrimaryKeyConstraint("app", name="pk_assist_settings"),
    )
    op.create_table(
        "live_conversations",
        sa.Column("live", NUMBER, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("is_ended", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
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


def _create_knowledge() -> None:
    """Documents and passages."""
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
        sa.Column("until_version", sa.Integer(), nullable=True),
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


def _create_delivery() -> None:
    """The change feed, webhooks and deliveries."""
    op.create_table(
        "changes",
        sa.Column("app", NUMBER, autoincrement=False, nullable=False),
        sa.Column("change", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("app", "change", name="pk_changes"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_changes_app_conversation_id", "changes", ["app", "conversation_id"], unique=False)
    op.create_table(
        "webhooks",
        sa.Column("webhook", NUMBER, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("webhook_id", KEY, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_webhooks_app"),
        sa.PrimaryKeyConstraint("webhook", name="pk_webhooks"),
        sa.UniqueConstraint("webhook_id", name="uq_webhooks_webhook_id"),
    )
    op.create_index("ix_webhooks_app", "webhooks", ["app"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("delivery", NUMBER, nullable=False),
        sa.Column("webhook", NUMBER, nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["webhook"], ["webhooks.webhook"], name="fk_deliveries_webhook"),
        sa.PrimaryKeyConstraint("delivery", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_webhook", "deliveries", ["webhook"], unique=False)


def _compress() -> None:
    """Compress bodies of more than 2 KB with lz4 where the server has it: a third of pglz's time to write."""
    has_lz4 = sa.text("SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression'")
    if op.get_bind().scalar(has_lz4):
        for table in COMPRESSED:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN body SET COMPRESSION lz4")


COMPRESSED = (
    "conversations",
    "evaluations",
    "report_rows",
    "insights",
    "audits",
    "audit_trail",
    "judge_answers",
    "live_events",
)

REFUSE_CHANGES = {
    "sqlite": (
        """CREATE TRIGGER audit_trail_only_grows BEFORE UPDATE ON audit_trail
           BEGIN SELECT RAISE(ABORT, 'a line of the audit trail is never changed'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION audit_trail_only_grows() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION 'a line of the audit trail is never changed'; END $$""",
        """CREATE TRIGGER audit_trail_only_grows BEFORE UPDATE ON audit_trail
           FOR EACH ROW EXECUTE FUNCTION audit_trail_only_grows()""",
    ),
}
"""The audit trail only grows: the database refuses changes to its rows."""
