"""A database whose disk is full: whoever writes is asked to try again, and the log has it once a minute."""

import logging
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy import event

from auscult.bootstrap.processes import OnceAMinute
from tests.e2e.own import Own, problem
from tests.e2e.serving import Service, serving
from tests.integration.program import conversation

TRIES = 40


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Service]:
    """A server whose database cannot grow."""
    with serving(f"sqlite:///{tmp_path}/auscult.db") as service:

        @event.listens_for(service.store._database.engine, "begin")
        def keep_small(connection: sa.Connection) -> None:  # pyright: ignore[reportUnusedFunction]
            connection.exec_driver_sql("PRAGMA max_page_count = 1")  # it becomes what the file has

        yield service


@pytest.mark.landing
def test_a_full_disk_is_in_the_log_once_a_minute(full: Service, caplog: pytest.LogCaptureFixture) -> None:
    """In one sentence without a traceback, however many requests fail with it."""
    once = OnceAMinute()
    caplog.handler.addFilter(once)
    own = Own(full, full.new_client("conversations:read", "conversations:write"))
    long = (("agent", "hello there " * 5_000),)
    answers = [
        own.ask("POST", "/conversations", msgspec.json.encode(conversation(f"full-{number}", long)))
        for number in range(TRIES)
    ]
    caplog.handler.removeFilter(once)
    refused = [answer for answer in answers if answer.status_code == 503]
    assert len(refused) > TRIES // 2
    for answer in refused:
        problem(answer, 503, "database.full")
        assert answer.headers["retry-after"] == "60"
    (line,) = [record for record in caplog.records if record.name == "auscult.server.errors"]
    assert line.levelno == logging.WARNING
    assert "the disk of the database is full" in line.getMessage().lower()
    assert line.exc_info is None
    assert own.ask("GET", "/conversations").status_code == 200
