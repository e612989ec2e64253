"""Pages of the console over many conversations: time to the first byte, and how many times that of bytes from memory.

    python -m bench.console [--count 1000000] [--database URL] [--filled] [--rounds 9]

Rows of the listing are synthetic and written straight into it, as in ``bench.insights``: those of nine days, and nine
copies for the days after. The server is the real one, asked by one signed-in QA manager over HTTP.

Each figure is the median of its rounds, the best one beside it: the first while the server still has what it counted
for the request before, the other after the data changed, when all is counted again. ``ratio`` is the first over the
median of bytes from memory, an asset of the page, asked right before it, so that both meet the same load.
"""

import argparse
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import sqlalchemy as sa
import uvicorn

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.people.principal import operator
from auscult.server.serving.listening import uvicorn_config
from auscult.services.people.users import Access, Users
from auscult.storage.core.database import Database
from auscult.storage.core.tables.pages import listings
from bench import insights

PASSWORD, EMAIL = "correct horse battery", "qa@example.com"
GOAL_MS = 300
COPIES = 10
HOST = "127.0.0.1"


def pages() -> dict[str, str]:
    """Return the address of each page that is measured, by name."""
    week = (datetime.now(UTC) - timedelta(days=7)).date().isoformat()
    return {
        "list": "/conversations",
        "list, deep": "/conversations?before={place}",
        "list, three filters": f"/conversations?queue=Queue+3&outcome=failed&since={week}",
        "overview": "/overview",
        "overview, one queue": "/overview?queue=Queue+3",
        "insights": "/insights",
        "agents": "/agents",
        "agents, one queue": "/agents?queue=Queue+3",
        "agent": "/agents/a-7",
        "metrics": "/metrics",
        "home": "",
    }


@contextmanager
def served(url: str) -> Iterator[str]:
    """Serve the console on a free port; its address."""
    with bootstrap.open(read_settings(database_url=url)) as application:
        users = Users(application.store, operator(insights.TENANT.account_id))
        if not any(each.email == EMAIL for each in application.store.people.users.listing(insights.TENANT.account_id)):
            user = users.add(EMAIL, "QA", insights.TENANT.account_id, PASSWORD)
            users.grant(user, insights.TENANT, Access(role="qa-manager"))
        server = uvicorn.Server(uvicorn_config(application.server_app(None), HOST, 0))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            while not server.started:
                time.sleep(0.05)
            yield f"http://{HOST}:{server.servers[0].sockets[0].getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def first_byte_ms(client: httpx.Client, path: str) -> tuple[float, int]:
    """Return the time to the first byte of a page, in milliseconds, and its size in bytes."""
    began = time.perf_counter()
    with client.stream("GET", path) as answer:
        parts = answer.iter_raw()
        first = next(parts, b"")
        taken = (time.perf_counter() - began) * 1000
        size = len(first) + sum(map(len, parts))
    if answer.status_code != httpx.codes.OK:
        raise SystemExit(f"{path}: {answer.status_code}")
    return taken, size


def measure(address: str, rounds: int, place: str, database: Database) -> None:
    """Print what each page takes."""
    with httpx.Client(base_url=address, headers={"Origin": address}, timeout=600) as client:
        client.post("/console/sign-in", data={"email": EMAIL, "password": PASSWORD})
        style = f"/console/assets/{'0' * 12}/console.css"
        for name, path in pages().items():
            whole = f"/console{path.format(place=place)}"
            _, size = first_byte_ms(client, whole)
            memory = statistics.median(first_byte_ms(client, style)[0] for _ in range(rounds))
            kept = sorted(first_byte_ms(client, whole)[0] for _ in range(rounds))
            changed: list[float] = []
            for _ in range(rounds):
                with database.writing() as connection:
                    connection.execute(sa.update(listings).values(version=listings.c.version + 1))
                changed.append(first_byte_ms(client, whole)[0])
            taken, recounted = statistics.median(kept), statistics.median(changed)
            mark = "" if max(taken, recounted) <= GOAL_MS else f", more than {GOAL_MS}"
            print(
                f"  {name}: {taken:.0f} ms (best {kept[0]:.0f}), after a change {recounted:.0f} ms (best {min(changed):.0f}); "
                f"memory {memory:.1f} ms, ratio {taken / memory:.0f}; {size >> 10} KB{mark}"
            )


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill, serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--database", default="", help="a new database; a SQLite file of a while unless given")
    parser.add_argument("--filled", action="store_true", help="the database was filled before: only measure")
    parser.add_argument("--rounds", type=int, default=9)
    chosen = parser.parse_args(arguments)
    now = datetime.now(UTC).replace(microsecond=0)
    begins = now - timedelta(days=insights.DAYS)
    insights.FIRST = begins  # pyright: ignore[reportConstantRedefinition]  (pages show the last weeks)
    with tempfile.TemporaryDirectory() as folder:
        url = chosen.database or f"sqlite:///{Path(folder)}/bench.db"
        if not chosen.filled:
            insights.fill(url, chosen.count, COPIES)
        middle = round((begins + timedelta(days=insights.DAYS / 3)).timestamp() * 1000)
        print(f"{chosen.count:,} conversations of {insights.DAYS} days, {url.partition(':')[0]}")
        database = Database(url)
        with served(url) as address:
            measure(address, chosen.rounds, f"{middle}.c-0", database)
        print(f"load {', '.join(f'{each:.1f}' for each in os.getloadavg())}")
        database.close()


if __name__ == "__main__":
    main()
