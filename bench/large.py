"""One PostgreSQL database that grows: loads, pages, lists, search, a backup and retention at each of several sizes.

    python -m bench.large --database URL [--sizes 5000 10000 20000] [--more 1000] [--rounds 20] [--month 30]
        [--restored URL] [retention]

Whole conversations of QA-14x8 over ninety days, with every analyzer, in one app. At each size: the rate at which it was
filled, ``--more`` further ones until all are readable, the median and the 95th percentile of pages, lists and insights,
and a backup. At the last size the backup is restored into ``--restored``, an empty database, a customer is erased, and
the first ``--month`` days leave by retention, while ``--more`` further ones are loaded, lists are read, and a conversation
is sent that is stored already: how long it waits for its turn. ``retention`` measures nothing else, on SQLite too.

A line by least squares through the sizes, from 100,000 on, gives what 10,000,000 and 100,000,000 would take: that is an
estimate, and is printed as one. Client, server, its workers and PostgreSQL share the machine. The default sizes show that
the program works, and nothing about a large database; 2,000,000 need 40 GB and a night.
"""

import argparse
import json
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import msgspec
import sqlalchemy as sa

from auscult.client import Client
from auscult.storage.core.database import Database
from bench.flow import Home, accept, drained, encoded
from bench.program import Measured, measure
from bench.qa14x8 import FIRST
from bench.tenants import DAYS, REPORT, Account

SCOPES = ("Quality AI", "conversations:read")
PERIOD = "since=2026-01-01&until=2026-04-01"
AT_ONCE = 20_000
"""Conversations that are in memory at a time while the database is filled."""
ESTIMATED = (10_000_000, 100_000_000)
LEAST = 100_000
"""A line through smaller sizes shows the noise of the machine."""


