"""Cost of an idle server: processor time and memory; and the delay until a worker begins what is sent to it.

    python -m bench.idle [--database URL] [--seconds 300] [--workers 1] [--singles 20]

``auscult serve`` with its workers, on an app with conversations, a schedule that runs each hour, an alert, a webhook and a
retention period, as the demo has; no request is sent for ``--seconds``. Processor seconds are those of every process of
the server (``/proc``), so they hold beside other work too. DBOS looks for schedules each second in its first minute,
which is not counted. Then conversations come in one by one: milliseconds from the answer until a worker has begun each,
read from the table of batches every 5 ms.
"""

import argparse
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import sqlalchemy as sa

from auscult.storage.core.database import Database
from auscult.storage.core.tables.conversations import batches
from bench.flow import Home, accept, drained, encoded, named
from bench.program import family, measure, memory_mb, processor_s

BEFORE = 500
"""Conversations of the app."""
SETTLED_S = 65.0
PAUSE_S = 1.5
LOOK_S = 0.005
GOAL_PERCENT, GOAL_BEGUN_MS = 1.0, 100
SET_UP = (
    ("schedules", "create", "Agents", "--kind", "agent_performance", "--every", "hour"),
    ("schedules", "create", "Fatal", "--kind", "fatal", "--every", "hour"),
    ("retention", "set", "--days", "3650"),
)


class _Receiver(BaseHTTPRequestHandler):
    """Receives the messages of a webhook."""

    def do_POST(self) -> None:
        """Read one, and accept it."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class's name)
        """Log nothing."""


@contextmanager
def receiver() -> Iterator[str]:
    """Yield the address of a receiver of webhooks."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def begun_ms(database: Database, home: Home, documents: Iterator[bytes]) -> float:
    """Send a conversation; return milliseconds from the answer until a worker has begun its batch."""
    started = sa.select(sa.func.count()).where(batches.c.starts > 0)
    before = database.value(started)
    with home.client() as client:
        list(client.load([next(documents)]))
        at = time.perf_counter()
        while database.value(started) == before:
            time.sleep(LOOK_S)
        return 1000 * (time.perf_counter() - at)


def main() -> None:
    """Set up an app, serve it, wait, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--database", help="an empty PostgreSQL database")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--singles", type=int, default=20)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, receiver() as address, ExitStack() as stack:
        folder = Path(name)
        home = Home(chosen.database or f"sqlite:///{folder}/idle.db", folder, "st-idle")
        home.settings["outgoing_networks"] = "127.0.0.0/8"
        known = home.settings | {"database_url": home.url, "state_dir": name}
        for words in (*SET_UP, ("webhooks", "add", address)):
            measure((*words, "--app", "st-idle"), folder, **known)
        client = stack.enter_context(home.serving(chosen.workers))
        database = stack.enter_context(closing(Database(home.url)))
        accept(home, encoded(BEFORE, 1), clients=1)
        drained(client, BEFORE, None)
        time.sleep(SETTLED_S)
        pids = family(home.pid)
        before, began = sum(map(processor_s, pids)), time.perf_counter()
        time.sleep(chosen.seconds)
        used, took = sum(map(processor_s, pids)) - before, time.perf_counter() - began
        print(
            f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {len(pids)} processes, "
            f"{memory_mb(home.pid):.0f} MB: {used:.2f} s of processor in {took:.0f} s, "
            f"{100 * used / took:.2f} % of a core (at most {GOAL_PERCENT:g})"
        )
        documents = (msgspec.json.encode(each) for each in named(chosen.singles, 2))
        took_ms: list[float] = []
        for _ in range(chosen.singles):
            took_ms.append(begun_ms(database, home, documents))
            time.sleep(PAUSE_S)
        print(
            f"begun after {statistics.median(took_ms):.0f} ms in the median, {max(took_ms):.0f} at most "
            f"(at most {GOAL_BEGUN_MS}); load {os.getloadavg()[0]:.1f}"
        )


if __name__ == "__main__":
    main()
