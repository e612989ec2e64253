"""``auscult score --dask``: a scheduler and two workers of one process each, one of them killed in the middle."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.integration.program import AUSCULT, auscult, conversation, environment, write
from tests.waiting import wait_until

pytestmark = pytest.mark.night

SHARDS, ROWS = 8, 150


class Cluster:
    """A scheduler, and the workers that joined it."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        """Start the scheduler."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self._folder, self._stack = folder, stack
        self._run("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show")

    def worker(self) -> "subprocess.Popen[bytes]":
        """Start a worker of one process and one thread, which nobody starts again when it dies."""
        return self._run("worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard")

    def _run(self, kind: str, *words: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *words]
        process = subprocess.Popen(command, cwd=self._folder, env=environment(), stderr=subprocess.DEVNULL)  # noqa: S603
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster without workers yet."""
    with ExitStack() as stack:
        yield Cluster(tmp_path, stack)


def test_row_for_row_with_one_worker_killed(tmp_path: Path, cluster: Cluster) -> None:
    """No row is lost or doubled, and the results are those of one machine."""
    (tmp_path / "in").mkdir()
    for at in range(SHARDS):
        write(tmp_path / "in" / f"{at}.ndjson", *(conversation(f"c-{at}-{one}") for one in range(ROWS)))
    workers = [cluster.worker() for _ in range(2)]
    command = [str(AUSCULT), "score", "in", "--out", "out", "--dask", cluster.address]
    with subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE) as running:  # noqa: S603
        wait_until(lambda: any((tmp_path / "out").glob("*.ndjson")))
        os.kill(workers[0].pid, signal.SIGKILL)
        told, _ = running.communicate()
    assert running.returncode == 0
    assert told.decode().startswith(f"{SHARDS} shards: ")
    assert "busy" not in told.decode()
    assert "failed" not in told.decode()
    assert auscult(tmp_path, "score", "in", "--out", "alone").status == 0
    for at in range(SHARDS):
        scored, alone = ((tmp_path / folder / f"{at}.ndjson").read_bytes() for folder in ("out", "alone"))
        assert [json.loads(line)["id"] for line in scored.splitlines()] == [f"c-{at}-{one}" for one in range(ROWS)]
        assert scored == alone


def test_a_scheduler_that_is_not_there(tmp_path: Path) -> None:
    """It is named."""
    write(tmp_path / "a.ndjson", conversation("c-1"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        refused = auscult(tmp_path, "score", "a.ndjson", "--out", "out", "--dask", address)
    assert refused.status == 1
    assert f"no Dask scheduler answers at {address}" in refused.err
