"""How PostgreSQL had best keep bodies (pglz, lz4, as they are) and rows (in one table, or by month).

    python -m bench.layout --database URL [--bodies 20000] [--rows 300000]

Bodies are those of QA-14x8, loaded into a file first. Times are processor time of the server's own process for this
connection, which other work on the machine hardly changes, so the server must run on this machine. Each layout is made
anew in each of two rounds, by turns; the best counts. Tables are made in the database named and dropped again.
"""

import argparse
import os
import random
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psycopg

from auscult.storage.core.packing import unpack
from bench import qa14x8
from bench.program import AUSCULT

KINDS = ("insights", "evaluations", "conversations", "report_rows")
LAYOUTS = {
    "pglz": "SET COMPRESSION pglz",
    "lz4": "SET COMPRESSION lz4",
    "as it is, in the row": "SET STORAGE PLAIN",
    "as it is, beside": "SET STORAGE EXTERNAL",
}
ROUNDS = 2
PAGES = 300
MONTHS, MONTH_MS = 12, 30 * 86_400_000
FIRST_MS = 1_767_225_600_000
QUEUES = 20
FILTERED = "listing = 1 AND (started_at, conversation_id) > (%(at)s::bigint, '') AND started_at < %(until)s::bigint"
PAGE = f"SELECT body FROM rows_ WHERE {FILTERED} AND cell < 48 ORDER BY started_at, conversation_id LIMIT 100"  # noqa: S608
QUEUE = (
    "SELECT body FROM rows_ JOIN (SELECT row, started_at FROM entries WHERE "  # noqa: S608
    f"{FILTERED.replace('listing = 1', 'facet = 3')} ORDER BY started_at, conversation_id LIMIT 100) AS picked "
    "ON rows_.row = picked.row"
)


