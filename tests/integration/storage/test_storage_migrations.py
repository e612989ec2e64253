"""Tables of a new database, their migration, and databases that cannot be used."""

import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from auscult.domain.errors import SettingsError
from auscult.domain.tenancy import Tenant
from auscult.storage import Store, migrate, new_secret_key, newest_version, open_store
from auscult.storage.core import migrations
from auscult.storage.core.database import Database
from auscult.storage.core.tables.base import METADATA, apps
from auscult.storage.core.views import VIEWS


def is_compared(item: Any, name: str | None, kind: str, *_: object) -> bool:
    """Leave out the index of the words said, which each database keeps in its own way (``storage/core/baseline.py``)."""
    where = f"{item.table.name}.{name}" if kind in {"column", "index"} else f"{name}"
    return not where.startswith("said_words") and where != "said.ix_said_words"


def differences(connection: sa.Connection) -> list[Any]:
    """What the tables of a database have otherwise than the code says."""
    options = {"include_object": is_compared}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), METADATA))


def test_a_new_database_has_the_tables_that_the_code_names(database_url: str) -> None:
    """With their views and what refuses changes; a second run changes nothing."""
    migrate(database_url)
    migrate(database_url)
    database = Database(database_url)
    with database.reading() as connection:
        names = [name for name in sa.inspect(connection).get_table_names() if not name.startswith("said_words")]
        assert [name for name in names if name not in METADATA.tables] == ["alembic_version"]
        assert differences(connection) == []
        assert set(sa.inspect(connection).get_view_names()) == set(VIEWS)
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if not database.dialect.is_embedded:
            triggers = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        assert len(connection.scalars(sa.text(triggers)).all()) == (8 if database.dialect.is_embedded else 6)
    database.close()


CHANGE = """
\"\"\"Add a column.\"\"\"
import sqlalchemy as sa
from alembic import op
revision = "{after}"
down_revision = "{before}"
def upgrade() -> None:
    op.add_column("apps", sa.Column("colour", sa.Text()))
def downgrade() -> None:
    op.drop_column("apps", "colour")
"""


NEWEST = newest_version()
AFTER = f"{int(NEWEST[:4]) + 1:04}"


def add_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have one more migration than there is."""
    scripts = tmp_path / "migrations"
    shutil.copytree(Path(migrations.__file__).parent, scripts)
    (scripts / "versions" / f"{AFTER}_colour.py").write_text(CHANGE.format(before=NEWEST, after=AFTER))
    monkeypatch.setattr(migrations, "_HERE", scripts)


def test_migrations_are_one_line() -> None:
    """Each has the number after the one before; who lands second gives theirs the next one."""
    folder = Path(migrations.__file__).parent / "versions"
    numbers = sorted(int(path.name[:4]) for path in folder.glob("[0-9]*.py"))
    expected = list(range(300, 300 + len(numbers)))
    assert numbers == expected, "two migrations have one number, or one is missing: give yours the next number"
    config = Config()
    config.set_main_option("script_location", str(folder.parent))
    line = [each.revision[:4] for each in ScriptDirectory.from_config(config).walk_revisions()]
    assert line == [f"{number:04}" for number in reversed(expected)], "down_revision is the number before"


def test_grants_on_views_survive_a_migration(
    postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what may be passed on and what everyone has; what is granted is neither more nor less afterwards."""
    migrate(postgresql_url)
    asked = sa.text(
        "SELECT relname, relacl::text FROM pg_class WHERE relkind = 'v' AND relname LIKE 'v\\_%' ORDER BY 1"
    )
    with closing(Database(postgresql_url)) as database:
        role = f'"Analyst {uuid4().hex}"'
        with database.writing() as connection:
            connection.exec_driver_sql(f"CREATE ROLE {role}")
            connection.exec_driver_sql(f"GRANT SELECT, INSERT ON v_conversations TO {role} WITH GRANT OPTION")
            connection.exec_driver_sql("GRANT SELECT ON v_agents TO PUBLIC")
            before = [tuple(row) for row in connection.execute(asked)]
        add_migration(tmp_path, monkeypatch)
        migrate(postgresql_url)
        with database.writing() as connection:
            assert [tuple(row) for row in connection.execute(asked)] == before
            assert migrations.versions(connection) == [AFTER]
            connection.exec_driver_sql(f"DROP OWNED BY {role}")
            connection.exec_driver_sql(f"DROP ROLE {role}")


def test_a_database_is_migrated_and_back(
    database_url: str, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a migration after the baseline: planned, run once, undone; views are there before and after."""
    store.ensure(Tenant(account_id="a-1", org_id="o-1", app_id="st-1"))
    assert migrations.plan_migrations(database_url).pending == ()
    add_migration(tmp_path, monkeypatch)
    assert [each.revision for each in migrations.plan_migrations(database_url).pending] == [AFTER]
    database = Database(database_url)
    for do, version, columns in (
        (migrate, AFTER, {"colour"}),
        (migrate, AFTER, {"colour"}),
        (migrations.step_back, NEWEST, set[str]()),
    ):
        do(database_url)
        with database.reading() as connection:
            assert migrations.versions(connection) == [version]
            found = {each["name"] for each in sa.inspect(connection).get_columns("apps")}
            assert found - set(apps.columns.keys()) == columns
            assert connection.scalar(sa.text("SELECT count(*) FROM v_conversations")) == 0
    database.close()
    assert [tenant.app_id for tenant in store.tenants()] == ["st-1"]


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


@pytest.mark.parametrize(
    ("version", "reason", "advice"),
    [
        ("0001", "database.earlier", "export with the auscult that made it, and load into a new database"),
        ("0149", "database.earlier", "before 0.3.0"),
        ("0300.00000000", "database.earlier", "docs/how-to/upgrade.md"),
        (AFTER, "database.newer", "use the newer auscult"),
    ],
)
def test_a_database_of_another_version_is_refused(database_url: str, version: str, reason: str, advice: str) -> None:
    """Rather than written to by something that does not know what it holds; in one sentence, with what to do."""
    migrate(database_url)
    database = Database(database_url)
    with database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    for refuse in (migrate, migrations.plan_migrations, migrations.step_back):
        with pytest.raises(SettingsError) as refused:
            refuse(database_url)
        assert refused.value.reason == reason
        assert version in refused.value.message
        assert advice in refused.value.message
    with database.reading() as connection:
        assert migrations.versions(connection) == [version]
    database.close()


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


def test_an_sqlite_that_is_too_old_for_this_python_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is made: durable jobs would fail again and again. Python 3.11 works with it."""
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 41, 2))
    monkeypatch.setattr("sys.version_info", (3, 11, 7))
    migrate(f"sqlite:///{tmp_path / 'older.db'}")
    monkeypatch.setattr("sys.version_info", (3, 12, 1))
    with pytest.raises(SettingsError, match=r"need SQLite 3\.42 or newer, and this one has") as refused:
        migrate(f"sqlite:///{tmp_path / 'newer.db'}")
    assert refused.value.reason == "database.unsupported"
    assert not (tmp_path / "newer.db").exists()
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 42, 0))
    migrate(f"sqlite:///{tmp_path / 'newer.db'}")


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


@pytest.mark.landing
def test_a_database_that_is_up_to_date_is_left_alone(database_url: str) -> None:
    """Every command opens a database: nothing is locked, and alembic not even loaded, where nothing is to be done."""
    migrate(database_url)
    told = (
        f"import sys; from auscult.storage import migrate; migrate({database_url!r}); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, check=True, text=True)  # noqa: S603
    assert done.stdout == "False\n"
