"""Two tenants of one server: what one does on purpose holds the other up neither now nor at the end."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.databases import database
from tests.e2e.own import Own
from tests.e2e.serving import GOLDEN_SAMPLE, STRANGER, serving

pytestmark = pytest.mark.night

HOSTILE = b"<html>" + b"<a " * 70_000


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_documents_that_never_end_hold_no_load_up(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Pages made to be read for hours: another tenant's conversation is taken meanwhile, and the server ends."""
    server = request.getfixturevalue("postgresql_server") if kind == "postgresql" else ""
    with (
        database(kind, server, tmp_path, content=GOLDEN_SAMPLE) as url,
        ThreadPoolExecutor(6) as threads,
        serving(url, state_dir=str(tmp_path)) as service,
    ):
        service.store.ensure(STRANGER)
        hostile = Own(service, service.new_client("knowledge:write"))
        other = Own(service, service.new_client("conversations:write", tenant=STRANGER))
        html = {"headers": {"Content-Type": "text/html"}, "timeout": 120}
        asked = [threads.submit(hostile.ask, "PUT", f"/knowledge/en/bad{n}.html", HOSTILE, **html) for n in range(6)]
        document = b'{"id": "c-1", "channel": "voice", "started_at": "2026-03-23T10:17:54Z"}'
        taken = other.ask("POST", "/conversations", document, headers={"Content-Type": "application/json"})
        assert taken.status_code == 202, taken.text
        assert not all(each.done() for each in asked)
        answers = [each.result() for each in asked]
    assert {answer.status_code for answer in answers} <= {201, 400, 422, 503}
    assert all("Retry-After" in answer.headers for answer in answers if answer.status_code == 503)