class Server:
    """One connection, and how long its process has worked."""

    def __init__(self, url: str) -> None:
        """Connect."""
        self.connection = psycopg.connect(url, autocommit=True)
        self.run("SET synchronous_commit = off")
        self._stat = Path(f"/proc/{self.connection.info.backend_pid}/stat")

    def run(self, text: str, values: dict[str, object] | None = None) -> psycopg.Cursor:
        """Run one statement."""
        return self.connection.cursor(binary=True).execute(text.encode(), values, prepare=values is not None)

    def took(self, act: Callable[[], object]) -> float:
        """Seconds of processor time."""
        began = self._worked()
        act()
        return self._worked() - began

    def _worked(self) -> float:
        user, system = self._stat.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def bodies() -> Iterator[tuple[str, list[bytes]]]:
    """Of each kind those of 300 conversations."""
    with tempfile.TemporaryDirectory() as folder:
        qa14x8.write(Path(folder) / "qa.ndjson", 300)
        where = ("--account", "a", "--org", "o", "--app", "s", "--database", f"sqlite:///{folder}/qa.db")
        for command in (("forms", "apply", qa14x8.FORM), ("load", f"{folder}/qa.ndjson")):
            subprocess.run([AUSCULT, *command, *where], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        for kind in KINDS:
            found = sqlite3.connect(f"{folder}/qa.db").execute(f"SELECT body FROM {kind}")  # noqa: S608
            yield kind, [unpack(body) for (body,) in found]


def compare_bodies(server: Server, kind: str, made: Sequence[bytes], rows: int) -> None:
    """Print what each layout of one kind of body takes."""
    large = sum(len(body) > 2_000 for body in made) / len(made)
    print(f"{kind}: {sum(map(len, made)) / len(made):,.0f} bytes, {large:.0%} over 2,000")
    server.run("CREATE TABLE source (k BIGINT PRIMARY KEY, body BYTEA)")
    server.run("ALTER TABLE source ALTER body SET STORAGE EXTERNAL")
    with server.connection.cursor().copy("COPY source FROM STDIN") as into:
        for k in range(rows):
            into.write_row((k, made[k % len(made)]))
    found: dict[str, list[tuple[float, int, float]]] = {name: [] for name in LAYOUTS}

    def pages() -> None:
        chance = random.Random(1)  # noqa: S311  (spread, not secrecy)
        for _ in range(PAGES):
            after = {"k": chance.randrange(rows - 100)}
            server.run("SELECT body FROM target WHERE k >= %(k)s ORDER BY k LIMIT 100", after).fetchall()

    for name in list(LAYOUTS) * ROUNDS:
        server.run("CREATE TABLE target (k BIGINT PRIMARY KEY, body BYTEA)")
        server.run(f"ALTER TABLE target ALTER body {LAYOUTS[name]}")
        written = server.took(lambda: server.run("INSERT INTO target SELECT k, body || ''::bytea FROM source"))
        server.run("VACUUM ANALYZE target")
        ((size,),) = server.run("SELECT pg_total_relation_size('target')").fetchall()
        pages()
        found[name].append((written / rows, size / rows, server.took(pages) / PAGES))
        server.run("DROP TABLE target")
    server.run("DROP TABLE source")
    for name, rounds in found.items():
        written, size, page = map(min, zip(*rounds, strict=True))
        print(
            f"  {name:<22} written {written * 1e6:4.0f} µs a row, {size:6,.0f} bytes a row, page {page * 1e6:5.0f} µs"
        )


def make_tables(server: Server, *, by_month: bool) -> None:
    """Make rows and their entries as auscult has them, or in twelve parts."""
    key = 'started_at BIGINT, conversation_id TEXT COLLATE "C", cell SMALLINT'
    parted = " PARTITION BY RANGE (started_at)" if by_month else ""
    unique = "row, started_at" if by_month else "row"
    server.run(f"CREATE TABLE rows_ (row BIGINT, listing BIGINT, {key}, body BYTEA, PRIMARY KEY ({unique})){parted}")
    server.run("CREATE UNIQUE INDEX ON rows_ (listing, started_at, conversation_id, cell)")
    entry = "PRIMARY KEY (facet, started_at, conversation_id, cell)"
    server.run(f"CREATE TABLE entries (facet BIGINT, row BIGINT, {key}, {entry}){parted}")
    for month in range(MONTHS if by_month else 0):
        begins = FIRST_MS + month * MONTH_MS
        for table in ("rows_", "entries"):
            part = f"CREATE TABLE {table}{month} PARTITION OF {table}"
            server.run(f"{part} FOR VALUES FROM ({begins}) TO ({begins + MONTH_MS})")


def compare_months(server: Server, body: bytes, rows: int) -> None:
    """Print what one table takes, and twelve."""
    span = MONTHS * MONTH_MS
    key = "%(first)s::bigint + k * %(step)s::bigint, lpad(k::text, 24, '0'), k % 4 * 16".replace("k % 4", "k %% 4")
    series = "generate_series(%(start)s::bigint, %(start)s::bigint + 499) AS k"

    def write() -> None:
        for start in range(0, rows, 500):
            values = {"first": FIRST_MS, "step": span // rows, "start": start, "body": body}
            server.run(f"INSERT INTO rows_ SELECT k, 1, {key}, %(body)s::bytea FROM {series}", values)  # noqa: S608
            server.run(f"INSERT INTO entries SELECT 1 + k %% {QUEUES}, k, {key} FROM {series}", values)  # noqa: S608

    def pages(text: str, width: int) -> None:
        chance = random.Random(1)  # noqa: S311  (spread, not secrecy)
        for _ in range(PAGES):
            at = FIRST_MS + chance.randrange(span - width)
            server.run(text, {"at": at, "until": at + width}).fetchall()

    def drop() -> None:
        for table in ("rows_", "entries"):
            if by_month:
                server.run(f"DROP TABLE {table}0")
            else:
                server.run(f"DELETE FROM {table} WHERE started_at < {FIRST_MS + MONTH_MS}")  # noqa: S608
                server.run(f"VACUUM {table}")

    asked = {"page of a week": (PAGE, 7 * MONTH_MS // 30), "page from half a year": (PAGE, span // 2)}
    asked |= {"page of a queue": (QUEUE, span // 2)}
    asked |= {"page of a queue by start and number": (f"{QUEUE} AND rows_.started_at = picked.started_at", span // 2)}
    for by_month in (False, True) * ROUNDS:
        make_tables(server, by_month=by_month)
        print(f"{'by month' if by_month else 'one table'}: written {server.took(write) / rows * 1e6:.0f} µs a row")
        server.run("VACUUM ANALYZE rows_, entries")
        for name, (text, width) in asked.items():
            pages(text, width)
            print(f"  {name} {server.took(lambda: pages(text, width)) / PAGES * 1e6:.0f} µs")  # noqa: B023
        began = time.perf_counter()
        drop()
        print(f"  a month gone in {time.perf_counter() - began:.2f} s", flush=True)
        server.run("DROP TABLE rows_, entries")


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--database", required=True, help="a PostgreSQL database on this machine")
    parser.add_argument("--bodies", type=int, default=20_000, help="of each kind; 0: only compare months")
    parser.add_argument("--rows", type=int, default=300_000)
    chosen = parser.parse_args(arguments)
    server = Server(chosen.database)
    made: list[bytes] = []
    for kind, made in bodies():
        if chosen.bodies:
            compare_bodies(server, kind, made, chosen.bodies)
    compare_months(server, max((body for body in made if len(body) < 2_000), key=len), chosen.rows)


if __name__ == "__main__":
    main()
