"""Pages from many rows beside pages from few, of one report: what a page costs must not grow with what is stored.

    python -m bench.growth [--rows 10000000] [--beside 100000] [--report account_rawdata] [--seconds 10]
                           [--database URL --few URL]

Both databases are served at once and asked by turns, so that both see the same weather. The few rows are filed as a
worker files them; the many are these, multiplied in the order of time, ids and instants changed, bodies as they were.
10,000,000 rows of account_rawdata take 18 GB of disk in SQLite.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg
import sqlalchemy as sa

from auscult.storage.core.database import Database
from auscult.storage.core.tables.pages import facet_rows, listings, report_rows, tallies
from auscult.storage.pages.rollup_updates import Span, add_tallies, parts_of
from auscult.storage.pages.rollups import DAY as BY_DAY
from auscult.storage.pages.rollups import is_crowded
from bench.asking import Asker
from bench.filling import fill
from bench.pages import DAY, ROUNDS, WHOLE, Bench, prepare, serving

AT_A_TIME = 2_000
"""Base rows that are multiplied in one transaction."""
MOST_TIMES = 200
"""Copies of a row stand a millisecond apart, and none of them may fall into the next hour."""
OFFSETS = 300


def crowded_days(connection: sa.Connection) -> list[Span]:
    """Every day, of all rows of a listing or of those with a facet, that is crowded."""
    key = (tallies.c.listing, tallies.c.facet, tallies.c.level, tallies.c.bucket)
    rows = sa.func.sum(tallies.c.n)
    query = sa.select(*key, rows).where(tallies.c.level == BY_DAY).group_by(*key)
    return [Span(*span) for *span, n in connection.execute(query) if is_crowded(BY_DAY, n)]


def grow(url: str, times: int) -> float:
    """Multiply what is filed; how many seconds that took. Tallies are multiplied, for no copy leaves its hour.

    Hours that are crowded then are counted by their parts.
    """
    began = time.perf_counter()
    database = Database(url)
    copies, base, entries = (sa.table(name, *columns) for name, columns in _SCRATCH.items())
    digits = len(str(MOST_TIMES - 1))
    with database.writing() as connection:
        for table, source in ((base, report_rows), (entries, facet_rows)):
            connection.execute(sa.text(f"CREATE TABLE {table.name} AS SELECT * FROM {source.name}"))  # noqa: S608
            connection.execute(sa.delete(source))
        connection.execute(sa.text("CREATE TABLE grow_copies (k BIGINT, digits TEXT)"))
        connection.execute(sa.insert(copies), [{"k": k, "digits": f"{k:0{digits}}"} for k in range(times)])
        connection.execute(sa.update(tallies).values(n=tallies.c.n * times))
        connection.execute(sa.update(listings).values(rows_given=listings.c.rows_given * times))
        first, last = connection.execute(sa.select(sa.func.min(base.c.row), sa.func.max(base.c.row))).one()
        numbers = sorted(connection.scalars(sa.select(entries.c.facet).distinct()))

    def multiplied(table: sa.TableClause, columns: Sequence[sa.ColumnElement[object]]) -> sa.Select[tuple[object, ...]]:
        """Every row of a table with every copy, its id as long as it was."""
        id_ = sa.func.substr(table.c.conversation_id, digits + 1).concat(copies.c.digits)
        row = (table.c.row - first) * sa.literal(times, sa.BigInteger) + copies.c.k + sa.literal(first, sa.BigInteger)
        return sa.select(row, table.c.started_at + copies.c.k, id_, *columns).select_from(table.join(copies, sa.true()))

    names = ["row", "started_at", "conversation_id"]
    for start in range(first, last + 1, AT_A_TIME):
        some = base.c.row.between(start, start + AT_A_TIME - 1)
        rest = [base.c.listing, base.c.cell, base.c.facets, base.c.body]
        rows = multiplied(base, rest).where(some).order_by(base.c.row, copies.c.k)
        with database.writing() as connection:
            wanted = [*names, *(column.name for column in rest)]
            connection.execute(sa.insert(report_rows).from_select(wanted, rows))
    for number in numbers:
        rest = [entries.c.facet, entries.c.cell]
        rows = multiplied(entries, rest).where(entries.c.facet == number).order_by(entries.c.started_at, copies.c.k)
        with database.writing() as connection:
            connection.execute(sa.insert(facet_rows).from_select([*names, "facet", "cell"], rows))
    with database.writing() as connection:
        for name in _SCRATCH:
            connection.execute(sa.text(f"DROP TABLE {name}"))
        for span in crowded_days(connection):
            add_tallies(connection, database.dialect, parts_of(connection, span))
    database.close()
    return time.perf_counter() - began


def vacuum(url: str) -> None:
    """Do what PostgreSQL does by itself some minutes after so much was written; SQLite needs nothing of the kind."""
    if url.startswith("postgresql"):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")


_SCRATCH = {
    "grow_copies": [sa.column("k", sa.BigInteger), sa.column("digits", sa.Text)],
    "grow_base": [sa.column(column.name, column.type) for column in report_rows.columns],
    "grow_entries": [sa.column(column.name, column.type) for column in facet_rows.columns],
}


def cases(bench: Bench, rows: int) -> dict[str, Asker | list[Asker]]:
    """What is asked of either server; the second is another page each time, so that none is remembered."""
    chance = random.Random(2)  # noqa: S311  (spread, not secrecy)
    return {
        "first page of everything": bench.asker(WHOLE),
        f"{OFFSETS} random offsets": [bench.asker(WHOLE, chance.randrange(rows * 9 // 10)) for _ in range(OFFSETS)],
        "offset at 90 %": bench.asker(WHOLE, rows * 9 // 10),
        "one day": bench.asker(DAY),
        "one queue": bench.asker(WHOLE, queues=["qu-7"]),
        "one direction": bench.asker(WHOLE, contact_direction="outbound"),
    }


def rate(asker: Asker | list[Asker], seconds: float) -> float:
    """Pages a second."""
    if isinstance(asker, Asker):
        return asker.rate(seconds)
    began = time.perf_counter()
    for each in asker:
        each.ask()
    return len(asker) / (time.perf_counter() - began)


def compare(few: tuple[Bench, int], many: tuple[Bench, int], seconds: float) -> list[tuple[str, float, float]]:
    """Pages a second of few and of many rows, case by case: medians of rounds taken by turns."""
    sides = [cases(*few), cases(*many)]
    found: list[tuple[str, float, float]] = []
    for name in sides[0]:
        for side in sides:
            rate(side[name], 0.2)
        rounds = [[rate(side[name], seconds / ROUNDS) for side in sides] for _ in range(ROUNDS)]
        medians = [statistics.median(values) for values in zip(*rounds, strict=True)]
        found.append((name, medians[0], medians[1]))
    return found


def main(arguments: Sequence[str] | None = None) -> list[tuple[str, float, float]]:
    """Fill, grow, serve both, ask, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--beside", type=int, default=100_000)
    parser.add_argument("--report", default="account_rawdata", choices=["scorereporting", "rawdata", "account_rawdata"])
    parser.add_argument("--seconds", type=float, default=10, help="for each case and side")
    parser.add_argument("--database", default="", help="an empty PostgreSQL database for the many rows")
    parser.add_argument("--few", default="", help="an empty PostgreSQL database for the few rows")
    chosen = parser.parse_args(arguments)
    times = chosen.rows // chosen.beside
    if not 1 <= times <= MOST_TIMES or chosen.rows % chosen.beside:
        parser.error(f"--rows must be 1 to {MOST_TIMES} times --beside, and a multiple of it")
    with tempfile.TemporaryDirectory() as folder:
        many_url = chosen.database or f"sqlite:///{Path(folder)}/many.db"
        few_url = chosen.few or f"sqlite:///{Path(folder)}/few.db"
        headers = [prepare(url) for url in (few_url, many_url)]
        filled = [fill(url, chosen.report, chosen.beside) for url in (few_url, many_url)]
        grown = grow(many_url, times)
        for url in (few_url, many_url):
            vacuum(url)
        print(
            f"{os.cpu_count()} cores, {many_url.partition(':')[0]}, {chosen.report}: {chosen.beside:,} rows "
            f"(filed in {min(filled):.0f} s) beside {chosen.rows:,} (multiplied in {grown:.0f} s)"
        )
        if many_url.startswith("sqlite"):
            print(f"  {Path(many_url.removeprefix('sqlite:///')).stat().st_size / 1e9:.1f} GB of disk")
        with serving(few_url) as (few_port, _), serving(many_url) as (many_port, _):
            few = Bench(chosen.report, few_port, headers[0])
            many = Bench(chosen.report, many_port, headers[1])
            found = compare((few, chosen.beside), (many, chosen.rows), chosen.seconds)
    for name, slow, fast in found:
        print(f"  {name:<26} {slow:7.0f} pages/s of few, {fast:7.0f} of many: {slow / fast:5.2f} times the time")
    return found


if __name__ == "__main__":
    main()
