import sqlite3
from pathlib import Path

import pytest

from auscult.workers.dbos_database import jobs_url, prepare
from tests.data_files import data_of


@pytest.mark.parametrize(("database", "jobs"), data_of(__file__, "jobs_stand_beside_a_file_and_inside_a_server"))
def test_jobs_stand_beside_a_file_and_inside_a_server(database: str, jobs: str) -> None:
    """An SQLite file has a second one beside it; PostgreSQL holds both."""
    assert jobs_url(database) == jobs


def test_the_file_can_be_read_while_it_is_written(tmp_path: Path) -> None:
    """It is made in WAL mode, and stays so."""
    prepare(f"sqlite:///{tmp_path}/a.db-jobs")
    with sqlite3.connect(tmp_path / "a.db-jobs") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_server_needs_nothing() -> None:
    """Nobody is called."""
    prepare("postgresql://nobody@nowhere.invalid/none")
