"""Probes and metrics over HTTP: what they count, what they never name, and what they say of a database that is away."""

import re
import subprocess
from pathlib import Path

import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families
from psycopg import sql

from auscult import bootstrap
from auscult.config import Settings
from tests.e2e.serving import PATH, TENANT, Service, listening
from tests.integration.program import AUSCULT, environment
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.night


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Return every sample of a scrape by name and labels."""
    families = text_string_to_metric_families(text)
    return {(each.name, tuple(sorted(each.labels.items()))): each.value for one in families for each in one.samples}


def requests(text: str) -> dict[tuple[str, str], float]:
    """Return how many requests each route and status had."""
    found: dict[tuple[str, str], float] = {}
    for (name, labels), value in samples(text).items():
        if name == "auscult_http_requests_total":
            named = dict(labels)
            at = (re.sub(r"/app/\{\w+\}/", "/app/{app}/", named["route"]), named["status"])
            found[at] = found.get(at, 0) + value
    return found


@pytest.mark.landing
def test_metrics_count_requests_by_route(service: Service) -> None:
    """Counts equal what was sent; labels are templates, so no app, account, client or id is anywhere in the page."""
    reader = service.new_client("conversations:read")
    bearer = {"Authorization": f"Bearer {service.token(reader)}"}
    before = requests(service.http.get(f"{service.url}/metrics").text)
    for _ in range(3):
        assert service.ask().status_code == 200
    missing = service.http.get(f"{service.url}/api/v1/conversations/c-no-such-id", headers=bearer)
    assert missing.status_code in {400, 404}
    assert service.http.get(f"{service.url}/nothing/here-at-all").status_code == 404
    page = service.http.get(f"{service.url}/metrics")
    assert page.headers["content-type"].startswith("text/plain; version=0.0.4")
    after = requests(page.text)
    assert after[PATH, "200"] - before.get((PATH, "200"), 0) == 3
    assert after["/api/v1/conversations/{conversation_id}", str(missing.status_code)] == 1
    assert after["unmatched", "404"] >= 1
    for named in (TENANT.app_id, TENANT.account_id, service.client.client_id, "no-such-id", "here-at-all"):
        assert not re.search(rf'"[^"]*\b{re.escape(named)}\b[^"]*"', page.text), named


def test_gauges_come_from_the_database(service: Service) -> None:
    """Queues, webhooks, judges and the feed, whichever process is asked."""
    found = samples(service.http.get(f"{service.url}/metrics").text)
    assert found["auscult_database_up", ()] == 1
    assert found["auscult_queue_conversations", (("priority", "live"),)] == 0
    assert found["auscult_changes", ()] >= 1
    assert {"auscult_webhook_lag_seconds", "auscult_batches_failed"} <= {name for name, _ in found}


@pytest.mark.landing
def test_probes_are_open_and_say_what_holds(service: Service) -> None:
    """A supervisor needs no token, and costs no limit."""
    for path in ("/livez", "/healthz", "/readyz", "/metrics"):
        answer = service.http.get(service.url + path)
        assert answer.status_code == 200, path
        assert "ratelimit-limit" not in answer.headers
    assert service.http.get(f"{service.url}/readyz").json() == {"status": "ready"}


def test_a_token_closes_the_metrics(sqlite_url: str) -> None:
    """With AUSCULT_METRICS_TOKEN a scrape needs it; probes stay open."""
    settings = Settings(database_url=sqlite_url, metrics_token="0123456789abcdef")
    with bootstrap.open(settings) as application, listening(application.server_app()) as url:
        assert httpx.get(f"{url}/metrics").status_code == 401
        wrong = {"Authorization": "Bearer 0123456789abcdeF"}
        assert httpx.get(f"{url}/metrics", headers=wrong).status_code == 401
        right = {"Authorization": "Bearer 0123456789abcdef"}
        assert httpx.get(f"{url}/metrics", headers=right).status_code == 200
        assert httpx.get(f"{url}/readyz").status_code == 200


def test_without_a_token_metrics_are_open(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """To every address, as a trusted proxy names it."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "127.0.0.1")
    with (
        bootstrap.open(Settings(database_url=sqlite_url)) as application,
        listening(application.server_app()) as url,
    ):
        for address in ("10.1.2.3", "8.8.8.8", "2606:4700::1"):
            assert httpx.get(f"{url}/metrics", headers={"X-Forwarded-For": address}).status_code == 200


