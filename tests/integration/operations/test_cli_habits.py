"""Habits that hold for every command: exit codes, errors as JSON, --quiet, the settings file, completion."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.data_files import data_of, tuples_of
from tests.integration.program import AUSCULT, TENANT, auscult, conversation, environment, ran, write

pytestmark = pytest.mark.night

DOCUMENTED = Path(__file__).parents[3] / "docs" / "reference" / "output.md"


@pytest.mark.landing
@pytest.mark.parametrize(
    ("words", "status", "reason"),
    tuples_of(__file__, "errors_are_json_where_json_is_asked_for"),
)
def test_errors_are_json_where_json_is_asked_for(
    tmp_path: Path, words: tuple[str, ...], status: int, reason: str
) -> None:
    """Usage errors end with 2, refusals with 1; both are one line of one shape."""
    done = auscult(tmp_path, *words, "--json", settings={"AUSCULT_DATABASE_URL": "sqlite:///none.db"})
    assert (done.status, done.out) == (status, "")
    (line,) = done.err.splitlines()
    error = json.loads(line)["error"]
    assert (error["reason"] if status == 2 else reason, bool(error["message"])) == (reason, True)
    assert list(tmp_path.iterdir()) == []


def test_statuses_are_documented(tmp_path: Path) -> None:
    """Every status that the page lists is returned by something here or in another test."""
    text = DOCUMENTED.read_text(encoding="utf-8")
    for status in (0, 1, 2, 130):
        assert f"| `{status}` |" in text
    assert auscult(tmp_path, "--version").status == 0


@pytest.mark.landing
def test_values_and_commands_have_a_suggestion(tmp_path: Path) -> None:
    """A slip in a command, an option, a value or a setting is answered with the nearest that exists."""
    assert "Did you mean 'load'" in auscult(tmp_path, "lod").err
    assert "--database" in auscult(tmp_path, "verify", "--databse", "x").err
    slip = auscult(tmp_path, "token", "--client-id", "c", settings={"AUSCULT_LOG_LEVL": "info"})
    assert "did you mean AUSCULT_LOG_LEVEL?" in slip.err


def test_quiet_leaves_results_and_errors(tmp_path: Path) -> None:
    """-q anywhere drops notes; results and errors stay."""
    write(tmp_path / "one.ndjson", conversation("c-1"), "{broken")
    assert auscult(tmp_path, "forms", "apply", "starter", *TENANT).status == 0
    usual = auscult(tmp_path, "backup", "a")
    assert "plain text" in usual.err
    quiet = auscult(tmp_path, "backup", "b", "-q")
    assert (quiet.status, quiet.err, bool(quiet.out)) == (0, "", True)
    loaded = auscult(tmp_path, "--quiet", "load", "one.ndjson", *TENANT)
    assert (loaded.status, "1 rejected" in loaded.err) == (1, True)


def test_a_settings_file(tmp_path: Path) -> None:
    """auscult.toml in the working folder, or the file that AUSCULT_CONFIG names; the environment goes before it."""
    (tmp_path / "auscult.toml").write_text('port = 9001\nlog_level = "info"\nbatch_size = 7\n')
    rows = {row["setting"]: row for row in auscult(tmp_path, "config", "--json").lines}
    assert rows["AUSCULT_PORT"] == {"setting": "AUSCULT_PORT", "value": "9001", "source": "auscult.toml"}
    over = auscult(tmp_path, "config", "--json", settings={"AUSCULT_PORT": "9002"}).lines
    assert next(row for row in over if row["setting"] == "AUSCULT_PORT")["source"] == "AUSCULT_PORT"
    (tmp_path / "other.toml").write_text("prot = 1\n")
    slip = auscult(tmp_path, "config", settings={"AUSCULT_CONFIG": "other.toml"})
    assert (slip.status, "prot is no setting; did you mean port?" in slip.err) == (1, True)
    gone = auscult(tmp_path, "config", settings={"AUSCULT_CONFIG": "gone.toml"})
    assert (gone.status, "cannot read the settings file gone.toml" in gone.err) == (1, True)
    (tmp_path / "auscult.toml").write_text("port = 'many'\n")
    wrong = auscult(tmp_path, "config")
    assert (wrong.status, "port in auscult.toml cannot be 'many'" in wrong.err) == (1, True)


@pytest.mark.parametrize(("shell", "variables"), data_of(__file__, "shells_complete_commands"))
def test_shells_complete_commands(tmp_path: Path, shell: str, variables: dict[str, str]) -> None:
    """The completion of each shell offers the groups that begin so, and its script can be printed."""
    done = auscult(tmp_path, settings={"_AUSCULT_COMPLETE": f"complete_{shell}", **variables})
    assert "forms" in done.out
    script = auscult(tmp_path, settings={"_AUSCULT_COMPLETE": f"source_{shell}"})
    assert "_AUSCULT_COMPLETE" in script.out


def test_nothing_is_asked_without_a_terminal(tmp_path: Path) -> None:
    """With stdin closed every command ends by itself; progress and colours are for terminals only."""
    write(tmp_path / "one.ndjson", *(conversation(f"c-{number}") for number in range(40)))
    assert auscult(tmp_path, "forms", "apply", "starter", *TENANT).status == 0
    given = environment(AUSCULT_DATABASE_URL="sqlite:///test.db")
    done = ran([AUSCULT, "load", "one.ndjson", *TENANT], cwd=tmp_path, env=given, stdin=subprocess.DEVNULL)
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr
    assert "readable" not in done.stderr


def test_the_module_is_the_command(tmp_path: Path) -> None:
    """`python -m auscult` does the same."""
    words = [sys.executable, "-m", "auscult", "--version"]
    given = {name: value for name, value in os.environ.items() if not name.startswith("AUSCULT_")}
    done = subprocess.run(words, cwd=tmp_path, env=given, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.startswith("auscult 0.")
