"""Upgrades: a database that 0.1 made keeps its data, one step goes back, and old workers stop at newer tables.

``upgrade/auscult-0.1.sqlite.gz`` was written by the last 0.1, with the tables of migration 0001: golden conversations, two
forms, a client and an audit. ``upgrade/reports-0.1.json`` has the rows of the five reports as 0.1 returned them.
"""

import gzip
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from msgspec.structs import replace

from auscult import bootstrap
from auscult.config import Settings
from auscult.domain.errors import SettingsError
from auscult.domain.record import RecordQuery
from auscult.domain.tenancy import Tenant
from auscult.reports import REPORTS
from auscult.services.scoring.rebuild import render_outdated
from auscult.storage import migrate, newest_version
from auscult.storage.core import migrations
from auscult.storage.core.database import Database
from tests.golden.storing import conversations, process
from tests.integration.program import AUSCULT, auscult, environment
from tests.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent / "upgrade"
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
TENANT = Tenant(account_id="acc-1", org_id="o-1", app_id="st-1")
SCRIPTS = Path(migrations.__file__).parent
EVERYTHING = {"app_ids": (TENANT.app_id,), "since_ms": -(10**15), "until_ms": 10**15}
REVISIONS = [script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions()][::-1]
WITH_WAY_BACK = [
    script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions() if hasattr(script.module, "downgrade")
]


def alembic(database: Database, act: str, revision: str) -> None:
    """Run a command of Alembic's."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with database.writing(is_shown=False) as connection:
        config.attributes["connection"] = connection
        getattr(command, act)(config, revision)


@pytest.fixture
def from_0_1(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a database of 0.1: the kept file, or its rows in the same tables on PostgreSQL."""
    kept = tmp_path / "kept.db"
    kept.write_bytes(gzip.decompress((HERE / "auscult-0.1.sqlite.gz").read_bytes()))
    settings = Settings(database_url=database_url, secret_key=KEY, state_dir=str(tmp_path))
    if database_url.startswith("sqlite"):
        kept.rename(database_url.removeprefix("sqlite:///"))
        return settings
    target, source = Database(database_url), Database(f"sqlite:///{kept}")
    alembic(target, "upgrade", "0001")
    tables = sa.MetaData()
    with target.writing(is_shown=False) as there, source.reading() as here:
        tables.reflect(there)
        for table in tables.sorted_tables:
            if table.name != "alembic_version":
                rows = [
                    dict(row._mapping)
                    for row in here.execute(
                        sa.select(*map(sa.column, table.columns.keys())).select_from(sa.table(table.name))
                    )
                ]
                if rows:
                    there.execute(sa.insert(table), rows)
        for table in tables.sorted_tables:
            for column in table.primary_key.columns:
                sequence = there.scalar(sa.select(sa.func.pg_get_serial_sequence(f'"{table.name}"', column.name)))
                if sequence:
                    there.execute(sa.select(sa.func.setval(sequence, sa.func.coalesce(sa.func.max(column), 1))))
    target.close()
    source.close()
    return settings


def reports(application: bootstrap.Application) -> dict[str, list[str]]:
    """Return the rows of the five reports as text."""
    app = application.store.within(TENANT).conversations
    return {name: [row.decode() for row in app.page(RecordQuery(report=name, **EVERYTHING)).rows] for name in REPORTS}


def test_a_database_of_0_1_keeps_everything(from_0_1: Settings) -> None:
    """The five reports are equal byte by byte; secret, audit and recount are right, and new conversations are scored."""
    assert bootstrap.plan_migrations(from_0_1).current == "0001"
    with bootstrap.open(from_0_1) as application:
        assert reports(application) == json.loads((HERE / "reports-0.1.json").read_text())
        (listed,) = application.store.clients.listing()
        client = application.store.clients.find(listed.client_id)
        assert client is not None
        assert (client.app_ids, len(client.secret)) == (frozenset({"st-1"}), 43)
        app = application.store.within(TENANT)
        audited = app.audits.of([json.loads(row)["conversationId"] for row in reports(application)["scorereporting"]])
        assert [audit.auditor for audit in audited.values() if audit] == ["Jane"]
        assert application.verify() == []
        rebuilt = application.rebuild()
        assert rebuilt == 14
        assert reports(application) == json.loads((HERE / "reports-0.1.json").read_text())
        process(application.store, [replace(conversations("rawdata")[0], id="c-new")])
        assert application.verify() == []


