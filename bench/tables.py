"""Each large table alone: what reads and erasures take while one table has many rows, and the others few.

    python -m bench.tables [--rows 1000000] [--conversations 2000] [--rounds 20] [--database URL] [NAME ...]

Conversations of QA-14x8 are loaded, with every analyzer. Then the rows of one table after the other are multiplied, and
one conversation is read whole, a page of changes, a search of two words, and batches of conversations are erased: the
median of each, beside that of few rows. Copies refer to conversations that are not there, so foreign keys are off while
they are written (PostgreSQL: as a superuser); each table's go before the next one's come. PostgreSQL is vacuumed before
it is asked. 10,000,000 conversations are about 40 GB.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.said.search import parse
from auscult.domain.tenancy import Tenant
from auscult.services.conversations.latest import Sought, latest
from auscult.storage.core.database import Database
from auscult.storage.core.tables.conversations import conversations, evaluations, insights, said
from auscult.storage.core.tables.delivery import changes
from auscult.storage.store import AppStore
from bench.flow import Home, accept, drained, encoded
from bench.growth import vacuum

ERASED = 10
STEP = 10_000_000
"""Numbers between a copy and the next: more than there are rows."""
TABLES: Mapping[str, tuple[sa.Table, tuple[str, ...]]] = {
    "conversations": (conversations, ("conversation",)),
    "evaluations": (evaluations, ("evaluation", "conversation")),
    "insights": (insights, ("conversation",)),
    "changes": (changes, ("change",)),
    "search": (said, ("conversation",)),
}
"""The tables, and the numbers by which a copy differs from its row."""


def write(url: str, statements: list[str]) -> None:
    """Write without foreign keys."""
    database = Database(url)
    connection = database.engine.raw_connection()
    cursor = connection.cursor()
    is_file = database.dialect.is_embedded
    cursor.execute("PRAGMA foreign_keys = OFF" if is_file else "SET session_replication_role = replica")
    for statement in statements:
        cursor.execute(statement)
        connection.commit()
    connection.close()
    database.close()
    vacuum(url)


def multiplied(name: str, times: int) -> list[str]:
    """Return the statements that multiply the rows of a table."""
    table, numbers = TABLES[name]
    names = [column.name for column in table.columns]
    columns = ", ".join(f'"{column}"' for column in names)
    return [
        f"INSERT INTO {table.name} ({columns}) SELECT {values} FROM {table.name} WHERE {numbers[0]} < {STEP}"  # noqa: S608
        for copy in range(1, times)
        for values in [", ".join(_copied(column, numbers, copy) for column in names)]
    ]


def _copied(column: str, numbers: tuple[str, ...], copy: int) -> str:
    if column in numbers:
        return f"{column} + {copy * STEP}"
    return f"conversation_id || '-{copy}'" if column == "conversation_id" else f'"{column}"'


def asked(app: AppStore, ids: Iterator[str]) -> dict[str, Callable[[], object]]:
    """Return what is asked of each size, by name."""
    known = next(ids)
    return {
        "one conversation": lambda: app.conversations.get(known),
        "1,000 changes": lambda: app.feed.after(0, 1_000),
        "search of two words": lambda: latest(app, Sought(said=parse("parcel monday")), limit=20),
        f"{ERASED} erased": lambda: app.erasure.erase_all([*islice(ids, ERASED)]),
    }


def medians(asks: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median of each in ms; the first round is not counted."""
    found: dict[str, list[float]] = {name: [] for name in asks}
    for _ in range(rounds + 1):
        for name, ask in asks.items():
            began = time.perf_counter()
            ask()
            found[name].append(1000 * (time.perf_counter() - began))
    return {name: statistics.median(times[1:]) for name, times in found.items()}


def main() -> None:
    """Load, multiply one table after the other, ask, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tables", nargs="*", metavar="NAME", help=", ".join(TABLES))
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--conversations", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--database", default="", help="an empty PostgreSQL database")
    chosen = parser.parse_args()
    names = chosen.tables or list(TABLES)
    if not set(names) <= TABLES.keys() or chosen.conversations < ERASED * (chosen.rounds + 1) * (len(names) + 1) + 1:
        parser.error("name tables of the list, and enough conversations for what is erased in all rounds")
    with tempfile.TemporaryDirectory() as folder:
        url = chosen.database or f"sqlite:///{Path(folder)}/auscult.db"
        home = Home(url, Path(folder), "st-tables", "Quality AI", "conversations:read")
        with home.serving(1) as client:
            accept(home, encoded(chosen.conversations, 1))
            drained(client, chosen.conversations, None)
        vacuum(url)
        print(f"{os.cpu_count()} cores, {url.partition(':')[0]}, {chosen.conversations:,} conversations")
        tenant = Tenant(account_id=home.access.account, org_id=home.access.org, app_id=home.access.app)
        with bootstrap.open(read_settings({}, database_url=url, state_dir=folder)) as application:
            app = application.store.within(tenant)
            asks = asked(app, iter([conversation.id for conversation, _ in app.erasure.all()]))
            few = medians(asks, chosen.rounds)
            for name in names:
                table, (key, *_) = TABLES[name]
                write(url, multiplied(name, max(chosen.rows // chosen.conversations, 2)))
                many = medians(asks, chosen.rounds)
                shown = ", ".join(f"{what} {few[what]:.1f} and {many[what]:.1f}" for what in asks)
                print(f"  {name}, {chosen.rows:,} rows, ms of few and of many: {shown}", flush=True)
                write(url, [f"DELETE FROM {table.name} WHERE {key} >= {STEP}"])  # noqa: S608  (our own names)


if __name__ == "__main__":
    main()
