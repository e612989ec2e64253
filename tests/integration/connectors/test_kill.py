"""kill -9 in the middle of a run: the next one goes on, nothing is lost, and nothing is doubled."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from auscult.domain.connectors.run import Order, Run
from auscult.domain.errors import ConflictError
from auscult.services.connectors.running import LEASE
from auscult.storage import migrate, new_secret_key, open_store
from auscult.storage.store import AppStore
from tests.integration.connectors import contact_centers
from tests.integration.connectors.azure import ACCOUNT, KEY, azurite, put_blobs
from tests.integration.connectors.placing import (
    PASSWORD,
    S3_SECRETS,
    TENANT,
    document,
    fill,
    moto,
    native,
    put,
    service,
    sftp,
    stored,
)
from tests.integration.connectors.scripting import answering
from tests.integration.connectors.vendors import VENDORS
from tests.waiting import wait_until

pytestmark = pytest.mark.night

COUNT = 100
RATE = {"requests_per_s": 40, "at_once": 4}


@pytest.mark.landing
def test_a_folder_after_a_kill(database_url: str, tmp_path: Path) -> None:
    """On both databases."""
    fill(tmp_path / "in", COUNT)
    _killed_and_run_again(database_url, document(f"folder:{tmp_path / 'in'}", rate=RATE), None)


def test_s3_after_a_kill(sqlite_url: str) -> None:
    """Objects of a bucket."""
    with moto() as address:
        put(address, "calls", {f"in/{number:05}.json": native(f"call-{number}") for number in range(COUNT)})
        access = {"endpoint": address, "region": "us-east-1"}
        _killed_and_run_again(sqlite_url, document("s3://calls/in", access=access, rate=RATE), S3_SECRETS)


def test_azure_after_a_kill(sqlite_url: str, tmp_path: Path) -> None:
    """Blobs of a container."""
    with azurite(tmp_path) as address:
        put_blobs(address, "calls", {f"in/{number:05}.json": native(f"call-{number}") for number in range(COUNT)})
        access = {"endpoint": address, "account": ACCOUNT}
        _killed_and_run_again(sqlite_url, document("az://calls/in", access=access, rate=RATE), {"account_key": KEY})


@pytest.mark.parametrize("kind", ["zendesk", "genesys"])
def test_an_api_after_a_kill(sqlite_url: str, kind: str) -> None:
    """Conversations that are composed of several answers; one API without a login, one with."""
    vendor = VENDORS[kind]
    api = vendor.filled(COUNT)
    since = {"since": (contact_centers.NOON - timedelta(days=1)).isoformat()} if vendor.is_windowed else {}
    with answering(api) as address:
        written = document(vendor.place, format=vendor.format, access={"endpoint": address}, rate=RATE, **since)
        _killed_and_run_again(sqlite_url, written, dict(vendor.secrets))


def test_sftp_after_a_kill(sqlite_url: str, tmp_path: Path) -> None:
    """Files of a server."""
    pytest.importorskip("asyncssh")
    fill(tmp_path / "served" / "calls", COUNT)
    with sftp(tmp_path / "served") as (place, host_key):
        _killed_and_run_again(sqlite_url, document(place, access={"host_key": host_key}, rate=RATE), PASSWORD)


@pytest.mark.landing
def test_a_killed_run_is_ended_with_its_reason(sqlite_url: str, tmp_path: Path) -> None:
    """Within two minutes by another worker, which runs nothing of it: the round of a minute after its lease has ended."""
    fill(tmp_path / "in", COUNT)
    with _killed(sqlite_url, document(f"folder:{tmp_path / 'in'}", rate=RATE), None) as app:
        at = datetime.now(UTC)
        app.connectors.end_crashed(at)
        assert [run.state for run in app.connectors.runs("inbox")] == ["running"]
        assert timedelta(minutes=1) + LEASE < timedelta(minutes=2)
        app.connectors.end_crashed(at + LEASE)
        (run,) = app.connectors.runs("inbox")
        assert (run.state, run.error, run.ended_at is None) == (
            "crashed",
            "its process ended before the run did",
            False,
        )


@contextmanager
def _killed(url: str, written: bytes, secrets: dict[str, str] | None) -> Iterator[AppStore]:
    """Yield the app of a connector whose run was killed."""
    migrate(url)
    key = new_secret_key()
    store = open_store(url, key)
    try:
        store.ensure(TENANT)
        app = store.within(TENANT)
        service(app).apply(written, secrets)
        order = [sys.executable, "-m", "tests.integration.connectors.reading", url, key.decode(), "inbox"]
        child = subprocess.Popen(order, env=dict(os.environ))  # noqa: S603  (no shell)
        try:
            wait_until(lambda: app.connectors.items("inbox") >= COUNT // 5)
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait()
        yield app
    finally:
        store.close()


def _killed_and_run_again(url: str, written: bytes, secrets: dict[str, str] | None) -> None:
    with _killed(url, written, secrets) as app:
        before = app.connectors.items("inbox")
        assert COUNT // 5 <= before < COUNT
        assert len(stored(app)) == before
        run = _run_when_free(app)
        assert (run.state, run.counts.known, run.counts.new) == ("done", before, COUNT - before)
        assert len(stored(app)) == len(list(app.erasure.all())) == COUNT
        first = app.connectors.runs("inbox")[-1]
        assert (first.state, first.counts.new) == ("crashed", before)


def _run_when_free(app: AppStore) -> Run:
    """Run once the lease of the killed run has ended."""
    until = time.monotonic() + 60
    while True:
        try:
            return service(app).run("inbox", Order(kind="manual"))
        except ConflictError:
            assert time.monotonic() < until
            time.sleep(0.2)
