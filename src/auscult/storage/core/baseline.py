"""The tables of a new database, in one piece: definitions, index of words, what refuses changes, compression.

docs/decisions/0096-one-baseline.md has the rules by which tables change.
"""

import re
from importlib import import_module
from pkgutil import iter_modules

import sqlalchemy as sa

from auscult.storage.core import tables
from auscult.storage.core.tables.base import METADATA
from auscult.storage.core.views import create_views

BASELINE = "0300.1c28a9bb"
"""The version of the tables of 0.3.0, from which every later version migrates. It never changes."""

_PRUNED = "coalesce((SELECT value FROM counters WHERE name = 'access_log.pruned'), 0)"
_KEPT = ("entry", "at", "app_id", "principal", "action", "content_hash", "entry_hash")
_IS_ERASED = "NEW.target IS NULL AND NEW.details IS NULL AND NEW.salt IS NULL AND " + " AND ".join(
    f"NEW.{name} {{same}} OLD.{name}" for name in _KEPT
)
_TRAIL = "a line of the audit trail is never changed"
_ENTRY_CHANGED = "an entry of the access log is never changed"
_ENTRY_REMOVED = "an entry of the access log is never removed"

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
    f"CREATE TRIGGER audit_trail_only_grows BEFORE UPDATE ON audit_trail BEGIN SELECT RAISE(ABORT, '{_TRAIL}'); END",
    f"""CREATE TRIGGER access_log_refuses_updates BEFORE UPDATE ON access_log
    WHEN NOT ({_IS_ERASED.format(same="IS")}) BEGIN SELECT RAISE(ABORT, '{_ENTRY_CHANGED}'); END""",
    f"""CREATE TRIGGER access_log_refuses_deletes BEFORE DELETE ON access_log
    WHEN OLD.entry > {_PRUNED} BEGIN SELECT RAISE(ABORT, '{_ENTRY_REMOVED}'); END""",
    "CREATE TRIGGER seals_refuse_updates BEFORE UPDATE ON seals BEGIN SELECT RAISE(ABORT, 'a seal is never changed'); END",
    "CREATE TRIGGER seals_refuse_deletes BEFORE DELETE ON seals BEGIN SELECT RAISE(ABORT, 'a seal is never removed'); END",
)

_POSTGRESQL = (
    # Only the index needs words apart from their texts. Made row by row they take longer than all else in a search (COST),
    # and what statistics say of them would lead PostgreSQL to do so.
    """CREATE FUNCTION words_said(agent text, customer text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE COST 10000 AS
    $$ BEGIN RETURN array_to_tsvector(string_to_array(btrim(agent || ' ' || customer), ' '));
    EXCEPTION WHEN program_limit_exceeded THEN RETURN to_tsvector('simple', agent || ' ' || customer); END $$""",
    # What waits to be sorted into it is read by every search, and takes space of its own: by default 4 MB.
    """CREATE INDEX ix_said_words ON said USING gin (words_said(agent, customer))
    WITH (gin_pending_list_limit = 256)""",
    "ALTER INDEX ix_said_words ALTER COLUMN 1 SET STATISTICS 0",
    f"""CREATE FUNCTION audit_trail_only_grows() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{_TRAIL}'; END $$""",
    """CREATE TRIGGER audit_trail_only_grows BEFORE UPDATE ON audit_trail
    FOR EACH ROW EXECUTE FUNCTION audit_trail_only_grows()""",
    f"""CREATE FUNCTION access_log_refuses_updates() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF {_IS_ERASED.format(same="IS NOT DISTINCT FROM")} THEN RETURN NEW; END IF;
    RAISE EXCEPTION '{_ENTRY_CHANGED}'; END $$""",
    """CREATE TRIGGER access_log_refuses_updates BEFORE UPDATE ON access_log
    FOR EACH ROW EXECUTE FUNCTION access_log_refuses_updates()""",
    f"""CREATE FUNCTION access_log_refuses_deletes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF OLD.entry <= {_PRUNED} THEN RETURN OLD; END IF; RAISE EXCEPTION '{_ENTRY_REMOVED}'; END $$""",
    """CREATE TRIGGER access_log_refuses_deletes BEFORE DELETE ON access_log
    FOR EACH ROW EXECUTE FUNCTION access_log_refuses_deletes()""",
    """CREATE FUNCTION seals_refuse_changes() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'a seal, and the access log as a whole, is never changed or removed'; END $$""",
    "CREATE TRIGGER seals_refuse_changes BEFORE UPDATE OR DELETE ON seals FOR EACH ROW EXECUTE FUNCTION seals_refuse_changes()",
    "CREATE TRIGGER seals_refuse_truncate BEFORE TRUNCATE ON seals FOR EACH STATEMENT EXECUTE FUNCTION seals_refuse_changes()",
    "CREATE TRIGGER access_log_refuses_truncate BEFORE TRUNCATE ON access_log FOR EACH STATEMENT EXECUTE FUNCTION seals_refuse_changes()",
)

_COMPRESSED = (
    "conversations",
    "evaluations",
    "report_rows",
    "insights",
    "audits",
    "audit_trail",
    "judge_answers",
    "live_events",
)
"""Tables whose bodies of more than 2 KB PostgreSQL compresses with lz4, in a third of pglz's time (decision 0020)."""


def create_tables(connection: sa.Connection) -> None:
    """Create everything in an empty database."""
    all_tables()
    METADATA.create_all(connection, checkfirst=False)
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)
    if connection.dialect.name == "postgresql" and connection.scalar(sa.text(_HAS_LZ4)):
        for table in _COMPRESSED:
            connection.exec_driver_sql(f"ALTER TABLE {table} ALTER COLUMN body SET COMPRESSION lz4")
    create_views(connection)


_TRIGGER = re.compile(r"CREATE TRIGGER (\w+) .*? ON (\w+)", re.DOTALL)
_FUNCTION = re.compile(r"CREATE FUNCTION (\w+)\(\).*?\$\$(.*)\$\$", re.DOTALL)
_GUARDED = frozenset({"access_log", "seals", "audit_trail"})
_OF_POSTGRESQL = """SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') AND relnamespace = current_schema()::regnamespace"""
_FUNCTIONS = "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"


def missing_triggers(connection: sa.Connection) -> list[str]:
    """Return the triggers that keep log, seals and audit trail from changes, and that are gone, changed or switched off."""
    is_sqlite = connection.dialect.name == "sqlite"
    statements = _SQLITE if is_sqlite else _POSTGRESQL
    wanted = {
        found[1]: statement
        for statement in statements
        if (found := _TRIGGER.match(statement)) is not None and found[2] in _GUARDED
    }
    if is_sqlite:
        rows = connection.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        written = {row.name: row.sql for row in rows}
        return [name for name, statement in wanted.items() if written.get(name) != statement]
    here = set(connection.scalars(sa.text(_OF_POSTGRESQL)))
    bodies = {row.proname: row.prosrc for row in connection.execute(sa.text(_FUNCTIONS))}
    functions = [found for statement in statements if (found := _FUNCTION.match(statement)) is not None]
    return [name for name in wanted if name not in here] + [
        f"{found[1]}()" for found in functions if bodies.get(found[1]) != found[2]
    ]


_HAS_LZ4 = "SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression'"


def all_tables() -> list[sa.Table]:
    """Return every table, those before it that it refers to; its module need not have been imported before."""
    for module in iter_modules(tables.__path__):
        import_module(f"{tables.__name__}.{module.name}")
    return METADATA.sorted_tables
