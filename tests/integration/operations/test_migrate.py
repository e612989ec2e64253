"""``auscult migrate --plan``, ``AUSCULT_MIGRATE=never`` and ``auscult config``."""

from pathlib import Path

import pytest

from auscult import bootstrap
from auscult.config import Settings
from auscult.domain.errors import SettingsError
from auscult.storage import newest_version
from tests.integration.program import auscult

pytestmark = pytest.mark.night


@pytest.mark.landing
def test_a_plan_lists_migrations_and_makes_nothing(database_url: str, tmp_path: Path) -> None:
    """Of a new database all of them; afterwards none."""
    planned = auscult(tmp_path, "migrate", "--plan", "--json", "--database", database_url)
    assert (planned.status, planned.last["current"], planned.last["newest"]) == (0, None, newest_version())
    assert planned.last["pending"][-1]["revision"] == newest_version()
    assert list(tmp_path.glob("*.db")) == []
    assert bootstrap.plan_migrations(Settings(database_url=database_url)).current is None
    assert auscult(tmp_path, "migrate", "--database", database_url).out.endswith(": up to date\n")
    assert "nothing to run" in auscult(tmp_path, "migrate", "--plan", "--database", database_url).out


@pytest.mark.landing
def test_never_leaves_tables_to_the_command(database_url: str, tmp_path: Path) -> None:
    """Every other command refuses a database that is not up to date, and takes one that is."""
    never = Settings(database_url=database_url, migrate="never", state_dir=str(tmp_path))
    with pytest.raises(SettingsError) as refused, bootstrap.open(never):
        pass
    assert refused.value.reason == "database.outdated"
    assert bootstrap.plan_migrations(never).current is None
    done = auscult(tmp_path, "migrate", "--database", database_url, settings={"AUSCULT_MIGRATE": "never"})
    assert done.status == 0
    with bootstrap.open(never) as application:
        assert application.store.tenants() == []


def test_config_shows_each_setting_and_its_source(tmp_path: Path) -> None:
    """A line a setting, with its source; secrets are not printed."""
    (tmp_path / "token").write_text("a secret of some length\n")
    given = {"AUSCULT_METRICS_TOKEN_FILE": "token", "AUSCULT_PORT": "9"}
    shown = auscult(tmp_path, "config", "--json", "--database", "postgresql://m:hush@h/n", settings=given)
    rows = {row["setting"]: (row["value"], row["source"]) for row in shown.lines}
    assert len(rows) == len(Settings.__struct_fields__)
    assert rows["AUSCULT_METRICS_TOKEN"] == ("***", "token (AUSCULT_METRICS_TOKEN_FILE)")
    assert rows["AUSCULT_PORT"] == ("9", "AUSCULT_PORT")
    assert rows["AUSCULT_DATABASE_URL"] == ("postgresql://m:***@h/n", "option")
    assert rows["AUSCULT_HOST"] == ("127.0.0.1", "default")
    assert "AUSCULT_PORT" in auscult(tmp_path, "config", settings=given).out
