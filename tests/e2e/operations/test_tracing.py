"""Traces: one conversation from its request to its rows, across processes, without a word that was said."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.e2e.operations.collecting import collecting
from tests.integration.program import AUSCULT, TENANT, auscult, conversation, environment
from tests.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.night

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"
STEPS = ("accept", "batch", "evaluate", "questions", "analyse", "judge", "render", "record")


@contextmanager
def traced_server(folder: Path, url: str, traces: str) -> Iterator[str]:
    """Address of a server with a worker that trace only what others trace, and log as JSON."""
    given = environment(
        AUSCULT_TRACES_URL=traces,
        AUSCULT_TRACES_PERCENT="0",
        AUSCULT_LOG_FORMAT="json",
        AUSCULT_LOG_LEVEL="info",
        AUSCULT_STATE_DIR=str(folder / "state"),
        OTEL_BSP_SCHEDULE_DELAY="100",
    )
    command = [str(AUSCULT), "serve", "--database", url, "--port", "0"]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, cwd=folder, env=given, stdout=subprocess.PIPE, stderr=log, text=True) as server,  # noqa: S603
    ):
        assert server.stdout is not None
        yield server.stdout.readline().split()[2]
        server.terminate()
        server.wait(PATIENCE_S)


def prepared(folder: Path, url: str) -> dict[str, str]:
    """Apply a form and make a client; return the headers of its requests."""
    store, state = ("--database", url), {"AUSCULT_STATE_DIR": str(folder / "state")}
    assert auscult(folder, "forms", "apply", "starter", *TENANT, *store, settings=state).status == 0
    client = auscult(
        folder, "clients", "add", *TENANT, "--scope", "conversations:write", "--json", *store, settings=state
    ).last
    keys = ("--client-id", client["client_id"], "--client-secret", client["client_secret"])
    bearer = auscult(folder, "token", *keys).out.strip()
    return {"Authorization": f"Bearer {bearer}", "accountId": "a-1", "orgId": "o-1", "appId": "st-1"}


def ask(url: str, headers: dict[str, str]) -> None:
    """Send a conversation, and ask for one that is not there, with a trace and without."""
    traced = headers | {"traceparent": TRACEPARENT}
    sent = httpx.post(f"{url}/api/v1/conversations", headers=traced, json=conversation("c-7"), timeout=PATIENCE_S)
    assert (sent.status_code, sent.headers.get("x-trace-id")) == (202, TRACE_ID), sent.text
    gone = httpx.get(f"{url}/api/v1/conversations/c-no", headers=traced, timeout=PATIENCE_S)
    assert gone.json()["trace_id"] == TRACE_ID
    untraced = httpx.get(f"{url}/api/v1/conversations/c-no", headers=headers, timeout=PATIENCE_S)
    assert "trace_id" not in untraced.json()
    assert "x-trace-id" not in untraced.headers


def test_a_trace_follows_a_conversation(tmp_path: Path, database_url: str) -> None:
    """The request, its batch in another process, its stages and engines are one trace; logs and errors name it."""
    headers = prepared(tmp_path, database_url)
    with collecting() as collector, traced_server(tmp_path, database_url, collector.url) as url:
        ask(url, headers)
        wait_until(lambda: bool(collector.named("record")) and bool(collector.named("batch")))
    assert {span.trace_id for span in collector.spans} == {TRACE_ID}
    by_id = {span.span_id: span for span in collector.spans}
    (request,) = collector.named("POST /api/v1/conversations")
    assert (request.service, request.parent_id) == ("auscult-server", "00f067aa0ba902b7")
    for step in STEPS:
        assert collector.named(step), step
    (accept,), (batch,) = collector.named("accept"), collector.named("batch")
    assert by_id[accept.parent_id] is request
    assert (by_id[batch.parent_id], batch.service) == (accept, "auscult-worker")
    (engine, *_) = [span for span in collector.spans if span.name.startswith("engine ")]
    assert by_id[engine.parent_id].name == "evaluate"
    assert accept.attributes["auscult.conversation.ids"] == ["c-7"]
    assert {span.attributes["auscult.conversation.id"] for span in collector.named("render")} == {"c-7"}
    (read,) = collector.named("GET /api/v1/conversations/{conversation_id}")
    assert read.attributes["auscult.conversation.id"] == "c-no"
    for said in (b"Lakeside", b"4711", b"twelve dollars", headers["Authorization"].encode()):
        assert said not in collector.raw
    assert f'"trace_id":"{TRACE_ID}"' in (tmp_path / "log").read_text()


def test_a_command_and_a_worker_are_one_trace_each_batch(tmp_path: Path) -> None:
    """`load` begins a trace of its own where one is drawn; a collector that does not answer stops nothing."""
    settings = {"AUSCULT_TRACES_PERCENT": "100", "OTEL_BSP_SCHEDULE_DELAY": "100"}
    assert auscult(tmp_path, "forms", "apply", "starter", *TENANT).status == 0
    (tmp_path / "one.json").write_bytes(httpx.Request("POST", "http://x", json=conversation("c-1")).content)
    with collecting() as collector:
        given = settings | {"AUSCULT_TRACES_URL": f"{collector.url}/v1/traces"}
        assert auscult(tmp_path, "load", "one.json", *TENANT, settings=given).status == 0
        (accept,), (batch,) = collector.named("accept"), collector.named("batch")
    assert (accept.service, batch.service) == ("auscult-command", "auscult-worker")
    assert batch.trace_id == accept.trace_id
    away = settings | {"AUSCULT_TRACES_URL": "http://127.0.0.1:9"}
    (tmp_path / "two.json").write_bytes(httpx.Request("POST", "http://x", json=conversation("c-2")).content)
    assert auscult(tmp_path, "load", "two.json", *TENANT, settings=away).status == 0
