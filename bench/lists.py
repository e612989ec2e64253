"""Lists and dashboards of many conversations: the server's time to the first byte after each change, and its processor time.

    python -m bench.lists [--count 1000000] [--database URL] [--filled] [--rounds 20] [--only WORDS]

The store is that of ``bench.console`` with the words, comments and pins of ``bench.talk``. Each page is asked for ``--rounds`` times by one signed-in QA manager, and before
each the data changes, so that nothing that was counted is used again. Printed are the median and the 95th percentile on
the clock, the same of processor time of client, server and, on this machine, PostgreSQL, and the goal. A page over its
goal is followed by its slowest queries with their plans.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import sqlalchemy as sa

from auscult.storage.core import database as storage
from auscult.storage.core.database import Database, Reader, Row
from auscult.storage.core.tables.pages import listings
from bench import insights
from bench.console import COPIES, EMAIL, PASSWORD, Taken, first_byte, served
from bench.talk import fill_talk

LIST_MS, NARROWED_MS, DASHBOARD_MS = 100, 150, 300
SLOWEST = 2
"""Queries that are explained of a page over its goal."""


class Page(NamedTuple):
    """A page that is measured: its name, its address and its goal in milliseconds."""

    name: str
    path: str
    goal_ms: int


class Query(NamedTuple):
    """A query as it was read, with its time in milliseconds."""

    elapsed: float
    text: str
    values: Mapping[str, Any]


def pages() -> Iterator[Page]:
    """Yield the list, with every filter and order alone, and the dashboards."""
    week = (datetime.now(UTC) - timedelta(days=7)).date().isoformat()
    yield Page("list", "/conversations", LIST_MS)
    for order in ("started_at", "score", "-score", "confidence", "sentiment", "-duration", "duration"):
        yield Page(f"list, sort={order}", f"/conversations?sort={order}", NARROWED_MS)
    filters = (
        "score_from=90", "score_to=10", "sentiment=negative", "escalation=true", "churn_risk=true", "resolved=NO",
        "duration_from=120", "duration_to=240", f"since={week}", f"to={week}", "days=30", "channel=voice",
        "direction=inbound", "outcome=failed", "outcome=undecided", "missed=em-1", "intent=intent+7", "queue=Queue+3",
        "agent=Agent+7", "audit=audited", "custom_field=region=north", "custom_id=none",
    )  # fmt: skip
    for each in filters:
        yield Page(f"list, {each}", f"/conversations?{each}", NARROWED_MS)
    for each in ("comments=open", "pinned=any", "q=hello", "q=w29000", "q=hello&agent=Agent+7", "q=w00050&sort=score"):
        yield Page(f"list, {each}", f"/conversations?{each}", NARROWED_MS)
    for name, path in (("home", ""), ("overview", "/overview"), ("insights", "/insights"), ("agents", "/agents")):
        yield Page(name, path, DASHBOARD_MS)
    yield Page("agent", "/agents/a-7", DASHBOARD_MS)
    yield Page("metrics", "/metrics", DASHBOARD_MS)
    yield Page("metric", "/metrics/em-1", DASHBOARD_MS)


@contextmanager
def watched() -> Iterator[list[Query]]:
    """Note every query that pages read, with its time."""
    found: list[Query] = []
    fetch = Reader.fetch

    def timed(reader: Reader, text: str, values: Mapping[str, Any]) -> list[Row]:
        began = time.perf_counter()
        rows = fetch(reader, text, dict(values))
        found.append(Query((time.perf_counter() - began) * 1000, text, dict(values)))
        return rows

    storage.Reader.fetch = timed  # type: ignore[method-assign]
    try:
        yield found
    finally:
        storage.Reader.fetch = fetch  # type: ignore[method-assign]


def measure(address: str, rounds: int, only: str, database: Database) -> None:
    """Print what each page takes after a change."""
    with httpx.Client(base_url=address, headers={"Origin": address}, timeout=600) as client, watched() as queries:
        client.post("/console/sign-in", data={"email": EMAIL, "password": PASSWORD})
        for page in pages():
            if only not in page.name:
                continue
            found: list[Taken] = []
            first_byte(client, f"/console{page.path}")
            queries.clear()
            for _round in range(rounds):
                with database.writing() as connection:
                    connection.execute(sa.update(listings).values(version=listings.c.version + 1))
                before = backends_ms(database)
                taken = first_byte(client, f"/console{page.path}")[0]
                found.append(taken._replace(cpu=taken.cpu + backends_ms(database) - before))
            _print(page, found)
            if _high([each.elapsed for each in found]) > page.goal_ms:
                _explain(database, queries)


def backends_ms(database: Database) -> float:
    """Return the processor time of PostgreSQL's backends of a database on this machine, in steps of 10 ms; else 0."""
    if database.dialect.is_embedded:
        return 0.0
    query = sa.text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
    with database.reading() as connection:
        pids = list(connection.scalars(query))
    used = 0
    for each in pids:
        with suppress(OSError):
            used += sum(
                map(int, Path(f"/proc/{each}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:13])
            )
    return used * 1000 / os.sysconf("SC_CLK_TCK")


def _print(page: Page, found: Sequence[Taken]) -> None:
    elapsed, cpu = [each.elapsed for each in found], [each.cpu for each in found]
    slow = " OVER" if _high(elapsed) > page.goal_ms else ""
    print(
        f"{page.name}: {statistics.median(elapsed):.0f} ms, p95 {_high(elapsed):.0f}; processor "
        f"{statistics.median(cpu):.0f}, p95 {_high(cpu):.0f}; goal {page.goal_ms}{slow}; load {os.getloadavg()[0]:.0f}",
        flush=True,
    )


def _high(values: Sequence[float]) -> float:
    return sorted(values)[min(len(values) - 1, round(0.95 * len(values)))]


def _explain(database: Database, queries: Sequence[Query]) -> None:
    how = "EXPLAIN QUERY PLAN " if database.dialect.is_embedded else "EXPLAIN "
    by_text = {each.text: each for each in sorted(queries, key=lambda each: each.elapsed)}
    for each in sorted(by_text.values(), key=lambda each: -each.elapsed)[:SLOWEST]:
        print(f"  {each.elapsed:.0f} ms: {' '.join(each.text.split())[:400]}")
        with database.reader() as reader:
            for row in reader.fetch(how + each.text, dict(each.values)):
                print(f"    {row[-1]}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill, serve, measure, print."""
    parser = insights.arguments(__doc__, rounds=20)
    parser.add_argument("--only", default="", help="only pages whose name has these words")
    chosen = parser.parse_args(arguments)
    insights.FIRST = datetime.now(UTC).replace(microsecond=0) - timedelta(days=insights.DAYS)  # pyright: ignore[reportConstantRedefinition]  (pages show the last weeks)
    with tempfile.TemporaryDirectory() as folder:
        url = chosen.database or f"sqlite:///{Path(folder)}/bench.db"
        if not chosen.filled:
            insights.fill(url, chosen.count, COPIES)
            filled = Database(url)
            fill_talk(filled)
            filled.close()
        print(f"{chosen.count:,} conversations of {insights.DAYS} days, {url.partition(':')[0]}")
        database = Database(url)
        with served(url) as address:
            measure(address, chosen.rounds, chosen.only, database)
        database.close()


if __name__ == "__main__":
    main()
