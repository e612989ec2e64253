"""A database that does not answer for a while: who asks is told to come again, and then finds all as it was."""

from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.databases import database
from tests.e2e.own import Own, problem
from tests.e2e.serving import GOLDEN_SAMPLE, serving

pytestmark = pytest.mark.night


@pytest.mark.landing
def test_who_asks_meanwhile_is_told_to_come_again(postgresql_server: str, tmp_path: Path) -> None:
    """503 with Retry-After, for it is no fault of ours; a client that obeys gets its answer."""
    with (
        database("postgresql", postgresql_server, tmp_path, content=GOLDEN_SAMPLE) as url,
        serving(url) as service,
        psycopg.connect(postgresql_server, autocommit=True) as server,
    ):
        own = Own(service, service.new_client("conversations:read"))
        assert own.ask("GET", "/changes").status_code == 200
        name = url.rpartition("/")[2]
        allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        server.execute(allow.format(sql.Identifier(name), sql.SQL("false")))
        try:
            # Waits until each has ended.
            server.execute("SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = %s", [name])
            away = own.ask("GET", "/changes", headers={"Connection": "close"})  # as the server does after a fault
        finally:
            server.execute(allow.format(sql.Identifier(name), sql.SQL("true")))
        problem(away, 503, "database.away")
        assert away.headers["retry-after"] == "5"
        assert own.ask("GET", "/changes").status_code == 200