def facets(settings: Settings) -> list[tuple[str, int]]:
    """Return how many facets of each name the rows have."""
    database = Database(settings.database_url)
    with database.reading() as connection:
        found = connection.execute(sa.text("SELECT name, count(*) FROM facets GROUP BY name ORDER BY name")).all()
    database.close()
    return [(name, n) for name, n in found]


def test_what_an_earlier_version_rendered_is_rendered_again(
    from_0_1: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a worker, unasked: lists and dashboards count what 0.1 did not. It goes on where it was interrupted."""
    monkeypatch.setattr("auscult.services.scoring.rebuild.AT_ONCE", 5)
    with bootstrap.open(from_0_1) as application:
        assert [name for name, _ in facets(from_0_1)] == ["channel", "queue"]
        assert render_outdated(application.store, REPORTS, lambda _s: True) == 5
        assert application.store.outdated() is not None
        assert application.verify() == []
    with worker(from_0_1, tmp_path), bootstrap.open(from_0_1) as application:
        wait_until(lambda: application.store.outdated() is None)
        assert application.verify() == []
        assert reports(application) == json.loads((HERE / "reports-0.1.json").read_text())
        rendered = facets(from_0_1)
        assert "agent_outcome" in dict(rendered)
        application.rebuild()
        assert facets(from_0_1) == rendered
        application.store.ensure(replace(TENANT, app_id="st-new"))
        assert render_outdated(application.store, REPORTS, lambda _s: True) == 0


def shape(database: Database) -> dict[str, dict[str, str]]:
    """Return the columns of each table, with their types."""
    found = sa.MetaData()
    with database.reading() as connection:
        found.reflect(connection)
    return {table.name: {each.name: str(each.type) for each in table.columns} for table in found.sorted_tables}


@pytest.mark.parametrize("revision", WITH_WAY_BACK)
def test_one_step_back(from_0_1: Settings, revision: str) -> None:
    """The tables are those of the version before, the reports' rows are untouched, and the step can be done again."""
    database = Database(from_0_1.database_url)
    before = REVISIONS[REVISIONS.index(revision) - 1]
    alembic(database, "upgrade", before)
    earlier = shape(database)
    alembic(database, "upgrade", revision)
    assert bootstrap.step_back(from_0_1) == before
    assert shape(database) == earlier
    database.close()
    with bootstrap.open(from_0_1) as application:
        assert reports(application) == json.loads((HERE / "reports-0.1.json").read_text())
        assert application.verify() == []


def test_a_step_without_a_way_back_is_refused(from_0_1: Settings, tmp_path: Path) -> None:
    """The first version stays as it is; the message names the backup."""
    with pytest.raises(SettingsError) as refused:
        bootstrap.step_back(from_0_1)
    assert refused.value.reason == "migration.no_way_back"
    assert bootstrap.plan_migrations(from_0_1).current == "0001"
    done = auscult(tmp_path, "migrate", "--back", "--database", from_0_1.database_url)
    assert (done.status, "restore the backup" in done.err) == (1, True)
    assert auscult(tmp_path, "migrate", "--back", "--plan").status == 1


def stamp(database: Database, version: str) -> None:
    """Have the tables be of another version."""
    with database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :version"), {"version": version})


@contextmanager
def worker(settings: Settings, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A worker of its own, ready."""
    env = environment(AUSCULT_SECRET_KEY=KEY, AUSCULT_STATE_DIR=str(folder))
    words = [str(AUSCULT), "worker", "--database", settings.database_url]
    with subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        assert "is ready" in process.stdout.readline()
        yield process
        process.kill()


def test_an_old_worker_stops_at_newer_tables(postgresql_url: str, tmp_path: Path) -> None:
    """It ends with status 1 and both versions, starts nothing more, and what it leaves is done by a worker of the version."""
    settings = Settings(database_url=postgresql_url, secret_key=KEY, state_dir=str(tmp_path))
    migrate(postgresql_url)
    database = Database(postgresql_url)
    with bootstrap.open(settings) as application:
        application.store.ensure(TENANT)
        batches = application.store.batches
        with worker(settings, tmp_path) as old:
            stamp(database, "9999")
            assert old.wait(PATIENCE_S) == 1
            assert old.stderr is not None
            assert f"the tables are of version 9999 now, and this worker needs {newest_version()}" in old.stderr.read()
        accepted = application.store.within(TENANT).conversations.accept(conversations("rawdata")[:1])
        left = batches.get(accepted.batch_id or "")
        assert left is not None
        assert (left.state, left.starts) == ("accepted", 0)
        stamp(database, newest_version())
        with worker(settings, tmp_path):
            wait_until(lambda: (found := batches.get(left.batch_id)) is not None and found.state == "done")
    database.close()
