"""A scrape of ``/metrics`` over many conversations, beside the answer of ``/livez``, which reads nothing.

    python -m bench.scrape [--rows 1000000] [--batches 2000] [--database URL]

Conversations and evaluations are those of ``bench.audits``, in as many batches as such a load has; the server is the
real one, asked over HTTP. Each figure is the median of 25 requests.
"""

import argparse
import tempfile
import threading
import time
from pathlib import Path

import httpx
import sqlalchemy as sa
import uvicorn

from auscult import bootstrap
from auscult.config import read_settings
from auscult.server.serving.listening import uvicorn_config
from auscult.storage import migrate, new_secret_key, open_store
from auscult.storage.core.database import Database
from auscult.storage.core.tables.conversations import batches
from bench.audits import BASE, STEP, multiply, score, seconds

GOAL_MS = 100
_RUNS = 25


def fill(url: str, rows: int, many: int) -> None:
    """Store conversations that were scored, and batches that have ended."""
    migrate(url)
    store, database = open_store(url, new_secret_key()), Database(url)
    score(store)
    multiply(database, max(rows // BASE, 1))
    with database.writing() as connection:
        (one,) = connection.execute(sa.select(batches).limit(1)).mappings().all()
        made = [dict(one) | {"batch": STEP + n, "batch_id": f"{one['batch_id']}-{n}"} for n in range(many)]
        connection.execute(sa.insert(batches), made)
    store.vacuum()
    database.close()
    store.close()


def measure(url: str) -> None:
    """Ask a server for both, and print them."""
    with bootstrap.open(read_settings(database_url=url)) as application:
        server = uvicorn.Server(uvicorn_config(application.server_app(None), "127.0.0.1", 0))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            port = server.servers[0].sockets[0].getsockname()[1]
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                client.get("/metrics").raise_for_status()
                scrape, alive = (1000 * seconds(lambda at=at: client.get(at), _RUNS) for at in ("/metrics", "/livez"))
            mark = "" if scrape <= GOAL_MS else f", more than {GOAL_MS}"
            print(f"scrape {scrape:.1f} ms{mark}; an answer that reads nothing {alive:.1f} ms")
        finally:
            server.should_exit = True
            thread.join()


def main() -> None:
    """Measure on the database that is named, or on a file that is made for it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--batches", type=int, default=2_000)
    parser.add_argument("--database")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.database or f"sqlite:///{Path(folder) / 'bench.db'}"
        fill(url, given.rows, given.batches)
        print(f"{given.rows:,} conversations, {url.partition(':')[0]}")
        measure(url)


if __name__ == "__main__":
    main()
