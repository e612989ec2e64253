"""From the door to the reader: QA-14x8 over HTTP, accepted, and until readable by one worker and by two; and live.

    python -m bench.flow [--count 5000] [--seconds 20] [--rate 50] [--database URL] [--analyzers none]
                         [accepted] [two] [live]

``accepted``: conversations a second that POST /api/v1/conversations commits, 500 a request, four clients at once, while
no worker runs; then until a worker has made them all readable. ``two``: the same with two workers (PostgreSQL only).
``live``: one conversation a request at a steady rate; from the answer until the feed of changes tells that it can be
read. Client, server, workers and database share the machine. ``--analyzers none``: scores alone.
"""

import argparse
import os
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import msgspec

from auscult import bootstrap
from auscult.client import Access, Client
from auscult.config import read_settings
from auscult.domain.conversation import Conversation
from auscult.domain.tenancy import Client as Asking
from auscult.domain.tenancy import Tenant, new_client_id, new_client_secret
from bench.program import running
from bench.qa14x8 import FORM, conversations

CASES = ("accepted", "two", "live")
AT_A_TIME = 500
CLIENTS = 4
LOOK_S = 0.02


class Home:
    """A database with one app in it, and who may write there."""

    def __init__(
        self, url: str, folder: Path, app: str, *scopes: str, analyzers: str = "all", account: str = "acc-bench"
    ) -> None:
        """Make the app, its form and a client."""
        self.url, self.folder, self.url_of_server, self.analyzers = url, folder, "", analyzers
        self.pid = 0
        """Of the server that was started last."""
        self.settings: dict[str, str] = {}
        tenant = Tenant(account_id=account, org_id="o-bench", app_id=app)
        self.secret = Asking(
            client_id=new_client_id(),
            secret=new_client_secret(),
            account_id=tenant.account_id,
            app_ids=frozenset({app}),
            scopes=frozenset({"conversations:write", *scopes}),
            created_at=datetime.now(UTC),
        )
        with bootstrap.open(read_settings({}, database_url=url, state_dir=str(folder))) as application:
            application.store.ensure(tenant)
            application.store.within(tenant).forms.publish("ef-qa14x8", FORM.read_bytes())
            application.store.clients.add(self.secret)
        self.access = Access(
            client_id=self.secret.client_id,
            client_secret=self.secret.secret,
            account=tenant.account_id,
            org=tenant.org_id,
            app=app,
        )

    def program(self, *words: str, times: int = 1) -> AbstractContextManager[int]:
        """The installed command on this database, so many times, from when all are ready to their end."""
        return running(
            *words,
            times=times,
            rate_limit="0",
            state_dir=str(self.folder),
            database_url=self.url,
            analyzers=self.analyzers,
            **self.settings,
        )

    @contextmanager
    def serving(self, workers: int) -> Iterator[Client]:
        """A client of a server on a free port, with so many workers beside."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        words = ("serve", "--port", str(port), "--workers", str(workers))
        self.url_of_server = f"http://127.0.0.1:{port}"
        with self.program(*words) as self.pid, self.client() as client:
            yield client

    def client(self) -> Client:
        """A client of the server, for one thread."""
        return Client(self.url_of_server, self.access)


def encoded(count: int, seed: int) -> list[bytes]:
    """Conversations as they are sent."""
    return [msgspec.json.encode(each) for each in named(count, seed)]


def named(count: int, seed: int) -> Iterator[Conversation]:
    """Conversations that no other seed gives."""
    for each in islice(conversations(count, seed), count):
        yield msgspec.structs.replace(each, id=f"{each.id}-{seed}")


def accept(home: Home, documents: Sequence[bytes], clients: int = CLIENTS) -> float:
    """Hand all of them in, so many clients at once; how many seconds until the last was committed."""
    groups = [documents[at : at + AT_A_TIME] for at in range(0, len(documents), AT_A_TIME)]

    def send(share: Sequence[Sequence[bytes]]) -> int:
        with home.client() as own:
            return sum(answer["accepted"] for group in share for answer in own.load(group))

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        assert sum(pool.map(send, [groups[at::clients] for at in range(clients)])) == len(documents)
    return time.perf_counter() - began


def drained(client: Client, count: int, cursor: str | None) -> str | None:
    """Wait until so many more can be read; the cursor after them."""
    seen = 0
    while seen < count:
        for page in client.changes(cursor):
            seen += sum(item["kind"] == "created" for item in page["items"])
            cursor = page["next_cursor"]
        time.sleep(LOOK_S)
    return cursor


class Flow(NamedTuple):
    """Conversations a second, and the share of the machine's processors that was busy until they were readable."""

    accepted: float
    readable: float
    busy: float


