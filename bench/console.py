"""Pages of the console over many conversations: time to the first byte, and how many times that of bytes from memory.

    python -m bench.console [--count 1000000] [--database URL] [--filled] [--rounds 9]

Rows of the listing are synthetic and written straight into it, as in ``bench.insights``: those of nine days, and nine
copies for the days after. The server is the real one, asked by one signed-in QA manager over HTTP.

``first`` is the first request of all for a page. Each other figure is the median of its rounds, which ask in turn for

- bytes from memory, an asset of the page;
- the page as it was kept (``kept``);
- the page under an address of its own, which is made while the server still has what it counted before (``made``);
- the page after the data changed, when all is counted again but what may be some seconds old (``changed``).

``ratio`` is that of the page to the bytes from memory. Processor time (``cpu``) is the client's and the server's, without
PostgreSQL's.
"""

import gc
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import httpx
import sqlalchemy as sa
import uvicorn

from auscult import bootstrap
from auscult.bootstrap.processes import tune_for_serving
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
ASSET = f"/console/assets/{'0' * 12}/console.css"


def pages() -> dict[str, str]:
    """Return the address of each page that is measured, by name."""
    week = (datetime.now(UTC) - timedelta(days=7)).date().isoformat()
    return {
        "list": "/conversations",
        "list, deep": "/conversations?before={position}",
        "list, two queues": "/conversations?queue=Queue+3&queue=Queue+4",
        "list, three filters": f"/conversations?queue=Queue+3&outcome=failed&since={week}",
        "overview": "/overview",
        "overview, one queue": "/overview?queue=Queue+3",
        "overview, two queues": "/overview?queue=Queue+3&queue=Queue+4",
        "insights": "/insights",
        "insights, one queue": "/insights?queue=Queue+3",
        "insights, one agent": "/insights?agent=Agent+7",
        "agents": "/agents",
        "agents, one queue": "/agents?queue=Queue+3",
        "agent": "/agents/a-7",
        "metrics": "/metrics",
        "metric": "/metrics/em-1",
        "home": "",
        "home, one queue": "?queue=Queue+3",
    }


@contextmanager
def served(url: str) -> Iterator[str]:
    """Serve the console on a free port, collecting garbage as a server does; its address."""
    tune_for_serving()
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
            gc.freeze()  # as `auscult serve` does
            yield f"http://{HOST}:{server.servers[0].sockets[0].getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


class Taken(NamedTuple):
    """Time to the first byte and processor time, both in milliseconds."""

    elapsed: float
    cpu: float


def first_byte(client: httpx.Client, path: str) -> tuple[Taken, int]:
    """Return what a page takes until its first byte, and its size in bytes."""
    began, used = time.perf_counter(), time.process_time()
    with client.stream("GET", path) as answer:
        parts = answer.iter_raw()
        first = next(parts, b"")
        taken = Taken((time.perf_counter() - began) * 1000, (time.process_time() - used) * 1000)
        size = len(first) + sum(map(len, parts))
    if answer.status_code != httpx.codes.OK:
        raise SystemExit(f"{path}: {answer.status_code}")
    return taken, size


def measure(address: str, rounds: int, position: str, database: Database) -> None:
    """Print what each page takes."""
    with httpx.Client(base_url=address, headers={"Origin": address}, timeout=600) as client:
        client.post("/console/sign-in", data={"email": EMAIL, "password": PASSWORD})
        for name, path in pages().items():
            whole = f"/console{path.format(position=position)}"
            first, size = first_byte(client, whole)
            found: dict[str, list[Taken]] = {"memory": [], "kept": [], "made": [], "changed": []}
            for number in range(rounds):
                apart = f"{whole}{'&' if '?' in whole else '?'}round={number}"
                for kind, asked in (("memory", ASSET), ("made", apart), ("kept", whole)):
                    found[kind].append(first_byte(client, asked)[0])
                with database.writing() as connection:
                    connection.execute(sa.update(listings).values(version=listings.c.version + 1))
                found["changed"].append(first_byte(client, whole)[0])
            _print(name, size, {"first": [first], **found})


def _print(name: str, size: int, found: Mapping[str, Sequence[Taken]]) -> None:
    """Print the medians of a page."""
    elapsed = {kind: statistics.median(each.elapsed for each in some) for kind, some in found.items()}
    cpu = {kind: statistics.median(each.cpu for each in some) for kind, some in found.items()}
    slow = f", more than {GOAL_MS}" if max(elapsed.values()) > GOAL_MS else ""
    shown = (
        f"{kind} {elapsed[kind]:.1f} ms, cpu {cpu[kind]:.1f}, ratio {elapsed[kind] / elapsed['memory']:.1f}"
        for kind in ("first", "kept", "made", "changed")
    )
    print(f"  {name}: {'; '.join(shown)}; memory {elapsed['memory']:.1f} ms; {size >> 10} KB{slow}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill, serve, measure, print."""
    chosen = insights.arguments(__doc__, rounds=9).parse_args(arguments)
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
