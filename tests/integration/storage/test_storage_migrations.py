"""Tables as the migrations make them, and databases that cannot be used."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from auscult.domain.audits.audit import Audit, assignment_id_of
from auscult.domain.errors import SettingsError
from auscult.domain.history.backfills import ChunkRange
from auscult.domain.scoring.batches import Backlog
from auscult.domain.tenancy import Tenant
from auscult.storage import Store, migrate, new_secret_key, open_store
from auscult.storage.core import migrations
from auscult.storage.core.database import Database
from auscult.storage.core.tables.audits import assignments, audits
from auscult.storage.core.tables.base import METADATA
from auscult.storage.core.tables.conversations import batches


def is_compared(item: Any, name: str | None, kind: str, *_: object) -> bool:
    """Leave out the index of the words said, which each database keeps in its own way (migration 0040)."""
    where = f"{item.table.name}.{name}" if kind in {"column", "index"} else f"{name}"
    return not where.startswith("said_words") and where not in {"said.words", "said.ix_said_words"}


def differences(connection: sa.Connection) -> list[Any]:
    """What the tables of a database have otherwise than the code says."""
    options = {"include_object": is_compared}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), METADATA))


def test_migrations_make_the_tables_that_the_code_names(database_url: str) -> None:
    """The last migration and `tables.py` say the same; a second run changes nothing."""
    migrate(database_url)
    migrate(database_url)
    database = Database(database_url)
    with database.reading() as connection:
        names = [name for name in sa.inspect(connection).get_table_names() if not name.startswith("said_words")]
        assert [name for name in names if name not in METADATA.tables] == ["alembic_version"]
        assert differences(connection) == []
    database.close()


RENAMED = {"sweeps": "backfills", "sweep_portions": "backfill_chunks", "sweep_mentions": "backfill_mentions"}
"""Tables by their names before 0148."""


def revisions() -> list[str]:
    """Every version, the first one first."""
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    return [script.revision for script in scripts.walk_revisions()][::-1]


def value_of(column: sa.Column[Any]) -> object:
    """Something that a column takes: everything is number 1, so that what points at something finds it."""
    if isinstance(column.type, sa.LargeBinary):
        return b"{}"
    if column.name == "portion_id":
        return "portion 1"  # since 0146 they are ids of batches
    return "1" if isinstance(column.type, sa.Text) else 1


@pytest.mark.parametrize("revision", revisions())
def test_a_database_of_every_version_is_brought_up_to_date(database_url: str, revision: str) -> None:
    """With a row in each of its tables, all of which are there afterwards; since 0146 a chunk is a batch, too."""
    database = Database(database_url)
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with database.writing(is_shown=False) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        earlier = sa.MetaData()
        earlier.reflect(connection)
        tables = [
            t for t in earlier.sorted_tables if t.name != "alembic_version" and not t.name.startswith("said_words")
        ]
        for table in tables:
            columns = [column for column in table.columns if column.computed is None]
            connection.execute(sa.insert(table), {column.name: value_of(column) for column in columns})
            database.dialect.count_on(connection, table)
    migrate(database_url)
    with database.reading() as connection:
        assert differences(connection) == []
        now = [METADATA.tables[RENAMED.get(table.name, table.name)] for table in tables]
        counts = {table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) for table in now}
    database.close()
    chunks = 1 if revision < "0146" else 0
    assert counts == dict.fromkeys(counts, 1) | {"batches": 1 + chunks}


def test_a_server_squeezes_bodies_of_conversations_with_lz4(postgresql_url: str) -> None:
    """Where it was built with it: docs/decisions/0020 has what that saves."""
    migrate(postgresql_url)
    database = Database(postgresql_url)
    with database.reading() as connection:
        known = "SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression'"
        chosen = "SELECT attrelid::regclass::text FROM pg_attribute WHERE attcompression = 'l' AND attname = 'body'"
        has_lz4 = connection.exec_driver_sql(known).scalar()
        found = set(connection.exec_driver_sql(chosen).scalars())
    database.close()
    bodies = {"conversations", "evaluations", "insights", "audits", "audit_trail", "judge_answers", "live_events"}
    assert found == ({*bodies, "report_rows"} if has_lz4 else set())


def test_a_database_of_a_newer_version_is_refused(database_url: str) -> None:
    """Rather than written to by something that does not know what it holds."""
    migrate(database_url)
    database = Database(database_url)
    with database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'from the future'"))
    database.close()
    with pytest.raises(SettingsError) as refused:
        migrate(database_url)
    assert refused.value.reason == "database.newer"


def test_a_file_keeps_what_is_committed(sqlite_url: str) -> None:
    """WAL, written through at every commit, foreign keys held."""
    migrate(sqlite_url)
    database = Database(sqlite_url)
    with database.reading() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "page_size")
        }
    database.close()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "page_size": 8192}


@pytest.mark.parametrize(
    "url", ["mysql://h/d", "sqlite://", "sqlite:///:memory:", "auscult.db", "", "postgresql+psycopg2://h/d"]
)
def test_other_databases_are_refused(url: str) -> None:
    """With what would be right; a password in the URL is not repeated."""
    with pytest.raises(SettingsError) as refused:
        migrate(url)
    assert refused.value.reason == "database.unsupported"
    assert "sqlite:///" in refused.value.message


@pytest.mark.parametrize("url", ["sqlite:////no/such/folder/a.db", "postgresql://me:hunter2@127.0.0.1:1/nowhere"])
def test_a_database_that_does_not_answer_is_refused(url: str) -> None:
    """With what the driver says, and without the password."""
    with pytest.raises(SettingsError) as refused:
        migrate(url)
    assert refused.value.reason == "database.unreachable"
    assert "hunter2" not in refused.value.message


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """And left as it is."""
    file = tmp_path / "notes.txt"
    file.write_text("Not a database. " * 1_000)
    with pytest.raises(SettingsError) as refused:
        migrate(f"sqlite:///{file}")
    assert refused.value.reason == "database.unreachable"
    assert str(file) in refused.value.message
    assert file.read_text().startswith("Not a database. ")


def test_a_store_says_whether_its_database_answers(store: Store, postgresql_url: str) -> None:
    """What a supervisor asks through the server."""
    assert store.is_ready()
    gone = open_store(postgresql_url + "_gone", new_secret_key())
    assert not gone.is_ready()
    gone.close()


def test_a_password_is_not_told() -> None:
    """A URL may hold one."""
    with pytest.raises(SettingsError) as refused:
        migrate("mysql://me:hunter2@host/db")
    assert "hunter2" not in str(refused.value)


def test_the_newest_version_is_the_last_file_by_name() -> None:
    """What a command compares a database with, without loading alembic, is what alembic would make of it."""
    assert ScriptDirectory(str(Path(migrations.__file__).parent)).get_heads() == [migrations.newest()]


def test_a_database_that_is_up_to_date_is_left_alone(database_url: str) -> None:
    """Every command opens a database: nothing is locked, and alembic not even loaded, where nothing is to be done."""
    migrate(database_url)
    told = (
        f"import sys; from auscult.storage import migrate; migrate({database_url!r}); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, check=True, text=True)  # noqa: S603
    assert done.stdout == "False\n"


def test_audits_of_before_keep_their_answers(database_url: str) -> None:
    """An audit from before assignments belongs to one without a plan, and reports show it as they did."""
    database = Database(database_url)
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    result = {"sheet": {"comment": "fine"}, "revision": 1, "form_id": "ef-1", "form_version": 1, "score": "80"}
    result |= {"passed": True, "fatal_errors": 0, "audited_at": "2026-03-24T09:30:00.500Z"}
    body = {"conversation_id": "c-1", "auditor": "Jane", "assigned_at": "2026-03-23T10:00:00Z", "changes": 3}
    with database.writing(is_shown=False) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0032")
        earlier = sa.MetaData()
        earlier.reflect(connection)
        for name in ("apps", "batches", "conversations", "audits"):
            table = earlier.tables[name]
            row = {column.name: value_of(column) for column in table.columns}
            if name == "audits":
                row |= {"conversation_id": "c-1", "auditor": "Jane", "state": "audited", "changes": 3}
                row["body"] = msgspec.json.encode(body | {"result": result})
            connection.execute(sa.insert(table), row)
    migrate(database_url)
    query = sa.select(assignments.c.state, assignments.c.rater, assignments.c.probability, audits.c.is_shown)
    query = query.add_columns(audits.c.submitted_at, audits.c.body).select_from(assignments)
    with database.reading() as connection:
        found = connection.execute(query.join(audits, audits.c.assignment == assignments.c.assignment)).one()
    database.close()
    audit = msgspec.json.decode(found.body, type=Audit)
    assert (found.state, found.rater, found.probability, found.is_shown) == ("submitted", "Jane", None, 1)
    assert found.submitted_at == 1_774_344_600_500
    assert audit.assignment_id == assignment_id_of("c-1")
    assert audit.result is not None
    assert audit.result.sheet.comment == "fine"


def _insert_both_lists(connection: sa.Connection) -> None:
    """Insert batches and chunks that are waiting, postponed and ended, as 0145 stored them."""
    tables = sa.MetaData()
    tables.reflect(connection)

    def insert(name: str, **values: object) -> None:
        table = tables.tables[name]
        required = {column.name: value_of(column) for column in table.columns if not column.nullable}
        connection.execute(sa.insert(table), required | values)

    insert("apps", app=7, app_id="st-1", account_id="a-1", org_id="o-1")
    for number, state, not_before in ((1, "accepted", None), (2, "accepted", 10**14), (3, "done", None)):
        batch = {"batch": number, "batch_id": f"b-{number}", "size": number, "postponements": 0}
        insert("batches", app=7, state=state, not_before=not_before, starts=0, priority=1, **batch)
    insert("conversations", conversation=5, conversation_id="c-5", app=7, batch=3, recorded_revision=1)
    for sweep, state, ended_at in ((1, "running", None), (2, "cancelled", 60)):
        ids = {"sweep": sweep, "sweep_id": f"rs-{sweep}", "kind": "rescore", "request": b"{}"}
        insert("sweeps", **ids, app=7, state=state, total=40, created_at=50, ended_at=ended_at)
    chunks = (
        (11, 1, "done", None, None, b'{"shown":[{"conversation_id":"c-5"}]}'),
        (12, 2, "waiting", None, None, None),
        (13, 1, "waiting", None, None, None),
        (14, 1, "waiting", 10**14, "the judge is away", None),
        (15, 1, "failed", None, "no engine", None),
    )
    for number, sweep, state, not_before, reason, result in chunks:
        what = {"portion": number, "portion_id": f"rs-{sweep}-{number}", "sweep": sweep, "size": number, "state": state}
        where = {"first_at": 1, "first": number, "last_at": 2, "last": number + 1, "sieve": None}
        insert("sweep_portions", **what, **where, starts=1, not_before=not_before, reason=reason, result=result)
    insert("sweep_mentions", conversation=5, portion=11)


def test_both_lists_of_work_become_one(database_url: str) -> None:
    """Batches and chunks stay as they were, in turn and in the same order; a step back restores the rows of before."""
    database = Database(database_url)
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    earlier = "SELECT portion_id, sweep, first_at, first, last_at, last, sieve, size, state, starts, not_before, reason, result"
    earlier += " FROM sweep_portions ORDER BY portion_id"
    with database.writing(is_shown=False) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0145")
        _insert_both_lists(connection)
        database.dialect.count_on(connection, batches)
        before = connection.execute(sa.text(earlier)).all()
    migrate(database_url)
    store = open_store(database_url, new_secret_key())
    assert store.work.next("backfill", 9) == ["b-1"]
    assert store.work.next("chunk", 9) == ["rs-1-13"]
    chunk = store.backfills.get("rs-1-13")
    assert chunk is not None
    assert chunk.range == ChunkRange(first=(1, 13), last=(2, 14), size=13)
    assert (chunk.backfill.backfill_id, chunk.backfill.looked, chunk.backfill.reason) == (
        "rs-1",
        26,
        "the judge is away; no engine",
    )
    assert [batch.batch_id for batch in store.batches.postponed()] == ["b-2"]
    assert store.batches.backlog() == Backlog(live=0, backfill=1)
    app = store.within(Tenant(account_id="a-1", org_id="o-1", app_id="st-1"))
    assert [job.batch.batch_id for job in app.jobs.listing()] == ["b-2", "b-1"]
    with database.writing(is_shown=False) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0145")
        assert connection.execute(sa.text(earlier)).all() == before
        assert connection.scalar(sa.text("SELECT count(*) FROM batches")) == 3
        command.upgrade(config, "head")
    assert app.backfills.resume("rs-2") is not None
    assert store.work.next("chunk", 9) == ["rs-2-12", "rs-1-13"]
    store.work.resume()
    assert store.work.next("chunk", 9) == ["rs-2-12", "rs-1-13", "rs-1-14"]
    assert [json.loads(result) for result in app.backfills.results("rs-1")] == [{"shown": [{"conversation_id": "c-5"}]}]
    assert app.conversations.erase("c-5")
    assert [json.loads(result) for result in app.backfills.results("rs-1")] == [{"shown": []}]
    store.close()
    database.close()