def test_answers_over_tls_ask_for_tls(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the setting, and not over plain HTTP, where browsers ignore the header."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "127.0.0.1")
    for seconds, expected in ((0, None), (31_536_000, "max-age=31536000")):
        settings = Settings(database_url=sqlite_url, hsts_s=seconds)
        with bootstrap.open(settings) as application, listening(application.server_app()) as url:
            for path in ("/livez", "/api/v1", "/no-such-page"):
                secure = httpx.get(f"{url}{path}", headers={"X-Forwarded-Proto": "https"})
                assert secure.headers.get("strict-transport-security") == expected
            assert "strict-transport-security" not in httpx.get(f"{url}/livez").headers


def test_a_full_disk_is_not_ready(sqlite_url: str) -> None:
    """An SQLite server without room answers 503 and says how much is missing."""
    settings = Settings(database_url=sqlite_url, disk_free_mb=1 << 40)
    with bootstrap.open(settings) as application, listening(application.server_app()) as url:
        answer = httpx.get(f"{url}/readyz")
        assert answer.status_code == 503
        assert "MiB are free in" in answer.json()["reason"]
        assert httpx.get(f"{url}/livez").status_code == 200


def test_a_file_that_was_moved_away_is_not_ready(sqlite_url: str) -> None:
    """Nor one that another was put in place of; and nothing is accepted into a file that no other program finds."""
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    with (
        bootstrap.open(Settings(database_url=sqlite_url)) as application,
        listening(application.server_app()) as url,
    ):
        assert httpx.get(f"{url}/readyz").status_code == 200
        moved = path.rename(path.with_name("moved.db"))
        gone = httpx.get(f"{url}/readyz")
        path.write_bytes(moved.read_bytes())
        other = httpx.get(f"{url}/readyz")
        refused = httpx.post(f"{url}/api/v1/session", json={"email": "ann@example.com", "password": "x"})
        assert (refused.status_code, refused.json()["reason"]) == (503, "database.away")
        path.unlink()
        moved.rename(path)
        assert httpx.get(f"{url}/readyz").status_code == 200
    for answer in (gone, other):
        assert answer.status_code == 503
        assert "is not the file that was opened" in answer.json()["reason"]


def test_other_tables_are_not_ready(sqlite_url: str) -> None:
    """Tables of another version, as after a newer auscult migrated, make an old server unready, with both versions."""
    with (
        bootstrap.open(Settings(database_url=sqlite_url)) as application,
        listening(application.server_app()) as url,
    ):
        with application.store._database.writing() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        answer = httpx.get(f"{url}/readyz")
        assert answer.status_code == 503
        assert "the tables are of version 9999" in answer.json()["reason"]


def test_a_stopped_database_is_not_ready(postgresql_url: str, postgresql_server: str) -> None:
    """Without its database a server is alive and not ready, says why, and still answers a scrape."""
    name = postgresql_url.partition("?")[0].rpartition("/")[2]
    with (
        bootstrap.open(Settings(database_url=postgresql_url, secret_key="A" * 43 + "=")) as application,
        listening(application.server_app()) as url,
        psycopg.connect(postgresql_server, autocommit=True) as server,
    ):
        assert httpx.get(f"{url}/readyz").status_code == 200
        server.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        answer = httpx.get(f"{url}/readyz", timeout=PATIENCE_S)
        assert (answer.status_code, answer.json()["reason"]) == (503, "the database does not answer")
        assert httpx.get(f"{url}/livez").status_code == 200
        page = httpx.get(f"{url}/metrics", timeout=PATIENCE_S)
        assert samples(page.text)["auscult_database_up", ()] == 0
        server.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(sql.Identifier(name)))
        assert httpx.get(f"{url}/readyz", timeout=PATIENCE_S).status_code == 200


def test_several_processes_count_together(sqlite_url: str, tmp_path: Path) -> None:
    """Whichever process is asked, the counts are of all, and equal what was sent; refused requests are logged as JSON."""
    command = [str(AUSCULT), "serve", "--database", sqlite_url, "--port", "0", "--processes", "2", "--workers", "0"]
    env = environment(AUSCULT_LOG_FORMAT="json", AUSCULT_LOG_LEVEL="info")
    log = tmp_path / "log"
    with (
        log.open("wb") as err,
        subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=err, text=True) as server,  # noqa: S603
    ):
        try:
            assert server.stdout is not None
            url = server.stdout.readline().split()[2]
            for number in range(40):
                httpx.get(f"{url}/api/v1/conversations", headers={"X-Request-Id": f"mine-{number}"}, timeout=PATIENCE_S)
            pages = [httpx.get(f"{url}/metrics", timeout=PATIENCE_S).text for _ in range(8)]
        finally:
            server.terminate()
        server.wait(PATIENCE_S)
    for page in pages:
        assert requests(page)["/api/v1/conversations", "401"] == 40
    lines = log.read_text()
    assert '"logger":"auscult.access","message":"GET /api/v1/conversations 401' in lines
    assert '"request_id":"mine-7"' in lines
