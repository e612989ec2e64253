"""Tables as the migrations make them, and databases that cannot be used."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from auscult.domain.errors import SettingsError
from auscult.storage import Store, migrate, migrations, new_secret_key, open_store
from auscult.storage.database import Database
from auscult.storage.tables import METADATA


def test_migrations_make_the_tables_that_the_code_names(database_url: str) -> None:
    """The last migration and `tables.py` say the same; a second run changes nothing."""
    migrate(database_url)
    migrate(database_url)
    database = Database(database_url)
    with database.reading() as connection:
        found = compare_metadata(MigrationContext.configure(connection), METADATA)
        assert [name for name in sa.inspect(connection).get_table_names() if name not in METADATA.tables] == [
            "alembic_version"
        ]
    database.close()
    assert found == []


def revisions() -> list[str]:
    """Every version but the last, the first one first."""
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    return [script.revision for script in scripts.walk_revisions()][:0:-1]


def value_of(column: sa.Column[Any]) -> object:
    """Something that a column takes: everything is number 1, so that what points at something finds it."""
    if isinstance(column.type, sa.LargeBinary):
        return b"{}"
    return "1" if isinstance(column.type, sa.Text) else 1


@pytest.mark.parametrize("revision", revisions())
def test_a_database_of_every_earlier_version_is_brought_up_to_date(database_url: str, revision: str) -> None:
    """With a row in each of its tables, all of which are there afterwards."""
    database = Database(database_url)
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        earlier = sa.MetaData()
        earlier.reflect(connection)
        tables = [table for table in earlier.sorted_tables if table.name != "alembic_version"]
        for table in tables:
            connection.execute(sa.insert(table), {column.name: value_of(column) for column in table.columns})
    migrate(database_url)
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        counts = {table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) for table in tables}
    database.close()
    assert set(counts.values()) == {1}, counts


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
