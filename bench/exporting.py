"""Rows a second that ``auscult export`` writes, from many synthetic rows, the program's start included.

Rows are alike, so files are far smaller than real ones would be.

    python -m bench.exporting [--rows 300000] [--database URL] [--report scorereporting]
"""

import argparse
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from auscult.tables import TABLES
from bench.filling import DAYS, FIRST, TENANT, fill
from bench.pages import prepare
from bench.program import AUSCULT


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill, export in each kind, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--database", default="", help="an empty PostgreSQL database; otherwise a new SQLite file")
    parser.add_argument("--report", default="scorereporting")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        url = chosen.database or f"sqlite:///{folder}/bench.db"
        prepare(url)
        fill(url, chosen.report, chosen.rows)
        print(f"{os.cpu_count()} cores, {url.partition(':')[0]}, {chosen.rows:,} rows of {chosen.report}")
        for kind in TABLES:
            until = FIRST + timedelta(days=DAYS)
            words = ["--app", TENANT.app_id, "--since", f"{FIRST:%Y-%m-%d}", "--until", f"{until:%Y-%m-%d}"]
            out = Path(folder) / kind
            began = time.perf_counter()
            command = [AUSCULT, "export", chosen.report, *words, "--out", out, "--format", kind, "--database", url]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
            took = time.perf_counter() - began
            size = sum(file.stat().st_size for file in out.rglob("rows.*"))
            print(f"  {kind:<8} {chosen.rows / took:9,.0f} rows/s   {size / 1e6:7.1f} MB", flush=True)


if __name__ == "__main__":
    main()
