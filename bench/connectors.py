"""Figures of connectors: a back-fill of small objects from a server of S3's protocol, beside the bare download.

    python -m bench.connectors [--count 5000] [--database URL]

The server is moto's, on this machine, and takes a processor of its own. Both sides list the bucket and fetch with 8
requests at a time; the back-fill also maps, stores and keeps its manifest. Memory is the largest resident size of the
process of the back-fill, in MB.
"""

import argparse
import multiprocessing
import resource
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

import msgspec
import obstore
from obstore.store import S3Store

from auscult.domain.connectors.run import Order
from auscult.domain.delivery.addresses import OPERATOR
from auscult.domain.tenancy import Tenant
from auscult.formats import Limits
from auscult.services.connectors.connecting import Connectors
from auscult.storage import migrate, new_secret_key, open_store

if TYPE_CHECKING:  # a name of its stubs alone
    from obstore.store import S3Config

TENANT = Tenant(account_id="acc", org_id="o", app_id="st-bench")
BUCKET = "bench"
KEYS = {"access_key_id": "test", "secret_access_key": "test"}
SIGNED = {
    "authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=h, Signature=0"
}
AT_ONCE = 8
MOST_MB = 400


def call(number: int) -> bytes:
    """Return a conversation of eight turns, about 1 kB."""
    turns = [
        {"speaker": "agent" if turn % 2 else "customer", "text": f"turn {turn} of call {number}: " + "words " * 12}
        for turn in range(8)
    ]
    started = "2026-03-23T10:00:00Z"
    return msgspec.json.encode(
        {"custom_id": f"call-{number}", "channel": "voice", "started_at": started, "turns": turns}
    )


def opened(address: str) -> S3Store:
    """Open the bucket."""
    config: S3Config = {
        "access_key_id": KEYS["access_key_id"],
        "secret_access_key": KEYS["secret_access_key"],
        "region": "us-east-1",
        "endpoint": address,
    }
    return S3Store(BUCKET, config=config, client_options={"allow_http": True})


def fill(address: str, count: int) -> None:
    """Write the objects."""
    made = urllib.request.Request(f"{address}/{BUCKET}", method="PUT", headers=SIGNED)  # noqa: S310  (our own)
    urllib.request.urlopen(made).close()  # noqa: S310
    store = opened(address)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(lambda n: obstore.put(store, f"{n // 1000:03}/{n:06}.json", call(n)), range(count)))


def download(address: str) -> tuple[int, float]:
    """List and fetch everything; return objects and seconds."""
    store = opened(address)
    began = time.perf_counter()
    keys = [each["path"] for page in obstore.list(store, chunk_size=1000) for each in page]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        fetched = sum(1 for _ in threads.map(lambda key: len(obstore.get(store, key).bytes()), keys))
    return fetched, time.perf_counter() - began


def backfill(address: str, database: str, send: Connection) -> None:
    """Back-fill, and send conversations, seconds, and the largest resident size in MB."""
    migrate(database)
    store = open_store(database, new_secret_key())
    store.ensure(TENANT)
    connectors = Connectors(store.within(TENANT), Limits(), partial(datetime.now, UTC), OPERATOR)
    document = {
        "name": "bench",
        "place": f"s3://{BUCKET}",
        "format": "native",
        "access": {"endpoint": address, "region": "us-east-1"},
        "rate": {"at_once": AT_ONCE},
    }
    connectors.apply(msgspec.json.encode(document), KEYS)
    began = time.perf_counter()
    run = connectors.run("bench", Order(kind="backfill"))
    seconds = time.perf_counter() - began
    if run.error:
        raise SystemExit(run.error)
    send.send((run.counts.new, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
    store.close()


def main() -> None:
    """Print the figures; exit with 1 where memory is over 400 MB or a conversation is missing."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=5_000)
    options.add_argument("--database")
    given = options.parse_args()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    order = [sys.executable, "-m", "moto.server", "-p", str(port)]
    server = subprocess.Popen(order, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603  (no shell)
    try:
        for _ in range(600):
            with suppress(OSError):
                urllib.request.urlopen(address).close()
                break
            time.sleep(0.1)
        fill(address, given.count)
        objects, bare = download(address)
        print(f"bare download: {objects / bare:,.0f} objects/s ({objects:,} objects, {bare:.1f} s)", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            database = given.database or f"sqlite:///{folder}/bench.db"
            receive, send = multiprocessing.Pipe(duplex=False)
            process = multiprocessing.get_context("spawn").Process(target=backfill, args=(address, database, send))
            process.start()
            send.close()
            new, seconds, peak = receive.recv()
            process.join()
        share = (new / seconds) / (objects / bare)
        print(f"back-fill: {new / seconds:,.0f} objects/s ({seconds:.1f} s), {share:.0%} of the bare download's rate")
        print(f"memory of the back-fill: {peak:.0f} MB (at most {MOST_MB})")
    finally:
        server.terminate()
        server.wait()
    if new != given.count or peak > MOST_MB:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
