"""Speed of ``auscult score --dask`` with two workers of one process each, beside one such worker.

The goal is 1.6 times. Workers are warm: each has scored a shard before the clock starts. Few conversations measure the
start of the command more than the workers.

    python -m bench.dask_workers [--count 40000] [--shards 40]
"""

import argparse
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.integration.program import AUSCULT, environment

EXAMPLES = Path(__file__).parent.parent / "examples" / "conversations" / "bank_calls.ndjson"
GOAL = 1.6


def main() -> None:
    """Print conversations a second with one worker and with two, and how many times as fast two are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=40_000)
    parser.add_argument("--shards", type=int, default=40)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_shards(folder / "in", given.count, given.shards)
        write_shards(folder / "warm", 8 * 20, 8)
        speeds = [given.count / seconds(folder, workers) for workers in (1, 2)]
    for workers, speed in zip((1, 2), speeds, strict=True):
        print(f"{workers} worker{'s' * (workers > 1)}: {speed:,.0f} conversations/s")
    print(f"two are {speeds[1] / speeds[0]:.2f} times as fast as one (goal {GOAL})")


def write_shards(folder: Path, count: int, shards: int) -> None:
    """Write the example calls, as often as needed, each with an id of its own."""
    folder.mkdir()
    lines = EXAMPLES.read_text(encoding="utf-8").splitlines()
    for shard in range(shards):
        numbers = range(shard, count, shards)
        named = (lines[n % len(lines)].replace('"id": "c-', f'"id": "c-{n}-', 1) for n in numbers)
        (folder / f"{shard:04}.ndjson").write_text("\n".join(named) + "\n", encoding="utf-8")


def seconds(folder: Path, workers: int) -> float:
    """Return the time for all shards on a cluster of some workers, the start of the command included."""
    with ExitStack() as stack:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        address = f"tcp://127.0.0.1:{port}"
        run(stack, folder, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show")
        for _ in range(workers):
            run(stack, folder, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")
        score(folder, "warm", address)
        start = time.perf_counter()
        score(folder, "in", address)
        return time.perf_counter() - start


def run(stack: ExitStack, folder: Path, kind: str, *words: str) -> None:
    """Start a part of the cluster, which ends with the stack."""
    command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *words]
    process = subprocess.Popen(command, cwd=folder, env=environment(), stderr=subprocess.DEVNULL)  # noqa: S603
    stack.callback(process.wait)
    stack.callback(process.kill)


def score(folder: Path, source: str, address: str) -> None:
    """Score a folder of shards into a new folder."""
    shutil.rmtree(folder / "out", ignore_errors=True)
    command = [str(AUSCULT), "score", source, "--out", "out", "--dask", address]
    subprocess.run(command, cwd=folder, env=environment(), check=True, stdout=subprocess.DEVNULL)  # noqa: S603


if __name__ == "__main__":
    main()