def flow(home: Home, count: int, workers: int) -> Flow:
    """What is accepted, and what ``workers`` make readable, their start not counted."""
    with home.serving(0) as client:
        took = accept(home, encoded(count, seed=workers))
        with home.program("worker", times=workers):
            began, before = time.perf_counter(), processors()
            drained(client, count, None)
            readable_s, after = time.perf_counter() - began, processors()
    busy, idle = (late - early for late, early in zip(after, before, strict=True))
    return Flow(count / took, count / readable_s, busy / (busy + idle))


def processors() -> tuple[int, int]:
    """For how long all processors together were busy since the machine started, and for how long not (Linux, in ticks)."""
    told = [int(n) for n in Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]]
    idle = told[3] + told[4]
    return sum(told) - idle, idle


def live(home: Home, rate: int, seconds: float) -> list[float]:
    """Milliseconds from an answer until the conversation can be read, of each that was sent at a steady rate."""
    sent: dict[str, float] = {}
    seen: dict[str, float] = {}
    documents = list(named(round(rate * seconds), seed=9))
    over = threading.Event()

    def look(client: Client) -> None:
        cursor: str | None = None
        while not (over.is_set() and len(seen) > len(documents)):  # one more warmed the worker
            for page in client.changes(cursor):
                now, cursor = time.perf_counter(), page["next_cursor"]
                for item in page["items"]:
                    seen.setdefault(item["conversation_id"], now)
            time.sleep(LOOK_S)

    with home.serving(1) as client:
        list(client.load(encoded(1, seed=8)))
        drained(client, 1, None)  # the worker has read its models
        with ThreadPoolExecutor(8) as pool, home.client() as looking:
            watcher = threading.Thread(target=look, args=(looking,))
            watcher.start()
            clients = threading.local()

            def send(document: Conversation) -> None:
                own = getattr(clients, "own", None) or home.client()
                clients.own = own
                list(own.load([msgspec.json.encode(document)]))
                sent[document.id] = time.perf_counter()

            began = time.perf_counter()
            for number, document in enumerate(documents):
                time.sleep(max(0.0, began + number / rate - time.perf_counter()))
                pool.submit(send, document)
            pool.shutdown()
            over.set()
            watcher.join()
    return sorted(1000 * max(0.0, seen[each.id] - sent[each.id]) for each in documents)


def main(arguments: Sequence[str] | None = None) -> None:
    """Make databases, serve, ask, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("cases", nargs="*", choices=[[], *CASES], default=[])
    parser.add_argument("--count", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--database", default="", help="an empty PostgreSQL database")
    parser.add_argument("--analyzers", choices=("all", "none"), default="all")
    chosen = parser.parse_args(arguments)
    print(f"{os.cpu_count()} cores, {chosen.database.partition(':')[0] or 'sqlite'}, QA-14x8")
    with tempfile.TemporaryDirectory() as name:
        for case in chosen.cases or CASES:
            folder = Path(name)
            url = chosen.database or f"sqlite:///{folder}/{case}.db"
            home = Home(url, folder, f"st-{case}", analyzers=chosen.analyzers)
            if case == "live":
                took = live(home, chosen.rate, chosen.seconds)
                cuts = statistics.quantiles(took, n=100)
                print(
                    f"  live, {chosen.rate}/s: accepted until readable p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, "
                    f"p99 {cuts[98]:.0f} ms ({len(took):,} conversations)",
                    flush=True,
                )
            elif case == "accepted" or chosen.database:
                workers = 2 if case == "two" else 1
                found = flow(home, chosen.count, workers)
                print(
                    f"  {workers} worker(s): {found.accepted:,.0f} accepted/s, {found.readable:,.0f} readable/s, "
                    f"processors {found.busy:.0%} busy ({chosen.count:,} conversations)",
                    flush=True,
                )


if __name__ == "__main__":
    main()
