"""The access log, its seals and counters; redaction: settings of apps, spans and kept originals. An entry is never changed or removed.

Revision 0031, after 0001. The one change that a trigger lets through empties target, details and salt of an entry;
the one removal is of entries up to the counter ``access_log.pruned``, which the log's own retention sets.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, then the triggers."""
    op.create_table(
        "access_log",
        sa.Column("entry", NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("app_id", KEY),
        sa.Column("principal", KEY, nullable=False),
        sa.Column("action", KEY, nullable=False),
        sa.Column("target", KEY),
        sa.Column("details", sa.Text()),
        sa.Column("salt", sa.LargeBinary()),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("entry_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_access_log"),
    )
    op.create_index("ix_access_log_app_id_entry", "access_log", ["app_id", "entry"])
    op.create_index("ix_access_log_target", "access_log", ["target"])
    op.create_table(
        "seals",
        sa.Column("seal", NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("first_entry", sa.BigInteger(), nullable=False),
        sa.Column("last_entry", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("seal_hash", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("seal", name="pk_seals"),
    )
    op.create_table(
        "counters",
        sa.Column("name", KEY, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    _create_redactions()
    _create_retention()
    for statement in REFUSE_CHANGES[op.get_bind().dialect.name]:
        op.execute(statement)


def _create_redactions() -> None:
    op.create_table(
        "privacy_settings",
        sa.Column("app", NUMBER, autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("app", name="pk_privacy_settings"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_privacy_settings_app"),
    )
    op.create_table(
        "redactions",
        sa.Column("app", NUMBER, autoincrement=False, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.Column("originals", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("app", "conversation_id", name="pk_redactions"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_redactions_app"),
    )


def _create_retention() -> None:
    op.create_table(
        "retention_rules",
        sa.Column("app", NUMBER, autoincrement=False, nullable=False),
        sa.Column("queue", KEY, nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("app", "queue", name="pk_retention_rules"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_retention_rules_app"),
    )
    op.create_table(
        "holds",
        sa.Column("hold", NUMBER, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", KEY, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by", KEY, nullable=False),
        sa.Column("placed_at", sa.BigInteger(), nullable=False),
        sa.Column("lifted_by", KEY),
        sa.Column("lifted_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("hold", name="pk_holds"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_holds_app"),
    )
    op.create_index("ix_holds_app", "holds", ["app"])
    op.create_table(
        "erasure_runs",
        sa.Column("run", NUMBER, nullable=False),
        sa.Column("run_id", KEY, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("principal", KEY, nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("run", name="pk_erasure_runs"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_erasure_runs_app"),
        sa.UniqueConstraint("run_id", name="uq_erasure_runs_run_id"),
    )
    op.create_index("ix_erasure_runs_app", "erasure_runs", ["app"])
    op.create_table(
        "erasures",
        sa.Column("erasure", NUMBER, nullable=False),
        sa.Column("run", NUMBER),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("audits", sa.Integer(), nullable=False),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("erasure", name="pk_erasures"),
        sa.ForeignKeyConstraint(["run"], ["erasure_runs.run"], name="fk_erasures_run"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_erasures_app"),
    )
    op.create_index("ix_erasures_run", "erasures", ["run"])
    op.create_index("ix_erasures_app", "erasures", ["app"])


_KEPT = ("entry", "at", "app_id", "principal", "action", "content_hash", "entry_hash")
_IS_ERASED = "NEW.target IS NULL AND NEW.details IS NULL AND NEW.salt IS NULL AND " + " AND ".join(
    f"NEW.{name} {{same}} OLD.{name}" for name in _KEPT
)
_PRUNED = "coalesce((SELECT value FROM counters WHERE name = 'access_log.pruned'), 0)"

REFUSE_CHANGES = {
    "sqlite": (
        f"""CREATE TRIGGER access_log_refuses_updates BEFORE UPDATE ON access_log
           WHEN NOT ({_IS_ERASED.format(same="IS")})
           BEGIN SELECT RAISE(ABORT, 'an entry of the access log is never changed'); END""",
        f"""CREATE TRIGGER access_log_refuses_deletes BEFORE DELETE ON access_log WHEN OLD.entry > {_PRUNED}
           BEGIN SELECT RAISE(ABORT, 'an entry of the access log is never removed'); END""",
        """CREATE TRIGGER seals_refuse_updates BEFORE UPDATE ON seals
           BEGIN SELECT RAISE(ABORT, 'a seal is never changed'); END""",
        """CREATE TRIGGER seals_refuse_deletes BEFORE DELETE ON seals
           BEGIN SELECT RAISE(ABORT, 'a seal is never removed'); END""",
    ),
    "postgresql": (
        f"""CREATE FUNCTION access_log_refuses_updates() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF {_IS_ERASED.format(same="IS NOT DISTINCT FROM")} THEN RETURN NEW; END IF;
           RAISE EXCEPTION 'an entry of the access log is never changed'; END $$""",
        """CREATE TRIGGER access_log_refuses_updates BEFORE UPDATE ON access_log
           FOR EACH ROW EXECUTE FUNCTION access_log_refuses_updates()""",
        f"""CREATE FUNCTION access_log_refuses_deletes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF OLD.entry <= {_PRUNED} THEN RETURN OLD; END IF;
           RAISE EXCEPTION 'an entry of the access log is never removed'; END $$""",
        """CREATE TRIGGER access_log_refuses_deletes BEFORE DELETE ON access_log
           FOR EACH ROW EXECUTE FUNCTION access_log_refuses_deletes()""",
        """CREATE FUNCTION seals_refuse_changes() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION 'a seal, and the access log as a whole, is never changed or removed'; END $$""",
        """CREATE TRIGGER seals_refuse_changes BEFORE UPDATE OR DELETE ON seals
           FOR EACH ROW EXECUTE FUNCTION seals_refuse_changes()""",
        """CREATE TRIGGER seals_refuse_truncate BEFORE TRUNCATE ON seals
           FOR EACH STATEMENT EXECUTE FUNCTION seals_refuse_changes()""",
        """CREATE TRIGGER access_log_refuses_truncate BEFORE TRUNCATE ON access_log
           FOR EACH STATEMENT EXECUTE FUNCTION seals_refuse_changes()""",
    ),
}