def requests(account: Account, size: int) -> dict[str, Callable[[], httpx.Response]]:
    """Return what is asked at each size, by name."""

    def page(offset: int) -> httpx.Response:
        body = msgspec.json.encode({**DAYS, "limit": 100, "offset": offset})
        return account.ask("POST", REPORT.replace("{app}", account.access.app), body)

    def listing(words: str) -> httpx.Response:
        return account.ask("GET", f"/api/v1/conversations?limit=20&{words}")

    return {
        "first page of a report": lambda: page(0),
        "page at 90 %": lambda: page(size * 9 // 10),
        "list": lambda: listing(""),
        "list with two filters": lambda: listing("queue=Queue%203&outcome=failed"),
        "list by score": lambda: listing("sort=score"),
        "search of two words": lambda: listing("q=parcel%20monday"),
        "insights of all days": lambda: account.ask("GET", f"/api/v1/insights?{PERIOD}"),
        "insights by queue": lambda: account.ask("GET", f"/api/v1/insights?by=queue&{PERIOD}"),
    }


def taken_ms(ask: Callable[[], httpx.Response], rounds: int) -> list[float]:
    """Return what each of some answers took; the first one is not counted."""
    found: list[float] = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        answer = ask()
        found.append(1000 * (time.perf_counter() - began))
        assert answer.is_success, answer.text
    return found[1:]


class Growing:
    """The database, and what was measured at each of its sizes."""

    def __init__(self, home: Home, more: int, rounds: int, restored: str | None) -> None:
        """Begin with an empty database."""
        self.home, self.more, self.rounds, self.restored = home, more, rounds, restored
        self.size, self._seed = 0, 0
        self._stored = b""
        self._cursor: str | None = None
        self.found: dict[str, list[tuple[int, float]]] = {}

    def load(self, client: Client, count: int) -> float:
        """Load further conversations; return the seconds until all of them are readable."""
        self._seed += 1
        documents = encoded(count, self._seed)
        self._stored = self._stored or documents[-1]
        began = time.perf_counter()
        accept(self.home, documents)
        self._cursor = drained(client, count, self._cursor)
        self.size += count
        return time.perf_counter() - began

    def grow(self, client: Client, size: int) -> None:
        """Fill up to a size."""
        while self.size < size:
            some = min(AT_ONCE, size - self.size)
            print(f"{self.size:>12,}  {some / self.load(client, some):.0f} readable a second", flush=True)

    def measure(self, client: Client, *, is_last: bool) -> None:
        """Measure everything at the present size; at the last one also what is done once."""
        database = Database(self.home.url)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))
            stored = connection.execute(sa.text("SELECT pg_database_size(current_database())")).scalar_one()
        database.close()
        size = self.size
        self._add(size, "database, MB", stored / 1e6)
        account = Account(self.home.url_of_server, self.home.access)
        for name, ask in requests(account, size).items():
            taken = taken_ms(ask, self.rounds)
            self._add(size, f"{name}, ms", statistics.median(taken))
            self._add(size, f"{name}, 95th percentile, ms", statistics.quantiles(taken, n=20)[-1])
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            self._add(size, "backup, s", self._command(folder, "backup", str(folder / "backup")).wall_s)
            if is_last and self.restored is not None:
                words = ("restore", str(folder / "backup"), "--database", self.restored)
                self._add(size, "restore, s", self._command(folder, *words).wall_s)
            if is_last:
                words = ("erase", "--customer", json.loads(self._stored)["customer"]["id"], "--run")
                erased = self._command(folder, *words, "--app", self.home.access.app)
                self._add(size, "erasure of a customer, s", erased.wall_s)
        self._add(size, f"load of {self.more:,}, s", self.load(client, self.more))

    def retain(self, client: Client, days: int) -> None:
        """Let the first days leave while further ones are loaded, lists are read and conversations are sent."""
        kept = (datetime.now(UTC) - FIRST - timedelta(days=days)).days
        with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(2) as pool:
            folder = Path(name)
            self._command(folder, "retention", "set", "--days", str(kept), "--app", self.home.access.app)
            over = threading.Event()
            loading = pool.submit(self.load, client, self.more)
            asking = pool.submit(self._ask_until, over)
            done = self._command(folder, "retention", "run", "--app", self.home.access.app, "--json")
            over.set()
            print(
                f"retention of the first {days} days of {self.size:,}: {done.wall_s:.1f} s, {done.processor_s:.1f} s of processor without PostgreSQL's; beside it"
            )
            print(f"  a load of {self.more:,}: {loading.result():.1f} s until readable")
            lists, turns = asking.result()
            print(f"  a list: {statistics.median(lists):.1f} ms, median")
            print(f"  a conversation sent again: {statistics.median(turns):.1f} ms, median; {max(turns):.1f} at most")
        left = client.changes(None)
        erased = sum(item["kind"] == "erased" for page in left for item in page["items"])
        print(f"  {erased:,} conversations erased, {1000 * done.wall_s / erased:.1f} ms each")

    def _ask_until(self, over: threading.Event) -> tuple[list[float], list[float]]:
        """Return how long lists took, and conversations that wait for the app's turn and change nothing."""
        account = Account(self.home.url_of_server, self.home.access)
        lists: list[float] = []
        turns: list[float] = []
        while not over.is_set():
            lists += taken_ms(account.listing, 1)
            turns += taken_ms(lambda: account.load([self._stored]), 1)
            over.wait(0.05)
        return lists, turns

    def _command(self, folder: Path, *words: str) -> Measured:
        return measure(words, folder, database_url=self.home.url, state_dir=str(self.home.folder))

    def _add(self, size: int, name: str, value: float) -> None:
        self.found.setdefault(name, []).append((size, value))
        print(f"{size:>12,}  {name}: {value:,.1f}", flush=True)


def line(points: Sequence[tuple[int, float]]) -> tuple[float, float]:
    """Return intercept and slope of the line by least squares."""
    slope, intercept = statistics.linear_regression(*zip(*points, strict=True))
    return intercept, slope


def main() -> None:
    """Grow, measure, and print the lines."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("only", nargs="?", choices=["retention"])
    parser.add_argument("--database", required=True, help="an empty PostgreSQL database; for retention, SQLite too")
    parser.add_argument("--sizes", type=int, nargs="+", default=[5_000, 10_000, 20_000])
    parser.add_argument("--more", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--month", type=int, default=30)
    parser.add_argument("--restored", help="an empty PostgreSQL database for the backup of the last size")
    chosen = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before it began")
    with tempfile.TemporaryDirectory() as name:
        home = Home(chosen.database, Path(name), "st-large", *SCOPES)
        growing = Growing(home, chosen.more, chosen.rounds, chosen.restored)
        with home.serving(1) as client:
            for size in chosen.sizes:
                growing.grow(client, size)
                if chosen.only is None:
                    growing.measure(client, is_last=size == chosen.sizes[-1])
            growing.retain(client, chosen.month)
    if chosen.sizes[-1] < LEAST:
        return
    print("\nby a line through these sizes, an estimate:")
    for what, points in growing.found.items():
        if len(points) > 1:
            intercept, slope = line(points)
            shown = ", ".join(f"{intercept + slope * each:,.0f} at {each:,}" for each in ESTIMATED)
            print(json.dumps({what: shown}, ensure_ascii=False))


if __name__ == "__main__":
    main()
