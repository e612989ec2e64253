"""All figures, as one table: ``make bench``.

    python -m bench [--small] [--runs N] [--write] [--postgresql URL] [--peers] [measure …]

Each measure is a command of its own, run one after the other, on a new database of each kind. PostgreSQL is measured
where a server answers at --postgresql, on which databases are made and dropped. --write puts the table into
docs/reference/performance.md. --peers, or PEERS=1, measures Label Studio, Arize Phoenix and MLflow, too (``bench.peers``).
A measure that fails has an empty cell, and the end of what it printed stands on stderr.
"""

import argparse
import os
import platform
import re
import shlex
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from bench.measures import FULL, MEASURES, SMALL, Figure, Measure, Sizes

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "performance.md"
BEGIN, END = "<!-- begin: python -m bench --write -->\n", "<!-- end -->\n"
SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"

Found = dict[tuple[str, str], dict[str, str]]
"""Values by (measure, figure) and database."""


@contextmanager
def database(server: str) -> Iterator[str]:
    """URL of a new database on a server, dropped afterwards."""
    name = f"auscult_bench_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def version_of(server: str) -> str | None:
    """The server's version, or None where it does not answer."""
    try:
        with psycopg.connect(server, connect_timeout=3) as connection:
            return str(connection.info.parameter_status("server_version"))
    except psycopg.OperationalError:
        return None


def run(measure: Measure, kind: str, server: str, sizes: Sizes) -> str:
    """Run a measure; what it printed. What fails is told on stderr, and prints nothing."""
    words = shlex.split(measure.words.format(**sizes))
    with ExitStack() as stack:
        if kind == "postgresql":
            words += ["--database", stack.enter_context(database(server))]
            if measure.more:
                words += shlex.split(measure.more.format(few_database=stack.enter_context(database(server))))
        print(f"… python -m {measure.words.format(**sizes)} {kind}", file=sys.stderr, flush=True)  # no passwords
        done = subprocess.run(  # noqa: S603  (our own modules)
            [sys.executable, "-m", *words], capture_output=True, text=True, check=False
        )
    print(done.stdout, file=sys.stderr, flush=True)
    if done.returncode:
        print(f"failed:\n{done.stderr[-2000:]}", file=sys.stderr, flush=True)
        return ""
    return done.stdout


def value_of(figure: Figure, printed: str) -> str:
    """The number that a command printed, as it wrote it; empty where it did not."""
    found = re.search(figure.pattern, printed)
    return found["n"] if found else ""


def measured(measures: Sequence[Measure], server: str | None, sizes: Sizes) -> Found:
    """Run all of them."""
    found: Found = {}
    for measure in measures:
        for kind in measure.databases or ("",):
            if kind == "postgresql" and server is None:
                continue
            printed = run(measure, kind, server or "", sizes)
            for figure in measure.figures:
                found.setdefault((measure.name, figure.name), {})[kind] = value_of(figure, printed)
    return found


def table(measures: Sequence[Measure], found: Found, sizes: Sizes) -> str:
    """The figures as Markdown; after each measure's first figure, its command."""
    lines = ["| what | SQLite | PostgreSQL | unit | goal | command |", "| --- | ---: | ---: | --- | --- | --- |"]
    for measure in measures:
        command = f"`python -m {measure.words.format(**sizes)}`"
        for index, figure in enumerate(measure.figures):
            values = found.get((measure.name, figure.name), {})
            alone = values.get("")  # of a command that needs no database
            cells = [f"{alone} (no database)" if alone else values.get("sqlite", ""), values.get("postgresql", "")]
            lines.append(
                f"| {figure.name} | {' | '.join(cells)} | {figure.unit} | {figure.goal} | {'' if index else command} |"
            )
    return "\n".join(lines) + "\n"


def commit() -> str:
    """The commit that is measured, with a plus sign where files were changed since; "unknown" outside a repository."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--exclude=*"],  # noqa: S607  (git, wherever it is)
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or "unknown"


def machine(server: str | None, postgresql: str | None) -> str:
    """Where and with what it was measured."""
    model = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        told = re.search(r"^model name\s*: (.*)$", cpuinfo.read_text(encoding="utf-8"), re.MULTILINE)
        model = f" ({told[1].strip()})" if told else ""
    beside = f", PostgreSQL {postgresql} on the same machine" if server else ", no PostgreSQL"
    return (
        f"{datetime.now(UTC):%d %B %Y}, commit {commit()}, {os.cpu_count()} cores{model}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}{beside}; load before it began: "
        f"{os.getloadavg()[0]:.1f}.\n"
    )


def write(text: str) -> None:
    """Put it between the two marks of the page."""
    page = PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    PAGE.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("measures", nargs="*", choices=[[], *(each.name for each in MEASURES)], default=[])
    parser.add_argument("--small", action="store_true", help="so small that the figures mean nothing")
    parser.add_argument("--runs", type=int, help="of measures of which the median of several runs is told")
    parser.add_argument("--write", action="store_true", help="put the table into docs/reference/performance.md")
    parser.add_argument("--postgresql", default=SERVER, metavar="URL", help="a server to make databases on")
    parser.add_argument("--peers", action="store_true", default=os.environ.get("PEERS") == "1")
    chosen = parser.parse_args(arguments)
    sizes = {**(SMALL if chosen.small else FULL), **({"runs": chosen.runs} if chosen.runs else {})}
    version = version_of(chosen.postgresql)
    server = chosen.postgresql if version else None
    told = machine(server, version)
    measures = [each for each in MEASURES if not chosen.measures or each.name in chosen.measures]
    found = measured(measures, server, sizes)
    text = f"{told}\n{table(measures, found, sizes)}"
    if chosen.peers:
        from bench import peers  # noqa: PLC0415  (only who asks for them needs it)

        text += f"\n{peers.compare(peers.SMALL, runs=1) if chosen.small else peers.compare(peers.FULL)}"
    print(text)
    if chosen.write:
        write(text)


if __name__ == "__main__":
    main()
