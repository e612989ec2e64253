"""What commands write is readable by its owner alone, whatever the umask is."""

import os
import stat
from pathlib import Path

import pytest

from auscult.storage import migrate
from tests.integration.program import AUSCULT, TENANT, conversation, environment, ran, write


def open_to_others(folder: Path) -> list[str]:
    """Files and folders that others than their owner can do anything with."""
    return [
        f"{path.relative_to(folder)} {stat.S_IMODE(path.stat().st_mode):04o}"
        for path in sorted(folder.rglob("*"))
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]


@pytest.mark.night
@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_what_commands_write_is_private(tmp_path: Path, umask: int) -> None:
    """Databases with their logs, exports, backups, recordings, keys and what is scored without a database."""
    write(tmp_path / "one.ndjson", conversation("c-1"))
    (tmp_path / "one.ndjson").chmod(0o600)
    for line in (
        ("forms", "apply", "starter", *TENANT),
        ("load", "one.ndjson", *TENANT),
        ("export", "conversations", "--app", "st-1", "--out", "exported", "--format", "ndjson"),
        ("backup", "saved"),
        ("restore", "saved", "--database", "sqlite:///again.db"),
        ("score", "one.ndjson", "--form", "starter", "--out", "scored.ndjson"),
    ):
        given = environment(**({} if line[0] == "restore" else {"AUSCULT_DATABASE_URL": "sqlite:///test.db"}))
        done = ran([AUSCULT, *line], cwd=tmp_path, env=given, umask=umask)
        assert done.returncode == 0, (line, done.stderr)
    made = {path.name for path in tmp_path.rglob("*")}
    assert {"test.db", "again.db", "exported", "saved", "scored.ndjson"} <= made
    assert open_to_others(tmp_path) == []


def test_a_database_that_is_made_in_a_program_is_private(tmp_path: Path) -> None:
    """Its log and its index have the mode of its file."""
    before = os.umask(0)
    try:
        migrate(f"sqlite:///{tmp_path}/own.db")
    finally:
        os.umask(before)
    assert (tmp_path / "own.db").exists()
    assert open_to_others(tmp_path) == []
