"""Upgrades: databases of before 0.3.0 are refused and left alone, rows are rendered again, and old workers stop.

``upgrade/auscult-0.1.sqlite.gz`` was written by the last 0.1: golden conversations, two forms, a client and an audit.
"""

import gzip
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from auscult import bootstrap
from auscult.config import Settings
from auscult.domain.errors import SettingsError
from auscult.domain.operations.backups import MANIFEST
from auscult.domain.record import RecordQuery
from auscult.domain.tenancy import Tenant
from auscult.reports import REPORTS
from auscult.services.scoring.rebuild import render_outdated
from auscult.storage import migrate, newest_version
from auscult.storage.core.database import Database
from tests.golden.storing import conversations, process
from tests.integration.program import AUSCULT, auscult, environment
from tests.waiting import PATIENCE_S, existing, wait_until

pytestmark = pytest.mark.night

HERE = Path(__file__).parent / "upgrade"
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
TENANT = Tenant(account_id="acc-1", org_id="o-1", app_id="st-1")
EVERYTHING = {"app_ids": (TENANT.app_id,), "since_ms": -(10**15), "until_ms": 10**15}


def reports(application: bootstrap.Application) -> dict[str, list[str]]:
    """Return the rows of the five reports as text."""
    app = application.store.within(TENANT).conversations
    return {name: [row.decode() for row in app.page(RecordQuery(report=name, **EVERYTHING)).rows] for name in REPORTS}


@pytest.mark.parametrize(
    "words",
    [("migrate",), ("migrate", "--plan"), ("migrate", "--back"), ("serve",), ("users", "list", "--app", "st-1")],
)
@pytest.mark.parametrize("setting", ["auto", "never"])
def test_a_database_of_before_is_refused_in_one_sentence(tmp_path: Path, words: tuple[str, ...], setting: str) -> None:
    """With what it is and what to do, by every command, and nothing in it changes."""
    kept = gzip.decompress((HERE / "auscult-0.1.sqlite.gz").read_bytes())
    (tmp_path / "test.db").write_bytes(kept)
    done = auscult(tmp_path, *words, settings={"AUSCULT_MIGRATE": setting})
    assert (done.status, done.out) == (1, "")
    assert done.err == (
        "error: this database has tables of version 0001, made by an auscult before 0.3.0, and this one needs "
        f"{newest_version()}; export with the auscult that made it, and load into a new database "
        "(docs/how-to/upgrade.md)\n"
    )
    with closing(sqlite3.connect(tmp_path / "test.db")) as now, closing(sqlite3.connect(":memory:")) as before:
        before.deserialize(kept)
        assert list(now.iterdump()) == list(before.iterdump())


def test_a_backup_of_before_is_refused(tmp_path: Path) -> None:
    """Before a row of it is written."""
    assert auscult(tmp_path, "migrate").status == 0
    assert auscult(tmp_path, "backup", "kept").status == 0
    manifest = tmp_path / "kept" / MANIFEST
    manifest.write_text(manifest.read_text().replace(newest_version(), "0149"))
    done = auscult(tmp_path, "restore", "kept", "--database", "sqlite:///new.db")
    assert (done.status, "tables of version 0149" in done.err) == (1, True)
    assert not (tmp_path / "new.db").exists()


def facets(settings: Settings) -> list[tuple[str, int]]:
    """Return how many facets of each name the rows have."""
    database = Database(settings.database_url)
    with database.reading() as connection:
        found = connection.execute(sa.text("SELECT name, count(*) FROM facets GROUP BY name ORDER BY name")).all()
    database.close()
    return [(name, n) for name, n in found]


def test_what_an_earlier_version_rendered_is_rendered_again(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a worker, unasked: lists and dashboards count what was missing. It goes on where it was interrupted."""
    monkeypatch.setattr("auscult.services.scoring.rebuild.AT_ONCE", 3)
    settings = Settings(database_url=database_url, secret_key=KEY, state_dir=str(tmp_path))
    with bootstrap.open(settings) as application:
        application.store.ensure(TENANT)
        process(application.store, conversations("rawdata"))
        before, counted = reports(application), facets(settings)
        database = Database(database_url)
        with database.writing() as connection:
            connection.execute(sa.text("UPDATE apps SET rows_version = 0"))
            connection.execute(sa.text("UPDATE report_rows SET body = :body"), {"body": b"{}"})
        database.close()
        assert reports(application) != before
        assert render_outdated(application.store, REPORTS, lambda _s: True) == 3
        assert application.store.outdated() is not None
    with worker(settings, tmp_path), bootstrap.open(settings) as application:
        wait_until(lambda: application.store.outdated() is None)
        assert application.verify() == []
        assert (reports(application), facets(settings)) == (before, counted)
        application.store.ensure(replace(TENANT, app_id="st-new"))
        assert render_outdated(application.store, REPORTS, lambda _s: True) == 0


def test_a_step_without_a_way_back_is_refused(database_url: str, tmp_path: Path) -> None:
    """Ticks stay; the message names the backup."""
    settings = Settings(database_url=database_url, secret_key=KEY, state_dir=str(tmp_path))
    migrate(database_url)
    while bootstrap.plan_migrations(settings).current != "0306":
        bootstrap.step_back(settings)
    with pytest.raises(SettingsError, check=lambda error: error.reason == "migration.no_way_back"):
        bootstrap.step_back(settings)
    assert bootstrap.plan_migrations(settings).current == "0306"
    done = auscult(tmp_path, "migrate", "--back", "--database", database_url)
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
        left = existing(batches.get(accepted.batch_id or ""))
        assert (left.state, left.starts) == ("accepted", 0)
        stamp(database, newest_version())
        with worker(settings, tmp_path):
            wait_until(lambda: (found := batches.get(left.batch_id)) is not None and found.state == "done")
    database.close()
